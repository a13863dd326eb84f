#include "core/cluster/transactions/participant.h"

#include <algorithm>
#include <functional>
#include <set>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/cluster/replicas/log_reader.h"
#include "core/cluster/writes/item_writer.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {
namespace {

using table::RecordKind;
using table::TransactionAction;

PartitionResult& resultOf(Transacted& out) {
    return std::get<PartitionResult>(*out.result);
}

/// Where more records have come between the rounds of a read, a missing item counts as changed.
constexpr std::size_t kChangesReadMax = 1000;

table::LogRecord recordOf(const Group& group, RecordKind kind, const TransactionOp& op,
                          std::string_view key, TransactionAction action) {
    table::LogRecord record;
    record.kind = kind;
    record.space = group.space;
    record.key = key;
    record.transactionId = op.id;
    record.ledger = op.ledger;
    record.action = action;
    return record;
}

std::uint64_t checksumOf(const Group& group, const std::string& key,
                         const table::PreparedItem& prepared) {
    table::LogRecord record;
    record.transactionId = prepared.transactionId;
    record.ledger = prepared.ledger;
    record.action = prepared.action;
    record.newImage = prepared.image;
    return table::preparedChecksum(table::preparedKey(group.id, key), record);
}

TransactionAction actionOf(const Evaluation& evaluation) {
    if (!evaluation.record) return TransactionAction::Check;  // A no-op too, on a missing item.
    return evaluation.record->kind == RecordKind::Put ? TransactionAction::Put
                                                      : TransactionAction::Delete;
}

ItemView viewOf(std::string image, std::uint32_t itemBytes) {
    return {share(std::move(image)), 0, itemBytes};
}

ItemView after(const Evaluation& evaluation) {
    if (!evaluation.record) return evaluation.latest.item;
    if (!evaluation.record->newImage) return {};
    return viewOf(*evaluation.record->newImage, evaluation.record->newItemBytes);
}

bool wantsCollectionBytes(const Request* call, const TransactionOp& op, std::size_t at) {
    if (call == nullptr || op.actions.empty()) return false;
    return std::visit(Overloaded{
                          [](const WriteItem& write) { return write.wantsCollectionBytes; },
                          [](const ConditionCheck&) { return false; },
                      },
                      std::get<TransactWrite>(*call).actions[op.actions[at]]);
}

}  // namespace

Transacted Participant::serve(Group& group, ZoneIndex zone, const Request* call,
                              const TransactionOp& op, CollectionSizes& sizes) {
    Transacted out;
    resultOf(out).actions.resize(op.keys.size());
    storage::StorageResult<void> done;
    switch (op.step) {
        case TransactionStep::Prepare:
            done = prepare(group, zone, std::get<TransactWrite>(*call), op, sizes, out);
            if (out.countFirst) return out;
            m_world.queue.cause = m_world.emit(observe::TransactionPrepared{
                group.ref(zone), out.restsOn, op.keys.size(), out.isAccepted});
            break;
        case TransactionStep::Commit:
        case TransactionStep::Cancel:
            done = resolve(group, zone, call, op, sizes, out);
            break;
        case TransactionStep::Read:
            done = read(group, zone, op, out);
            break;
        case TransactionStep::Begin:
        case TransactionStep::Decide:
        case TransactionStep::Finish:
            CHECK(false);  // Only ledgers are asked for these, and group ids are not reused.
    }
    if (!done) out.error = m_world.damaged(std::move(done).error());
    return out;
}

// --- prepare

storage::StorageResult<void> Participant::prepare(Group& group, ZoneIndex zone,
                                                  const TransactWrite& call,
                                                  const TransactionOp& op, CollectionSizes& sizes,
                                                  Transacted& out) {
    std::vector<Planned> planned;
    bool isAccepted = true;
    for (std::size_t i = 0; i < op.keys.size(); ++i) {
        ActionResult& result = resultOf(out).actions[i];
        TRY_ASSIGN(Planned one,
                   plan(group, zone, call.actions[op.actions[i]], op, op.keys[i], sizes, result));
        if (one.evaluation.needsCount) {
            out.countFirst = op.keys[i];
            return {};
        }
        const auto& error = one.evaluation.error;
        if (error && httpStatus(error->type) >= 500) {
            resultOf(out).refusal = error;
            return {};
        }
        if (error) result.reason = reasonOf(*error);
        result.write.before = one.evaluation.latest.item;
        out.restsOn = std::max({out.restsOn, one.evaluation.latest.lsn,
                                PreparedItems::lastRecordOf(group, op.keys[i])});
        isAccepted = isAccepted && result.reason.isNone() && result.blockedBy == CalendarTime();
        planned.push_back(std::move(one));
    }
    out.isAccepted = isAccepted;
    if (isAccepted) propose(group, zone, op, planned, out);
    return {};
}

