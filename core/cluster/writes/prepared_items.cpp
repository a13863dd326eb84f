#include "core/cluster/writes/prepared_items.h"

#include "core/base/check.h"
#include "core/base/result.h"

namespace orrery::cluster {
namespace {

storage::StorageError damagedItem(const Group& group, ZoneIndex zone) {
    return damagedTree(group, zone, "What a transaction prepared for an item");
}

}  // namespace

bool PreparedItems::isKnown(const Group& group, ZoneIndex zone) const {
    const Known* known = m_groups.find(group.id);
    return known != nullptr && known->zone == zone &&
           known->term == group.member(zone).replica->term();
}

storage::StorageResult<const PreparedItems::Table*> PreparedItems::of(const Group& group,
                                                                      ZoneIndex zone) {
    Known& known = m_groups.of(group.id);
    const replication::Term term = group.member(zone).replica->term();
    if (known.zone != zone || known.term != term) {
        TRY_ASSIGN(known.items, read(group, zone));
        known.zone = zone;
        known.term = term;
    }
    return &known.items;
}

storage::StorageResult<PreparedItems::Table> PreparedItems::read(const Group& group,
                                                                 ZoneIndex zone) const {
    Table items;
    bool isDamaged = false;
    const auto take = [&](std::string_view key, std::string_view stored) {
        auto prepared = table::decodePrepared(key, stored);
        isDamaged = isDamaged || !prepared;
        if (!prepared) return;
        items.insert_or_assign(std::string(table::itemKeyOf(key)),
                               Ongoing{std::move(prepared->transactionId), prepared->ledger,
                                       prepared->stamp, m_world.now});
    };
    const std::string begin = table::preparedKeysBegin(group.id);
    const std::string end = table::preparedKeysEnd(group.id);
    TRY(m_world.store.scan(
        volumeOf(group.region, zone), begin, end, storage::ScanDirection::Forward,
        [&](std::string_view key, std::string_view stored) {
            take(key, stored);
            return isDamaged ? storage::ScanStep::Stop : storage::ScanStep::Continue;
        }));
    for (auto inTail = group.tail.lower_bound(begin);
         inTail != group.tail.end() && inTail->first < end; ++inTail) {
        if (inTail->second.stored) {
            take(inTail->first, *inTail->second.stored);
        } else {
            items.erase(std::string(table::itemKeyOf(inTail->first)));
        }
    }
    if (isDamaged) return std::unexpected(damagedItem(group, zone));
    return items;
}

void PreparedItems::note(const Group& group, ZoneIndex zone, const table::LogRecord& record) {
    CHECK(isKnown(group, zone));
    Table& items = m_groups.of(group.id).items;
    if (record.kind == table::RecordKind::TransactionPrepare) {
        CHECK(record.stamp.has_value());
        items.insert_or_assign(
            record.key, Ongoing{record.transactionId, record.ledger, *record.stamp, m_world.now});
    } else {
        items.erase(record.key);
    }
}

storage::StorageResult<bool> PreparedItems::isOngoing(const Group& group, ZoneIndex zone,
                                                      std::string_view storageKey) {
    // Most Regions never have a transaction.
    if (m_world.region(group.region).ledger == GroupId{}) return false;
    TRY_ASSIGN(const Table* items, of(group, zone));
    return items->find(storageKey) != items->end();
}

Lsn PreparedItems::lastRecordOf(const Group& group, std::string_view storageKey) {
    const auto inTail = group.tail.find(table::preparedKey(group.id, storageKey));
    return inTail == group.tail.end() ? Lsn{} : inTail->second.lsn;
}

storage::StorageResult<std::optional<table::PreparedItem>> PreparedItems::find(
    const Group& group, ZoneIndex zone, std::string_view storageKey) const {
    using Found = std::optional<table::PreparedItem>;
    const std::string key = table::preparedKey(group.id, storageKey);
    SharedBytes stored;
    if (const auto inTail = group.tail.find(key); inTail != group.tail.end()) {
        stored = inTail->second.stored;
    } else {
        TRY_ASSIGN(stored, m_world.store.get(volumeOf(group.region, zone), key));
    }
    if (!stored) return Found();
    auto prepared = table::decodePrepared(key, *stored);
    if (!prepared) return std::unexpected(damagedItem(group, zone));
    return Found(std::move(prepared));
}

}  // namespace orrery::cluster
