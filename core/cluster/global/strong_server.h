#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/cluster/catalog/global_table.h"
#include "core/cluster/global/journal_client.h"
#include "core/cluster/kernel/op.h"
#include "core/cluster/writes/collection_sizes.h"
#include "core/cluster/writes/write_evaluation.h"

namespace orrery::cluster {

/// Serves strong reads and writes of a table with strong consistency, at the leader of a partition.
/// A write is evaluated on what the leader has, and takes effect if the journal says that this is
/// the newest version of the item. Otherwise the leader waits until it has what the journal has,
/// and evaluates again. A read waits for that first.
class StrongServer {
public:
    /// What the server of items does for this one.
    struct Items {
        /// Answers a read from what the leader has applied.
        std::function<void(Group&, const ParkedOp&)> read;
        /// Takes a request as if it had just arrived: the replica may lead no more.
        std::function<void(Group&, ParkedOp)> arrives;
        /// Sends an answer of the replica in this zone.
        OpAnswer answer;
    };

    /// All must outlive this object.
    StrongServer(WorldState& world, CollectionSizes& sizes)
        : m_world(world),
          m_sizes(sizes),
          m_client(world,
                   [this](Group& partition, const JournalRequest& request, JournalOutcome outcome) {
                       decided(partition, request, outcome);
                   }) {}
    StrongServer(const StrongServer&) = delete;
    StrongServer& operator=(const StrongServer&) = delete;

    void setItems(Items items) { m_items = std::move(items); }

    /// A request that only the leader serves is at the leader, which takes requests. False if the
    /// table has no strong consistency: nothing was done.
    bool serve(Group& group, const ParkedOp& asked);
    void on(const JournalAnswered& answered) { m_client.on(answered); }
    void on(const JournalRetry& retry) { m_client.on(retry); }
    /// The replicas of the partition made progress.
    void moved(Group& group);
    /// True if a request waits for the journal: the leader keeps its lease.
    bool waits(GroupId group) const;
    /// Call it before the partition is removed.
    void forget(GroupId group);

    /// Evaluations of a write before it counts as a conflict.
    static constexpr std::uint32_t kRoundsMax = 5;

private:
    /// A request at the leader in `asked.zone`.
    struct Task {
        ParkedOp asked;
        const WriteItem* write = nullptr;  ///< In `asked.request`; null for a read.
        replication::Term term{};          ///< The leader's, when it began the task.
        std::uint32_t rounds = 0;
        /// To be sent if the journal agrees.
        std::unique_ptr<OpResult> result;
    };
    struct Work {
        std::map<std::uint64_t, Task> tasks;  ///< By the number of the request to the journal.
        /// The items that are being written, each with the writes that wait for that.
        std::map<std::string, std::deque<ParkedOp>> writing;
    };

    static const WriteItem* writeOf(const ParkedOp& asked);
    bool isPaused(const GlobalTable& global, const Group& group) const;
    void begin(Group& group, Task task);
    /// Evaluates a write and asks the journal for what results.
    void evaluate(Group& group, Task task);
    void fence(Group& group, Task task);
    void ask(Group& group, Task task, JournalRequest request);
    void decided(Group& group, const JournalRequest& request, JournalOutcome outcome);
    /// The leader has what the journal had when the fence was asked for.
    void fenced(Group& group, Task task);
    void answer(Group& group, const ParkedOp& asked, ApiError error);
    /// Ends the task with an error.
    void refuse(Group& group, const Task& task, ApiError error);
    /// A write has ended: the next one of the item begins.
    void release(Group& group, const std::string& key);
    bool leads(const Group& group, const Task& task) const;

    WorldState& m_world;
    CollectionSizes& m_sizes;
    JournalClient m_client;
    Items m_items;
    PerGroup<Work> m_work;
};

}  // namespace orrery::cluster
