#include "core/cluster/replicas/record_finder.h"

#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"
#include "core/base/zone_letter.h"
#include "core/storage/storage_error.h"

namespace orrery::cluster {

using replication::LogPosition;

namespace {

storage::StorageError unusable(const Group& group, ZoneIndex zone, Lsn lsn, std::string_view how) {
    return {"read a log record", storage::kCorrupted, "log.mdb",
            "Record " + std::to_string(lsn.value()) + " of partition " +
                std::to_string(group.id.value()) + " in zone " + letterOf(zone) + " is " +
                std::string(how) + " in log.mdb; " + std::string(storage::kRestoreOrRepair) + "."};
}

}  // namespace

storage::StorageResult<RecordEffect> RecordFinder::effect(Group& group, ZoneIndex zone,
                                                          Lsn lsn) const {
    const Member& member = group.member(zone);
    const replication::Term term = member.log().termAt(lsn);
    RecentRecord* recent = group.log.recent.find(lsn);
    if (recent != nullptr && recent->position.term != term) recent = nullptr;
    if (recent != nullptr && recent->applied)
        return RecordEffect{recent->applied, recent->bytes->size()};
    SharedBytes bytes = recent != nullptr ? recent->bytes : nullptr;
    // After an opening, only the store has it. Decoding verifies it, as `find` would.
    if (bytes == nullptr && member.writing.empty())
        bytes = m_world.store.record(member.volume(), group.id, lsn).value_or(nullptr);
    auto one = bytes != nullptr ? table::decodeRecord(*bytes) : std::nullopt;
    if (!one && recent == nullptr) {
        TRY_ASSIGN(bytes, this->bytes(group, zone, lsn));
        one = table::decodeRecord(*bytes);
    }
    if (!one) return std::unexpected(unusable(group, zone, lsn, "corrupt"));
    auto applied = std::make_shared<table::AppliedRecord>(effectOf(group, *one, lsn));
    if (recent != nullptr) recent->applied = applied;
    return RecordEffect{std::move(applied), bytes->size()};
}

storage::StorageResult<SharedBytes> RecordFinder::find(Group& group, ZoneIndex zone,
                                                       Lsn lsn) const {
    const Member& member = group.member(zone);
    const LogPosition position{member.log().termAt(lsn), lsn};
    const RecentRecord* recent = group.log.recent.find(lsn);
    if (recent != nullptr && recent->position == position) return recent->bytes;
    for (auto record = member.writing.rbegin(); record != member.writing.rend(); ++record) {
        if (record->position == position) return record->bytes;
    }
    auto bytes = m_world.store.record(member.volume(), group.id, lsn);
    if (bytes && (*bytes == nullptr || table::isWholeRecord(**bytes))) return bytes;
    auto error = bytes ? unusable(group, zone, lsn, "corrupt") : std::move(bytes).error();
    return sameRecord(group, zone, position, std::move(error));
}

// Equal positions mean equal records, so what one disk has lost another may still have. The damage
// is reported all the same.
storage::StorageResult<SharedBytes> RecordFinder::sameRecord(const Group& group, ZoneIndex zone,
                                                             LogPosition position,
                                                             storage::StorageError error) const {
    for (const Member& other : group.members) {
        const bool isSame = other.zone != zone && position.term > replication::Term{} &&
                            position.lsn <= other.durableLast &&
                            other.durable.log.lastTermBefore(position.lsn) == position.term;
        if (!isSame) continue;
        auto bytes = m_world.store.record(other.volume(), group.id, position.lsn);
        if (!bytes || *bytes == nullptr || !table::isWholeRecord(**bytes)) continue;
        m_world.reportDamage(std::move(error));
        return bytes;
    }
    return std::unexpected(std::move(error));
}

storage::StorageResult<SharedBytes> RecordFinder::bytes(Group& group, ZoneIndex zone,
                                                        Lsn lsn) const {
    TRY_ASSIGN(SharedBytes bytes, find(group, zone, lsn));
    if (bytes != nullptr) return bytes;
    const LogPosition position{group.member(zone).log().termAt(lsn), lsn};
    return sameRecord(group, zone, position, unusable(group, zone, lsn, "missing"));
}

storage::StorageResult<table::LogRecord> RecordFinder::record(Group& group, ZoneIndex zone,
                                                              Lsn lsn) const {
    TRY_ASSIGN(const SharedBytes bytes, this->bytes(group, zone, lsn));
    auto decoded = table::decodeRecord(*bytes);
    if (!decoded) return std::unexpected(unusable(group, zone, lsn, "corrupt"));
    return *std::move(decoded);
}

table::AppliedRecord RecordFinder::effectOf(const Group& group, const table::LogRecord& record,
                                            Lsn lsn) {
    if (record.space == KeySpaceId{} || record.space == group.space)
        return table::applyRecord(record, lsn, *group.schema);
    table::AppliedRecord nothing;
    nothing.committedAt = record.committedAt;
    return nothing;
}

}  // namespace orrery::cluster
