#include "core/cluster/inspect/snapshot_builder.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

constexpr std::uint64_t kWholeSpace = std::uint64_t{1} << 32;

std::string statusText(TableStatus status) {
    switch (status) {
        case TableStatus::Creating:
            return "CREATING";
        case TableStatus::Updating:
            return "UPDATING";
        case TableStatus::Deleting:
            return "DELETING";
        case TableStatus::Active:
            return "ACTIVE";
    }
    return "";
}

std::string keysText(const types::KeySchema& keys) {
    const auto one = [](const types::KeyAttribute& key) {
        return key.name + " (" + std::string(types::wireName(key.type)) + ")";
    };
    return keys.sort ? one(keys.partition) + ", " + one(*keys.sort) : one(keys.partition);
}

std::string billingText(const TableDescription& table) {
    if (table.billing == BillingMode::PayPerRequest) return "on-demand";
    return std::to_string(table.throughput.readUnits) + " RCU, " +
           std::to_string(table.throughput.writeUnits) + " WCU";
}

std::uint64_t fraction(KeySpaceId space, const std::string& suffix) {
    std::string key;
    ByteWriter(key).u32(space.value());
    return types::hashPosition(key + suffix);
}

bool sameView(const observe::TableView& a, const observe::TableView& b) {
    const auto sameIndex = [](const observe::IndexView& x, const observe::IndexView& y) {
        return x.name == y.name && x.itemCount == y.itemCount && x.itemBytes == y.itemBytes &&
               x.lagRecords == y.lagRecords && x.partitions == y.partitions;
    };
    return a.status == b.status && a.billing == b.billing && a.itemCount == b.itemCount &&
           a.itemBytes == b.itemBytes && a.partitions == b.partitions &&
           std::ranges::equal(a.indexes, b.indexes, sameIndex);
}

}  // namespace

observe::ReplicaView SnapshotBuilder::replica(const Group& group, ZoneIndex zone) const {
    const Member& member = group.member(zone);
    observe::ReplicaView view;
    view.zone = zone;
    view.applied = member.mark.applied;
    view.itemCount = member.mark.itemCount;
    view.itemBytes = member.mark.itemBytes;
    view.checksum = member.mark.checksum;
    view.lagRecords = group.committed.value() - member.mark.applied.value();
    view.lag = group.lagOf(member, m_world.now);
    if (!member.replica) {
        view.role = observe::Role::Down;
        view.term = member.durable.term.value();
        view.persisted = member.durableLast;
        view.committed = member.durable.commit;
        return view;
    }
    view.term = member.replica->term().value();
    view.persisted = member.replica->persistedLsn();
    view.committed = member.replica->commitLsn();
    switch (member.replica->role()) {
        case replication::Role::Leader:
            view.role = observe::Role::Leader;
            break;
        case replication::Role::Candidate:
            view.role = observe::Role::Candidate;
            break;
        case replication::Role::Follower:
            view.role =
                member.replica->isCaughtUp() ? observe::Role::Follower : observe::Role::CatchingUp;
            break;
    }
    return view;
}

observe::PartitionView SnapshotBuilder::partition(Group& group) {
    group.roll(m_world.now);
    observe::PartitionView view;
    view.group = group.id;
    view.begin = group.begin.empty() ? 0 : fraction(group.space, group.begin);
    view.end = group.end.empty() ? kWholeSpace : fraction(group.space, group.end);
    for (const ZoneIndex zone : kZones) {
        const observe::ReplicaView one = replica(group, zone);
        view.replicas[zone.value()] = one;
        if (one.applied < group.committed) continue;
        view.itemCount = one.itemCount;
        view.itemBytes = one.itemBytes;
    }
    view.readsPerSecond = group.readsLastSecond;
    view.writesPerSecond = group.writesLastSecond;
    return view;
}

std::vector<observe::PartitionView> SnapshotBuilder::partitions(KeySpaceId space) {
    std::vector<observe::PartitionView> views;
    for (const GroupId id : m_world.partitions.ofSpace(space))
        views.push_back(partition(*m_world.findGroup(id)));
    return views;
}

