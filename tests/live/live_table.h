#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "tests/live/http_client.h"
#include "tests/live/ledger.h"

namespace orrery::live {

// The table of these tests' clients: on demand (so with four partitions), key `pk`, the number of
// the last write in `n`, and a global index of owner and number, in which every write moves its
// entry.

std::string createTableJson();
/// `padBytes` of ballast make the item as large as a test wants it.
std::string putJson(const Ledger& ledger, std::size_t key, std::uint64_t number,
                    std::size_t padBytes);
std::string getJson(std::size_t key, bool strong);
std::string ownerQueryJson(int owner);

std::string outageJson(const std::string& zone);
std::string speedJson(int speed);

/// The number in an item of an answer; 0: there is no item.
std::uint64_t numberOf(const boost::json::value& item);
/// The number that a GetItem showed; nothing if its status was not 200.
std::optional<std::uint64_t> shownNumber(const HttpClient::Answer& answer);

/// Reads every key strongly and compares it with the promises. With `MayLose`, only numbers that
/// were never sent are wrong, and the ledger records the loss.
enum class Promise { Kept, MayLose };
void checkEveryKey(std::uint16_t port, Ledger& ledger, Promise promise = Promise::Kept);

/// Waits until the replicas of every partition, the index's too, have applied the same; then their
/// contents, read from memtable and tree, are to be equal, and equal to the checksum kept at apply.
/// Returns what is wrong.
std::string compareReplicas(HttpClient& client);

/// Base table and index must agree on every key. Returns the error.
std::string compareIndex(HttpClient& client);

/// The size of the file that holds the trees.
std::int64_t treeFileBytes(HttpClient& client);

/// The world's time in milliseconds.
double worldMs(HttpClient& client);

}  // namespace orrery::live
