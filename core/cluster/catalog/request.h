#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/cluster/catalog/catalog.h"
#include "core/cluster/catalog/table_description.h"
#include "core/expression/condition.h"
#include "core/expression/storage_range.h"
#include "core/expression/update.h"
#include "core/storage/store.h"
#include "core/types/api_error.h"
#include "core/types/key_schema.h"

namespace orrery::cluster {

// Requests to the world, after names have become tables and keys, and its replies. An operation of
// the API makes one Request (`bind`) and turns one Reply into JSON; everything that takes time
// happens between the two, inside the world.

/// An item as a replica stores it. `bytes` holds more than the attributes and is shared with the
/// store.
struct ItemView {
    SharedBytes bytes;  ///< Null: the item does not exist.
    std::uint32_t attributesAt = 0;
    std::uint32_t itemBytes = 0;  ///< Size as the service charges it, attribute names included.

    explicit operator bool() const { return bytes != nullptr; }
    /// Encoded by types/item_codec.h.
    std::string_view attributes() const { return std::string_view(*bytes).substr(attributesAt); }
};

// --- items

struct ReadItem {
    TablePtr table;
    types::Key key;
    bool consistent = false;
};

enum class PutMode : std::uint8_t {
    Replace,
    Insert,  ///< A put by INSERT: refused with DuplicateItem if the item exists.
};
struct PutAction {
    types::Item item;
    PutMode mode = PutMode::Replace;
};
struct UpdateAction {
    expression::Update update;
};
struct DeleteAction {};
/// Deletes the item if its time to live ended at this second and the item has not changed since.
/// Otherwise only its entry in the index by expiry goes.
struct ExpireAction {
    std::int64_t expiry = 0;
};

/// Puts, updates or deletes one item if the condition holds on the leader's latest state.
struct WriteItem {
    TablePtr table;
    types::Key key;
    std::variant<PutAction, UpdateAction, DeleteAction, ExpireAction> action;
    std::optional<expression::Condition> condition;
    /// The condition fails unless this record wrote the item. No expression can demand that an item
    /// has no other attributes.
    std::optional<Lsn> itemLsn;
    /// ReturnValuesOnConditionCheckFailure=ALL_OLD.
    bool itemOnConditionFailure = false;
    /// ReturnItemCollectionMetrics=SIZE, on a table with a local index.
    bool wantsCollectionBytes = false;
};

/// One page of a Query or a Scan, of a table or of an index.
struct ReadRange {
    TablePtr table;
    std::string indexName;  ///< Empty: the table itself.
    /// The partition key value of a Query, used only in the trace; `begin` and `end` already encode
    /// it.
    std::optional<types::AttributeValue> partition;
    /// Storage keys; [begin, end) is within one key space.
    std::string begin;
    std::string end;
    /// Further ranges of the page in the same key space, in reading order; no two overlap.
    std::vector<expression::StorageRange> further;
    bool forward = true;
    bool consistent = false;
    /// The maximum number of items to evaluate.
    std::uint64_t limit = UINT64_MAX;
    /// For a local index: also reads the whole items from the table (some attributes are not
    /// projected).
    bool fetchFromTable = false;

