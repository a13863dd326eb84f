#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/cluster/global/journal_request.h"
#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// The side of the journal: its leader decides which of the writes of all Regions come first. A
/// write is taken only if it was made from the newest version of its item here, so the writes of an
/// item form one chain, whatever the Regions have seen of each other.
class JournalServer {
public:
    /// Takes the answer of the member in `zone`.
    using Answer = std::function<void(const Group& journal, ZoneIndex zone,
                                      const JournalRequest& request, JournalOutcome outcome)>;

    /// Sends the answers to those who asked. The world must outlive it.
    static Answer answerByPost(WorldState& world);

    /// Both references must outlive this object.
    JournalServer(WorldState& world, Replicator& replicator, Answer answer)
        : m_world(world), m_replicator(replicator), m_answer(std::move(answer)) {}

    void on(const JournalAsked& asked);
    /// A request has arrived at the member in `zone`. `isRepeated`: it was sent before, and one of
    /// those sendings was not answered.
    void serve(Group& journal, ZoneIndex zone, std::shared_ptr<const JournalRequest> request,
               bool isRepeated);
    /// The members of the journal made progress, or its Regions have taken more of its records.
    void moved(Group& journal);
    /// Call it before the journal is removed.
    void forget(GroupId journal) { m_work.forget(journal); }
    /// True if a request waits for the lease of the journal's leader.
    bool waits(GroupId journal) const;

    /// Writes that one leader remembers, to recognize one that is sent again.
    static constexpr std::size_t kRememberedMax = 10'000;

private:
    /// A request at the member in `zone`.
    struct Pending {
        std::shared_ptr<const JournalRequest> request;
        bool isRepeated = false;
        ZoneIndex zone{};
        replication::Term term{};  ///< The member's, when it took the request.
        Lsn restsOn{};             ///< The record to wait for.
        JournalOutcome outcome{};
    };
    /// The writes that a leader has proposed, by request; the oldest are forgotten first.
    struct Remembered {
        ZoneIndex zone{};
        replication::Term term{};
        std::map<JournalRequestId, Lsn> lsns;
        std::deque<JournalRequestId> order;
    };
    struct Work {
        std::vector<Pending> parked;  ///< Waiting for the leader's lease.
        /// Waiting for the commit of a record; a fence until the sender's Region has it.
        std::vector<Pending> waiting;
        Remembered remembered;
    };

    void admit(Group& journal, Pending pending);
    void take(Group& journal, Pending pending);
    storage::StorageResult<void> decide(Group& journal, Pending& pending);
    storage::StorageResult<Lsn> propose(Group& journal, const Pending& pending, bool hasTombstone);
    Remembered& rememberedBy(Group& journal, const Pending& pending);
    /// True if the record that it waits for is where it has to be.
    bool isReady(const Group& journal, const Pending& pending) const;
    void answer(const Group& journal, const Pending& pending, JournalOutcome outcome) const {
        m_answer(journal, pending.zone, *pending.request, outcome);
    }
    /// Answers what waited, or keeps it.
    void moved(Group& journal, Work& work, Pending pending);

    WorldState& m_world;
    Replicator& m_replicator;
    Answer m_answer;
    PerGroup<Work> m_work;
};

}  // namespace orrery::cluster