observe::TableViewPtr SnapshotBuilder::tableView(const TableDescription& table) {
    auto view = std::make_shared<observe::TableView>();
    view->space = table.space;
    view->name = table.name;
    view->accountId = table.accountId;
    view->status = statusText(table.status);
    view->keys = keysText(table.keys);
    view->partitionKeyName = table.keys.partition.name;
    if (table.keys.sort) view->sortKeyName = table.keys.sort->name;
    view->billing = billingText(table);
    view->partitions = partitions(table.space);
    std::uint64_t behind = 0;
    for (const observe::PartitionView& one : view->partitions) {
        view->itemCount += one.itemCount;
        view->itemBytes += one.itemBytes;
        behind += m_propagator.behind(*m_world.findGroup(one.group));
    }
    for (const SecondaryIndex& index : table.indexes) {
        observe::IndexView shown;
        shown.name = index.name;
        shown.global = index.global;
        shown.keys = keysText(index.keys);
        if (index.global) {
            shown.partitions = partitions(index.space);
            shown.lagRecords = behind;
        }
        for (const observe::PartitionView& one : shown.partitions) {
            shown.itemCount += one.itemCount;
            shown.itemBytes += one.itemBytes;
        }
        view->indexes.push_back(std::move(shown));
    }
    observe::TableViewPtr& before = m_tables[table.space];
    if (!before || !sameView(*before, *view)) before = std::move(view);
    return before;
}

void SnapshotBuilder::addToZones(const observe::PartitionView& partition,
                                 observe::RegionView& region) const {
    for (const observe::ReplicaView& replica : partition.replicas) {
        observe::ZoneView& zone = region.zones[replica.zone.value()];
        ++zone.replicas;
        if (replica.role == observe::Role::Leader) ++zone.leaders;
        zone.lagRecords += replica.lagRecords;
        zone.lag = std::max(zone.lag, replica.lag);
    }
}

// True if some link between this zone and another is cut, in either direction.
bool SnapshotBuilder::isCutOff(RegionId region, ZoneIndex zone) const {
    const auto node = m_world.node(region, zone);
    return std::ranges::any_of(kZones, [&](ZoneIndex other) {
        const auto peer = m_world.node(region, other);
        return m_world.network.isCut(node, peer) || m_world.network.isCut(peer, node);
    });
}

std::shared_ptr<observe::Snapshot> SnapshotBuilder::make(std::vector<observe::FaultView> faults,
                                                         std::uint64_t heartbeats) {
    auto snapshot = std::make_shared<observe::Snapshot>();
    snapshot->at = m_world.now;
    snapshot->profile = m_world.profile.name;
    snapshot->seed = m_world.seed;
    snapshot->clock.calendar = m_world.calendar();
    snapshot->clock.now = m_world.now;
    snapshot->faults = std::move(faults);
    snapshot->totals = m_world.totals;
    snapshot->totals.heartbeats = heartbeats;
    for (const auto& region : m_world.regions) {
        auto view = std::make_shared<observe::RegionView>();
        view->id = region->id;
        view->name = region->name;
        for (const ZoneIndex zone : kZones) {
            observe::ZoneView& shown = view->zones[zone.value()];
            shown.name = zoneName(*region, zone);
            shown.up = region->up[zone.value()];
            shown.cutOff = isCutOff(region->id, zone);
        }
        m_world.catalog.forEach([&](const TablePtr& table) {
            if (table->region != region->id) return;
            const observe::TableViewPtr shown = tableView(*table);
            for (const observe::PartitionView& one : shown->partitions)
                addToZones(one, *view);
            for (const observe::IndexView& index : shown->indexes) {
                for (const observe::PartitionView& one : index.partitions)
                    addToZones(one, *view);
            }
            view->tables.push_back(shown);
        });
        snapshot->regions.push_back(std::move(view));
    }
    std::erase_if(m_tables,
                  [&](const auto& known) { return m_world.catalog.find(known.first) == nullptr; });
    return snapshot;
}

}  // namespace orrery::cluster
