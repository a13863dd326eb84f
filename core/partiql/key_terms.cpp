#include "core/partiql/key_terms.h"

#include <algorithm>
#include <limits>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/expression/key_operators.h"
#include "core/expression/operands.h"

namespace orrery::partiql {

using expression::And;
using expression::asPath;
using expression::asValue;
using expression::Between;
using expression::Comparator;
using expression::Comparison;
using expression::Condition;
using expression::ConditionFunction;
using expression::FunctionCall;
using expression::In;
using expression::KeyOperator;
using expression::Not;
using expression::Operand;
using expression::Or;
using expression::Path;
using expression::SortCondition;
using types::AttributeValue;
using types::KeySchema;

namespace {

const std::string* attributeOf(const Operand& operand) {
    const Path* path = asPath(operand);
    return path != nullptr && !path->isNested() ? &path->top() : nullptr;
}

// The values of an IN on a whole attribute; nothing if one of them is no value.
std::optional<std::vector<AttributeValue>> candidatesOf(const In& in) {
    std::vector<AttributeValue> values;
    for (const Operand& candidate : in.candidates) {
        const AttributeValue* value = asValue(candidate);
        if (value == nullptr) return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

bool isSortKey(const std::string* attribute, const KeySchema& schema) {
    return attribute != nullptr && schema.sort && *attribute == schema.sort->name;
}

bool isPartitionKey(const std::string* attribute, const KeySchema& schema) {
    return attribute != nullptr && *attribute == schema.partition.name;
}

// A condition that joins no others.
template <typename T>
concept Single = OneOf<T, Comparison, Between, In, FunctionCall, Not>;

// A condition on the key: the values of which each makes a branch of its own.
struct KeyTerm {
    std::vector<AttributeValue> partitions;
    std::vector<SortCondition> sorts;
    bool negatesSort = false;

    bool empty() const { return partitions.empty() && sorts.empty() && !negatesSort; }
};

KeyTerm termOf(const Comparison& node, const KeySchema& schema) {
    const bool reversed = attributeOf(node.right) != nullptr;
    const std::string* attribute = attributeOf(reversed ? node.right : node.left);
    const AttributeValue* value = asValue(reversed ? node.left : node.right);
    if (attribute == nullptr || value == nullptr) return {};
    const Comparator comparator = reversed ? flipped(node.comparator) : node.comparator;
    KeyTerm term;
    if (isPartitionKey(attribute, schema)) {
        if (comparator == Comparator::Equal) term.partitions.push_back(*value);
    } else if (isSortKey(attribute, schema)) {
        if (const auto op = keyOperatorOf(comparator)) {
            term.sorts.push_back({*op, *value, {}});
        } else {
            term.negatesSort = true;
        }
    }
    return term;
}

KeyTerm termOf(const In& node, const KeySchema& schema) {
    const std::string* attribute = attributeOf(node.value);
    const auto values = candidatesOf(node);
    if (!values) return {};
    KeyTerm term;
    if (isPartitionKey(attribute, schema)) term.partitions = *values;
    if (isSortKey(attribute, schema))
        for (const AttributeValue& value : *values)
            term.sorts.push_back({KeyOperator::Equal, value, {}});
    return term;
}

KeyTerm termOf(const Between& node, const KeySchema& schema) {
    KeyTerm term;
    const AttributeValue* lower = asValue(node.lower);
    const AttributeValue* upper = asValue(node.upper);
    if (isSortKey(attributeOf(node.value), schema) && lower != nullptr && upper != nullptr)
        term.sorts.push_back({KeyOperator::Between, *lower, *upper});
    return term;
}

KeyTerm termOf(const FunctionCall& node, const KeySchema& schema) {
    KeyTerm term;
    switch (node.function) {
        case ConditionFunction::BeginsWith: {
            const AttributeValue* prefix = asValue(node.arguments[1]);
            if (isSortKey(attributeOf(node.arguments[0]), schema) && prefix != nullptr)
                term.sorts.push_back({KeyOperator::BeginsWith, *prefix, {}});
            return term;
        }
        case ConditionFunction::AttributeExists:
        case ConditionFunction::AttributeNotExists:
        case ConditionFunction::AttributeType:
        case ConditionFunction::Contains:
            return term;
    }
    CHECK(false);
}

// A negation of anything that speaks of the sort key limits no range.
KeyTerm termOf(const Not& node, const KeySchema& schema) {
    KeyTerm term;
    for (const Path* path : expression::paths(node.condition.front()))
        if (isSortKey(&path->top(), schema)) term.negatesSort = true;
    return term;
}

bool mentionsKey(const Condition& condition, const KeySchema& schema) {
    const auto mentions = [&](const Condition& each) { return mentionsKey(each, schema); };
    return std::visit(Overloaded{
                          [&]<OneOf<And, Or> T>(const T& joined) {
                              return std::ranges::any_of(joined.conditions, mentions);
                          },
                          [&]<Single T>(const T& node) { return !termOf(node, schema).empty(); },
                      },
                      condition.node);
}

void addFiltered(Branch& branch, const Condition& condition) {
    for (const Path* path : expression::paths(condition))
        if (std::ranges::find(branch.filtered, path->top()) == branch.filtered.end())
            branch.filtered.push_back(path->top());
}

void merge(Branch& into, const Branch& other) {
    for (const AttributeValue& value : other.partitions)
        if (std::ranges::find(into.partitions, value) == into.partitions.end())
            into.partitions.push_back(value);
    into.sorts.insert(into.sorts.end(), other.sorts.begin(), other.sorts.end());
    into.negatesSort = into.negatesSort || other.negatesSort;
    for (const std::string& name : other.filtered)
        if (std::ranges::find(into.filtered, name) == into.filtered.end())
            into.filtered.push_back(name);
}

// One branch that the key does not limit to values.
std::vector<Branch> filterBranch(const Condition& condition, const KeyTerm& term) {
    std::vector<Branch> branches(1);
    branches.front().negatesSort = term.negatesSort;
    addFiltered(branches.front(), condition);
    return branches;
}

std::vector<Branch> termBranches(const Condition& condition, const KeyTerm& term) {
    std::vector<Branch> branches;
    for (const AttributeValue& value : term.partitions)
        branches.emplace_back().partitions.push_back(value);
    for (const SortCondition& sort : term.sorts)
        branches.emplace_back().sorts.push_back(sort);
    return branches.empty() ? filterBranch(condition, term) : branches;
}

// Each branch of a part with each branch of the others.
std::vector<Branch> productOf(const And& all, const KeySchema& schema) {
    std::vector<Branch> branches(1);
    for (const Condition& each : all.conditions) {
        std::vector<Branch> product;
        const std::vector<Branch> next = branchesOf(each, schema);
        for (const Branch& left : branches) {
            for (const Branch& right : next) {
                product.push_back(left);
                merge(product.back(), right);
            }
        }
        branches = std::move(product);
    }
    return branches;
}

std::size_t saturatingProduct(std::size_t a, std::size_t b) {
    constexpr std::size_t kMax = std::numeric_limits<std::uint32_t>::max();
    return std::min(kMax, a * b);
}

}  // namespace

std::optional<Equality> equalityOf(const Condition& condition) {
    const auto* comparison = std::get_if<Comparison>(&condition.node);
    if (comparison == nullptr || comparison->comparator != Comparator::Equal) return std::nullopt;
    const bool reversed = attributeOf(comparison->right) != nullptr;
    const Equality equality{attributeOf(reversed ? comparison->right : comparison->left),
                            asValue(reversed ? comparison->left : comparison->right)};
    if (equality.attribute == nullptr || equality.value == nullptr) return std::nullopt;
    return equality;
}

std::optional<Equality> onlyCandidateOf(const Condition& condition) {
    const auto* in = std::get_if<In>(&condition.node);
    if (in == nullptr || in->candidates.size() != 1) return std::nullopt;
    const Equality equality{attributeOf(in->value), asValue(in->candidates.front())};
    if (equality.attribute == nullptr || equality.value == nullptr) return std::nullopt;
    return equality;
}

bool isKeyed(const Condition& where, const KeySchema& schema) {
    const auto keyed = [&](const Condition& each) { return isKeyed(each, schema); };
    return std::visit(
        Overloaded{
            [&](const And& all) { return std::ranges::any_of(all.conditions, keyed); },
            [&](const Or& any) { return std::ranges::all_of(any.conditions, keyed); },
            [&]<Single T>(const T& node) { return !termOf(node, schema).partitions.empty(); },
        },
        where.node);
}

std::size_t branchCount(const Condition& where, const KeySchema& schema) {
    return std::visit(Overloaded{
                          [&](const And& all) {
                              std::size_t count = 1;
                              for (const Condition& each : all.conditions)
                                  count = saturatingProduct(count, branchCount(each, schema));
                              return count;
                          },
                          [&](const Or& any) -> std::size_t {
                              if (!mentionsKey(where, schema)) return 1;
                              std::size_t count = 0;
                              for (const Condition& each : any.conditions)
                                  count += branchCount(each, schema);
                              return count;
                          },
                          [&]<Single T>(const T& node) {
                              const KeyTerm term = termOf(node, schema);
                              return std::max<std::size_t>(
                                  1, term.partitions.size() + term.sorts.size());
                          },
                      },
                      where.node);
}

std::vector<Branch> branchesOf(const Condition& where, const KeySchema& schema) {
    return std::visit(
        Overloaded{
            [&](const And& all) { return productOf(all, schema); },
            [&](const Or& any) {
                if (!mentionsKey(where, schema)) return filterBranch(where, {});
                std::vector<Branch> branches;
                for (const Condition& each : any.conditions)
                    for (Branch& branch : branchesOf(each, schema))
                        branches.push_back(std::move(branch));
                return branches;
            },
            [&]<Single T>(const T& node) { return termBranches(where, termOf(node, schema)); },
        },
        where.node);
}

}  // namespace orrery::partiql
