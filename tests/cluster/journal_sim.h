#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/cluster/journal_world.h"

namespace orrery::test {

struct JournalSimReport {
    std::string violation;  ///< The first promise that was broken; empty: none.
    std::uint64_t hash = 0;
    int written = 0;  ///< Acknowledged.
    int lost = 0;     ///< Proposed by a leader that did not see them committed.
    int faults = 0;
    int kills = 0;
    int copies = 0;  ///< Times a member needed one.
    std::uint64_t elections = 0;
};

/// A journal under random writes, faults of zones, Regions and their links, and kills. Judges watch
/// after each event that
/// - no member runs in a zone without power,
/// - at most one member holds the lease,
/// - what a leader acknowledges is on the disks of two Regions,
/// and at the end, with all faults healed, that there is a leader, that all members hold the same,
/// and everything that was acknowledged before the last kill or since.
class JournalSim {
public:
    explicit JournalSim(std::uint64_t seed, cluster::PlantedBug bug = cluster::PlantedBug::None);
    JournalSimReport run();

private:
    struct Proposed {
        std::string name;
        ZoneIndex zone{};
        replication::LogPosition position;
    };

    void act();
    void write();
    void changeFault();
    cluster::FaultRequest drawFault();
    std::string drawRegion();
    void kill();
    void end();

    void judge();
    void judgeMembers();
    void judgeProposed();
    bool isOnDisk(const cluster::Member& member, replication::LogPosition position) const;
    void violated(const std::string& what);

    Prng m_prng;
    JournalWorld m_journal;
    std::vector<Proposed> m_proposed;
    /// The items that were acknowledged, with the turn that the answers wait for.
    std::map<std::string, storage::Ticket> m_acknowledged;
    std::map<ZoneIndex, bool> m_isCopied;
    int m_next = 0;
    JournalSimReport m_report;
};

}  // namespace orrery::test