storage::StorageResult<Participant::Planned> Participant::plan(
    Group& group, ZoneIndex zone, const TransactWriteAction& action, const TransactionOp& op,
    const std::string& key, const CollectionSizes& sizes, ActionResult& result) {
    Planned planned;
    planned.key = key;
    TRY_ASSIGN(const PreparedItems::Table* items, m_prepared.of(group, zone));
    const auto ongoing = items->find(key);
    const bool isOngoing = ongoing != items->end();
    const bool isOwn = isOngoing && ongoing->second.transactionId == op.id;
    if (isOngoing && !isOwn && m_world.plantedBug != PlantedBug::PrepareIgnoresOthers) {
        planned.evaluation.error = transactionConflict();
        return planned;
    }
    // The item has not changed since it was prepared.
    planned.isRepeated = isOwn && ongoing->second.stamp >= op.stamp;
    if (isOngoing && !planned.isRepeated) {
        TRY_ASSIGN(const auto prepared, m_prepared.find(group, zone, key));
        if (prepared) planned.replaced = table::OldItem{0, checksumOf(group, key, *prepared)};
    }
    planned.evaluation = std::visit(Overloaded{
                                        [&](const WriteItem& write) {
                                            return evaluateWrite(m_world, sizes, group, zone, write,
                                                                 key, Logged::PreparedAndCommitted);
                                        },
                                        [&](const ConditionCheck& check) {
                                            return evaluateCheck(m_world, group, zone, check, key);
                                        },
                                    },
                                    action);
    if (planned.evaluation.error || planned.evaluation.needsCount) return planned;
    planned.action = actionOf(planned.evaluation);
    result.write.after = after(planned.evaluation);
    if (!isOwn) {
        const CalendarTime other = stampInTheWay(group, zone, key, planned.evaluation.latest);
        const bool isIgnored = m_world.plantedBug == PlantedBug::StampsIgnored;
        if (other >= op.stamp && !isIgnored) result.blockedBy = other;
    }
    return planned;
}

// The stamp of the item's latest version. For a missing item, that of the latest deletion in the
// partition, since nothing remains of a deleted item.
CalendarTime Participant::stampInTheWay(const Group& group, ZoneIndex zone, const std::string& key,
                                        const LatestItem& latest) const {
    if (latest.item) {
        const auto stored = table::decodeStored(key, *latest.item.bytes);
        CHECK(stored.has_value());  // It was decoded for the evaluation.
        return stored->header.stamp;
    }
    const Member& leader = group.member(zone);
    const std::uint64_t deleted = std::max(leader.mark.deletedStampMax, leader.deletedStampMax);
    return CalendarTime(Duration(static_cast<std::int64_t>(deleted)));
}

void Participant::propose(Group& group, ZoneIndex zone, const TransactionOp& op,
                          std::vector<Planned>& planned, Transacted& out) {
    std::vector<table::LogRecord> records;
    for (Planned& one : planned) {
        if (one.isRepeated) continue;
        table::LogRecord record =
            recordOf(group, RecordKind::TransactionPrepare, op, one.key, one.action);
        record.stamp = op.stamp;
        record.oldItem = one.replaced;
        if (one.action == TransactionAction::Put) {
            record.newImage = std::move(one.evaluation.record->newImage);
            record.newItemBytes = one.evaluation.record->newItemBytes;
        }
        records.push_back(std::move(record));
    }
    // Other requests may be served while one is proposed; they must see all.
    for (const table::LogRecord& record : records)
        m_prepared.note(group, zone, record);
    for (table::LogRecord& record : records)
        out.restsOn = std::max(out.restsOn, m_replicator.propose(group, zone, std::move(record)));
}

// --- commit and cancel

storage::StorageResult<void> Participant::resolve(Group& group, ZoneIndex zone, const Request* call,
                                                  const TransactionOp& op, CollectionSizes& sizes,
                                                  Transacted& out) {
    TRY(m_prepared.of(group, zone));
    for (std::size_t i = 0; i < op.keys.size(); ++i) {
        const std::string& key = op.keys[i];
        TRY_ASSIGN(auto prepared, m_prepared.find(group, zone, key));
        if (!prepared || prepared->transactionId != op.id) {
            TRY(repeat(group, zone, call, op, i, sizes, out));
            continue;
        }
        if (op.step == TransactionStep::Cancel) {
            table::LogRecord record =
                recordOf(group, RecordKind::TransactionCancel, op, key, prepared->action);
            record.newImage = std::move(prepared->image);
            record.newItemBytes = prepared->itemBytes;
            m_prepared.note(group, zone, record);
            out.restsOn = m_replicator.propose(group, zone, std::move(record));
            continue;
        }
        const bool isChange = prepared->action != TransactionAction::Check;
        std::optional<table::CollectionSize> size;
        if (isChange && !group.schema->localIndexes.empty()) {
            TRY_ASSIGN(const LatestItem latest, latestItem(m_world, group, zone, key));
            TRY_ASSIGN(size, sizes.find(group, zone, key, static_cast<bool>(latest.item)));
        }
        TRY_ASSIGN(table::LogRecord record,
                   commitRecord(group, zone, op, key, *std::move(prepared)));
        m_prepared.note(group, zone, record);
        std::optional<std::uint64_t> bytes;
        out.restsOn =
            proposeChange(m_replicator, sizes, group, zone, std::move(record), size, bytes).lsn;
        if (wantsCollectionBytes(call, op, i))
            resultOf(out).actions[i].write.collectionBytes = bytes;
    }
    out.changesItems = op.step == TransactionStep::Commit;
    return {};
}

