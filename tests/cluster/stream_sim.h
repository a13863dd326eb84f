#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/prng.h"
#include "tests/cluster/lasting_judges.h"
#include "tests/cluster/random_disk.h"
#include "tests/cluster/world_harness.h"

namespace orrery::test {

/// The result of one run.
struct StreamSimReport {
    std::string violation;  ///< Empty if every promise was kept.
    std::uint64_t hash = 0;
    int writesDone = 0;
    int entriesSeen = 0;
    int streams = 0;
    int segments = 0;  ///< Of the archive, at the end.
    int trimmed = 0;   ///< Reads whose position was too old.
    int kills = 0;
    int children = 0;  ///< Shards that continue another one.
    int settings = 0;  ///< Changes of tags and policies.
    int refusals = 0;  ///< How often the disk began to refuse writes.
};

/// One run: a table whose stream is enabled and disabled, which is deleted and made anew, while
/// clients write, zones and links fail, disks refuse writes for a while, the process is killed, and
/// hours and days pass. A consumer
/// reads all shards on and on, as an application would: from the position of its last answer, and a
/// shard before its child. In half of the runs somebody changes tags and policies of the streams,
/// which have those of the last change that was answered, or of one in progress.
///
/// Each item has one writer, which numbers its writes, so what a stream may show follows from what
/// was sent and acknowledged: within a stream, numbers of an item rise, each put acknowledged while
/// the stream was enabled is there once, and each record continues where the one before it ended,
/// also from a shard to its child.
class StreamSim {
public:
    explicit StreamSim(std::uint64_t seed, cluster::PlantedBug bug = cluster::PlantedBug::None);

    StreamSimReport run();

private:
    static constexpr int kItems = 8;

    struct Writer {
        std::uint64_t asked = 0;
        std::uint64_t last = 0;  ///< The number of the item after the last write, if known.
        bool isKnown = true;
        // The write in progress.
        std::uint64_t call = 0;
        std::uint64_t askedAt = 0;  ///< In steps.
        bool isDelete = false;
        bool isNew = false;  ///< Not the same item again.
    };
    struct Shard {
        Lsn position{};
        bool isFromHorizon = true;
        int jumpsAtHorizon = 0;  ///< Jumps of the clock before the last read from the horizon.
        int jumpsAtRead = 0;     ///< Before the read in progress.
        bool atEnd = false;
        std::uint64_t call = 0;
    };
    /// What a consumer knows of one item from one stream.
    struct Shown {
        std::uint64_t number = 0;  ///< The highest that was shown.
        std::uint64_t state = 0;   ///< The number of the item now; 0: no item.
        bool isKnown = false;
    };
    /// Tags and the text of a policy, as attached to a stream.
    struct Settings {
        std::vector<cluster::Tag> tags;
        std::string policy;
        bool operator==(const Settings&) const = default;
    };
    struct Stream {
        cluster::StreamPtr stream;
        Settings settings;              ///< After the last change that was answered.
        std::optional<Settings> asked;  ///< After the change in progress, or which a kill cut off.
        std::uint64_t settingsCall = 0;
        /// Writes asked for since this step, and acknowledged, must be in it.
        std::optional<std::uint64_t> requiredSince;
        std::map<cluster::ShardName, Shard> shards;
        std::map<GroupId, Lsn> shown;  ///< The last record shown, in whichever shard.
        std::array<Shown, kItems> items;
        std::set<std::pair<int, std::uint64_t>> owed;
    };
    enum class Admin : std::uint8_t { None, Create, Enable, Disable, Delete };

    // Actions.
    void step();
    void changeFaults();
    void changeTable();
    void create();
    void clients();
    void write(int item);
    void consume();
    bool waitsForParent(const Stream& stream, const cluster::StreamShard& shard) const;
    void changeSettings();
    void jump();
    void passHours();
    void stop();
    void settle();

    // Results.
    bool isReleased(std::uint64_t call) const;
    void collect();
    void collectAdmin();
    void collectRead(Stream& stream, const cluster::ShardName& name, Shard& shard);
    void collectSettings(Stream& stream);
    void judgeSettings(Stream& stream);
    void show(Stream& stream, Shard& shard, const cluster::StreamEntry& entry);
    void findStreams();
    void requireStreams();
    void judgeAtRest();
    void problem(std::string what);
    CalendarTime wall();

    cluster::TablePtr table() const { return m_t.find("T"); }
    std::uint8_t zone() { return static_cast<std::uint8_t>(m_prng.below(kZonesPerRegion)); }

    Prng m_prng;
    Prng m_settingsPrng;
    const bool m_changesSettings;
    RandomDisk m_disk;
    WorldHarness m_t;
    LastingJudges m_lasting;
    std::array<Writer, kItems> m_writers;
    std::map<CalendarTime, Stream> m_streams;  ///< By creation.
    Admin m_admin = Admin::None;
    std::uint64_t m_adminCall = 0;
    std::uint64_t m_step = 0;
    Duration m_jumped{};     ///< How far the wall clock was set ahead.
    int m_jumps = 0;         ///< Over more than a day.
    Duration m_sinceJump{};  ///< How far the clock was set ahead since the last of these.
    bool m_isSettling = false;
    StreamSimReport m_report;
};

}  // namespace orrery::test
