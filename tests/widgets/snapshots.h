#pragma once

#include <memory>

#include "core/observe/snapshot.h"

namespace orrery::test {

inline observe::TableViewPtr makeTable(const std::string& name, std::int64_t items = 0,
                                       int partitions = 4) {
    auto table = std::make_shared<observe::TableView>();
    table->name = name;
    table->keys = "id (S)";
    table->partitionKeyName = "id";
    table->status = "ACTIVE";
    table->itemCount = items;
    for (int i = 0; i < partitions; ++i) {
        observe::PartitionView partition;
        partition.group = GroupId(static_cast<std::uint64_t>(i + 1));
        partition.begin = (std::uint64_t{1} << 32) * static_cast<std::uint64_t>(i) /
                          static_cast<std::uint64_t>(partitions);
        partition.end = (std::uint64_t{1} << 32) * static_cast<std::uint64_t>(i + 1) /
                        static_cast<std::uint64_t>(partitions);
        for (std::uint8_t zone = 0; zone < kZonesPerRegion; ++zone) {
            partition.replicas[zone].zone = ZoneIndex(zone);
            if (zone == i % kZonesPerRegion) partition.replicas[zone].role = observe::Role::Leader;
        }
        table->partitions.push_back(partition);
    }
    return table;
}

inline std::shared_ptr<observe::RegionView> makeRegion(const std::string& name,
                                                       std::vector<observe::TableViewPtr> tables) {
    auto region = std::make_shared<observe::RegionView>();
    region->name = name;
    region->tables = std::move(tables);
    for (std::size_t i = 0; i < region->zones.size(); ++i)
        region->zones[i].name = name + static_cast<char>('a' + i);
    return region;
}

inline std::shared_ptr<observe::Snapshot> makeSnapshot(
    std::vector<observe::RegionViewPtr> regions) {
    auto snapshot = std::make_shared<observe::Snapshot>();
    snapshot->regions = std::move(regions);
    return snapshot;
}

}  // namespace orrery::test
