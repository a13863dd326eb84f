#include "core/expression/key_condition.h"

#include <algorithm>
#include <iterator>
#include <ranges>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/expression/condition_syntax.h"
#include "core/expression/key_operators.h"
#include "core/expression/key_value.h"
#include "core/expression/operands.h"
#include "core/expression/value_text.h"

namespace orrery::expression {

using types::AttributeType;
using types::AttributeValue;
using types::Binary;
using types::Item;
using types::KeyAttribute;
using types::KeySchema;

namespace {

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

std::unexpected<ApiError> invalidOperator(std::string_view name) {
    return fail("Invalid operator used in KeyConditionExpression: " + std::string(name));
}

std::unexpected<ApiError> keyMustComeFirst(std::string_view operatorName) {
    return fail("Invalid condition in KeyConditionExpression: " + std::string(operatorName) +
                " operator must have the key attribute as its first operand");
}

// Extracts the predicates of a condition, from left to right. The first of several errors counts.
class PredicateReader {
public:
    ApiResult<void> operator()(const Comparison& node) {
        const bool keyIsRight = !asPath(node.left);
        const auto op = keyOperatorOf(keyIsRight ? flipped(node.comparator) : node.comparator);
        if (!op) return invalidOperator(symbolOf(node.comparator));
        return add(*op, {&node.left, &node.right});
    }
    ApiResult<void> operator()(const Between& node) {
        if (!asPath(node.value)) return keyMustComeFirst("BETWEEN");
        return add(KeyOperator::Between, {&node.value, &node.lower, &node.upper});
    }
    ApiResult<void> operator()(const In&) { return invalidOperator("IN"); }
    ApiResult<void> operator()(const FunctionCall& node) {
        switch (node.function) {
            case ConditionFunction::AttributeExists:
                return invalidOperator("attribute_exists");
            case ConditionFunction::AttributeNotExists:
                return invalidOperator("attribute_not_exists");
            case ConditionFunction::AttributeType:
                return invalidOperator("attribute_type");
            case ConditionFunction::Contains:
                return invalidOperator("contains");
            case ConditionFunction::BeginsWith:
                break;
        }
        if (!asPath(node.arguments[0])) return keyMustComeFirst("begins_with");
        return add(KeyOperator::BeginsWith, {&node.arguments[0], &node.arguments[1]});
    }
    ApiResult<void> operator()(const And& node) {
        for (const Condition& condition : node.conditions)
            TRY(std::visit(*this, condition.node));
        return {};
    }
    ApiResult<void> operator()(const Or&) { return invalidOperator("OR"); }
    ApiResult<void> operator()(const Not&) { return invalidOperator("NOT"); }

    KeyPredicates take() { return std::move(m_predicates); }

private:
    static ApiResult<void> addOperand(KeyPredicate& predicate, const Path*& attribute,
                                      const Operand& operand) {
        using Result = ApiResult<void>;
        return std::visit(
            Overloaded{
                [&](const Path& path) -> Result { return takeAttribute(attribute, path); },
                [&](const SharedValue& value) -> Result {
                    predicate.values.push_back(value);
                    return {};
                },
                [](const SizeOf&) -> Result {
                    return fail(
                        "Invalid KeyConditionExpression: KeyConditionExpressions cannot contain "
                        "nested operations");
                },
            },
            operand);
    }

    static ApiResult<void> takeAttribute(const Path*& attribute, const Path& path) {
        if (attribute)
            return fail(
                "Invalid condition in KeyConditionExpression: Multiple attribute names used in one "
                "condition");
        // Recorded in eu-west-2 (dynoxide's change log, 0.11.2); in 2015 none of these three texts
        // had its first words (dynalite's tests).
        if (path.isNested())
            return fail(
                "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on "
                "nested attributes");
        attribute = &path;
        return {};
    }

