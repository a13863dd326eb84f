#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/cluster/world_harness.h"

namespace orrery::test {

// Transactions on the table that a WorldHarness uses. All attributes but the key are integers.

using Numbers = std::map<std::string, std::int64_t>;

/// One action. Which one it is follows from what it has: an `update`, an item to put, nothing but a
/// condition, or nothing at all, for a delete.
struct Act {
    std::string pk;
    std::string update = {};
    std::optional<Numbers> item = {};
    std::string condition = {};
    Numbers values = {};  ///< ":name" of the expressions.
    bool isDelete = false;
    bool wantsItem = false;  ///< ReturnValuesOnConditionCheckFailure=ALL_OLD.
};

/// TransactWriteItems. Returns the number of the call.
std::uint64_t transact(WorldHarness& world, const std::vector<Act>& acts,
                       const std::string& token = "", std::uint8_t zone = 0);
/// The same for a single put, update or delete.
std::uint64_t write(WorldHarness& world, const Act& act, std::uint8_t zone = 0);
/// TransactGetItems.
std::uint64_t transactGet(WorldHarness& world, const std::vector<std::string>& pks,
                          std::uint8_t zone = 0);

/// The integers of an item; nothing if there is no item.
std::optional<Numbers> numbersOf(const cluster::ItemView& item);
/// The items in the answer of a TransactGetItems.
std::vector<std::optional<Numbers>> itemsOf(const WorldHarness& world, std::uint64_t call);
/// "ok", the short name of an error, or the codes of a cancelled transaction: "None,
/// TransactionConflict". "" without an answer.
std::string outcomeOf(const WorldHarness& world, std::uint64_t call);

/// Lets time pass until all of these calls are answered, at most a minute.
void finish(WorldHarness& world, const std::vector<std::uint64_t>& calls);

}  // namespace orrery::test
