#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/cluster/catalog/global_table.h"
#include "core/cluster/global/conflict.h"
#include "core/cluster/replicas/log_reader.h"

namespace orrery::cluster {

/// The conflicts of global tables: writes that clients were told of and that lost against a version
/// that did not know of them. Found by reading the committed log of each partition, so that no stop
/// loses or repeats one. Bounded per replica; the oldest go first, and are counted.
class ConflictLedger {
public:
    /// Conflicts and bytes of their items kept per replica.
    static constexpr std::size_t kCountMax = 10'000;
    static constexpr std::uint64_t kBytesMax = 16u << 20;
    /// A larger item is not kept.
    static constexpr std::size_t kItemBytesMax = 64u << 10;

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
    struct Entry {
        /// Without the images, once the turn that added it is committed.
        Conflict conflict;
        std::uint64_t imageBytes = 0;
    };
    /// The conflicts of one replica. Read from the store when they are first needed.
    struct OfTable {
        std::map<ConflictId, Entry> entries;
        std::map<std::string, std::set<ConflictId>> byKey;
        std::uint64_t imageBytes = 0;
        ForgottenConflicts forgotten;
        /// Added in this turn, so the store does not return them yet.
        std::vector<ConflictId> fresh;
        storage::Ticket freshIn{};
    };

    storage::StorageResult<OfTable*> of(KeySpaceId table) const;
    void take(Group& group, OfTable& kept, Lsn lsn, const table::LogRecord& record);
    Conflict conflictOf(const Group& group, Lsn lsn, const table::LogRecord& record) const;
    ConflictSide sideOf(const std::string& region, CalendarTime version, CalendarTime committedAt,
                        const std::optional<std::string>& image) const;
    void add(KeySpaceId table, OfTable& kept, const Conflict& conflict);
    /// The version that has come descends from writes that counted as lost.
    /// How many writes are lost; the conflict has not been added yet.
    static std::uint64_t countOf(const OfTable& kept, const Conflict& conflict);
    void withdraw(KeySpaceId table, OfTable& kept, const std::string& key,
                  const table::VersionHead& known);
    void noteFresh(OfTable& kept, const ConflictId& id);
    void erase(KeySpaceId table, OfTable& kept, const ConflictId& id);
    void forgetOldest(KeySpaceId table, OfTable& kept);

    WorldState& m_world;
    LogReader m_log;
    mutable std::map<KeySpaceId, OfTable> m_tables;
};

}  // namespace orrery::cluster
