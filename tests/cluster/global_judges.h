#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/cluster/world/world.h"
#include "core/storage/store.h"
#include "core/table/log_record.h"
#include "tests/cluster/conflict_judge.h"

namespace orrery::test {

/// A place in the order of all versions of an item.
struct SeenVersion {
    CalendarTime at;
    std::string region;
    auto operator<=>(const SeenVersion&) const = default;
};

/// Judges global tables with eventual consistency by the committed records of their replicas,
/// deleted replicas included, and by their trees. Records that were trimmed before the judge was
/// asked are read from the archive of the table's stream.
///
/// - The version of an item never falls at a replica, over restarts too, and changes with each
///   record. So a replica takes a write at most once.
/// - A replicated write is one that a client made in the Region that it names, with the same
///   attributes. No replica takes its own write back, or one over a link that was cut.
/// - At rest, all replicas have the same items and tombstones with the same versions: of each item
///   the latest that any replica ever had; and the ledger of conflicts is exact
///   (conflict_judge.h).
class GlobalTableJudge {
public:
    /// Reads on. Ask it only once all turns are synced, after each step: while one is not, it looks
    /// at nothing. Returns an error, or an empty text; so below.
    std::string judge(const cluster::World& world, const storage::Store& store);
    /// At rest, as judgeAtRest (world_judges.h) demands it, with whole links between the Regions.
    std::string judgeAtRest(const cluster::World& world, const storage::Store& store);
    /// At rest inside the Regions, with some ways between them closed: between two
    /// replicas whose links are open, each has got what clients wrote to the other.
    std::string judgeOpenWays(const cluster::World& world, const storage::Store& store) const;
    /// Only whether all replicas have the same; for a test that waits for it.
    std::string compareReplicas(const cluster::World& world, const storage::Store& store) const;

    /// Looks which ways between Regions are closed, and which tables there are. Call it after each
    /// change of a fault, a link or a table, and before `judge`.
    void lookAtLinks(const cluster::World& world);
    /// Call it after a kill: the world does not know any more what was before it.
    void forgetLinks() { m_cuts.clear(); }
    /// Call it when the calendar jumps by more than a day: what is under way in a table has old
    /// timestamps once it is committed, and may expire before the judge reads it.
    void calendarJumps();

    /// A write has a number, the string attribute "w" of its item. Whether a record of the table
    /// has it.
    bool hasRecord(KeySpaceId table, const std::string& number) const;
    /// Whether the log of the table has the number before another one of the same item. Positions
    /// tell also where versions do not: while a table is not global its writes have none, and a
    /// deletion leaves nothing that a later write would have to be after.
    bool isOlder(KeySpaceId table, const std::string& number, const std::string& other) const;

    std::uint64_t records() const { return m_records; }
    std::uint64_t replicated() const { return m_replicated; }
    /// How often records were trimmed that the judge had not read.
    std::uint64_t gaps() const { return m_gaps; }
    const ConflictJudge& conflicts() const { return m_conflicts; }

private:
    /// A table that is, or was, a replica of a global table.
    struct Replica {
        cluster::TablePtr table;
        std::uint64_t global = 0;  ///< The last one of which it was a replica; 0: none.
        std::optional<CalendarTime> activeSince;
        bool isThere = true;
        bool sawJump = false;
        bool hasGaps = false;
        std::map<GroupId, Lsn> read;
        std::map<std::string, SeenVersion> latest;   ///< By key, without the key space.
        std::map<std::string, SeenVersion> written;  ///< The same, of its own clients.
        std::set<std::string> forgotten;             ///< Keys whose tombstones were erased.
        std::map<std::string, Lsn> numbers;          ///< The last record with each number.
    };
    /// A write of a client, or an expiry.
    struct Write {
        KeySpaceId table{};
        GroupId group{};
        Lsn lsn{};
        CalendarTime committedAt;
        std::optional<std::string> image;
    };
    using WriteName = std::tuple<std::string, std::string, CalendarTime>;  // Region, key, version.
    /// A replicated write at a replica.
    struct Taken {
        WriteName write;
        KeySpaceId table{};
        GroupId group{};
        Lsn lsn{};
        std::string where;
        std::optional<std::string> image;
    };
    /// The last record of each partition that a zone has applied.
    using Positions = std::map<GroupId, Lsn>;
    /// A time during which no change went from one Region to another. Positions tell what came
    /// before it and what after: timestamps do not, since those of a partition are unique and run
    /// ahead of a calendar that stands still.
    struct Cut {
        std::string from;
        std::string to;
        CalendarTime since;
        Positions before;  ///< What had been committed when it began, and may be on its way.
        Positions during;  ///< What was committed while it lasted, at least.
        bool isOpen = true;
    };
    /// What a replica has of an item.
    struct Content {
        SeenVersion version;
        std::optional<std::string> attributes;  ///< Empty: a tombstone.
        bool operator==(const Content&) const = default;
    };
    using Contents = std::map<std::string, Content>;

    static std::set<std::pair<std::string, std::string>> closedWays(const cluster::World& world);
    static Positions positionsIn(const cluster::World& world);
    void noteTables(const cluster::World& world);
    void findReplicas(const cluster::World& world);
    std::string read(const cluster::World& world, const storage::Store& store, Replica& replica);
    std::string readArchive(const storage::Store& store, Replica& replica, GroupId group, Lsn upTo);
    void noteExpired(const cluster::World& world, const storage::Store& store, Replica& replica);
    std::string take(Replica& replica, GroupId group, Lsn lsn, std::string_view bytes);
    std::string takeVersion(Replica& replica, GroupId group, Lsn lsn, const std::string& where,
                            const table::LogRecord& record);
    static void noteNumber(Replica& replica, Lsn lsn, const table::LogRecord& record);
    std::string judgeTaken(const Taken& taken, const Write& write) const;
    std::string judgeUnexplained();
    std::string judgeLatest(const Replica& replica, const Contents& contents) const;
    static bool isReplica(const cluster::World& world, const Replica& replica);
    bool hasGapsIn(const std::string& region) const;
    static Contents contentsOf(const cluster::World& world, const storage::Store& store,
                               const cluster::TableDescription& table);

    std::map<KeySpaceId, Replica> m_replicas;
    std::map<WriteName, Write> m_writes;
    std::vector<Taken> m_unexplained;  ///< The record of the client's write was not read yet.
    std::vector<Cut> m_cuts;
    ConflictJudge m_conflicts;
    std::uint64_t m_records = 0;
    std::uint64_t m_replicated = 0;
    std::uint64_t m_gaps = 0;
};

}  // namespace orrery::test