    ApiResult<void> add(KeyOperator op, std::initializer_list<const Operand*> operands) {
        const Path* attribute = nullptr;
        KeyPredicate predicate{{}, op, {}};
        for (const Operand* operand : operands)
            TRY(addOperand(predicate, attribute, *operand));
        if (!attribute)
            return fail("Invalid condition in KeyConditionExpression: No key attribute specified");
        predicate.attribute = attribute->top();
        const bool isKnown = std::ranges::any_of(m_predicates, [&](const KeyPredicate& each) {
            return each.attribute == predicate.attribute;
        });
        if (isKnown) {
            return fail(
                "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one "
                "condition per key");
        }
        m_predicates.push_back(std::move(predicate));
        return {};
    }

    KeyPredicates m_predicates;
};

const KeyPredicate* findPredicate(const KeyPredicates& predicates, const std::string& attribute) {
    const auto found = std::ranges::find(predicates, attribute, &KeyPredicate::attribute);
    return found == predicates.end() ? nullptr : &*found;
}

ApiResult<void> checkPredicate(const KeyPredicate& predicate, const KeyAttribute& key,
                               KeyRole role) {
    if (predicate.op == KeyOperator::NotIndexable) {
        return fail("Attempted conditional constraint is not an indexable operation");
    }
    for (const SharedValue& value : predicate.values) {
        if (value->type() == key.type) continue;
        return fail(
            "One or more parameter values were invalid: Condition parameter type does not match "
            "schema type");
    }
    // Numbers have no prefix.
    if (predicate.op == KeyOperator::BeginsWith && key.type == AttributeType::Number) {
        return fail(
            "One or more parameter values were invalid: ComparisonOperator BEGINS_WITH is not "
            "valid for N AttributeValue type");
    }
    if (role == KeyRole::Partition && predicate.op != KeyOperator::Equal) {
        return fail("Query key condition not supported");
    }
    for (const SharedValue& value : predicate.values)
        TRY(checkKeyValue(*value, key, role));
    return {};
}

std::unexpected<ApiError> tooMany(std::size_t conditions, std::size_t attributes) {
    return fail("The number of query conditions (" + std::to_string(conditions) +
                ") exceeds the number of key attributes defined in the schema (" +
                std::to_string(attributes) + ")");
}

// The order of the conditions does not matter, but the RANGE attributes that have one must be the
// first of the schema, and only the last of them may have another condition than equality. The
// texts are recorded in dynamodb-conformance, multiAttributeGsiKey; that of a HASH attribute is
// made after them.
ApiResult<KeyRange> bindComposite(const KeyPredicates& predicates, const KeySchema& schema) {
    const std::vector<KeyAttribute> hashes = schema.partitionAttributes();
    const std::vector<KeyAttribute> ranges = schema.sortAttributes();
    if (predicates.size() > hashes.size() + ranges.size())
        return tooMany(predicates.size(), hashes.size() + ranges.size());
    const auto isEqual = [](const KeyPredicate* predicate) {
        return predicate != nullptr && predicate->op == KeyOperator::Equal;
    };
    const auto names = [](std::string& list, const KeyAttribute& attribute) {
        if (!list.empty()) list += ", ";
        list += attribute.name;
    };
    KeyRange range;
    std::string missing;
    std::vector<AttributeValue> values;
    std::size_t used = 0;
    for (const KeyAttribute& attribute : hashes) {
        const KeyPredicate* predicate = findPredicate(predicates, attribute.name);
        if (predicate != nullptr) ++used;
        if (!isEqual(predicate)) {
            names(missing, attribute);
            continue;
        }
        TRY(checkPredicate(*predicate, attribute, KeyRole::Partition));
        values.push_back(*predicate->values.front());
    }
    if (!missing.empty())
        return fail("HASH key attributes " + missing +
                    " must have equality conditions specified in the query");
    range.partition = std::move(values.front());
    range.morePartition.assign(std::next(values.begin()), values.end());

    const KeyPredicate* last = nullptr;
    for (const KeyAttribute& attribute : ranges) {
        const KeyPredicate* predicate = findPredicate(predicates, attribute.name);
        if (predicate != nullptr) {
            ++used;
            if (!missing.empty())
                return fail("RANGE key attributes " + missing +
                            " must have equality conditions specified in the query because a "
                            "condition is present on key attribute " +
                            attribute.name);
            TRY(checkPredicate(*predicate, attribute, KeyRole::Sort));
            if (last != nullptr) range.sortPrefix.push_back(*last->values.front());
            last = predicate;
        }
        if (!isEqual(predicate)) names(missing, attribute);
    }
    if (used != predicates.size())
        for (const KeyAttribute& attribute : ranges)
            if (findPredicate(predicates, attribute.name) == nullptr)
                return fail("Query condition missed key schema element: " + attribute.name);
    if (used != predicates.size()) return tooMany(predicates.size(), used);
    if (last != nullptr)
        range.sort = SortCondition{last->op, *last->values.front(), *last->values.back()};
    return range;
}

}  // namespace

ApiResult<KeyCondition> parseKeyCondition(std::string_view text, Substitutions& substitutions) {
    TRY_ASSIGN(Condition condition,
               parseConditionText(text, "KeyConditionExpression", substitutions));
    return KeyCondition{std::move(condition)};
}

ApiResult<KeyPredicates> keyPredicates(const KeyCondition& condition) {
    PredicateReader reader;
    TRY(std::visit(reader, condition.condition.node));
    return reader.take();
}

ApiResult<KeyRange> bindKeyCondition(const KeyPredicates& predicates, const KeySchema& schema) {
    if (schema.hasMore()) return bindComposite(predicates, schema);
    // Only an expression can have so many: dynamodb-conformance, queryKeyConditionOperands.
    if (predicates.size() > 2) return tooMany(predicates.size(), schema.sort ? 2 : 1);
    if (!schema.sort && predicates.size() > 1) return fail("Query key condition not supported");
    const auto missed = [](const std::string& attribute) {
        return fail("Query condition missed key schema element: " + attribute);
    };
    const KeyPredicate* partition = findPredicate(predicates, schema.partition.name);
    if (!partition) return missed(schema.partition.name);
    TRY(checkPredicate(*partition, schema.partition, KeyRole::Partition));
    KeyRange range{*partition->values.front(), std::nullopt};
    if (predicates.size() == 1) return range;

    const KeyPredicate* sort = findPredicate(predicates, schema.sort->name);
    if (!sort) return missed(schema.sort->name);
    TRY(checkPredicate(*sort, *schema.sort, KeyRole::Sort));
    range.sort = SortCondition{sort->op, *sort->values.front(), *sort->values.back()};
    return range;
}

ApiResult<KeyRange> bindKeyCondition(const KeyCondition& condition, const KeySchema& schema) {
    TRY_ASSIGN(const KeyPredicates predicates, keyPredicates(condition));
    return bindKeyCondition(predicates, schema);
}

bool contains(const KeyRange& range, const types::Key& key) {
    if (key.partition != range.partition || key.morePartition != range.morePartition) return false;
    std::vector<AttributeValue> values;
    if (key.sort) values.push_back(*key.sort);
    values.insert(values.end(), key.moreSort.begin(), key.moreSort.end());
    if (!std::ranges::equal(range.sortPrefix, values | std::views::take(range.sortPrefix.size())))
        return false;
    return !range.sort || contains(*range.sort, values[range.sortPrefix.size()]);
}

bool contains(const SortCondition& condition, const AttributeValue& sortKey) {
    if (condition.op == KeyOperator::BeginsWith) {
        if (const auto* text = sortKey.as<std::string>()) {
            return text->starts_with(*condition.value.as<std::string>());
        }
        const auto* binary = sortKey.as<Binary>();
        return binary && binary->bytes.starts_with(condition.value.as<Binary>()->bytes);
    }
    const auto order = compareOrdered(sortKey, condition.value);
    if (!order) return false;
    switch (condition.op) {
        case KeyOperator::Equal:
            return *order == 0;
        case KeyOperator::Less:
            return *order < 0;
        case KeyOperator::LessOrEqual:
            return *order <= 0;
        case KeyOperator::Greater:
            return *order > 0;
        case KeyOperator::GreaterOrEqual:
            return *order >= 0;
        case KeyOperator::Between:
            return *order >= 0 && *compareOrdered(sortKey, condition.upper) <= 0;
        case KeyOperator::BeginsWith:
        case KeyOperator::NotIndexable:
            break;
    }
    CHECK(false);  // A condition on a sort key is never NotIndexable; BeginsWith is done above.
}

}  // namespace orrery::expression
