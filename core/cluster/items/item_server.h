#pragma once

#include <functional>
#include <memory>

#include "core/cluster/replicas/replicator.h"
#include "core/cluster/writes/item_writer.h"

namespace orrery::cluster {

/// What a replica does with the requests of routers: reads from its own applied state, and at the
/// leader strong reads and writes; replies that rest on records wait here until these are
/// committed.
class ItemServer {
public:
    /// Sends an answer from a replica to the router of the call.
    using Answer =
        std::function<void(Group&, ZoneIndex from, OpId, std::unique_ptr<OpResult> result)>;

    ItemServer(WorldState& world, Replicator& replicator, Answer answer)
        : m_world(world),
          m_replicator(replicator),
          m_answer(std::move(answer)),
          m_collections(world) {}

    /// A request has arrived at the replica in `asked.zone`, which has power.
    void serve(Group& group, ParkedOp asked);
    void on(const CollectionCountStep& step);
    /// The group's replicas moved: answers what no longer has to wait.
    void moved(Group& group);
    /// Answers what waited for the global indexes, which show the group's records up to `shown`.
    void indexesShow(Group& group, Lsn shown);

private:
    void serveNow(Group& group, const ParkedOp& asked);
    void redirect(Group& group, ZoneIndex zone, OpId op);
    void read(Group& group, ZoneIndex zone, OpId op, const std::string& key);
    void write(Group& group, const ParkedOp& asked, const WriteItem& write);
    void readPage(Group& group, ZoneIndex zone, OpId op, const OpRequest& request,
                  const ReadRange& range);
    /// Notes what a read met, and makes the answer to whoever needed it.
    std::unique_ptr<OpResult> damaged(storage::StorageError error);
    void answerWaiters(Group& group);
    void answerParked(Group& group);
    void finish(Group& group, Waiter waiter);
    Served served(const Group& group, ZoneIndex zone) const;

    WorldState& m_world;
    Replicator& m_replicator;
    Answer m_answer;
    CollectionSizes m_collections;
};

}  // namespace orrery::cluster
