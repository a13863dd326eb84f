#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cluster/global/replica_batch.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

/// The leader of a partition that sends its changes to other Regions.
struct ReplicaSenderId {
    GroupId source{};
    RegionId region{};
    ZoneIndex zone{};
    replication::Term term{};
    bool operator==(const ReplicaSenderId&) const = default;
};

/// The changes that one partition of another replica has not taken yet, with one batch in flight.
/// Changes of one item that wait are combined into the last one. Follows redirects, and sends a
/// batch again, ever more rarely, while no answer comes.
class ReplicaOutbox {
public:
    /// The world must outlive this object.
    ReplicaOutbox(WorldState& world, const ReplicaSenderId& sender, const Group& destination);

    /// A committed change of the source; its record has the key of the destination.
    void addChange(Lsn lsn, table::LogRecord record);
    /// An item or a tombstone that was there before the replica. No effect if a change of it waits.
    void addItem(table::LogRecord record);

    /// Sends what is due. Returns when to call it again: never() if nothing waits, or if corrupt
    /// data is in the way at the destination.
    Instant send(bool isPaused);
    /// Handles the answer to the batch in flight, and ignores any other. True if the destination
    /// has taken it.
    bool handle(const ReplicaBatchAnswered& answered);

    /// True if an answer is overdue, or none comes at all.
    bool isLate() const { return m_tries > 0 || m_isStopped; }
    std::size_t unanswered() const;
    std::uint64_t unansweredBytes() const { return m_waitingBytes + m_inFlightBytes; }
    /// Committed changes for which no answer has come: more than `unanswered` if some were
    /// combined, less by the items.
    std::uint64_t pending() const { return m_waitingCommits + m_inFlightCommits; }
    /// The first record of the source that the destination lacks; nothing if it lacks none of those
    /// added.
    std::optional<Lsn> firstLacking() const;

private:
    struct Waiting {
        ReplicatedChange change;
        Instant since;
        std::uint64_t commits = 0;  ///< How many are combined in it; 0 for an item.

        /// The wait is for changes.
        Instant leavesAt(Duration wait) const { return commits == 0 ? since : since + wait; }
    };
    using Queue = std::list<Waiting>;  ///< By the first record, but for items.

    void put(Waiting waiting);
    void combine(Waiting& waiting, table::LogRecord record);
    void fillBatch(Duration wait);
    void transmit();
    void sendAgain();
    void takeBack();
    /// Puts a change that was in flight before those of later records.
    void putBack(Waiting earlier);
    void redirect(const ReplicaBatchAnswered& answered);
    Instant overdueAt() const;
    /// How long changes wait before they leave, for the next batch.
    Duration delay() const;

    WorldState& m_world;
    ReplicaSenderId m_sender;
    GroupId m_destination{};
    RegionId m_region{};
    ZoneIndex m_target{};  ///< The zone where the sender expects the leader.
    Queue m_waiting;
    std::unordered_map<std::string, Queue::iterator> m_byKey;
    std::shared_ptr<const ReplicaBatch> m_inFlight;  ///< Null: none.
    std::uint64_t m_waitingBytes = 0;
    std::uint64_t m_inFlightBytes = 0;
    std::uint64_t m_waitingCommits = 0;
    std::uint64_t m_inFlightCommits = 0;
    std::uint64_t m_batches = 0;
    std::vector<std::uint64_t> m_commitsInFlight;  ///< How many are combined in each change.
    Instant m_sentAt;
    std::uint32_t m_tries = 0;      ///< Of the batch in flight, without any answer.
    std::uint32_t m_redirects = 0;  ///< Of the batch in flight, since it was sent for want of one.
    bool m_wasBusy = false;         ///< So the destination answered the batch in flight.
    bool m_isStopped = false;
};

}  // namespace orrery::cluster
