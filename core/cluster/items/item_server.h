#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "core/cluster/items/group_load.h"
#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/lease_queue.h"
#include "core/cluster/writes/item_writer.h"

namespace orrery::cluster {

/// Serves the requests of routers at a replica: reads from its own applied state and, at the
/// leader, strong reads and writes. Replies that depend on records wait here until those are
/// committed.
class ItemServer {
public:
    /// Serves a request of a transaction's coordinator, at the leader.
    using Transact =
        std::function<Transacted(Group&, ZoneIndex, const OpRequest&, CollectionSizes&)>;

    /// All references must outlive the server.
    ItemServer(WorldState& world, Replicator& replicator, PreparedItems& prepared,
               CollectionSizes& collections, const OpAnswer& answer, Transact transact)
        : m_world(world),
          m_replicator(replicator),
          m_prepared(prepared),
          m_collections(collections),
          m_answer(answer),
          m_transact(std::move(transact)),
          m_leading(world, replicator, answer,
                    [this](Group& group, const ParkedOp& asked) { serveNow(group, asked); }) {}
    ItemServer(const ItemServer&) = delete;
    ItemServer& operator=(const ItemServer&) = delete;

    /// A request has arrived at the replica in `asked.zone`, which has power.
    void serve(Group& group, ParkedOp asked);
    void on(const CollectionCountStep& step);
    /// The replicas of the group have advanced: answers the requests that no longer have to wait.
    void moved(Group& group);
    /// The leader in `leader` knows that the global indexes reflect the group's records up to
    /// `shown`: answers the writes that waited there, and in every zone those that have waited too
    /// long.
    void indexesShow(Group& group, ZoneIndex leader, Lsn shown);
    /// What is known of the replicas of a table in other Regions.
    struct Replicas {
        /// Up to where they have taken the records of a group, as far as they can be reached at
        /// once.
        std::function<Lsn(const Group&)> taken;
        /// Asks for a call of `replicasShow` by this instant at the latest. Counts until the next
        /// call.
        std::function<void(Group&, Instant)> lookBy;
    };
    void setReplicas(Replicas replicas) { m_replicas = std::move(replicas); }
    /// Takes a request that only the leader serves, if its table is consistent over Regions; false:
    /// it is not.
    using StrongRequests = std::function<bool(Group&, const ParkedOp&)>;
    void setStrongRequests(StrongRequests strong) { m_strongRequests = std::move(strong); }
    /// Answers a read from what the replica in `asked.zone` has applied.
    void readApplied(Group& group, const ParkedOp& asked) { perform(group, asked); }
    /// Sends an answer that was found elsewhere.
    void answerWith(Group& group, ZoneIndex zone, OpId op, std::unique_ptr<OpResult> result);
    /// More may be taken: answers the writes that waited for it, and those that have waited too
    /// long.
    void replicasShow(Group& group);
    /// The group is being removed. Waiting requests get no answer from here; their routers notice.
    void forget(GroupId group) {
        m_work.forget(group);
        m_leading.forget(group);
    }

    /// True if a request waits for the group's leader.
    bool waits(GroupId group) const;
    /// True if a committed write waits until the global indexes show it.
    bool waitsForIndexes(GroupId group) const;
    /// The load of the group's replicas; null before the first request.
    const GroupLoad* load(GroupId group) const;

private:
    /// A reply held by the leader until a record is committed.
    struct Waiter {
        Lsn lsn{};
        ZoneIndex zone{};          ///< The leader that holds it.
        replication::Term term{};  ///< The leader's term.
        OpId op;
        std::unique_ptr<OpResult> result;
        bool changesItems = true;  ///< Global indexes may have to show it first.
    };
    /// A reply whose record is committed, held until the global indexes show it, or the replicas in
    /// other Regions.
    struct ShownWaiter {
        Lsn lsn{};
        ZoneIndex zone{};
        OpId op;
        std::unique_ptr<OpResult> result;
        Instant since;
    };
    /// The waiting requests at the replicas of one group.
    struct Work {
        std::vector<Waiter> waiters;
        std::vector<ShownWaiter> indexWaiters;
        std::vector<ShownWaiter> replicaWaiters;
        GroupLoad load;
    };

    void serveNow(Group& group, const ParkedOp& asked);
    void perform(Group& group, const ParkedOp& asked);
    void read(Group& group, ZoneIndex zone, OpId op, const OpRequest& request);
    void write(Group& group, const ParkedOp& asked, const WriteItem& write);
    void transact(Group& group, const ParkedOp& asked);
    void answerOnce(Group& group, Waiter waiter);
    void readPage(Group& group, ZoneIndex zone, OpId op, const OpRequest& request,
                  const ReadRange& range);
    /// Answers with what a read returned, and with how many items were stale; reports the damage
    /// that it found.
    template <typename T>
    void answerRead(Group& group, ZoneIndex zone, OpId op, storage::StorageResult<T> read,
                    storage::StorageResult<std::uint64_t> stale);
    void answerWaiters(Group& group, Work& work);
    void finish(Group& group, Waiter waiter);
    /// The global indexes show the record, or need not.
    void awaitReplicas(Group& group, ShownWaiter waiter);
    void answer(Group& group, ShownWaiter waiter);
    Served served(const Group& group, ZoneIndex zone) const;

    WorldState& m_world;
    Replicator& m_replicator;
    PreparedItems& m_prepared;
    CollectionSizes& m_collections;
    OpAnswer m_answer;
    Transact m_transact;
    Replicas m_replicas;
    StrongRequests m_strongRequests;
    LeaseQueue m_leading;
    PerGroup<Work> m_work;
};

}  // namespace orrery::cluster
