#include "core/api/items/transaction_arguments.h"

#include <algorithm>
#include <boost/json.hpp>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/cluster/catalog/transaction_requests.h"

namespace orrery::api {
namespace {

// JSON with the members of each object in the order of their names.
void appendCanonical(std::string& out, const json::Value& value) {
    if (const auto* array = value.if_array()) {
        out += '[';
        for (const json::Value& element : *array) {
            appendCanonical(out, element);
            out += ',';
        }
        out += ']';
        return;
    }
    const auto* object = value.if_object();
    if (object == nullptr) {
        out += boost::json::serialize(value);
        return;
    }
    std::vector<std::pair<std::string_view, const json::Value*>> members;
    for (const auto& [name, member] : *object)
        members.emplace_back(name, &member);
    std::ranges::sort(members, {}, [](const auto& member) { return member.first; });
    out += '{';
    for (const auto& [name, member] : members) {
        json::appendString(out, name);
        out += ':';
        appendCanonical(out, *member);
        out += ',';
    }
    out += '}';
}

/// Whether the key attributes are there and have their types.
bool fitsSchema(const types::Item& item, const types::KeySchema& keys, bool isKey) {
    const auto fits = [&](const types::KeyAttribute& attribute) {
        const types::AttributeValue* value = item.find(attribute.name);
        return value != nullptr && value->type() == attribute.type;
    };
    const std::size_t count = keys.sort ? 2 : 1;
    return fits(keys.partition) && (!keys.sort || fits(*keys.sort)) &&
           (!isKey || item.size() == count);
}

/// Whether a key attribute is an empty string or binary value; all of them are there.
bool hasEmptyKey(const types::Item& item, const types::KeySchema& keys) {
    const auto isEmpty = [&](const types::KeyAttribute& attribute) {
        const types::AttributeValue& value = *item.find(attribute.name);
        const auto* text = value.as<std::string>();
        const auto* binary = value.as<types::Binary>();
        return (text != nullptr && text->empty()) || (binary != nullptr && binary->bytes.empty());
    };
    return isEmpty(keys.partition) || (keys.sort && isEmpty(*keys.sort));
}

}  // namespace

std::string parametersHash(const json::Value& parameters) {
    std::string text;
    appendCanonical(text, parameters);
    const Sha256 hash = sha256(text);
    return std::string(hash.begin(), hash.end());
}

// A key attribute that is missing, of another type or too long cancels the transaction; one that is
// empty refuses the call. Too long ones: recorded by ExtendDB (transaction_key_size_validation.rs,
// its pull request 211).
ApiResult<std::optional<types::Key>> ActionKeys::take(const cluster::TableDescription& table,
                                                      const types::Item& item, bool isKey) {
    ++m_taken;
    auto key = isKey ? types::keyFromRequest(item, table.keys) : types::keyOf(item, table.keys);
    if (!key) {
        if (fitsSchema(item, table.keys, isKey) && hasEmptyKey(item, table.keys))
            return std::unexpected(std::move(key).error());
        cancel(std::move(key).error());
        return std::optional<types::Key>();
    }
    types::Item keyItem;
    types::addKey(keyItem, table.keys, *key);
    if (!m_distinct.add(table.space, keyByValue(keyItem)))
        return std::unexpected(ApiError::validation(
            "Transaction request cannot include multiple operations on one item"));
    return std::optional(*std::move(key));
}

void ActionKeys::cancel(ApiError error) {
    if (m_isCancelled) return;
    m_isCancelled = true;
    m_reasons[m_taken - 1] = reasonOf(std::move(error));
}

ApiResult<void> ActionKeys::check() const {
    if (!m_isCancelled) return {};
    return std::unexpected(ApiError::transactionCanceled(m_reasons));
}

void Payload::add(const cluster::TransactWriteAction& action) {
    const auto addKey = [&] {
        const cluster::ItemPlace place = cluster::placeOf(action);
        types::Item key;
        types::addKey(key, place.table->keys, place.key);
        add(key);
    };
    const Overloaded addWrite{
        [&](const cluster::PutAction& put) { add(put.item); },  // It contains the key.
        [&](const cluster::UpdateAction& update) {
            add(update.update);
            addKey();
        },
        [&](const cluster::DeleteAction&) { addKey(); },
        [](const cluster::ExpireAction&) { CHECK(false); },  // Only the world makes these.
    };
    std::visit(Overloaded{
                   [&](const cluster::WriteItem& write) { std::visit(addWrite, write.action); },
                   [&](const cluster::ConditionCheck&) { addKey(); },
               },
               action);
}

ApiResult<void> Payload::check() const {
    if (m_bytes <= cluster::kTransactionBytesMax) return {};
    return std::unexpected(ApiError::validation("Transaction payload size cannot exceed " +
                                                std::to_string(cluster::kTransactionBytesMax) +
                                                " bytes"));
}

void TransactionCosts::add(std::string_view tableName, const Consumed& consumed) {
    auto table = std::ranges::find(m_tables, tableName, [](const auto& one) { return one.first; });
    if (table == m_tables.end())
        table = m_tables.insert(m_tables.end(), {std::string(tableName), Consumed{}});
    table->second.add(consumed);
    // The item costs twice, once to prepare and once to commit; an index learns of the commit only.
    // Recorded in eu-west-2 (dynoxide, transact_write_items.rs, 2026).
    table->second.tableHalves += consumed.tableHalves;
}

void TransactionCosts::write(json::Writer& out, CapacityDetail detail, UnitsShown shown) const {
    if (detail == CapacityDetail::None) return;
    out.name("ConsumedCapacity").beginArray();
    for (const auto& [name, consumed] : m_tables)
        writeConsumed(out, detail, name, consumed, shown);
    out.endArray();
}

}  // namespace orrery::api
