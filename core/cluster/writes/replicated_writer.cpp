#include "core/cluster/writes/replicated_writer.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/base/result.h"
#include "core/cluster/writes/item_versions.h"
#include "core/cluster/writes/write_evaluation.h"

namespace orrery::cluster {

using Outcome = ReplicatedWrite::Outcome;

namespace {

/// What clients of the Region `own` may lose if `write` replaces `before`. The heads say of which
/// of their writes each of the two knows. Whose head is later decides nothing: writes that lost may
/// have come back.
std::optional<table::LostWrites> lostWrites(const ItemVersion& before,
                                            const table::LogRecord& write, const std::string& own) {
    const table::VersionHead* const here = before.headOf(own);
    if (here == nullptr || write.originRegion == own) return std::nullopt;
    const table::VersionHead none;
    const table::VersionHead* const known = findHead(write.heads, own);
    const table::VersionHead& there = known == nullptr ? none : *known;
    if (there.at == here->at) return std::nullopt;
    const std::uint64_t count = here->number - std::min(there.number, here->number - 1);
    return table::LostWrites{there.at, here->at, here->number, count, before.at, before.region};
}

}  // namespace

storage::StorageResult<ReplicatedWrite> ReplicatedWriter::write(
    Group& group, ZoneIndex zone, const table::LogRecord& write) const {
    TRY_ASSIGN(const LatestVersion latest, latestVersion(m_world, group, zone, write.key));
    const ItemVersion incoming{*write.version, write.originRegion, {}};
    if (latest.version && !latest.version->isBefore(incoming)) {
        const bool isSame = !incoming.isBefore(*latest.version);
        if (isSame) return ReplicatedWrite{Outcome::Same, latest.lsn};
        if (m_world.plantedBug != PlantedBug::LastArrivalWins)
            return ReplicatedWrite{Outcome::Lost, latest.lsn};
    }
    TRY_ASSIGN(const bool isOngoing, m_prepared.isOngoing(group, zone, write.key));
    if (isOngoing) return ReplicatedWrite{Outcome::Busy, {}};
    return apply(group, zone, write, latest);
}

storage::StorageResult<ReplicatedWrite> ReplicatedWriter::apply(
    Group& group, ZoneIndex zone, const table::LogRecord& write,
    const LatestVersion& replaced) const {
    TRY_ASSIGN(const LatestItem latest, latestItem(m_world, group, zone, write.key));
    std::optional<table::CollectionSize> collection;
    if (!group.schema->localIndexes.empty()) {
        TRY_ASSIGN(collection,
                   m_sizes.find(group, zone, write.key, static_cast<bool>(latest.item)));
    }
    table::LogRecord record =
        changeRecord(m_world, group, write.key, latest.item, write.newImage, write.newItemBytes);
    record.cause = table::Cause::Replication;
    takeVersion(write, record);
    if (replaced.version)
        record.lost = lostWrites(*replaced.version, write, m_world.region(group.region).name);
    // The ledger of conflicts shows what was lost.
    if (record.lost && latest.item && !record.oldImage)
        record.oldImage.emplace(latest.item.attributes());
    // The sender sends it again.
    if (!takesRoom(m_world, group, record, Logged::Once)) return ReplicatedWrite{Outcome::Busy, {}};
    std::optional<std::uint64_t> size;
    const auto proposed =
        proposeChange(m_replicator, m_sizes, group, zone, std::move(record), collection, size);
    return ReplicatedWrite{Outcome::Applied, proposed.lsn};
}

}  // namespace orrery::cluster
