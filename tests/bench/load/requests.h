#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::load {

/// A table of items "p-0000012" / 0…9, ten per item collection, each of about `itemBytes`. Requests
/// are rendered beforehand, since a client that builds them during the run measures itself.
class Requests {
public:
    Requests(std::string table, std::size_t itemBytes);

    std::string createTable() const;
    std::string describeTable() const;

    /// BatchWriteItem requests for the items [begin, end).
    std::vector<std::string> fill(std::uint64_t begin, std::uint64_t end) const;

    enum class Kind { Get, GetStrong, Put, Query, BatchWrite, TransactWrite, TransactGet };
    /// `count` requests on keys spread over `items` items, the same in each run.
    std::vector<std::string> of(Kind kind, std::uint64_t items, std::size_t count) const;

private:
    std::string http(const std::string& operation, const std::string& json) const;
    std::string key(std::uint64_t item) const;
    std::string item(std::uint64_t item) const;
    std::string batch(const std::vector<std::uint64_t>& items) const;
    std::string transactWrite(const std::vector<std::uint64_t>& items) const;
    std::string transactGet(const std::vector<std::uint64_t>& items) const;

    const std::string m_table;
    const std::string m_filler;
};

inline constexpr std::uint64_t kCollectionItems = 10;
inline constexpr std::size_t kBatchItems = 25;
inline constexpr std::size_t kTransactionItems = 4;

}  // namespace orrery::load
