#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/check/committed_log.h"
#include "core/check/history.h"
#include "core/check/leadership.h"
#include "core/check/verdict.h"
#include "tests/replication/group.h"
#include "tests/sim/options_swarm.h"

namespace orrery::test {

/// The result of one run.
struct Report {
    std::string violation;  ///< Empty if every promise was kept.
    std::string options;
    std::uint64_t traceHash = 0;
    std::uint64_t events = 0;
    std::size_t writesDone = 0;
    std::size_t readsDone = 0;
    std::size_t failedConditions = 0;
    std::uint64_t lastTerm = 0;
    std::size_t copies = 0;  ///< Completed copies.
};

/// Six simulated seconds of one group, its clients and its faults. Then, in half of the runs, six
/// with one zone away, in which the others must serve; then six without faults, after which the
/// group must serve and its members be alike.
Report runSeed(std::uint64_t seed, SimBug bug = SimBug::None);

/// The clients of a group, the leader and other replicas that serve them, and the judges of their
/// answers.
class Clients {
public:
    Clients(const SwarmOptions& options, Group& group, check::Verdict& verdict);

    /// Runs one operation of the mix, from a client in a random zone.
    void operate();
    /// Runs a write; for the end of a run.
    void write();
    /// `zone` has taken its lease: serves the operations that waited for it.
    void serveWaiting(ZoneIndex zone);
    /// True if `serveWaiting` has something to do.
    bool mayServeWaiting(ZoneIndex zone) const;

    void committed(ZoneIndex zone, LsnRange range);
    void changed(ZoneIndex zone);
    /// `zone` lost power, or its process stopped: its clients get no answers.
    void dropped(ZoneIndex zone);
    /// `zone` is back, with the data of its disk.
    void restarted(ZoneIndex zone);

    // --- the trees: items by number, on disk at once

    bool hasWholeTree(ZoneIndex zone) const { return !m_servers[zone.value()].copiedTo; }
    bool fillRequest(ZoneIndex zone, replication::CopyRequest& request);
    std::shared_ptr<const replication::CopiedRange> readRange(ZoneIndex zone,
                                                              const SharedBytes& cursor) const;
    void takeRange(ZoneIndex zone, const replication::CopyChunk& chunk, bool begins);
    /// Trims the logs up to the records that all counted members have applied.
    void trim();

    void finish();
    std::size_t copies() const { return m_copies; }
    const check::History& history() const { return m_history; }
    std::size_t writesDoneSince(Instant from) const;
    std::uint64_t lastTerm() const { return m_lastTerm; }

private:
    using Kind = check::OperationKind;

    /// The version of an item at a replica: who wrote it, and where.
    struct ItemState {
        Lsn lsn{};
        std::uint32_t value = 0;
    };
    struct Waiting {
        check::OperationId id;
        bool placed =
            false;  ///< False: waits for the lease. True: waits for `lsn` to be committed.
        Lsn lsn{};
        Term term{};
        std::uint32_t value = 0;
    };
    struct Server {
        std::vector<ItemState> items;  ///< As applied.
        Lsn applied{};
        /// During a copy: items from here on are still to come.
        std::optional<std::uint32_t> copiedTo;
        /// A piece has been requested. Nothing is applied until it arrives, so that it is never
        /// older than what is applied.
        bool waitsForRange = false;
        Lsn wholeAt{};  ///< Once all items have come: the LSN at which the tree equals the log.
        std::vector<Waiting> waiting;
        Term ledTerm{};
    };

    Instant now() const { return m_group->now(); }
    Server& server(ZoneIndex zone) { return m_servers[zone.value()]; }
    void begin(Kind kind, std::uint32_t item);
    void apply(ZoneIndex zone, Lsn upTo);
    void continueCopy(ZoneIndex zone);
    bool hearsAll(ZoneIndex zone) const;
    bool othersAreWhole(ZoneIndex zone) const;
    void expectEqualTrees();
    void readAnywhere(check::OperationId id, ZoneIndex zone);
    void serve(ZoneIndex zone, Waiting waiting);
    void answerFromTail(ZoneIndex zone, Waiting waiting);
    /// True if the operation has ended.
    bool settle(ZoneIndex zone, const Waiting& waiting);
    void giveUpOld(ZoneIndex zone);
    check::Version versionAt(ZoneIndex zone, Lsn lsn) const;

    const SwarmOptions* m_options;
    Group* m_group;
    check::Verdict* m_verdict;
    check::CommittedLog m_log;
    check::Leadership m_leadership;
    check::History m_history;
    Prng m_prng;
    std::array<Server, kZonesPerRegion> m_servers;
    std::uint64_t m_lastTerm = 0;
    std::size_t m_copies = 0;
    Lsn m_trimMark{1};
};

}  // namespace orrery::test
