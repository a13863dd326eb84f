#include "tests/cluster/world_judges.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/cluster/replicas/jobs.h"
#include "core/cluster/tables/stored_table.h"
#include "core/table/index_entry.h"

namespace orrery::test {
namespace {

std::string nameOf(GroupId group) {
    return "group " + std::to_string(group.value());
}
std::string nameOf(KeySpaceId space) {
    return "key space " + std::to_string(space.value());
}

std::vector<cluster::PartitionChecksums> partitionsOf(const cluster::World& world,
                                                      const cluster::TableDescription& table) {
    auto partitions = world.checksums(table.name, table.regionName, false, table.accountId);
    CHECK(partitions.has_value());
    return *std::move(partitions);
}

std::set<KeySpaceId> spacesOf(const cluster::World& world) {
    std::set<KeySpaceId> spaces;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        spaces.insert(table->space);
        for (const auto& index : table->indexes)
            spaces.insert(index.space);
    });
    return spaces;
}

std::set<GroupId> groupsOf(const cluster::World& world) {
    std::set<GroupId> groups;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        for (const auto& partition : partitionsOf(world, *table))
            groups.insert(partition.group);
    });
    return groups;
}

/// The ledgers of transactions, which no catalog lists.
std::vector<cluster::StoredTable> ledgersOf(const storage::Store& store) {
    const auto values = store.values("ledger/");
    CHECK(values.has_value());
    std::vector<cluster::StoredTable> ledgers;
    for (const auto& [name, bytes] : *values) {
        auto ledger = cluster::decodeStoredTable(bytes);
        CHECK(ledger.has_value());
        ledgers.push_back(*std::move(ledger));
    }
    return ledgers;
}

/// No group ever had a higher id: as the counter of the catalog says, or the store, whichever knows
/// of more.
std::uint64_t lastGroupEver(const storage::Store& store) {
    const auto last = store.lastGroup();
    const auto next = store.value("next");
    CHECK(last && next);
    if (!next->has_value()) return last->value();
    ByteReader in(**next);
    CHECK(in.u8() == 0);  // As all values that begin with a version do.
    CHECK(in.u8() == 2);
    in.varint();  // The next key space.
    const std::uint64_t nextGroup = in.varint();
    CHECK(in.ok() && in.atEnd());
    return std::max(last->value(), nextGroup - 1);
}

using Entries = std::map<std::string, std::string>;  // Attributes by storage key.

Entries entriesOf(const cluster::World& world, const cluster::TableDescription& table,
                  const std::string& index, ZoneIndex zone) {
    Entries entries;
    cluster::ItemsLookRequest request{table.regionName, table.name, index, zone, "", 0, 1000};
    request.accountId = table.accountId;
    for (bool more = true; more;) {
        const auto look = world.lookItems(request);
        CHECK(look.has_value());
        for (const auto& row : look->rows) {
            request.after = row.storageKey;
            entries[row.storageKey] = std::string(row.item.attributes());
        }
        more = look->more;
    }
    return entries;
}

std::string judgeIndexes(const cluster::World& world, const cluster::TableDescription& table,
                         ZoneIndex zone) {
    const Entries items = entriesOf(world, table, "", zone);
    for (const auto& index : table.indexes) {
        Entries expected;
        for (const auto& [key, attributes] : items) {
            const auto entry = table::indexEntryOf(attributes, index, table.keys);
            if (entry) expected[entry->key] = entry->attributes;
        }
        const Entries shown = entriesOf(world, table, index.name, zone);
        if (shown == expected) continue;
        return "index " + index.name + " of " + table.name + " is not its table in zone " +
               std::to_string(zone.value()) + ": " + std::to_string(shown.size()) +
               " entries, expected " + std::to_string(expected.size());
    }
    return {};
}

std::string judgePartition(const cluster::PartitionChecksums& partition) {
    for (const auto& zone : partition.zones) {
        const std::string where = nameOf(partition.group) +
                                  (partition.index.empty() ? "" : " of ") + partition.index +
                                  " in zone " + std::to_string(zone.zone.value());
        const auto& first = partition.zones[0];
        if (zone.applied != first.applied || zone.checksum != first.checksum)
            return where + " differs from zone 0: it has applied record " +
                   std::to_string(zone.applied.value()) + " of " +
                   std::to_string(first.applied.value());
        if (*zone.scanned != zone.checksum) return where + ": kept and scanned sums differ";
        if (*zone.scannedCount != zone.itemCount)
            return where + " counts " + std::to_string(zone.itemCount) + " items and has " +
                   std::to_string(*zone.scannedCount);
        std::vector<storage::EntryCounts> counted = zone.localIndexes;
        if (zone.itemCount == 0) counted.resize(zone.scannedLocalIndexes.size());
        if (counted != zone.scannedLocalIndexes)
            return where + " does not count the entries of its local indexes";
    }
    return {};
}

}  // namespace

