#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/prng.h"
#include "tests/cluster/global_judges.h"
#include "tests/cluster/lasting_judges.h"
#include "tests/cluster/locality_judge.h"
#include "tests/cluster/random_disk.h"
#include "tests/cluster/world_harness.h"

namespace orrery::test {

/// The result of one run.
struct GlobalSimReport {
    std::string violation;  ///< Empty if every promise was kept.
    std::uint64_t hash = 0;
    int writesDone = 0;
    int transactions = 0;  ///< Done.
    int strongReads = 0;
    int replicasMade = 0;
    int replicasDeleted = 0;
    int tablesMade = 0;
    int tablesDeleted = 0;
    int regionFaults = 0;
    int kills = 0;
    int refusals = 0;               ///< How often the disk began to refuse writes.
    std::uint64_t replicated = 0;   ///< Records of writes from other Regions.
    std::uint64_t judgedCalls = 0;  ///< Calls in a Region without a failure.
    std::uint64_t gaps = 0;         ///< See GlobalTableJudge::gaps.
    // See ConflictJudge.
    std::uint64_t lost = 0;
    std::uint64_t lostAgain = 0;
    std::uint64_t unclear = 0;
};

/// One run: a table gets replicas in two or three Regions and loses them again, is deleted and made
/// anew, while clients of each Region write and read the same items. Clocks of Regions differ by
/// seconds; links between Regions are slow, lose messages or are cut; Regions are lost or isolated;
/// zones and links inside a Region fail, disks refuse writes for a while, and the process is
/// killed. Now and then everything is healed, and once all changes have arrived, the judges check
/// everything.
class GlobalSim {
public:
    explicit GlobalSim(std::uint64_t seed, cluster::PlantedBug bug = cluster::PlantedBug::None);

    GlobalSimReport run();

private:
    static constexpr int kRegionsMost = 3;
    static const std::array<std::string, kRegionsMost> kRegionNames;
    static constexpr int kItems = 12;

    /// What the run draws once.
    struct Shape {
        int regions = 2;
        bool hasSort = false;  ///< Then it may have a local index.
        bool hasIndex = false;
        bool hasStream = false;
        bool hasExpiry = false;
        Ratio zoneFault{0, 1};
        Ratio regionFault{0, 1};
        Ratio kill{0, 1};
    };
    static Shape drawShape(Prng& prng);

    /// The only client of a Region that writes an item.
    struct Writer {
        std::uint64_t call = 0;    ///< Of the write in progress, or 0.
        std::uint64_t number = 0;  ///< That of the write in progress; 0: a deletion.
        KeySpaceId table{};
        // The last write of attributes that was acknowledged.
        std::uint64_t acknowledged = 0;
        KeySpaceId acknowledgedIn{};
    };
    struct Read {
        int region = 0;
        int item = 0;
        KeySpaceId table{};
        bool strong = false;
        std::uint64_t floor = 0;  ///< The least number that a strong read shows; 0: unknown.
    };
    enum class Admin : std::uint8_t {
        None,
        Create,
        AddReplica,
        RemoveReplica,
        Delete,
        ChangeExpiry,
        ChangeIndex,
    };

    // Actions.
    void step();
    void clients();
    void write(int region, int item);
    void transact(int region);
    void read(int region, int item);
    void pass();
    void jump();
    void look();
    void stop();
    void settle();
    void runUntilActive();
    void runUntilEqual();
    void judgeBehindACut();

    // Settings, faults and tables.
    void changeFaults();
    void healEverything();
    bool isRemovalSlow();
    void changeRegionFault();
    void changeLink();
    void changeClock();
    void changeTables();
    void create();
    void addReplica(const cluster::TablePtr& table);
    void removeReplica(const cluster::TablePtr& table);
    void changeIndex(const cluster::TablePtr& table);
    void submitAdmin(Admin admin, const std::string& region, const std::string& name,
                     cluster::Request request);
    bool isChanging();

    // Results.
    bool isReleased(std::uint64_t call) const;
    void collect();
    void collectWrite(Writer& writer);
    void collectRead(std::uint64_t call, const Read& read);
    void collectAdmin();
    void judgeUnanswered();
    void judgeAtRest();
    void problem(std::string what);

    CalendarTime wall();
    std::int64_t seconds();
    std::vector<cluster::TablePtr> tables();
    /// Null unless clients can use it.
    cluster::TablePtr find(int region);
    types::Key keyOf(int item) const;
    types::Item itemOf(const cluster::TableDescription& table, int item, std::uint64_t number);
    cluster::WriteItem writeOf(const cluster::TablePtr& table, int region, int item);
    std::uint64_t nextNumber(int item);
    std::uint64_t submit(const std::string& region, const std::string& name,
                         cluster::Request request);
    int region() {
        return static_cast<int>(m_prng.below(static_cast<std::uint64_t>(m_shape.regions)));
    }
    std::uint8_t zone() { return static_cast<std::uint8_t>(m_prng.below(kZonesPerRegion)); }

    Prng m_prng;
    const Shape m_shape;
    RandomDisk m_disk;
    WorldHarness m_t;
    LastingJudges m_lasting;
    GlobalTableJudge m_global;
    LocalityJudge m_locality;
    std::array<std::array<Writer, kItems>, kRegionsMost> m_writers;
    std::vector<int> m_asked;  ///< By number - 1: the item.
    /// Numbers whose records the judge has not read, with their tables.
    std::map<std::uint64_t, KeySpaceId> m_acknowledged;
    std::map<std::uint64_t, Read> m_reads;   ///< By call.
    std::set<std::uint64_t> m_transactions;  ///< Calls.
    Admin m_admin = Admin::None;
    std::uint64_t m_adminCall = 0;
    std::optional<Instant> m_removedSince;  ///< A table is DELETING since then.
    Duration m_jumped{};                    ///< How far the wall clock was set ahead.
    GlobalSimReport m_report;
};

}  // namespace orrery::test
