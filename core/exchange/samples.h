#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace orrery::exchange {

// Sample data sets: what `--demo` and the first start of the window offer. They are made, not
// stored: the same build makes the same items, to the last byte.

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

/// All samples: a leaderboard, a shop's carts and profiles, rides with GPS positions. Pure; takes
/// some milliseconds, so call it when somebody asks for a sample.
std::vector<SampleSet> sampleSets();

/// How many items a BatchWriteItem takes.
inline constexpr std::size_t kBatchItemsMax = 25;

/// The items of a table as JSON of BatchWriteItem requests, in order.
std::vector<std::string> batchWriteRequests(const SampleTable& table);

}  // namespace orrery::exchange