std::string judgeIds(const cluster::World& world) {
    std::string problem;
    std::set<KeySpaceId> spaces;
    std::set<GroupId> groups;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        const auto own = [&](KeySpaceId space) {
            if (!spaces.insert(space).second) problem = nameOf(space) + " has two owners";
        };
        own(table->space);
        for (const auto& index : table->indexes)
            own(index.space);
        for (const auto& partition : partitionsOf(world, *table)) {
            if (!groups.insert(partition.group).second)
                problem = nameOf(partition.group) + " has two owners";
        }
    });
    return problem;
}

std::string judgeOwners(const cluster::World& world, const storage::Store& store) {
    std::string problem = judgeIds(world);
    const std::set<KeySpaceId> spaces = spacesOf(world);
    std::set<KeySpaceId> toFill;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        for (const auto& index : table->indexes) {
            if (index.backfilling) toFill.insert(index.space);
        }
    });
    const auto jobs = store.values("job/");
    CHECK(jobs.has_value());
    std::set<KeySpaceId> filled;
    for (const auto& [name, bytes] : *jobs) {
        const auto job = cluster::decodeJob(bytes);
        CHECK(job.has_value());
        const bool isReclaimed = job->kind == cluster::JobKind::ReclaimSpace;
        if (isReclaimed && spaces.contains(job->space))
            problem = nameOf(job->space) + " is in use and to be given back";
        if (job->kind != cluster::JobKind::FillIndex) continue;
        filled.insert(job->space);
        if (!toFill.contains(job->space)) problem = name + " fills an index that is whole or gone";
    }
    for (const KeySpaceId space : toFill) {
        if (!filled.contains(space)) problem = "no job fills " + nameOf(space);
    }
    return problem;
}

std::string judgeLeftovers(const cluster::World& world, const storage::Store& store) {
    std::string problem;
    std::set<KeySpaceId> spaces = spacesOf(world);
    std::set<GroupId> groups = groupsOf(world);
    for (const cluster::StoredTable& ledger : ledgersOf(store)) {
        spaces.insert(ledger.table.space);
        for (const cluster::StoredPartition& partition : ledger.partitions)
            groups.insert(partition.group);
    }
    const auto volumes = static_cast<std::uint16_t>(world.regions().size() * kZonesPerRegion);
    for (std::uint16_t volume = 0; volume < volumes; ++volume) {
        const auto visit = [&](std::string_view key, std::string_view) {
            ByteReader in(key);
            const KeySpaceId space(in.u32());
            const GroupId group(space == KeySpaceId{} ? in.u64() : 0);
            if (space == KeySpaceId{} && !groups.contains(group))
                problem = "a private key of " + nameOf(group) + " has no owner";
            if (space != KeySpaceId{} && !spaces.contains(space))
                problem = nameOf(space) + " has keys and no owner";
            return storage::ScanStep::Continue;
        };
        CHECK(store.scan(VolumeId(volume), "", "", storage::ScanDirection::Forward, visit));
    }
    const std::uint64_t end = lastGroupEver(store);
    for (std::uint64_t id = 1; id <= end; ++id) {
        const GroupId group(id);
        if (groups.contains(group)) continue;
        const auto state = store.groupState(VolumeId(0), group);
        CHECK(state.has_value());
        if (state->has_value()) problem = nameOf(group) + " has a state and no owner";
        for (std::uint16_t volume = 0; volume < volumes; ++volume) {
            const auto last = store.lastLsn(VolumeId(volume), group);
            CHECK(last.has_value());
            if (*last > Lsn{}) problem = nameOf(group) + " has a log and no owner";
        }
    }
    return problem;
}

std::string judgeTables(const cluster::World& world) {
    std::string problem;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        const auto partitions =
            world.checksums(table->name, table->regionName, true, table->accountId);
        CHECK(partitions.has_value());
        for (const auto& partition : *partitions) {
            if (problem.empty()) problem = judgePartition(partition);
        }
        for (std::uint8_t zone = 0; zone < kZonesPerRegion && problem.empty(); ++zone)
            problem = judgeIndexes(world, *table, ZoneIndex(zone));
    });
    return problem;
}

