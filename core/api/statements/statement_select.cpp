#include "core/api/statements/statement_select.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "core/api/items/item_json.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/partiql/key_plan.h"
#include "core/types/item_codec.h"

namespace orrery::api {
namespace {

constexpr std::string_view kInvalidStart = "The provided starting key is invalid";

std::unexpected<ApiError> refuse(std::string text) {
    return std::unexpected(ApiError::validation(std::move(text)));
}

}  // namespace

ApiResult<void> checkOneAttributeEach(const cluster::SecondaryIndex& index) {
    if (!index.keys.hasMore()) return {};
    return refuse(
        "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or "
        "multi-attribute RANGE keys.");
}

namespace {

// PartiQL words the errors of indexes differently from Query.
ApiResult<void> bindIndex(RangeArguments& arguments) {
    if (arguments.indexName.empty()) return {};
    const cluster::SecondaryIndex* index = arguments.index();
    if (index == nullptr) return refuse("The table does not have the specified index");
    TRY(checkOneAttributeEach(*index));
    if (index->isGlobal() && arguments.consistent)
        return refuse("Strongly consistent read is not supported on Global Secondary Indexes");
    if (index->isGlobal() && index->status == cluster::TableStatus::Creating)
        return refuse("Cannot read from backfilling global secondary index: " + index->name);
    return {};
}

// The order in which a HashSet of Java shows its strings: the service lists attributes so.
std::vector<std::string> inHashOrder(const std::vector<std::string>& names) {
    std::uint32_t slotCount = 16;
    while (names.size() * 4 > slotCount * 3)
        slotCount *= 2;
    std::vector<std::pair<std::uint32_t, std::size_t>> slots;
    for (const std::string& name : names) {
        std::uint32_t hash = 0;
        for (const char byte : name)
            hash = hash * 31 + static_cast<unsigned char>(byte);
        slots.emplace_back((hash ^ (hash >> 16)) & (slotCount - 1), slots.size());
    }
    std::ranges::sort(slots);
    std::vector<std::string> ordered;
    for (const auto& [slot, position] : slots)
        ordered.push_back(names[position]);
    return ordered;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        if (!text.empty()) text += ", ";
        text += name;
    }
    return text;
}

// A keyed read fails if its filter needs what the index does not have; the first read decides. A
// scan finds nothing there instead.
ApiResult<void> checkFilterProjected(const RangeArguments& arguments,
                                     const partiql::ReadPlan& plan) {
    const cluster::SecondaryIndex* index = arguments.index();
    if (index == nullptr || !plan.keyed) return {};
    std::vector<std::string> missing;
    for (const std::string& name : plan.reads.front().filtered)
        if (!isProjected(*arguments.table, *index, name)) missing.push_back(name);
    if (missing.empty()) return {};
    return refuse("One or more parameter values were invalid: Secondary index " + index->name +
                  " does not project one or more filter attributes: [" +
                  joined(inHashOrder(missing)) + "]");
}

// A local index fetches from the table what it does not project.
ApiResult<void> bindColumns(SelectArguments& arguments) {
    RangeArguments& range = arguments.range;
    const cluster::SecondaryIndex* index = range.index();
    if (index == nullptr) return {};
    std::vector<std::string> missing;
    for (const partiql::Column& column : arguments.columns) {
        const std::string& name = column.path.top();
        if (isProjected(*range.table, *index, name)) continue;
        if (std::ranges::find(missing, name) == missing.end()) missing.push_back(name);
    }
    if (missing.empty()) return {};
    if (index->isGlobal())
        return refuse("One or more parameter values were invalid: Global secondary index " +
                      index->name + " does not project [" + joined(missing) + "]");
    range.fetchFromTable = true;
    return {};
}

// The reads from the one on in which the last page ended.
ApiResult<void> continueAfter(const RangeArguments& arguments, partiql::ReadPlan& plan) {
    if (!arguments.startKey) return {};
    auto start = bindStartKey(arguments);
    if (!start) return refuse(std::string(kInvalidStart));
    const auto holds = [&](const partiql::PlannedRead& read) {
        return read.begin <= start->storageKey &&
               (read.end.empty() || start->storageKey < read.end);
    };
    const auto found = std::ranges::find_if(plan.reads, holds);
    if (found == plan.reads.end()) return refuse(std::string(kInvalidStart));
    plan.reads.erase(plan.reads.begin(), found);
    if (plan.forward) {
        plan.reads.front().begin = start->storageKey + '\0';
    } else {
        plan.reads.front().end = start->storageKey;
    }
    return {};
}

types::Item decoded(const cluster::ItemView& view) {
    auto item = types::decodeItem(view.attributes());
    CHECK(item.has_value());
    return *std::move(item);
}

}  // namespace

ApiResult<cluster::ReadRange> bindSelect(const partiql::Select& select, SelectArguments& arguments,
                                         const cluster::Catalog& catalog,
                                         const cluster::Caller& caller) {
    RangeArguments& range = arguments.range;
    range.tableName = select.table;
    range.indexName = select.index;
    range.filter = select.where;
    arguments.columns = select.columns;
    TRY_ASSIGN(range.table, findTable(catalog, caller, range.tableName));
    TRY(bindIndex(range));
    if (select.columnError) return std::unexpected(*select.columnError);
    TRY_ASSIGN(partiql::ReadPlan plan, partiql::planReads(select, range.keys(), range.space()));
    TRY(checkFilterProjected(range, plan));
    TRY(bindColumns(arguments));
    TRY(continueAfter(range, plan));
    cluster::ReadRange read = makeRange(range);
    read.forward = plan.forward;
    if (plan.keyed) read.partition = plan.reads.front().partition;
    read.begin = plan.reads.front().begin;
    read.end = plan.reads.front().end;
    for (std::size_t i = 1; i < plan.reads.size(); ++i)
        read.further.push_back({std::move(plan.reads[i].begin), std::move(plan.reads[i].end)});
    return read;
}

void writeColumns(json::Writer& out, const std::vector<partiql::Column>& columns,
                  const cluster::ItemView& item) {
    if (columns.empty()) return writeItem(out, item, std::nullopt);
    const types::Item whole = decoded(item);
    types::Item row;
    for (const partiql::Column& column : columns)
        if (const auto* value = expression::find(whole, column.path); value != nullptr)
            row.set(column.name, *value);
    writeItem(out, row);
}

void writeSelected(json::Writer& out, const SelectArguments& arguments,
                   const cluster::RangeReply& reply) {
    const RangeArguments& range = arguments.range;
    out.beginArray();
    for (std::size_t i = 0; i < reply.items.size(); ++i) {
        if (range.filter) {
            // On an index the filter sees the index's attributes, even if the rest is fetched.
            const types::Item item = decoded(reply.items[i]);
            if (!expression::matches(*range.filter, &item)) continue;
        }
        const cluster::ItemView& shown =
            range.fetchFromTable ? reply.tableItems[i] : reply.items[i];
        // The item of this index entry was deleted between the two reads.
        if (shown) writeColumns(out, arguments.columns, shown);
    }
    out.endArray();
}

}  // namespace orrery::api
