#include "core/expression/key_condition.h"

#include <algorithm>

#include "core/base/result.h"
#include "core/expression/condition_syntax.h"
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

// The same comparison with its sides swapped.
KeyOperator mirrored(KeyOperator op) {
    switch (op) {
        case KeyOperator::Less:
            return KeyOperator::Greater;
        case KeyOperator::LessOrEqual:
            return KeyOperator::GreaterOrEqual;
        case KeyOperator::Greater:
            return KeyOperator::Less;
        case KeyOperator::GreaterOrEqual:
            return KeyOperator::LessOrEqual;
        default:
            return op;
    }
}

KeyOperator keyOperatorOf(Comparator comparator) {
    switch (comparator) {
        case Comparator::Less:
            return KeyOperator::Less;
        case Comparator::LessOrEqual:
            return KeyOperator::LessOrEqual;
        case Comparator::Greater:
            return KeyOperator::Greater;
        case Comparator::GreaterOrEqual:
            return KeyOperator::GreaterOrEqual;
        default:
            return KeyOperator::Equal;
    }
}

// Extracts the predicates of a condition, from left to right. The first of several errors counts.
class PredicateReader {
public:
    ApiResult<void> operator()(const Comparison& node) {
        if (node.comparator == Comparator::NotEqual) {
            return invalidOperator(symbolOf(node.comparator));
        }
        const KeyOperator op = keyOperatorOf(node.comparator);
        const bool keyIsRight = !std::holds_alternative<Path>(node.left);
        return add(keyIsRight ? mirrored(op) : op, {&node.left, &node.right});
    }
    ApiResult<void> operator()(const Between& node) {
        if (!std::holds_alternative<Path>(node.value)) return keyMustComeFirst("BETWEEN");
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
        if (!std::holds_alternative<Path>(node.arguments[0])) {
            return keyMustComeFirst("begins_with");
        }
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
    ApiResult<void> add(KeyOperator op, std::initializer_list<const Operand*> operands) {
        const Path* attribute = nullptr;
        KeyPredicate predicate{{}, op, {}};
        for (const Operand* operand : operands) {
            if (const auto* path = std::get_if<Path>(operand)) {
                if (attribute) {
                    return fail(
                        "Invalid condition in KeyConditionExpression: Multiple attribute names "
                        "used in one condition");
                }
                if (path->isNested()) {
                    return fail(
                        "KeyConditionExpressions cannot have conditions on nested attributes");
                }
                attribute = path;
            } else if (const auto* value = std::get_if<SharedValue>(operand)) {
                predicate.values.push_back(*value);
            } else {
                return fail("KeyConditionExpressions cannot contain nested operations");
            }
        }
        if (!attribute) {
            return fail("Invalid condition in KeyConditionExpression: No key attribute specified");
        }
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

enum class Role { Partition, Sort };

// Refuses a value that cannot be a key: an empty or too long one.
ApiResult<void> checkKeyValue(const AttributeValue& value, const KeyAttribute& key, Role role) {
    Item item;
    item.set(key.name, value);
    KeySchema schema{key, std::nullopt};
    if (role == Role::Sort) {
        // A partition key that passes is put before it.
        schema = {{"", AttributeType::String}, key};
        item.set("", AttributeValue::string("x"));
    }
    TRY(types::keyOf(item, schema));
    return {};
}

ApiResult<void> checkPredicate(const KeyPredicate& predicate, const KeyAttribute& key, Role role) {
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
    if (role == Role::Partition && predicate.op != KeyOperator::Equal) {
        return fail("Query key condition not supported");
    }
    for (const SharedValue& value : predicate.values)
        TRY(checkKeyValue(*value, key, role));
    return {};
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
    // Only an expression can have so many: dynamodb-conformance, queryKeyConditionOperands.
    if (predicates.size() > 2)
        return fail("The number of query conditions (" + std::to_string(predicates.size()) +
                    ") exceeds the number of key attributes defined in the schema (" +
                    (schema.sort ? "2" : "1") + ")");
    if (!schema.sort && predicates.size() > 1) return fail("Query key condition not supported");
    const auto missed = [](const std::string& attribute) {
        return fail("Query condition missed key schema element: " + attribute);
    };
    const KeyPredicate* partition = findPredicate(predicates, schema.partition.name);
    if (!partition) return missed(schema.partition.name);
    TRY(checkPredicate(*partition, schema.partition, Role::Partition));
    KeyRange range{*partition->values.front(), std::nullopt};
    if (predicates.size() == 1) return range;

    const KeyPredicate* sort = findPredicate(predicates, schema.sort->name);
    if (!sort) return missed(schema.sort->name);
    TRY(checkPredicate(*sort, *schema.sort, Role::Sort));
    range.sort = SortCondition{sort->op, *sort->values.front(), *sort->values.back()};
    return range;
}

ApiResult<KeyRange> bindKeyCondition(const KeyCondition& condition, const KeySchema& schema) {
    TRY_ASSIGN(const KeyPredicates predicates, keyPredicates(condition));
    return bindKeyCondition(predicates, schema);
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
        default:
            return false;
    }
}

}  // namespace orrery::expression
