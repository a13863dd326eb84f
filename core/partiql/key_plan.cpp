#include "core/partiql/key_plan.h"

#include <algorithm>
#include <map>

#include "core/base/result.h"
#include "core/expression/key_value.h"
#include "core/expression/storage_range.h"
#include "core/expression/value_text.h"
#include "core/partiql/key_terms.h"
#include "core/types/storage_key.h"

namespace orrery::partiql {

using expression::And;
using expression::Condition;
using expression::KeyRole;
using types::AttributeValue;
using types::Item;
using types::KeyAttribute;
using types::KeySchema;

namespace {

constexpr std::size_t kReadsMax = 50;

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

bool isOfKey(const std::string& attribute, const KeySchema& schema) {
    return attribute == schema.partition.name || (schema.sort && attribute == schema.sort->name);
}

bool isWhole(const Item& key, const KeySchema& schema) {
    return key.find(schema.partition.name) != nullptr &&
           (!schema.sort || key.find(schema.sort->name) != nullptr);
}

// The conditions that must all hold: the parts of nested ANDs.
void collectParts(const Condition& condition, std::vector<const Condition*>& parts) {
    if (const auto* all = std::get_if<And>(&condition.node)) {
        for (const Condition& each : all->conditions)
            collectParts(each, parts);
    } else {
        parts.push_back(&condition);
    }
}

std::vector<const Condition*> partsOf(const std::optional<Condition>& where) {
    std::vector<const Condition*> parts;
    if (where) collectParts(*where, parts);
    return parts;
}

ApiResult<void> checkValue(const AttributeValue& value, const KeyAttribute& attribute,
                           KeyRole role) {
    if (value.type() == attribute.type) return expression::checkKeyValue(value, attribute, role);
    return fail("Key attribute's data type should match its data type in table's schema: Key " +
                attribute.name);
}

ApiResult<void> checkValues(const Branch& branch, const KeySchema& schema) {
    for (const AttributeValue& value : branch.partitions)
        TRY(checkValue(value, schema.partition, KeyRole::Partition));
    for (const expression::SortCondition& sort : branch.sorts) {
        TRY(checkValue(sort.value, *schema.sort, KeyRole::Sort));
        if (sort.op == expression::KeyOperator::Between)
            TRY(checkValue(sort.upper, *schema.sort, KeyRole::Sort));
        // A prefix of a number is refused with its type.
    }
    return {};
}

PlannedRead readOf(const Branch& branch, KeySpaceId space) {
    const AttributeValue& partition = branch.partitions.front();
    auto [begin, end] = expression::storageRange(space, {partition, std::nullopt});
    for (const expression::SortCondition& sort : branch.sorts) {
        const auto part = expression::storageRange(space, {partition, sort});
        begin = std::max(begin, part.begin);
        end = std::min(end, part.end);
    }
    if (end < begin) end = begin;
    return {partition, std::move(begin), std::move(end), branch.filtered};
}

// A branch with a negated sort key beside others of its partition: the whole partition is read
// once, and the filter does the rest.
std::vector<Branch> withoutNegations(std::vector<Branch> branches) {
    const bool negated = std::ranges::any_of(branches, &Branch::negatesSort);
    if (!negated || branches.size() == 1) return branches;
    std::vector<Branch> whole;
    for (Branch& branch : branches) {
        const auto same = std::ranges::find_if(
            whole, [&](const Branch& other) { return other.partitions == branch.partitions; });
        if (same == whole.end()) {
            branch.sorts.clear();
            whole.push_back(std::move(branch));
        } else {
            same->filtered.insert(same->filtered.end(), branch.filtered.begin(),
                                  branch.filtered.end());
        }
    }
    return whole;
}

ApiResult<void> checkOrder(const Select& select, const KeySchema& schema) {
    if (select.order.empty()) return {};
    if (!select.where)
        return fail("Must have WHERE clause in the statement when using ORDER BY clause.");
    for (const OrderTerm& term : select.order)
        if (!isOfKey(term.attribute, schema))
            return fail("Attribute " + term.attribute +
                        " in ORDER BY clause must be part of the primary key");
    if (isKeyed(*select.where, schema)) return {};
    return fail(
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER "
        "BY "
        "clause.");
}

const OrderTerm* orderBy(const Select& select, const std::string& attribute) {
    const auto found = std::ranges::find(select.order, attribute, &OrderTerm::attribute);
    return found == select.order.end() ? nullptr : &*found;
}

bool before(const AttributeValue& left, const AttributeValue& right) {
    return expression::compareOrdered(left, right).value_or(std::strong_ordering::equal) < 0;
}

// Reads go by hash unless ORDER BY names the partition key; then they go by its value. Within a
// partition they go by sort key: forwards, or backwards if ORDER BY names only the partition key or
// asks for it.
ApiResult<void> orderReads(const Select& select, const KeySchema& schema, ReadPlan& plan) {
    const OrderTerm* partition = orderBy(select, schema.partition.name);
    const OrderTerm* sort = schema.sort ? orderBy(select, schema.sort->name) : nullptr;
    plan.forward = select.order.empty() || (sort != nullptr && !sort->descending);
    std::ranges::sort(plan.reads, {}, &PlannedRead::begin);
    const bool several = std::ranges::any_of(plan.reads, [&](const PlannedRead& read) {
        return read.partition != plan.reads.front().partition;
    });
    if (!select.order.empty() && several && partition == nullptr)
        return fail(
            "Must have hash key in ORDER BY clause when more than one hash key condition "
            "specified in WHERE clause.");
    for (std::size_t i = 1; i < plan.reads.size(); ++i)
        if (plan.reads[i].begin < plan.reads[i - 1].end ||
            plan.reads[i].begin == plan.reads[i - 1].begin)
            return fail("Overlapping conditions with range keys are not supported in where clause");
    if (!plan.forward) std::ranges::reverse(plan.reads);
    if (partition == nullptr) return {};
    std::ranges::sort(plan.reads, [&](const PlannedRead& a, const PlannedRead& b) {
        if (a.partition == b.partition) return plan.forward ? a.begin < b.begin : b.begin < a.begin;
        return partition->descending ? before(b.partition, a.partition)
                                     : before(a.partition, b.partition);
    });
    return {};
}

}  // namespace

ApiResult<NamedItem> itemToWrite(const std::optional<Condition>& where, const KeySchema& schema) {
    NamedItem named;
    And rest;
    for (const Condition* part : partsOf(where)) {
        const auto equality = equalityOf(*part);
        if (!equality || !isOfKey(*equality->attribute, schema)) {
            rest.conditions.push_back(*part);
            continue;
        }
        const AttributeValue* other = named.key.find(*equality->attribute);
        if (other != nullptr && *other != *equality->value)
            return fail("Multiple conditions on same key " + *equality->attribute +
                        ". Only single item Update/Insert/Delete are supported");
        named.key.set(*equality->attribute, *equality->value);
    }
    if (!isWhole(named.key, schema)) return fail(std::string(kNoWholeKey));
    if (!rest.conditions.empty()) named.rest = Condition{std::move(rest)};
    return named;
}

std::optional<NamedItem> itemToCheck(const std::optional<Condition>& where,
                                     const KeySchema& schema) {
    NamedItem named;
    And rest;
    for (const Condition* part : partsOf(where)) {
        const auto equality = equalityOf(*part);
        const bool isNew = equality && isOfKey(*equality->attribute, schema) &&
                           named.key.find(*equality->attribute) == nullptr;
        if (isNew) {
            named.key.set(*equality->attribute, *equality->value);
        } else {
            rest.conditions.push_back(*part);
        }
    }
    if (!isWhole(named.key, schema) || rest.conditions.empty()) return std::nullopt;
    named.rest = Condition{std::move(rest)};
    return named;
}

std::optional<Item> itemToRead(const std::optional<Condition>& where, const KeySchema& schema) {
    Item key;
    for (const Condition* part : partsOf(where)) {
        const auto equality = equalityOf(*part);
        const auto value = equality ? equality : onlyCandidateOf(*part);
        if (!value || !isOfKey(*value->attribute, schema)) return std::nullopt;
        const AttributeValue* other = key.find(*value->attribute);
        if (other != nullptr && *other != *value->value) return std::nullopt;
        key.set(*value->attribute, *value->value);
    }
    if (!isWhole(key, schema)) return std::nullopt;
    return key;
}

ApiResult<ReadPlan> planReads(const Select& select, const KeySchema& schema, KeySpaceId space) {
    TRY(checkOrder(select, schema));
    ReadPlan plan;
    const auto scan = [&] {
        plan.keyed = false;
        plan.reads.assign(1, {{}, types::keySpaceBegin(space), types::keySpaceEnd(space), {}});
        return plan;
    };
    if (!select.where || !isKeyed(*select.where, schema)) return scan();
    if (branchCount(*select.where, schema) > kReadsMax)
        return fail("Too many decomposed read operations for a given query.");
    std::vector<Branch> branches = branchesOf(*select.where, schema);
    const bool contradicts = std::ranges::any_of(
        branches, [](const Branch& branch) { return branch.partitions.size() != 1; });
    if (contradicts) return scan();
    for (const Branch& branch : branches)
        TRY(checkValues(branch, schema));
    plan.keyed = true;
    for (const Branch& branch : withoutNegations(std::move(branches)))
        plan.reads.push_back(readOf(branch, space));
    TRY(orderReads(select, schema, plan));
    return plan;
}

}  // namespace orrery::partiql
