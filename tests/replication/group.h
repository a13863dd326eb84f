#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/base/hash.h"
#include "core/replication/replica.h"
#include "core/sim/event_queue.h"
#include "core/sim/network.h"

namespace orrery::test {

using replication::LogPosition;
using replication::LsnRange;
using replication::Replica;
using replication::Term;

struct GroupOptions {
    std::uint64_t seed = 1;
    sim::NetworkDelays delays;
    sim::LinkDelay disk;
    replication::ReplicaOptions replica;
    /// How long after a link or node breaks its receiver is told, as the storage nodes' heartbeats
    /// would tell it (assumption O4), and how long after it works again.
    Duration suspectAfter = std::chrono::milliseconds(600);
    Duration heardAfter = std::chrono::milliseconds(200);
};

struct StoredRecord {
    Term term;
    SharedBytes bytes;  ///< Null for a no-op.
};

/// What the owner of a Group is told. Called from inside the group's functions; it may ask the
/// group anything, and call `propose` and `requestLease` only from `scheduled`.
class GroupListener {
public:
    virtual ~GroupListener() = default;
    /// `zone` applies these records, in order.
    virtual void committed(ZoneIndex zone, LsnRange range) = 0;
    /// `zone` has handled an input: role, lease, marks may have changed.
    virtual void changed(ZoneIndex zone) = 0;
    /// What `schedule` was given is due.
    virtual void scheduled(std::uint64_t token) = 0;
    /// A message is about to arrive.
    virtual void delivered(const replication::Envelope&) {}

    // Of the trees, which are the owner's. One that applies a record has it on disk at once.

    /// Is the tree of `zone` whole? Asked when its replica starts.
    virtual bool hasWholeTree(ZoneIndex) { return true; }
    /// Says in a request of `zone` how far its tree is. False if that is whole by now.
    virtual bool fillRequest(ZoneIndex, replication::CopyRequest&) { return true; }
    /// A piece of the tree of `zone`.
    virtual std::shared_ptr<const replication::CopiedRange> readRange(ZoneIndex,
                                                                      const SharedBytes&) {
        return nullptr;
    }
    /// `zone` takes a piece, if it is the one that it waits for. `begins`: instead of its tree.
    virtual void takeRange(ZoneIndex, const replication::CopyChunk&, bool) {}
};

/// A replication group as a driver sees it: three replicas, a modelled network between them and a
/// modelled disk under each, on one queue of events. What the disk has not finished is gone with
/// the power; what the network carries is gone with a cut or a stop.
class Group {
public:
    /// All three replicas start with the same first state, at instant 0. `listener` outlives it.
    Group(const GroupOptions& options, const replication::DurableState& first,
          GroupListener& listener);

    // --- time

    Instant now() const { return m_now; }
    Instant nextEventAt() const { return m_queue.nextAt(); }
    void processNextEvent();
    void runUntil(Instant until);
    void schedule(Instant at, std::uint64_t token);
    std::uint64_t eventCount() const { return m_eventCount; }
    /// A chain over all events so far: two runs with the same value had the same history.
    std::uint64_t traceHash() const { return m_trace.value(); }

    // --- what clients do

    /// The record's place, if `zone` is up and leads.
    std::optional<LogPosition> propose(ZoneIndex zone, SharedBytes bytes);
    void requestLease(ZoneIndex zone);
    /// `from` lets `to` lead, if it serves and the other is up to date soon.
    void handOver(ZoneIndex from, ZoneIndex to);

    // --- what the owner of the trees does

    /// `zone` no longer has the records before `first`, wherever it kept them.
    void trim(ZoneIndex zone, Lsn first);
    /// The tree of `zone` has the records up to `lsn`: that they are committed is saved with it.
    void applied(ZoneIndex zone, Lsn lsn);
    /// The owner is done with a piece of a copy, or with the last.
    void requestNextChunk(ZoneIndex zone);
    void copied(ZoneIndex zone);

    // --- faults

    void losePower(ZoneIndex zone);
    void restorePower(ZoneIndex zone);
    /// One direction.
    void cut(ZoneIndex from, ZoneIndex to);
    void heal(ZoneIndex from, ZoneIndex to);
    void setLoss(Ratio loss);
    /// The process stops and starts again: every node that is up keeps all that it ever wrote, and
    /// what was under way is gone.
    void stopAndResume();