// Resolved before, or never prepared. The answer is that to the first commit, as far as is still
// known: it waits for the indexes too, and has the size of the collection.
storage::StorageResult<void> Participant::repeat(const Group& group, ZoneIndex zone,
                                                 const Request* call, const TransactionOp& op,
                                                 std::size_t at, const CollectionSizes& sizes,
                                                 Transacted& out) const {
    const std::string& key = op.keys[at];
    out.restsOn = std::max(out.restsOn, PreparedItems::lastRecordOf(group, key));
    if (op.step == TransactionStep::Cancel) return {};
    TRY_ASSIGN(const LatestItem latest, latestItem(m_world, group, zone, key));
    out.restsOn = std::max({out.restsOn, latest.lsn, group.member(zone).mark.applied});
    if (!wantsCollectionBytes(call, op, at)) return {};
    TRY_ASSIGN(const auto size, sizes.find(group, zone, key, static_cast<bool>(latest.item)));
    if (size) resultOf(out).actions[at].write.collectionBytes = size->bytes;
    return {};
}

// The record repeats the images, so that no reader needs that of the prepare. For a check it
// repeats the item as it is: the item gets the stamp of the transaction.
storage::StorageResult<table::LogRecord> Participant::commitRecord(
    const Group& group, ZoneIndex zone, const TransactionOp& op, const std::string& key,
    table::PreparedItem prepared) const {
    TRY_ASSIGN(const LatestItem latest, latestItem(m_world, group, zone, key));
    std::optional<std::string> image = std::move(prepared.image);
    std::uint32_t itemBytes = prepared.itemBytes;
    const bool isCheck = prepared.action == TransactionAction::Check;
    if (isCheck && latest.item) {
        image = latest.item.attributes();
        itemBytes = latest.item.itemBytes;
    }
    table::LogRecord record =
        changeRecord(m_world, group, key, latest.item, std::move(image), itemBytes);
    if (isCheck) record.oldImage.reset();
    record.kind = RecordKind::TransactionCommit;
    record.stamp = op.stamp;
    record.transactionId = op.id;
    record.ledger = op.ledger;
    record.action = prepared.action;
    return record;
}

// --- read

// Reads what the leader has applied, of the items and of what is prepared. A transaction whose
// commit is still in the tail is thus seen as ongoing.
storage::StorageResult<void> Participant::read(Group& group, ZoneIndex zone,
                                               const TransactionOp& op, Transacted& out) const {
    const VolumeId volume = volumeOf(group.region, zone);
    bool lacksSome = false;
    for (std::size_t i = 0; i < op.keys.size(); ++i) {
        const std::string& key = op.keys[i];
        ActionResult& result = resultOf(out).actions[i];
        TRY_ASSIGN(result.write.before, appliedItem(m_world, group, zone, key));
        const std::string preparedKey = table::preparedKey(group.id, key);
        TRY_ASSIGN(const SharedBytes stored, m_world.store.get(volume, preparedKey));
        if (stored) {
            const auto prepared = table::decodePrepared(preparedKey, *stored);
            // One that cannot be read is reported when it is to be resolved.
            result.isBeingWritten = !prepared || prepared->action != TransactionAction::Check;
        }
        if (result.write.before) {
            result.version =
                table::decodeStored(key, *result.write.before.bytes)->header.lsn.value();
        }
        lacksSome = lacksSome || !result.write.before;
    }
    resultOf(out).applied = group.member(zone).mark.applied;
    if (lacksSome && op.since > Lsn{}) findChanges(group, zone, op, resultOf(out));
    return {};
}

// Nothing remains of an item that was put and deleted since the first round, except in the log.
void Participant::findChanges(Group& group, ZoneIndex zone, const TransactionOp& op,
                              PartitionResult& result) const {
    std::set<std::string_view> missing;
    for (std::size_t i = 0; i < op.keys.size(); ++i)
        if (!result.actions[i].write.before) missing.insert(op.keys[i]);
    Lsn position = op.since;
    std::set<std::string, std::less<>> changed;
    const auto end =
        LogReader(m_world, m_replicator)
            .read(group, zone, position, kChangesReadMax, [&](Lsn, const table::LogRecord& record) {
                if (table::changesItem(record) && missing.contains(record.key))
                    changed.insert(record.key);
                return LogReader::Next::Go;
            });
    const bool isWhole =
        end == LogReader::End::AtEnd && group.member(zone).mark.applied >= op.since;
    for (std::size_t i = 0; i < op.keys.size(); ++i) {
        ActionResult& one = result.actions[i];
        one.hasChanged = !one.write.before && (!isWhole || changed.contains(op.keys[i]));
    }
}

}  // namespace orrery::cluster