    struct Bounds {
        std::string_view begin;
        std::string_view end;
    };
    /// One range of the page: 0 is [begin, end), the others are `further`. The views point into
    /// this object.
    Bounds bounds(std::uint32_t part) const;
    bool isLast(std::uint32_t part) const { return part == further.size(); }
    /// True if the range has no key after `key`, which is one of its own: for a table that is at
    /// most one item per key, for an index there may be more entries.
    bool endsAt(std::string_view key, std::uint32_t part = 0) const;
};

/// A page ends after the item with which it reaches this many bytes.
inline constexpr std::uint64_t kPageBytesMax = 1024 * 1024;

struct ReadBatch {
    std::vector<ReadItem> reads;
};
struct WriteBatch {
    std::vector<WriteItem> writes;
    /// A write that is refused fails alone, not the whole batch: BatchExecuteStatement.
    bool failsSingly = false;
};

// --- transactions

/// The limit on the total bytes of a transaction's items (API_TransactWriteItems,
/// API_TransactGetItems: "The aggregate size of the items in the transaction exceeded 4 MB").
inline constexpr std::uint64_t kTransactionBytesMax = 4 * 1024 * 1024;

/// ConditionCheck: the item must meet the condition, and nothing changes.
struct ConditionCheck {
    TablePtr table;
    types::Key key;
    expression::Condition condition;
    /// ReturnValuesOnConditionCheckFailure=ALL_OLD.
    bool itemOnConditionFailure = false;
};
using TransactWriteAction = std::variant<WriteItem, ConditionCheck>;

/// TransactWriteItems: all actions or none. Each is on another item.
struct TransactWrite {
    std::vector<TransactWriteAction> actions;
    /// ClientRequestToken; empty: none. The same token with the same parameters is done once.
    std::string clientToken;
    /// A hash of everything but the token, by which a repeated call is recognized.
    std::string parametersHash;
    std::string accountId;  ///< A token belongs to one account.
};

/// TransactGetItems: all items as they were at one moment.
struct TransactRead {
    std::vector<ReadItem> reads;  ///< `consistent` is ignored.
};

// --- tables

struct CreateTable {
    /// Name, keys, attributes, indexes and settings from the request; the world fills in the rest.
    TableDescription table;
};
struct DescribeTable {
    TablePtr table;
};
/// The changes of an existing index in an UpdateTable; absent members stay unchanged.
struct IndexUpdate {
    std::string name;
    std::optional<Throughput> throughput;
    std::optional<Throughput> onDemandMax;
    std::optional<Throughput> warm;
};
/// Enables a stream, or disables the enabled one.
struct StreamChange {
    std::optional<StreamView> enabled;
};
/// An action of UpdateTable's ReplicaUpdates.
struct ReplicaChange {
    enum class Kind : std::uint8_t { Create, Update, Delete };
    Kind kind{};
    std::string region;
    ReplicaOverrides overrides;  ///< Not for Kind::Delete.
};
/// The replicas that are created are consistent over Regions with those that there are, or all but
/// one of such a table are deleted.
struct StrongChange {
    std::string witness;  ///< The Region of the witness, which comes or goes with them; or empty.
};
/// The changes of an UpdateTable; absent members stay unchanged.
struct UpdateTable {
    TablePtr table;
    std::optional<BillingMode> billing;
    std::optional<Throughput> throughput;
    std::optional<Throughput> onDemandMax;
    std::optional<Throughput> warm;
    std::optional<bool> deletionProtection;
    std::optional<std::string> tableClass;
    std::optional<bool> sseEnabled;
    std::optional<std::string> sseKeyArn;
    std::optional<std::vector<Tag>> tags;
    /// The text of the new resource policy; an empty one removes the policy.
    std::optional<std::string> policy;
    std::vector<SecondaryIndex> createIndexes;
    std::vector<std::string> deleteIndexes;
    std::vector<IndexUpdate> updateIndexes;
    std::optional<StreamChange> stream;
    /// If there are any, nothing else changes.
    std::vector<ReplicaChange> replicas;
    std::optional<StrongChange> strong;  ///< Together with these.
};
struct UpdateTimeToLive {
    TablePtr table;
    bool isEnabled = false;
    std::string attribute;
};
struct DeleteTable {
    TablePtr table;
};
struct ListTables {
    std::string after;
    std::uint64_t limit = 100;
};

// --- streams

/// Changes what is attached to a stream; absent members stay unchanged.
struct UpdateStream {
    StreamPtr stream;
    std::optional<std::vector<Tag>> tags;
    /// The text of the new resource policy; an empty one removes the policy.
    std::optional<std::string> policy;
};

/// Where a shard is read from.
enum class StreamStart : std::uint8_t {
    Horizon,   ///< The oldest record that can be read.
    Position,  ///< After a position in the log.
    Latest,    ///< After the last record.
};
/// Reads records of one shard.
struct ReadStream {
    StreamPtr stream;
    ShardName shard;
    StreamStart start = StreamStart::Horizon;
    /// For StreamStart::Position. With StreamStart::Horizon: where an earlier read stopped without
    /// finding a record.
    Lsn position{};
    /// When the client got the iterator that names the position, which expires.
    std::optional<CalendarTime> iteratorMadeAt;
    /// The maximum number of records; 0 only finds the position, and checks that the record after
    /// it can be read.
    std::size_t limit = 0;
};

/// Needs only the world's instant: limits, endpoints, constant answers for features that do not
/// exist yet.
struct ReadNothing {};

using Request =
    std::variant<ReadItem, WriteItem, ReadRange, ReadBatch, WriteBatch, TransactWrite, TransactRead,
                 CreateTable, DescribeTable, UpdateTable, UpdateTimeToLive, DeleteTable, ListTables,
                 UpdateStream, ReadStream, ReadNothing>;

// --- replies

struct ItemReply {
    ItemView item;
};
struct WriteReply {
    ItemView before;
    ItemView after;
    /// Bytes of the item collection including all its local indexes, if requested.
    std::optional<std::uint64_t> collectionBytes;
};
struct RangeReply {
    std::vector<ItemView> items;
    /// How many bytes each partition read had for this page, in the order in which they were read:
    /// each is charged separately.
    std::vector<std::uint64_t> partitionBytes;
    /// The table item of each index entry, if fetchFromTable was set; otherwise empty.
    std::vector<ItemView> tableItems;
    /// True if the range may have more items: LastEvaluatedKey is the key of the last item.
    bool more = false;
};
struct BatchReadReply {
    std::vector<ItemView> items;  ///< In the order of the reads.
    /// The reads that were not done, because the reply is full (16 MB) or a replica did not answer.
    std::vector<std::uint32_t> unprocessed;
};
struct BatchWriteReply {
    std::vector<WriteReply> writes;
    std::vector<std::uint32_t> unprocessed;
    /// The writes that failed singly, in no order.
    std::vector<std::pair<std::uint32_t, ApiError>> failed;
};
/// A transaction that is cancelled is an error, ApiError::transactionCanceled.
struct TransactWriteReply {
    /// In the order of the actions. What a check saw is in `before` and `after`.
    std::vector<WriteReply> writes;
    /// Not empty: the token was known, and nothing was done. The size of the larger image of each
    /// item when the transaction was done.
    std::vector<std::uint32_t> repeatedBytes;
};
struct TransactReadReply {
    std::vector<ItemView> items;  ///< In the order of the reads.
};
/// Another replica of a global table.
struct ReplicaReply {
    std::string region;
    ReplicaStatus status{};
    ReplicaOverrides overrides;
    TablePtr table;
};
struct TableReply {
    TablePtr table;
    std::int64_t itemCount = 0;
    std::int64_t itemBytes = 0;
    /// By index, in the order of table->indexes.
    std::vector<std::pair<std::int64_t, std::int64_t>> indexCounts;
    CalendarTime now;
    /// Null: the table is not global.
    GlobalTablePtr global;
    /// The other replicas, in the order in which they joined.
    std::vector<ReplicaReply> replicas;
};
struct NamesReply {
    std::vector<std::string> names;
    bool more = false;
};
/// A change of one item, as a stream shows it.
struct StreamEntry {
    Lsn lsn{};
    CalendarTime committedAt;
    bool isExpiry = false;  ///< Time to live deleted the item.
    /// Encoded items (types/item_codec.h). The old one is also here where only its key is shown.
    std::optional<std::string> newImage;
    std::optional<std::string> oldImage;
    bool hadItem = false;
    /// Sizes as the service charges them; 0: no item.
    std::uint32_t newItemBytes = 0;
    std::uint32_t oldItemBytes = 0;
};
struct StreamReply {
    std::vector<StreamEntry> entries;
    Lsn position{};  ///< The next read begins after this.
    /// How the next read begins: at the horizon, until one from there has found a record. So a
    /// reader passes any number of expired records in several reads.
    StreamStart next = StreamStart::Position;
    /// The shard is closed and has no more records.
    bool atEnd = false;
    CalendarTime now;
};
struct UpdateStreamReply {
    StreamPtr stream;
};
struct NothingReply {
    CalendarTime now;
};

using Reply = std::variant<ItemReply, WriteReply, RangeReply, BatchReadReply, BatchWriteReply,
                           TransactWriteReply, TransactReadReply, TableReply, NamesReply,
                           StreamReply, UpdateStreamReply, NothingReply>;

/// The replica that answered, and its lag behind the leader: for response headers and the window,
/// never for the body of the reply.
struct Served {
    bool known = false;
    ZoneIndex zone{};
    bool leader = false;
    Lsn applied{};
    std::uint64_t behindRecords = 0;
    Duration behind{};
    /// Of a read: how many items differ from what was acknowledged when it began.
    std::optional<std::uint64_t> staleItems;
};

/// One call of the API in the world. It is created outside the world (parse), bound inside, and
/// answered by the world's `takeAnswers`; its submitter owns it.
class Call {
public:
    virtual ~Call() = default;
    /// Turns names into tables. Runs on the world's thread and must depend only on its arguments.
    virtual ApiResult<Request> bind(const Catalog& catalog, const Caller& caller) = 0;
    /// "PutItem": for the request list.
    virtual std::string_view operationName() const = 0;
    /// TableName as in the request, or empty: for the request list.
    virtual std::string_view tableName() const { return {}; }
};

}  // namespace orrery::cluster
