#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/cluster/catalog/global_table.h"
#include "core/cluster/global/conflict.h"
#include "core/cluster/replicas/log_reader.h"

namespace orrery::cluster {

/// The conflicts of global tables: writes that clients were told of and that lost against a version
/// that did not know of them. Found by reading the committed log of each partition, so that no stop
/// loses or repeats one. Bounded per replica; the oldest go first, and are counted. The runs of
/// those stay for a while, since what lost later is found by them.
class ConflictLedger {
public:
    /// Conflicts and bytes of their items kept per replica.
    static constexpr std::size_t kCountMax = 10'000;
    static constexpr std::uint64_t kBytesMax = 16u << 20;
    /// A larger item is not kept.
    static constexpr std::size_t kItemBytesMax = 64u << 10;
    /// For the runs that no conflict lists.
    static constexpr std::uint64_t kUnlistedBytesMax = 4u << 20;

    ConflictLedger(WorldState& world, Replicator& replicator)
        : m_world(world), m_log(world, replicator) {}
    ConflictLedger(const ConflictLedger&) = delete;
    ConflictLedger& operator=(const ConflictLedger&) = delete;

    /// A table has become a replica: its conflicts are noted from now on.
    void join(const GlobalTable& global);
    /// It is none any more: its conflicts are forgotten. Call it before its partitions are removed.
    void leave(KeySpaceId table);
    /// The replicas of a partition made progress.
    void moved(Group& group);

    struct Page {
        std::vector<Conflict> conflicts;  ///< In the order of their ids.
        bool more = false;
    };
    /// The conflicts of one replica after an id, or from the first one on.
    storage::StorageResult<Page> page(KeySpaceId table, const std::optional<ConflictId>& after,
                                      std::size_t limit) const;
    storage::StorageResult<ForgottenConflicts> forgotten(KeySpaceId table) const;
    /// How many a replica keeps.
    storage::StorageResult<std::size_t> count(KeySpaceId table) const;

private:
    static constexpr std::string_view kReader = "conflicts";  ///< Among GroupLog::readers.

    struct Entry {
        /// Without the images, once the turn that added it is committed.
        Conflict conflict;
        std::uint64_t imageBytes = 0;
    };
    /// The lost runs of one replica. Read from the store when they are first needed.
    struct OfTable {
        std::map<ConflictId, Entry> entries;
        std::map<ConflictId, UnlistedRun> unlisted;
        std::map<std::string, std::set<ConflictId>> byKey;  ///< All of them.
        std::uint64_t imageBytes = 0;
        std::uint64_t unlistedBytes = 0;
        ForgottenConflicts forgotten;
        /// Added in this turn, so the store does not return them yet.
        std::vector<ConflictId> fresh;
        storage::Ticket freshIn{};

        const LostRun& run(const ConflictId& id) const;
        /// Whether the write is in a lost run of the item.
        bool isLost(const std::string& key, const OwnWrite& write) const;
    };

    storage::StorageResult<OfTable*> of(KeySpaceId table) const;
    storage::StorageResult<void> readRuns(KeySpaceId table, OfTable& kept) const;
    void addEntry(KeySpaceId table, OfTable& kept, const Conflict& conflict);
    void addUnlisted(KeySpaceId table, OfTable& kept, const ConflictId& id, UnlistedRun run);
    void setRun(KeySpaceId table, OfTable& kept, const ConflictId& id, const LostRun& run);
    void noteFresh(OfTable& kept, const ConflictId& id);
    void erase(KeySpaceId table, OfTable& kept, ConflictId id);
    void forgetOldest(KeySpaceId table, OfTable& kept);

    void take(Group& group, OfTable& kept, Lsn lsn, const table::LogRecord& record);
    void addLost(const Group& group, OfTable& kept, Lsn lsn, const table::LogRecord& record,
                 const LostRun& run);
    Conflict conflictOf(const Group& group, Lsn lsn, const table::LogRecord& record,
                        const LostRun& run) const;
    ConflictSide sideOf(const std::string& region, CalendarTime version, CalendarTime committedAt,
                        const std::optional<std::string>& image) const;

    WorldState& m_world;
    LogReader m_log;
    mutable std::map<KeySpaceId, OfTable> m_tables;
};

}  // namespace orrery::cluster
