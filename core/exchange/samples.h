#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::exchange {

// Sample data sets, which `--demo` and the first start of the window offer. They are generated, not
// stored: the same build generates the same items, to the last byte.

/// One table of a sample, as requests of the API.
struct SampleTable {
    std::string name;
    std::string createTable;         ///< JSON of a CreateTable request.
    std::vector<std::string> items;  ///< JSON of each item, with attribute types.
};

/// A typical use of the service: some tables of some thousand items.
struct SampleSet {
    std::string name;         ///< "games": stable, for the command line.
    std::string title;        ///< "Game leaderboard".
    std::string description;  ///< One or two sentences.
    std::vector<SampleTable> tables;
};

/// All samples: a leaderboard, a shop's carts and profiles, rides with GPS positions. Pure. It
/// takes some milliseconds, so call it only when a sample is wanted.
std::vector<SampleSet> sampleSets();

/// The maximum of items in a BatchWriteItem.
inline constexpr std::size_t kBatchItemsMax = 25;

/// The items of a table as JSON of BatchWriteItem requests, in order.
std::vector<std::string> batchWriteRequests(const SampleTable& table);

/// The BatchWriteItem request that repeats the unprocessed items of an answer. Nothing if there are
/// none, or if `answer` is not a JSON object.
std::optional<std::string> requestForUnprocessed(std::string_view answer);

}  // namespace orrery::exchange
