#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/prng.h"
#include "tests/cluster/item_history.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_judges.h"

namespace orrery::test {

/// The result of one run.
struct NamespaceSimReport {
    std::string violation;  ///< Empty if every promise was kept.
    std::uint64_t hash = 0;
    int resets = 0;       ///< Complete ones.
    int interrupted = 0;  ///< A kill came before they were complete.
    int tablesMade = 0;
    int writesDone = 0;
    int strongReads = 0;
    int tokens = 0;  ///< Transactions that counted.
    int streamEntries = 0;
    int kills = 0;
};

/// One run: an account and two namespaces in it have tables of the same names, with indexes,
/// streams and a time to live. Clients write and read in each, and count by transactions with the
/// same tokens; a namespace, or all, are reset in steps, while zones and links fail and the process
/// is killed. After a reset the clients begin anew, with the same names and the same tokens.
///
/// Each table that is made numbers its writes from a base of its own, so what belongs to another
/// one is known by its number.
class NamespaceSim {
public:
    explicit NamespaceSim(std::uint64_t seed, cluster::PlantedBug bug = cluster::PlantedBug::None);

    NamespaceSimReport run();

private:
    static constexpr std::size_t kNamespaces = 3;
    static constexpr std::size_t kTables = 2;
    static constexpr std::size_t kItems = 4;

    struct Item {
        ItemHistory history;
        std::uint64_t writing = 0;  ///< The call of the write in progress, or 0.
    };
    struct Table {
        std::string name;
        bool isThere = false;  ///< As its client was told, or as the catalog said after a kill.
        KeySpaceId space{};
        std::uint64_t life = 0;  ///< The number of its making; no other table has it.
        std::array<Item, kItems> items;
    };
    enum class Change : std::uint8_t { Create, Delete, Set };
    struct Namespace {
        std::string accountId;
        std::array<Table, kTables> tables;
        // The change of a table in progress.
        std::uint64_t adminCall = 0;
        Change change{};
        std::size_t changing = 0;
        // The counter: two items of the first table, which only a reset drops.
        std::int64_t token = 1;    ///< The number of the next one, or of the one in progress.
        std::int64_t counted = 0;  ///< Those whose transactions are known to be done.
        std::uint64_t tokenCall = 0;
        // A reset.
        bool isResetting = false;
        bool isEmpty = true;  ///< Nothing was asked for since the last reset.
    };
    /// A read in progress: of one item, or of all.
    struct Read {
        std::size_t space = 0;
        std::size_t table = 0;
        std::uint64_t life = 0;
        std::size_t item = kItems;  ///< kItems: all.
        std::array<std::uint64_t, kItems> floors{};
    };
    struct CountRead {
        std::size_t space = 0;
        std::int64_t floor = 0;
        std::uint64_t life = 0;
    };
    struct Reset {
        std::vector<std::size_t> spaces;
        std::string accountId;  ///< Empty: all.
        bool isDone = false;
        Instant doneAt{};
        storage::Ticket gate{};
    };

    // Actions.
    void step();
    void changeFaults();
    void changeTables(std::size_t space);
    void create(std::size_t space, std::size_t table);
    void clients(std::size_t space);
    void write(std::size_t space, std::size_t table, std::size_t item);
    void read(std::size_t space, std::size_t table, std::size_t item);
    void scan(std::size_t space, std::size_t table);
    void count(std::size_t space);
    void readCount(std::size_t space);
    void readStream(std::size_t space);
    void beginReset();
    void stepReset();
    void pass();
    void stop();
    void settle();

    // Results.
    bool isReleased(std::uint64_t call) const;
    void collect();
    void collectWrites(Namespace& space);
    void collectAdmin(Namespace& space);
    void collectToken(Namespace& space);
    void collectRead(std::uint64_t call, const Read& read);
    void collectCount(std::uint64_t call, const CountRead& read);
    void collectStream(std::uint64_t call, KeySpaceId table);
    void collectReset();
    void begin(Namespace& space, Table& table, const cluster::TableDescription& made);
    void takeStock();
    void takeStock(Namespace& space);
    void judgeSpaces();
    void judgeEmpty(const Namespace& space);
    void judgeAtRest();
    void judgeArchives();
    void problem(std::string what);

    cluster::TablePtr find(const Namespace& space, std::size_t table);
    void use(const Namespace& space, std::size_t table);
    std::uint8_t zone() { return static_cast<std::uint8_t>(m_prng.below(kZonesPerRegion)); }

    Prng m_prng;
    WorldHarness m_t;
    std::array<Namespace, kNamespaces> m_spaces;
    std::map<std::uint64_t, Read> m_reads;  ///< By call.
    std::map<std::uint64_t, CountRead> m_counts;
    std::map<std::uint64_t, KeySpaceId> m_streamReads;
    std::map<KeySpaceId, std::uint64_t> m_lives;  ///< Of all tables that were ever made.
    std::optional<Reset> m_reset;
    std::uint64_t m_lastLife = 0;
    LastingJudges m_lasting;
    NamespaceSimReport m_report;
};

}  // namespace orrery::test
