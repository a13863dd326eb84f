#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/time.h"
#include "core/cluster/world/world.h"
#include "core/table/log_record.h"

namespace orrery::test {

/// Judges the ledger of conflicts. Each write of a client names the version that it replaced, so
/// the judge knows all ancestors of every version, and of heads and runs it knows nothing.
///
/// A replica has lost those writes of its clients that are no ancestors of the present version. All
/// of them are listed, each by one conflict, but for those that a deletion took from a deletion;
/// nothing else is.
class ConflictJudge {
public:
    /// A record that changes an item, in the order of the log. `key` is the one that all replicas
    /// share.
    void take(KeySpaceId table, const std::string& region, GroupId group, Lsn lsn,
              const std::string& key, const table::LogRecord& record);
    /// Some records of the table were not taken.
    void miss(KeySpaceId table) { m_missed.insert(table); }
    /// How far the records of the tables have been taken, now that all turns are synced.
    using Positions = std::map<GroupId, Lsn>;
    void lookAt(const cluster::World& world, const Positions& positions);

    /// At rest. Returns an error, or an empty text.
    std::string judge(const cluster::World& world);

    /// Lost writes that were listed as they should be.
    std::uint64_t judged() const { return m_judged; }
    /// Those of them that had lost before and come back.
    std::uint64_t lostAgain() const { return m_lostAgain; }
    /// Items of which the judge could not say what is lost.
    std::uint64_t unclear() const { return m_unclear; }

private:
    /// Of a version: its Region, the key, its time.
    using Name = std::tuple<std::string, std::string, CalendarTime>;
    using NodeId = std::size_t;
    struct Node {
        std::optional<NodeId> base;
        KeySpaceId table{};
        CalendarTime committedAt;
        bool isKnown = false;
        bool isWrite = false;  ///< Of a client.
    };
    /// A version becomes the present one.
    struct Event {
        NodeId version = 0;
        GroupId group{};
        Lsn lsn{};
        bool isReplicated = false;
        bool isDeletion = false;
        bool isVersioned = false;  ///< The table was global.
    };
    /// Since when a table is a replica: after `from`, and from `upTo` on at the latest.
    struct Era {
        std::uint64_t global = 0;
        Positions from;
        Positions upTo;
    };
    using Times = std::set<CalendarTime>;
    struct Losses {
        Times writes;  ///< All own writes that the present version descends from, or once did.
        Times listed;
        Times unlisted;
        Times again;  ///< Of the listed ones.
        bool isUnclear = false;
    };

    NodeId nodeOf(const Name& name);
    std::optional<Times> writesBefore(KeySpaceId table, NodeId version) const;
    Losses lossesOf(KeySpaceId table, const std::vector<Event>& events) const;
    std::string judgeRow(const cluster::TableDescription& table, const cluster::Conflict& conflict,
                         const Losses& losses, Times& found) const;
    bool hasLost(KeySpaceId table, const std::string& key, const cluster::ConflictSide& side,
                 CalendarTime write) const;

    std::vector<Node> m_nodes;
    std::map<Name, NodeId> m_byName;
    std::map<KeySpaceId, std::map<std::string, std::vector<Event>>> m_events;
    std::map<KeySpaceId, Era> m_eras;
    Positions m_positions;
    std::set<KeySpaceId> m_missed;
    std::uint64_t m_judged = 0;
    std::uint64_t m_lostAgain = 0;
    std::uint64_t m_unclear = 0;
};

}  // namespace orrery::test
