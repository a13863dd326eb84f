#include "core/cluster/transactions/ledger.h"

#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/catalog/resets.h"
#include "core/table/stored_item.h"
#include "core/types/item_size.h"

namespace orrery::cluster {
Ledger::Known& Ledger::knownTo(Group& ledger, ZoneIndex zone) {
    Known& known = m_ledgers.of(ledger.id);
    const replication::Term term = ledger.member(zone).replica->term();
    if (known.zone == zone && known.term == term) return known;
    known.zone = zone;
    known.term = term;
    known.unfinished.clear();
    known.next.reset();
    known.readAt = m_world.now;
    // A new leader resumes once: at its first request, or when it is told that it serves.
    resume(ledger);
    return known;
}

storage::StorageResult<std::optional<NamedRow>> Ledger::rowOf(const Group& ledger, ZoneIndex zone,
                                                              const std::string& name,
                                                              LatestItem& latest) const {
    using Found = std::optional<NamedRow>;
    TRY_ASSIGN(latest, latestItem(m_world, ledger, zone, ledgerKey(ledger.space, name)));
    if (!latest.item) return Found();
    auto row = decodeRow(latest.item.attributes());
    if (!row) return std::unexpected(damagedTree(ledger, zone, "A transaction in the ledger"));
    return Found(std::move(row));
}

bool Ledger::isExpired(const LedgerRow& row) const {
    return row.outcome == Outcome::Finished &&
           m_world.calendar().sinceEpoch() >= row.since.sinceEpoch() + kTokenLife;
}

Transacted Ledger::serve(Group& ledger, ZoneIndex zone, const TransactionOp& op) {
    Transacted out;
    LatestItem latest;
    auto row = rowOf(ledger, zone, op.name, latest);
    if (!row) {
        out.error = m_world.damaged(std::move(row).error());
        return out;
    }
    out.restsOn = latest.lsn;
    switch (op.step) {
        case TransactionStep::Begin:
            begin(ledger, zone, op, *row, latest, out);
            break;
        case TransactionStep::Decide:
            decide(ledger, zone, op, std::move(*row), latest, out);
            break;
        case TransactionStep::Finish:
            finish(ledger, zone, op, std::move(*row), latest, out);
            break;
        case TransactionStep::Prepare:
        case TransactionStep::Commit:
        case TransactionStep::Cancel:
        case TransactionStep::Read:
            CHECK(false);  // Coordinators ask partitions for these.
    }
    return out;
}

void Ledger::begin(Group& ledger, ZoneIndex zone, const TransactionOp& op,
                   const std::optional<NamedRow>& row, const LatestItem& latest, Transacted& out) {
    LedgerResult& result = out.result->emplace<LedgerResult>();
    const bool isReset = row && op.resetAt && row->row.since <= *op.resetAt;
    if (row && !isReset && !isExpired(row->row)) {
        const LedgerRow& there = row->row;
        result.id = transactionId(op.name, there.number);
        result.keys = there.keys;
        result.stamp = there.stamp;
        result.itemBytes = there.itemBytes;
        const bool isSameAttempt = there.attempt == op.attempt &&
                                   there.outcome == Outcome::Undecided &&
                                   there.parametersHash == op.parametersHash;
        if (isSameAttempt) {
            result.answer = LedgerAnswer::Begun;  // The coordinator repeats itself.
            out.restsOn = Lsn{};
        } else if (there.parametersHash != op.parametersHash) {
            result.answer = LedgerAnswer::Mismatch;
        } else if (there.outcome == Outcome::Finished) {
            result.answer = LedgerAnswer::Repeated;
        } else if (there.outcome == Outcome::Committed) {
            result.answer = LedgerAnswer::Known;
        } else {
            result.answer = LedgerAnswer::InProgress;
            reportStalled(ledger, knownTo(ledger, zone));
        }
        return;
    }
    LedgerRow begun;
    const replication::Replica& leader = *ledger.member(zone).replica;
    const Lsn lsn = leader.lastPosition().lsn.next();
    begun.number = transactionNumber({leader.term(), lsn});
    begun.attempt = op.attempt;
    begun.parametersHash = op.parametersHash;
    begun.stamp = op.stamp;
    begun.since = m_world.calendar();
    begun.keys = op.keys;
    result.answer = LedgerAnswer::Begun;
    result.id = transactionId(op.name, begun.number);
    write(ledger, zone, op.name, &begun, latest, out);
    CHECK(out.restsOn == lsn);
    // The coordinator need not wait for the record: it is before the decision in this log, and if
    // it is lost, the decision finds nothing and the transaction is cancelled.
    out.restsOn = Lsn{};
    Known& known = knownTo(ledger, zone);
    known.unfinished.insert_or_assign(op.name, Unfinished{result.id, m_world.now, false});
    stepLater(ledger, known, m_world.profile.stalledTransaction);
}

void Ledger::decide(Group& ledger, ZoneIndex zone, const TransactionOp& op,
                    std::optional<NamedRow> row, const LatestItem& latest, Transacted& out) {
    LedgerResult& result = out.result->emplace<LedgerResult>();
    const bool isThere = row && transactionId(op.name, row->row.number) == op.id;
    if (!isThere) {
        result.answer = LedgerAnswer::Forgotten;
        auto& unfinished = knownTo(ledger, zone).unfinished;
        const auto known = unfinished.find(op.name);
        if (known != unfinished.end() && known->second.id == op.id) unfinished.erase(known);
        return;
    }
    LedgerRow& decided = row->row;
    result.answer = LedgerAnswer::Decided;
    result.keys = decided.keys;
    if (decided.outcome == Outcome::Undecided) {
        decided.outcome = op.commits ? Outcome::Committed : Outcome::Cancelled;
        decided.stamp = op.stamp;
        decided.itemBytes = op.itemBytes;
        if (op.commits) decided.itemBytes.resize(decided.keys.size());
        write(ledger, zone, op.name, &decided, latest, out);
    }
    result.commits = decided.outcome != Outcome::Cancelled;
    result.stamp = decided.stamp;
    result.itemBytes = decided.itemBytes;
    m_world.queue.cause = m_world.emit(observe::TransactionDecided{
        ledger.ref(zone), out.restsOn, result.commits, lsnIn(decided.number)});
}

void Ledger::finish(Group& ledger, ZoneIndex zone, const TransactionOp& op,
                    std::optional<NamedRow> row, const LatestItem& latest, Transacted& out) {
    out.result->emplace<LedgerResult>().answer = LedgerAnswer::Decided;
    if (!row || transactionId(op.name, row->row.number) != op.id) return;
    LedgerRow& finished = row->row;
    // A decision that was not heard of: its coordinator finishes it.
    if (finished.outcome == Outcome::Undecided || finished.outcome == Outcome::Finished) return;
    knownTo(ledger, zone).unfinished.erase(op.name);
    // A reset since it began has dropped what it wrote. Its stamp does not tell: it may be later.
    const auto resetAt = m_world.catalog.resets().of(accountIn(op.name));
    const bool isReset = resetAt && finished.since <= *resetAt;
    if (finished.outcome == Outcome::Cancelled || !finished.hasToken() || isReset)
        return write(ledger, zone, op.name, nullptr, latest, out);
    finished.outcome = Outcome::Finished;
    finished.since = m_world.calendar();
    finished.keys.clear();
    write(ledger, zone, op.name, &finished, latest, out);
    Known& known = knownTo(ledger, zone);
    stepLater(ledger, known, kTokenLife);
}

void Ledger::write(Group& ledger, ZoneIndex zone, const std::string& name, const LedgerRow* row,
                   const LatestItem& latest, Transacted& out) {
    std::optional<std::string> image;
    if (row != nullptr) image = encodeRow(name, *row);
    const auto bytes = static_cast<std::uint32_t>(image ? image->size() : 0);
    table::LogRecord record = changeRecord(m_world, ledger, ledgerKey(ledger.space, name),
                                           latest.item, std::move(image), bytes);
    out.restsOn = m_replicator.propose(ledger, zone, std::move(record));
}

}  // namespace orrery::cluster
