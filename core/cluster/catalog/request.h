#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/cluster/catalog/catalog.h"
#include "core/cluster/catalog/table_description.h"
#include "core/expression/condition.h"
#include "core/expression/update.h"
#include "core/storage/store.h"
#include "core/types/api_error.h"
#include "core/types/key_schema.h"

namespace orrery::cluster {

// What the world is asked for, after names have become tables and keys, and what it answers. An
// operation of the API makes one Request (`bind`) and turns one Reply into JSON; all that takes
// time happens between the two, inside the world.

/// An item as a replica holds it. `bytes` holds more than the attributes and is shared with the
/// store.
struct ItemView {
    SharedBytes bytes;  ///< Null: there is no such item.
    std::uint32_t attributesAt = 0;
    std::uint32_t itemBytes = 0;  ///< Size as the service charges it, attribute names included.

    explicit operator bool() const { return bytes != nullptr; }
    /// Encoded as types/item_codec.h says.
    std::string_view attributes() const { return std::string_view(*bytes).substr(attributesAt); }
};

// --- items

struct ReadItem {
    TablePtr table;
    types::Key key;
    bool consistent = false;
};

struct PutAction {
    types::Item item;
};
struct UpdateAction {
    expression::Update update;
};
struct DeleteAction {};

/// Put, update or delete of one item, if its condition holds on the leader's latest state.
struct WriteItem {
    TablePtr table;
    types::Key key;
    std::variant<PutAction, UpdateAction, DeleteAction> action;
    std::optional<expression::Condition> condition;
    /// ReturnValuesOnConditionCheckFailure=ALL_OLD.
    bool itemOnConditionFailure = false;
    /// ReturnItemCollectionMetrics=SIZE, on a table with a local index.
    bool wantsCollectionBytes = false;
};

/// One page of a Query or a Scan, of a table or of an index.
struct ReadRange {
    TablePtr table;
    std::string indexName;  ///< Empty: the table itself.
    /// The one of a Query, for who looks on; `begin` and `end` have it.
    std::optional<types::AttributeValue> partition;
    /// Storage keys; [begin, end) lies in one key space.
    std::string begin;
    std::string end;
    bool forward = true;
    bool consistent = false;
    /// Items to evaluate at most.
    std::uint64_t limit = UINT64_MAX;
    /// A local index: read the whole items from the table (attributes that are not projected).
    bool fetchFromTable = false;
};

/// The page ends after the item with which it reaches this many bytes.
inline constexpr std::uint64_t kPageBytesMax = 1024 * 1024;

struct ReadBatch {
    std::vector<ReadItem> reads;
};
struct WriteBatch {
    std::vector<WriteItem> writes;
};

// --- tables

struct CreateTable {
    /// Name, keys, attributes, indexes and settings as asked for; the world fills in the rest.
    TableDescription table;
};
struct DescribeTable {
    TablePtr table;
};
/// What an UpdateTable asks of an index that exists; absent members stay as they are.
struct IndexUpdate {
    std::string name;
    std::optional<Throughput> throughput;
    std::optional<Throughput> onDemandMax;
    std::optional<Throughput> warm;
};
/// What an UpdateTable asks for; absent members stay as they are.
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
    std::vector<SecondaryIndex> createIndexes;
    std::vector<std::string> deleteIndexes;
    std::vector<IndexUpdate> updateIndexes;
};
struct DeleteTable {
    TablePtr table;
};
struct ListTables {
    std::string after;
    std::uint64_t limit = 100;
};
/// Needs nothing of the world but its instant: limits, endpoints, the truth about what is not
/// there.
struct ReadNothing {};

using Request = std::variant<ReadItem, WriteItem, ReadRange, ReadBatch, WriteBatch, CreateTable,
                             DescribeTable, UpdateTable, DeleteTable, ListTables, ReadNothing>;

// --- replies

struct ItemReply {
    ItemView item;
};
struct WriteReply {
    ItemView before;
    ItemView after;
    /// Bytes of the item collection, all its local indexes included, if they were asked for.
    std::optional<std::uint64_t> collectionBytes;
};
struct RangeReply {
    std::vector<ItemView> items;
    /// Each item's table item, where fetchFromTable asked for it; otherwise empty.
    std::vector<ItemView> tableItems;
    /// True if the range may hold more: LastEvaluatedKey is the key of the last item.
    bool more = false;
};
struct BatchReadReply {
    std::vector<ItemView> items;  ///< In the order of the reads.
    /// Reads from this one on were not done: the reply is full (16 MB) or a replica did not answer.
    std::vector<std::uint32_t> unprocessed;
};
struct BatchWriteReply {
    std::vector<WriteReply> writes;
    std::vector<std::uint32_t> unprocessed;
};
struct TableReply {
    TablePtr table;
    std::int64_t itemCount = 0;
    std::int64_t itemBytes = 0;
    /// By index, in the order of table->indexes.
    std::vector<std::pair<std::int64_t, std::int64_t>> indexCounts;
};
struct NamesReply {
    std::vector<std::string> names;
    bool more = false;
};
struct NothingReply {
    CalendarTime now;
};

using Reply = std::variant<ItemReply, WriteReply, RangeReply, BatchReadReply, BatchWriteReply,
                           TableReply, NamesReply, NothingReply>;

/// Which replica answered, and how far it was behind the leader: for response headers and the
/// window, never for the reply's body.
struct Served {
    bool known = false;
    ZoneIndex zone{};
    bool leader = false;
    Lsn applied{};
    std::uint64_t behindRecords = 0;
    Duration behind{};
};

/// One call of the API on its way through the world. Made outside it (parse), bound inside, and
/// answered by `takeAnswers` of the world; it belongs to whoever submitted it.
class Call {
public:
    virtual ~Call() = default;
    /// Names become tables. Runs on the world's thread; must not depend on anything but its
    /// arguments.
    virtual ApiResult<Request> bind(const Catalog& catalog, const Caller& caller) = 0;
    /// "PutItem": for the request list.
    virtual std::string_view operationName() const = 0;
    /// TableName as the request has it, or empty: for the request list.
    virtual std::string_view tableName() const { return {}; }
};

}  // namespace orrery::cluster