    // --- what there is

    bool isUp(ZoneIndex zone) const { return node(zone).replica.has_value(); }
    /// Of a zone that is up.
    const Replica& replica(ZoneIndex zone) const { return *node(zone).replica; }
    bool isConnected(ZoneIndex from, ZoneIndex to) const {
        return m_network.isConnected(from.value(), to.value());
    }
    /// A record of the log of a zone that is up.
    const StoredRecord& record(ZoneIndex zone, Lsn lsn) const {
        return node(zone).log[lsn.value() - 1];
    }
    /// The state that the disk of `zone` holds, also while it is down.
    const replication::DurableState& durableState(ZoneIndex zone) const {
        return node(zone).durableState;
    }
    Lsn durableLsn(ZoneIndex zone) const { return Lsn(node(zone).durableLog.size()); }
    /// Up to here every record of `zone` was reported as committed in its present life.
    const replication::ReplicaOptions& replicaOptions() const { return m_options.replica; }

private:
    /// One write to a disk: cut, append, save a state, as one.
    struct DiskWrite {
        std::optional<LogPosition> resetLog;
        Lsn truncateFrom{};
        Lsn first{};
        std::vector<StoredRecord> records;
        std::string state;
        std::uint32_t stateNumber = 0;
    };
    struct Node {
        std::optional<Replica> replica;
        std::uint32_t incarnation = 0;
        std::vector<StoredRecord> log;  ///< As the process knows it.
        std::vector<StoredRecord> durableLog;
        replication::DurableState durableState;
        std::deque<DiskWrite> writes;
        Instant diskFreeAt;
        Instant timerAt = Instant::never();
        Lsn first{1};  ///< Records before it are trimmed: their bytes are gone.
        std::vector<SharedBytes> proposed;  ///< Bytes of places given out since the last output.
    };
    struct Event {
        enum class Kind : std::uint8_t {
            None,
            Deliver,
            DiskDone,
            Timer,
            Suspect,
            Heard,
            Scheduled
        };
        Kind kind = Kind::None;
        ZoneIndex zone{};
        ZoneIndex other{};
        /// Of the link, the node's incarnation, or the link's break, by kind.
        std::uint32_t epoch = 0;
        std::uint64_t token = 0;
        replication::Message message;
    };

    Node& node(ZoneIndex zone) { return m_nodes[zone.value()]; }
    const Node& node(ZoneIndex zone) const { return m_nodes[zone.value()]; }
    void handle(Event& event);
    void startReplica(ZoneIndex zone, replication::Start start);
    /// Does what the replica asks for after an input.
    void drain(ZoneIndex zone, const replication::Message* incoming = nullptr);
    void write(Node& at, replication::Output& output, const replication::AppendRequest* request,
               ZoneIndex zone);
    void send(replication::Envelope envelope);
    /// False if the message is not to be sent.
    bool fill(replication::Envelope& envelope);
    void diskDone(ZoneIndex zone);
    void linkChanged(ZoneIndex from, ZoneIndex to);
    void armTimer(ZoneIndex zone);
    void trace(const Event& event);

    GroupOptions m_options;
    GroupListener* m_listener;
    sim::Network m_network;
    sim::EventQueue<Event> m_queue;
    Instant m_now;
    std::array<Node, kZonesPerRegion> m_nodes;
    std::array<Prng, kZonesPerRegion> m_disks;
    std::array<std::array<std::uint32_t, kZonesPerRegion>, kZonesPerRegion> m_linkChanges{};
    std::uint32_t m_incarnations = 0;
    std::uint64_t m_eventCount = 0;
    Hash64 m_trace;
};

/// The zones' one-letter names in tests: a, b, c.
constexpr char zoneLetter(ZoneIndex zone) {
    return static_cast<char>('a' + zone.value());
}

constexpr std::array<ZoneIndex, kZonesPerRegion> kZones = {ZoneIndex{0}, ZoneIndex{1},
                                                           ZoneIndex{2}};

}  // namespace orrery::test
