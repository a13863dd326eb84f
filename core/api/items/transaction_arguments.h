#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/items/batch_arguments.h"
#include "core/api/items/capacity.h"
#include "core/cluster/catalog/request.h"
#include "core/expression/update.h"
#include "core/json/json.h"
#include "core/types/item_size.h"

namespace orrery::api {

// What the operations on transactions share.

/// A hash by which a repeated call is recognized; the order of members in objects does not count.
std::string parametersHash(const json::Value& parameters);

/// Collects what is wrong with the keys of a transaction's actions. Some mistakes refuse the call;
/// others cancel the transaction, and then only the first one is reported.
class ActionKeys {
public:
    explicit ActionKeys(std::size_t actionCount) : m_reasons(actionCount) {}

    /// The key of the next action: all attributes of `item` if it is a key, otherwise those of an
    /// item to put. Nothing if it cancels the transaction.
    ApiResult<std::optional<types::Key>> take(const cluster::TableDescription& table,
                                              const types::Item& item, bool isKey);
    /// A mistake in the action taken last that cancels the transaction.
    void cancel(ApiError error);
    /// The reasons, if there is one.
    ApiResult<void> check() const;

private:
    std::size_t m_taken = 0;
    bool m_isCancelled = false;
    std::vector<CancellationReason> m_reasons;
    DistinctKeys m_distinct;
};

/// What a transaction's writes bring in their request: items to put, keys, and what updates write.
/// What they find in the tables does not count: the service lets a short call delete 5 MB (recorded
/// in test_transact.py of Scylla's Alternator).
class Payload {
public:
    /// `item` is the one to put, or the key of another action.
    void add(const types::Item& item) { m_bytes += types::itemBytes(item); }
    void add(const expression::Update& update) { m_bytes += expression::statementBytes(update); }
    /// The same for an action that is bound to its table.
    void add(const cluster::TransactWriteAction& action);
    /// Refuses more than 4 MB.
    ApiResult<void> check() const;

private:
    std::uint64_t m_bytes = 0;
};

/// The cost of the actions of a transaction, table by table, in the order of the call.
class TransactionCosts {
public:
    void add(std::string_view tableName, const Consumed& consumed);
    /// Writes the member ConsumedCapacity if the call asked for it.
    void write(json::Writer& out, CapacityDetail detail, UnitsShown shown) const;

private:
    std::vector<std::pair<std::string, Consumed>> m_tables;
};

}  // namespace orrery::api