std::string judgeTrees(const cluster::World& world, const storage::Store& store) {
    std::set<RegionId> regions;
    world.catalog().forEach([&](const cluster::TablePtr& table) { regions.insert(table->region); });
    std::string problem;
    for (const RegionId region : regions) {
        std::array<std::map<std::string, std::string>, kZonesPerRegion> trees;
        for (std::uint8_t zone = 0; zone < kZonesPerRegion; ++zone) {
            auto& tree = trees.at(zone);
            const auto visit = [&](std::string_view key, std::string_view image) {
                tree.emplace(key, image);
                return storage::ScanStep::Continue;
            };
            CHECK(store.scan(volumeOf(region, ZoneIndex(zone)), "", "",
                             storage::ScanDirection::Forward, visit));
            if (tree == trees[0]) continue;
            problem = "the tree of zone " + std::to_string(zone) + " has " +
                      std::to_string(tree.size()) + " keys and is not that of zone 0 with " +
                      std::to_string(trees[0].size());
        }
    }
    return problem;
}

std::string judgeTrimMarks(const cluster::World& world, const storage::Store& store) {
    std::string problem;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        for (const auto& partition : partitionsOf(world, *table)) {
            std::array<Lsn, kZonesPerRegion> ends;  // 0: the tree and the log are no whole.
            Lsn mark{};
            for (std::uint8_t zone = 0; zone < kZonesPerRegion; ++zone) {
                const VolumeId volume = volumeOf(table->region, ZoneIndex(zone));
                const auto end = store.lastLsn(volume, partition.group);
                const auto begin = store.trimMark(volume, partition.group);
                const auto tree = store.mark(volume, partition.group);
                CHECK(end && begin && tree);
                const bool isWhole = !tree->copiedTo && tree->applied.next() >= *begin;
                ends.at(zone) = isWhole ? std::max(*end, tree->applied) : Lsn{};
                mark = std::max(mark, *begin);
            }
            std::ranges::sort(ends);
            if (mark > ends[1].next())
                problem = "a log of " + nameOf(partition.group) + " begins with record " +
                          std::to_string(mark.value()) +
                          ", and fewer than two replicas have what is before it";
        }
    });
    return problem;
}

std::string judgeIndexLag(cluster::World& world) {
    std::string problem;
    const auto snapshot = world.makeSnapshot();
    for (const auto& region : snapshot->regions) {
        for (const auto& table : region->tables) {
            for (const observe::IndexView& index : table->indexes) {
                if (index.lagRecords == 0) continue;
                problem = "index " + index.name + " of " + table->name + " lacks " +
                          std::to_string(index.lagRecords) + " records though it can be reached";
            }
        }
    }
    return problem;
}

std::string judgeReached(cluster::World& world) {
    std::string problem;
    const auto snapshot = world.makeSnapshot();
    std::set<std::string> ends;
    for (const observe::FaultView& fault : world.faults()) {
        if (fault.active) ends.insert(fault.zones.begin(), fault.zones.end());
    }
    const auto look = [&](const std::string& region, const observe::PartitionView& partition) {
        Lsn committed{};
        for (const observe::ReplicaView& one : partition.replicas)
            committed = std::max(committed, one.committed);
        for (const observe::ReplicaView& one : partition.replicas) {
            const std::string zone = region + static_cast<char>('a' + one.zone.value());
            if (ends.contains(zone) || one.applied == committed) continue;
            problem = nameOf(partition.group) + " has applied record " +
                      std::to_string(one.applied.value()) + " of " +
                      std::to_string(committed.value()) + " in " + zone +
                      ", which hears the other zones";
        }
    };
    for (const auto& region : snapshot->regions) {
        for (const auto& table : region->tables) {
            for (const observe::PartitionView& one : table->partitions)
                look(region->name, one);
            for (const observe::IndexView& index : table->indexes) {
                for (const observe::PartitionView& one : index.partitions)
                    look(region->name, one);
            }
        }
    }
    return problem;
}

int treesInCopy(const cluster::World& world, const storage::Store& store) {
    int count = 0;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        for (const auto& partition : partitionsOf(world, *table)) {
            for (std::uint8_t zone = 0; zone < kZonesPerRegion; ++zone) {
                const auto mark =
                    store.mark(volumeOf(table->region, ZoneIndex(zone)), partition.group);
                CHECK(mark.has_value());
                count += mark->copiedTo ? 1 : 0;
            }
        }
    });
    return count;
}

std::string judgeAtRest(cluster::World& world, const storage::Store& store,
                        LastingJudges& lasting) {
    CHECK(store.figures().pendingTurns == 0);  // Otherwise `lasting` looks at nothing.
    if (const auto damage = world.damage()) return "damage is told: " + damage->message();
    std::string problem = judgeOwners(world, store);
    const auto ask = [&problem](auto judge) {
        if (problem.empty()) problem = judge();
    };
    ask([&] { return judgeTables(world); });
    ask([&] { return judgeTrees(world, store); });
    ask([&] { return judgeTrimMarks(world, store); });
    ask([&] { return judgeIndexLag(world); });
    ask([&] { return judgeLeftovers(world, store); });
    ask([&] { return lasting.judge(world, store); });
    return problem;
}

}  // namespace orrery::test
