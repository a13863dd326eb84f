#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace orrery::cluster {

// A global table: tables of one name in several Regions, its replicas. Plain values, replaced as a
// whole like TableDescription.

/// The numbers are stored; so below.
enum class GlobalConsistency : std::uint8_t { Eventual = 0, Strong = 1 };

enum class ReplicaStatus : std::uint8_t { Creating = 0, Updating = 1, Active = 2, Deleting = 3 };

/// "CREATING".
std::string_view statusText(ReplicaStatus status);

/// Settings in which a replica differs from the others; absent members do not differ.
struct IndexOverrides {
    std::optional<std::int64_t> readUnits;
    std::optional<std::int64_t> maxReadRequestUnits;
    bool operator==(const IndexOverrides&) const = default;
};
struct ReplicaOverrides {
    std::optional<std::int64_t> readUnits;
    std::optional<std::int64_t> maxReadRequestUnits;
    std::optional<std::string> tableClass;
    std::string kmsKey;                             ///< Empty: none of its own.
    std::map<std::string, IndexOverrides> indexes;  ///< By name.
    bool operator==(const ReplicaOverrides&) const = default;
};

struct GlobalReplica {
    KeySpaceId table{};
    ReplicaStatus status = ReplicaStatus::Creating;
    CalendarTime joinedAt;
    /// The replica from which it was filled; 0 for the first one.
    KeySpaceId source{};
    ReplicaOverrides overrides;
    bool operator==(const GlobalReplica&) const = default;
};

/// The journal of one partition.
struct JournalPartition {
    GroupId group{};
    // Without the key space.
    std::string begin;
    std::string end;
    ZoneIndex appointed{};  ///< Leads first.
    bool operator==(const JournalPartition&) const = default;
};

/// What only a global table with strong consistency has.
struct GlobalJournal {
    KeySpaceId space{};  ///< Of all its journals.
    /// Where the members are: the i-th one in zone i of the i-th Region.
    std::array<RegionId, kZonesPerRegion> seats{};
    std::string witness;  ///< The Region that has a member and no replica; empty: none.
    std::vector<JournalPartition> partitions;  ///< In order, as those of each replica.
    bool operator==(const GlobalJournal&) const = default;
};

struct GlobalTable {
    std::uint64_t id = 0;  ///< Not 0; never given out twice.
    GlobalConsistency consistency = GlobalConsistency::Eventual;
    std::optional<GlobalJournal> journal;  ///< If it is Strong.
    /// In the order in which they joined.
    std::vector<GlobalReplica> replicas;

    bool isStrong() const { return consistency == GlobalConsistency::Strong; }
    /// Null if the table is no replica of this one.
    const GlobalReplica* find(KeySpaceId table) const;
    bool operator==(const GlobalTable&) const = default;
};

using GlobalTablePtr = std::shared_ptr<const GlobalTable>;

/// Encodes the value "global/<id>" (tables/table_values.h), and decodes it; nothing if the bytes
/// are corrupt or of a later version.
std::string encodeGlobalTable(const GlobalTable& table);
std::optional<GlobalTable> decodeGlobalTable(std::string_view bytes);
inline constexpr std::uint8_t kGlobalTableVersion = 2;

/// The global tables of all accounts. Part of the catalog.
class GlobalTableList {
public:
    /// Null if there is none with this id.
    GlobalTablePtr find(std::uint64_t id) const;
    /// The global table of which this table is a replica, or null.
    GlobalTablePtr ofTable(KeySpaceId table) const;
    /// The one whose journals have this key space, or null.
    GlobalTablePtr ofJournal(KeySpaceId space) const;
    /// The one of this table if it is Strong, or null.
    GlobalTablePtr strong(KeySpaceId table) const;
    std::size_t size() const { return m_byId.size(); }

    /// Adds or replaces it. No table may be a replica of two.
    void put(GlobalTablePtr table);
    void erase(std::uint64_t id);

private:
    std::map<std::uint64_t, GlobalTablePtr> m_byId;
    std::map<KeySpaceId, GlobalTablePtr> m_byTable;
    std::map<KeySpaceId, GlobalTablePtr> m_byJournal;
};

}  // namespace orrery::cluster
