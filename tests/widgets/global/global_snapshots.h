#pragma once

#include "tests/widgets/snapshots.h"

namespace orrery::test {

inline std::shared_ptr<observe::RegionView> makePlacedRegion(const std::string& name) {
    auto region = makeRegion(name, {});
    region->place = observe::placeOf(name);
    return region;
}

/// Adds a global table with replicas in these Regions, and its replication.
inline void addGlobalTable(observe::Snapshot& snapshot, const std::string& name,
                           const std::vector<std::string>& regions) {
    observe::GlobalTableView table;
    table.id = snapshot.globalTables.size() + 1;
    table.name = name;
    table.consistency = "EVENTUAL";
    for (const std::string& region : regions)
        table.replicas.push_back({region, "ACTIVE", {}});
    snapshot.globalTables.push_back(table);
    for (const std::string& from : regions)
        for (const std::string& to : regions) {
            if (from == to) continue;
            observe::ReplicationPairView pair;
            pair.table = name;
            pair.from = from;
            pair.to = to;
            snapshot.replication.push_back(pair);
        }
}

/// These Regions at their places, with links between them, and a global table "Music" in all.
inline std::shared_ptr<observe::Snapshot> makeWorld(const std::vector<std::string>& regions) {
    std::vector<observe::RegionViewPtr> views;
    for (const std::string& region : regions)
        views.push_back(makePlacedRegion(region));
    auto snapshot = makeSnapshot(std::move(views));
    for (const std::string& from : regions)
        for (const std::string& to : regions) {
            if (from == to) continue;
            observe::RegionLinkView link;
            link.from = from;
            link.to = to;
            link.delay = observe::delayBetweenRegions(from, to);
            snapshot->regionLinks.push_back(link);
        }
    addGlobalTable(*snapshot, "Music", regions);
    return snapshot;
}

inline std::shared_ptr<observe::Snapshot> makeThreeRegions() {
    return makeWorld({"us-east-1", "eu-west-1", "ap-northeast-1"});
}

inline observe::ReplicationPairView& pairOf(observe::Snapshot& snapshot, const std::string& from,
                                            const std::string& to,
                                            const std::string& table = "Music") {
    for (observe::ReplicationPairView& pair : snapshot.replication)
        if (pair.table == table && pair.from == from && pair.to == to) return pair;
    std::abort();
}

inline observe::RegionLinkView& linkOf(observe::Snapshot& snapshot, const std::string& from,
                                       const std::string& to) {
    for (observe::RegionLinkView& link : snapshot.regionLinks)
        if (link.from == from && link.to == to) return link;
    std::abort();
}

inline observe::FaultView makeRegionFault(std::uint64_t id, const std::string& kind,
                                          const std::vector<std::string>& regions) {
    observe::FaultView fault;
    fault.id = id;
    fault.kind = kind;
    fault.regions = regions;
    for (const std::string& region : regions)
        fault.target += (fault.target.empty() ? "" : " - ") + region;
    return fault;
}

}  // namespace orrery::test
