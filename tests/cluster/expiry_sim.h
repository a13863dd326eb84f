#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/prng.h"
#include "tests/cluster/lasting_judges.h"
#include "tests/cluster/random_disk.h"
#include "tests/cluster/world_harness.h"

namespace orrery::test {

/// The result of one run.
struct ExpirySimReport {
    std::string violation;  ///< Empty if every promise was kept.
    std::uint64_t hash = 0;
    int writesDone = 0;
    int expired = 0;  ///< Reads that showed no item because it had expired.
    int changes = 0;  ///< Of the setting.
    int kills = 0;
    int refusals = 0;  ///< How often the disk began to refuse writes.
};

/// One run: items with and without an expiry are written, read and deleted while the time to live
/// of their table is enabled and disabled, zones and links fail, disks refuse writes for a while,
/// the process is killed, and the calendar jumps. No item may be gone before its expiry, and at the
/// end every expired one is.
class ExpirySim {
public:
    explicit ExpirySim(std::uint64_t seed, cluster::PlantedBug bug = cluster::PlantedBug::None);

    ExpirySimReport run();

private:
    static constexpr int kItems = 10;

    /// What the only writer of an item knows about it.
    struct Writer {
        bool isKnown = true;  ///< The last write was acknowledged.
        bool isThere = false;
        std::optional<std::int64_t> expiry;
        // The write in progress.
        std::uint64_t call = 0;
        bool isDelete = false;
        std::optional<std::int64_t> asked;
        std::uint64_t writes = 0;
    };
    struct Read {
        int item = 0;
        std::uint64_t writes = 0;  ///< Of its writer when it began.
    };

    // Actions.
    void step();
    void changeFaults();
    void changeSetting(bool isEnabled);
    void write(int item);
    void read(int item);
    void stop();
    void settle();

    // Results.
    bool isReleased(std::uint64_t call) const;
    void collect();
    void judge(std::uint64_t call, const Read& read);
    void judgeAtRest();
    void problem(std::string what);

    CalendarTime wall();
    std::int64_t seconds();
    bool isEnabled() const { return !m_t.table()->timeToLive.attribute.empty(); }
    std::uint8_t zone() { return static_cast<std::uint8_t>(m_prng.below(kZonesPerRegion)); }

    Prng m_prng;
    RandomDisk m_disk;
    WorldHarness m_t;
    LastingJudges m_lasting;
    std::array<Writer, kItems> m_writers;
    std::map<std::uint64_t, Read> m_reads;
    std::uint64_t m_setting = 0;  ///< The call that changes the setting.
    Duration m_jumped{};
    std::int64_t m_latest = 0;  ///< The latest second of the calendar, which may go back.
    ExpirySimReport m_report;
};

}  // namespace orrery::test
