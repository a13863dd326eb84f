#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/base/prng.h"
#include "tests/cluster/item_history.h"
#include "tests/cluster/random_disk.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_judges.h"

namespace orrery::test {

/// The result of one run.
struct TableSimReport {
    std::string violation;  ///< Empty if every promise was kept.
    std::uint64_t hash = 0;
    std::uint64_t records = 0;  ///< Records that the judges read from logs.
    int tablesMade = 0;
    int tablesDeleted = 0;
    int indexesMade = 0;
    int indexesDeleted = 0;
    int restarts = 0;
    int kills = 0;
    int writesDone = 0;
    int strongReads = 0;
    int refusals = 0;  ///< How often the disk began to refuse writes.
    int lows = 0;      ///< How often it became low on room.
};

/// One run: tables and indexes are created, changed and deleted while clients write and read, zones
/// and links fail, and the process is killed or stopped and restarted. In some runs the disk
/// refuses writes for a while, again and again. Now and then all faults but a cut link are healed
/// and everything comes to rest, then that link is healed too, and the judges check everything.
class TableSim {
public:
    explicit TableSim(std::uint64_t seed, cluster::PlantedBug bug = cluster::PlantedBug::None,
                      RandomDisk::Mistake mistake = RandomDisk::Mistake::None);

    TableSimReport run();

private:
    static constexpr int kTables = 3;
    static constexpr int kItems = 6;

    struct Item {
        ItemHistory history;
        std::uint64_t writing = 0;  ///< The call of the write in progress, or 0.
        /// The shortage of room (RandomDisk::lowNow) in which a put was asked for, or 0.
        int askedWhileLow = 0;
    };
    /// What the test knows of the table of one name.
    struct Table {
        std::string name;
        bool isThere = false;  ///< As its client was told, or as the catalog said after a kill.
        bool hasSort = false;
        int lives = 0;                  ///< How often it was created.
        std::set<std::string> indexes;  ///< Indexes that must exist.
        std::array<Item, kItems> items;
    };
    enum class Change : std::uint8_t { Create, Delete, AddIndex, DropIndex };
    /// A change of a table in progress; one at a time per table.
    struct Admin {
        Change change{};
        int table = 0;
        std::string index;
        bool hasSort = false;
    };
    struct Read {
        int table = 0;
        int life = 0;
        int item = 0;
        bool strong = false;
        std::uint64_t floor = 0;
    };
    struct Scan {
        int table = 0;
        int life = 0;
        std::array<std::uint64_t, kItems> floors{};
    };

    // Actions.
    void step();
    void changeFaults();
    void changeClock();
    void changeTables();
    void create(int table);
    void addIndex(int table);
    void dropIndex(int table);
    void remove(int table);
    void clients();
    void transact(int table);
    void write(int table, int item);
    void read(int table, int item);
    void scan(int table);
    void queryIndex(int table);
    void pass();
    void stop();
    void settle();
    void judgeBehindACut();
    void runUntilActive();

    // Results.
    bool isReleased(std::uint64_t call) const;
    void collect();
    void collectAdmin(std::uint64_t call, const Admin& admin);
    void collectRead(std::uint64_t call, const Read& read);
    void collectScan(std::uint64_t call, const Scan& scan);
    void begin(Table& table, bool hasSort);
    void takeStock();
    void takeStock(int table, const std::optional<Admin>& inFlight);
    void judgeAtRest();
    void readEverything(int table);
    void problem(std::string what);

    bool isChanging(int table) const;
    cluster::TablePtr find(int table) const;
    types::Key keyOf(int table, int item) const;
    cluster::SecondaryIndex drawIndex(const std::string& name, bool local);
    std::uint8_t zone() { return static_cast<std::uint8_t>(m_prng.below(kZonesPerRegion)); }

    Prng m_prng;
    RandomDisk m_disk;
    WorldHarness m_t;
    std::array<Table, kTables> m_tables;
    std::map<std::uint64_t, Admin> m_admin;  ///< By call.
    std::map<std::uint64_t, Read> m_reads;
    std::map<std::uint64_t, Scan> m_scans;
    LastingJudges m_lasting;
    bool m_isPaused = false;
    TableSimReport m_report;
};

}  // namespace orrery::test
