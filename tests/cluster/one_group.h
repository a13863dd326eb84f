#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "core/storage/stores.h"
#include "core/table/log_record.h"
#include "tests/cluster/group_events.h"

namespace orrery::test {

inline constexpr ZoneIndex kA(0);
inline constexpr ZoneIndex kB(1);
inline constexpr ZoneIndex kC(2);
inline constexpr RegionId kRegion(0);

inline SharedBytes noOp() {
    return share(table::encodeRecord({}));
}

/// One group on a store in memory, led by zone a.
class OneGroup {
public:
    explicit OneGroup(const cluster::Profile& profile = cluster::Profile::dropIn(),
                      const cluster::LogBounds& bounds = {})
        : store(storage::MemoryStore::create()),
          world(*store, profile, 1, 100),
          replicator(world, bounds) {
        world.addRegion("us-east-1");
        group = &replicator.create({GroupId(1), cluster::GroupKind::Table, kRegion, KeySpaceId(1),
                                    KeySpaceId(1), "", "", kA});
        group->schema = std::make_shared<table::ApplySchema>();
        replicator.requestLease(*group, kA);
        run(std::chrono::milliseconds(10));
    }

    /// Runs the events due by then, as one turn.
    void run(Duration by) {
        events(by);
        endTurn();
    }
    void events(Duration by) {
        runGroupEvents(world, replicator, world.now + by, [this](const cluster::Event&) {
            catchUpPeak = std::max(catchUpPeak, catchUpBytes());
        });
    }
    void endTurn() {
        commitGroupTurn(world, replicator);
        while (auto work = store->takeLogWork()) {
            work->run();
            store->finishLogWork(std::move(work));
        }
    }

    /// The same groups, one more with each call.
    cluster::Group& another() {
        const GroupId id(static_cast<std::uint32_t>(world.groups.end()));
        const std::string begin(1, static_cast<char>(id.value()));
        cluster::Group& made = replicator.create(
            {id, cluster::GroupKind::Table, kRegion, KeySpaceId(1), KeySpaceId(1), begin, "", kA});
        made.schema = std::make_shared<table::ApplySchema>();
        replicator.requestLease(made, kA);
        run(std::chrono::milliseconds(10));
        return made;
    }
    /// Bytes in flight to zone b for its catch-up.
    std::uint64_t catchUpBytes() const {
        return replicator.catchUpBytes(cluster::nodeOf(kRegion, kA), cluster::nodeOf(kRegion, kB));
    }
    /// Writes records of this size, none of which reach zone b.
    void missRecords(cluster::Group& to, int count, std::size_t bytes) {
        table::LogRecord record;
        record.newImage = std::string(bytes, 'x');
        for (int i = 0; i < count; ++i) {
            replicator.propose(to, kA, record);
            run(std::chrono::milliseconds(1));
        }
        to.log.recent.clear();
    }

    cluster::Member& at(ZoneIndex zone) { return group->member(zone); }
    void setCut(ZoneIndex one, ZoneIndex other, bool cut) {
        const auto from = cluster::nodeOf(kRegion, one);
        const auto to = cluster::nodeOf(kRegion, other);
        for (const auto& [near, far] : {std::pair(from, to), std::pair(to, from)}) {
            cut ? world.network.cut(near, far) : world.network.heal(near, far);
        }
        world.groups.forEach([&](cluster::Group& each) {
            replicator.reportReachability(each, one, other, !cut);
            replicator.reportReachability(each, other, one, !cut);
        });
    }
    /// A record of a leader in `from` arrives at b.
    void give(ZoneIndex from, replication::LogPosition previous,
              replication::LogPosition position) {
        replication::AppendRequest request;
        request.term = position.term;
        request.previous = previous;
        request.range = {position.lsn, position.lsn};
        request.entries.push_back({position.term, position.lsn, noOp()});
        const auto epoch =
            world.network.epoch(cluster::nodeOf(kRegion, from), cluster::nodeOf(kRegion, kB));
        const cluster::EnvelopeHeader header{group->ref(from), kB, observe::MessageKind::Append,
                                             epoch, position.lsn};
        cluster::ReplicaMessage message{header, {from, kB, request}};
        replicator.on(message);
    }

    std::unique_ptr<storage::MemoryStore> store;
    cluster::WorldState world;
    cluster::Replicator replicator;
    cluster::Group* group = nullptr;
    std::uint64_t catchUpPeak = 0;  ///< The maximum in flight after any event.
};

}  // namespace orrery::test
