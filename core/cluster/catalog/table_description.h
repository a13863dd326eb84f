#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/cluster/catalog/resource_settings.h"
#include "core/cluster/catalog/stream_description.h"
#include "core/table/index_entry.h"
#include "core/types/key_schema.h"

namespace orrery::cluster {

// The catalog's description of a table: what the user asked for and what the service made of it.
// Plain values. A description is replaced as a whole and never changed, so a `shared_ptr<const …>`
// is a snapshot.

enum class TableStatus : std::uint8_t { Creating, Updating, Deleting, Active };
enum class BillingMode : std::uint8_t { Provisioned, PayPerRequest };

/// "CREATING".
std::string_view statusText(TableStatus status);

struct Throughput {
    std::int64_t readUnits = 0;
    std::int64_t writeUnits = 0;
    bool operator==(const Throughput&) const = default;
};

/// Changes that take effect at once, but keep the table UPDATING for a while.
enum class LastingChange : std::uint8_t { Billing, Stream, TableClass };

/// All of them, in the order in which they are stored.
inline constexpr std::array kLastingChanges = {LastingChange::Billing, LastingChange::Stream,
                                               LastingChange::TableClass};

/// The part of an UpdateTable that takes effect when the table leaves UPDATING. Until then, the old
/// values are shown.
struct PendingChange {
    std::optional<Throughput> throughput;
    std::optional<Throughput> warm;
    // Tables only.
    bool toPayPerRequest = false;  ///< The billing mode has changed already.
    std::optional<bool> sseEnabled;
    std::string sseKeyArn;
    std::set<LastingChange> lasting;
    bool operator==(const PendingChange&) const = default;
};

using table::IndexProjection;
using table::ProjectionKind;

/// The numbers are stored.
enum class IndexKind : std::uint8_t { Local = 0, Global = 1 };

/// A secondary index: what is needed to derive its entries, and what DescribeTable shows.
struct SecondaryIndex : table::IndexDefinition {
    std::string name;
    IndexKind kind = IndexKind::Local;
    // Global indexes only.
    TableStatus status = TableStatus::Active;
    bool backfilling = false;
    Throughput throughput;
    std::optional<Throughput> onDemandMax;
    std::optional<Throughput> warm;
    PendingChange pending;

    bool isGlobal() const { return kind == IndexKind::Global; }
    /// The warm throughput that was set last, even if it is not available yet.
    const std::optional<Throughput>& warmAsked() const {
        return pending.warm ? pending.warm : warm;
    }
};

/// The setting of UpdateTimeToLive.
struct TimeToLive {
    std::string attribute;  ///< Empty: disabled.
    std::optional<CalendarTime> changedAt;
    /// Items that are older than the setting are being indexed by their expiry.
    bool isChanging = false;
    bool operator==(const TimeToLive&) const = default;
};

struct TableDescription {
    std::string name;
    std::string accountId;
    std::string regionName;
    RegionId region{};
    KeySpaceId
        space{};  ///< Identifies the table inside the engine; a recreated table gets another one.
    std::string tableId;  ///< The UUID that DescribeTable shows.
    CalendarTime createdAt;
    TableStatus status = TableStatus::Active;

    types::KeySchema keys;
    /// AttributeDefinitions as requested, which include the types of all key attributes.
    std::vector<types::KeyAttribute> attributes;
    std::vector<SecondaryIndex>
        indexes;  ///< Local ones first, each kind in the order of the request.

    BillingMode billing = BillingMode::Provisioned;
    Throughput throughput;
    std::optional<CalendarTime> lastIncreaseAt;
    std::optional<CalendarTime> lastDecreaseAt;
    /// On the day of `lastDecreaseAt`.
    std::int64_t decreasesToday = 0;
    /// When billing last became PayPerRequest; BillingModeSummary shows it.
    std::optional<CalendarTime> lastToPayPerRequestAt;
    std::optional<Throughput> onDemandMax;
    std::optional<Throughput> warm;

    bool deletionProtection = false;
    std::string tableClass;  ///< Empty if never set; the summary is shown only if it was set.
    bool sseEnabled = false;
    std::string sseKeyArn;
    std::vector<Tag> tags;
    std::optional<ResourcePolicy> policy;

    /// What the records of the enabled stream contain; absent: no stream is enabled.
    std::optional<StreamView> stream;
    /// The label of the stream that was enabled last, which may be disabled or expired by now.
    std::string streamLabel;
    TimeToLive timeToLive;
    PendingChange pending;

    std::string arn() const;
    std::string indexArn(const std::string& index) const;
    /// The index with this name, or null.
    const SecondaryIndex* findIndex(std::string_view indexName) const;
    bool hasLocalIndexes() const;
    bool hasGlobalIndexes() const;
    bool hasIndexIn(std::initializer_list<TableStatus> statuses) const;
    /// How often its throughput was decreased on the UTC day of `now`.
    std::int64_t decreasesOn(CalendarTime now) const;
    /// True if the table or one of its indexes has one.
    bool hasPendingChange() const;
    /// The warm throughput that was set last, even if it is not available yet.
    const std::optional<Throughput>& warmAsked() const {
        return pending.warm ? pending.warm : warm;
    }
};

using TablePtr = std::shared_ptr<const TableDescription>;

enum class WriteKind : std::uint8_t { Put, Delete };

/// True if the log record of such a write carries the image that it replaces. Indexes, and the one
/// by expiry, need that image to move their entries, and streams to show it. A stream of keys needs
/// it for a deletion, since a storage key does not contain the key. Recovery and replicas in other
/// Regions will set it here too.
bool imagesNeeded(const TableDescription& table, WriteKind kind = WriteKind::Delete);

/// The warm throughput of a table or index: the requested one, but at least what its billing mode
/// gives. `warm` and `provisioned` belong to the table or to one of its global indexes.
Throughput warmNow(BillingMode billing, const std::optional<Throughput>& warm,
                   const Throughput& provisioned);

/// Encodes a table for the catalog's store, and decodes it; nothing if the bytes are corrupt.
std::string encodeTable(const TableDescription& table);
std::optional<TableDescription> decodeTable(std::string_view bytes);

}  // namespace orrery::cluster
