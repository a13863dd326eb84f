#include "core/api/statements/statement_write.h"

#include "core/api/items/write_arguments.h"
#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/partiql/key_plan.h"
#include "core/types/item_codec.h"

namespace orrery::api {
namespace {

using expression::And;
using expression::Condition;
using expression::ConditionFunction;
using expression::FunctionCall;
using expression::Operand;
using expression::Or;
using expression::Path;
using partiql::Returning;

// The key's attribute tells whether the item is there.
Condition itemExists(const types::KeySchema& keys, bool exists) {
    std::vector<Operand> argument;
    argument.emplace_back(Path::attribute(keys.partition.name));
    return {FunctionCall{
        exists ? ConditionFunction::AttributeExists : ConditionFunction::AttributeNotExists,
        std::move(argument)}};
}

std::vector<expression::NamedKeySchema> indexKeysOf(const cluster::TableDescription& table) {
    std::vector<expression::NamedKeySchema> indexes;
    for (const cluster::SecondaryIndex* index : indexesByName(table))
        indexes.push_back({index->name, &index->keys});
    return indexes;
}

ApiResult<cluster::WriteItem> insertion(const partiql::Insert& insert,
                                        const cluster::TablePtr& table) {
    cluster::WriteItem write;
    TRY_ASSIGN(write.key, types::keyOf(insert.item, table->keys));
    TRY(checkItemForTable(insert.item, *table));
    TRY(checkItemSize(insert.item));
    write.table = table;
    write.action = cluster::PutAction{insert.item, cluster::PutMode::Insert};
    return write;
}

// An UPDATE makes no item: without one it fails like a condition.
ApiResult<cluster::WriteItem> update(const partiql::Update& update,
                                     const cluster::TablePtr& table) {
    cluster::WriteItem write;
    TRY_ASSIGN(partiql::NamedItem named, partiql::itemToWrite(update.where, table->keys));
    TRY_ASSIGN(write.key, types::keyFromRequest(named.key, table->keys));
    TRY(expression::checkKeyUntouched(update.update, table->keys));
    TRY(expression::checkIndexKeyTypes(update.update, indexKeysOf(*table)));
    TRY(checkKeyPaths(*table, expression::paths(update.update)));
    And all;
    all.conditions.push_back(itemExists(table->keys, true));
    if (named.rest) {
        TRY(checkKeyPaths(*table, expression::paths(*named.rest)));
        all.conditions.push_back(*std::move(named.rest));
    }
    write.table = table;
    write.action = cluster::UpdateAction{update.update};
    write.condition = Condition{std::move(all)};
    return write;
}

// A DELETE of nothing succeeds, whatever else its clause says.
ApiResult<cluster::WriteItem> deletion(const partiql::Delete& deletion,
                                       const cluster::TablePtr& table) {
    cluster::WriteItem write;
    TRY_ASSIGN(partiql::NamedItem named, partiql::itemToWrite(deletion.where, table->keys));
    TRY_ASSIGN(write.key, types::keyFromRequest(named.key, table->keys));
    write.table = table;
    write.action = cluster::DeleteAction{};
    if (!named.rest) return write;
    TRY(checkKeyPaths(*table, expression::paths(*named.rest)));
    Or any;
    any.conditions.push_back(itemExists(table->keys, false));
    any.conditions.push_back(*std::move(named.rest));
    write.condition = Condition{std::move(any)};
    return write;
}

std::optional<types::Item> decoded(const cluster::ItemView& view) {
    if (!view) return std::nullopt;
    auto item = types::decodeItem(view.attributes());
    CHECK(item.has_value());
    return item;
}

std::optional<types::Item> modified(const expression::Update& update,
                                    const cluster::ItemView& view) {
    const auto item = decoded(view);
    if (!item) return std::nullopt;
    types::Item touched = expression::updatedAttributes(update, *item);
    if (touched.empty()) return std::nullopt;
    return touched;
}

}  // namespace

ApiResult<cluster::WriteItem> bindStatementWrite(const partiql::Statement& statement,
                                                 const cluster::TablePtr& table) {
    using Result = ApiResult<cluster::WriteItem>;
    return std::visit(Overloaded{
                          [&](const partiql::Insert& insert) { return insertion(insert, table); },
                          [&](const partiql::Update& one) { return update(one, table); },
                          [&](const partiql::Delete& one) { return deletion(one, table); },
                          []<OneOf<partiql::Select, partiql::Exists> T>(const T&) -> Result {
                              CHECK(false);
                              return {};
                          },
                      },
                      statement);
}

std::optional<types::Item> returnedItem(const partiql::Statement& statement,
                                        const cluster::WriteReply& reply) {
    if (const auto* deletion = std::get_if<partiql::Delete>(&statement))
        return deletion->returning == Returning::AllOld ? decoded(reply.before) : std::nullopt;
    const auto* update = std::get_if<partiql::Update>(&statement);
    if (update == nullptr) return std::nullopt;
    switch (update->returning) {
        case Returning::Nothing:
            return std::nullopt;
        case Returning::AllOld:
            return decoded(reply.before);
        case Returning::AllNew:
            return decoded(reply.after);
        case Returning::ModifiedOld:
            return modified(update->update, reply.before);
        case Returning::ModifiedNew:
            return modified(update->update, reply.after);
    }
    return std::nullopt;
}

}  // namespace orrery::api
