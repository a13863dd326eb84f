#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::load {

/// What the table's items look like.
struct Shape {
    std::size_t itemBytes = 1'000;  ///< Roughly; without `keyPrefixBytes`.
    /// All partition keys begin with so many equal bytes.
    std::size_t keyPrefixBytes = 0;
    /// The view of the table's stream, such as KEYS_ONLY; empty: no stream.
    std::string stream;
};

/// A table of items "p-0000012" / 0…9, ten per item collection. Requests are rendered beforehand,
/// since a client that builds them during the run measures itself.
class Requests {
public:
    Requests(std::string table, Shape shape);

    std::string createTable() const;
    /// The table gets a replica in this Region. The table must have a stream with both images.
    std::string addReplica(const std::string& region) const;
    std::string describeTable() const;

    // To read the table's stream.
    std::string describeStream(const std::string& arn) const;
    /// From the first record on.
    std::string shardIterator(const std::string& arn, const std::string& shard) const;
    std::string records(const std::string& iterator) const;

    /// BatchWriteItem requests for the items [begin, end).
    std::vector<std::string> fill(std::uint64_t begin, std::uint64_t end) const;

    enum class Kind {
        Get,
        GetStrong,
        Put,
        Update,
        Delete,  ///< Every second request puts the item back.
        Query,
        Scan,
        BatchGet,
        BatchWrite,
        TransactWrite,
        TransactGet,
        Statement,  ///< A SELECT by key.
    };
    /// `count` requests on keys spread over `items` items, the same in each run.
    std::vector<std::string> of(Kind kind, std::uint64_t items, std::size_t count) const;

private:
    std::string one(Kind kind, std::uint64_t item) const;
    std::string partition(std::uint64_t item) const;
    std::string key(std::uint64_t item) const;
    std::string item(std::uint64_t item) const;
    std::string batchGet(const std::vector<std::uint64_t>& items) const;
    std::string batch(const std::vector<std::uint64_t>& items) const;
    std::string transactWrite(const std::vector<std::uint64_t>& items) const;
    std::string transactGet(const std::vector<std::uint64_t>& items) const;

    const std::string m_table;
    const Shape m_shape;
    const std::string m_prefix;
    const std::string m_filler;
};

inline constexpr std::uint64_t kCollectionItems = 10;
inline constexpr std::size_t kBatchItems = 25;
inline constexpr int kScanItems = 100;
inline constexpr int kRecords = 100;
inline constexpr std::size_t kTransactionItems = 4;

}  // namespace orrery::load
