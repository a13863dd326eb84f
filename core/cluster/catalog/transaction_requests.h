#pragma once

#include <cstdint>
#include <vector>

#include "core/cluster/catalog/request.h"

namespace orrery::cluster {

// What is common to the requests of transactions.

enum class TransactionKind : std::uint8_t {
    None,  ///< The request is no transaction.
    Write,
    Read,
};
TransactionKind transactionKindOf(const Request& request);

/// The table and key of one item. Points into the request.
struct ItemPlace {
    const TablePtr& table;
    const types::Key& key;
};
ItemPlace placeOf(const TransactWriteAction& action);
/// The place of each action or read, in their order. Only for a transaction.
std::vector<ItemPlace> placesOf(const Request& request);

}  // namespace orrery::cluster
