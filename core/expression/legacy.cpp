#include "core/expression/legacy.h"

#include <algorithm>
#include <memory>
#include <span>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/expression/value_text.h"
#include "core/types/wire_codec.h"

namespace orrery::expression {

using types::AttributeType;
using types::AttributeValue;

namespace {

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

ApiResult<void> checkAttributeName(const std::string& name) {
    if (name.empty()) return fail("Empty attribute name");
    return types::checkNameLength(name);
}

std::unexpected<ApiError> invalid(std::string message) {
    return fail("One or more parameter values were invalid: " + std::move(message));
}

enum class Operands { None, One, Two, OneOrMore };
enum class Types { Any, Ordered, Prefix, Element };

// The arguments that each ComparisonOperator takes (API_Condition.html).
struct Operator {
    std::string_view name;
    Operands operands;
    Types types;
    KeyOperator key;
};
constexpr Operator kOperators[] = {
    {"EQ", Operands::One, Types::Any, KeyOperator::Equal},
    {"NE", Operands::One, Types::Any, KeyOperator::NotIndexable},
    {"LE", Operands::One, Types::Ordered, KeyOperator::LessOrEqual},
    {"LT", Operands::One, Types::Ordered, KeyOperator::Less},
    {"GE", Operands::One, Types::Ordered, KeyOperator::GreaterOrEqual},
    {"GT", Operands::One, Types::Ordered, KeyOperator::Greater},
    {"NOT_NULL", Operands::None, Types::Any, KeyOperator::NotIndexable},
    {"NULL", Operands::None, Types::Any, KeyOperator::NotIndexable},
    {"CONTAINS", Operands::One, Types::Element, KeyOperator::NotIndexable},
    {"NOT_CONTAINS", Operands::One, Types::Element, KeyOperator::NotIndexable},
    {"BEGINS_WITH", Operands::One, Types::Prefix, KeyOperator::BeginsWith},
    {"IN", Operands::OneOrMore, Types::Ordered, KeyOperator::NotIndexable},
    {"BETWEEN", Operands::Two, Types::Ordered, KeyOperator::Between},
};

const Operator& findOperator(std::string_view name) {
    const auto* found = std::ranges::find(kOperators, name, &Operator::name);
    CHECK(found != std::end(kOperators));  // The caller has checked the enumeration.
    return *found;
}

bool takes(Operands operands, std::size_t count) {
    switch (operands) {
        case Operands::None:
            return count == 0;
        case Operands::One:
            return count == 1;
        case Operands::Two:
            return count == 2;
        case Operands::OneOrMore:
            return count >= 1;
    }
    return false;
}

bool takes(Types types, AttributeType type) {
    switch (types) {
        case Types::Any:
            return true;
        case Types::Ordered:
            return type <= AttributeType::Binary;
        case Types::Prefix:
            return type == AttributeType::String || type == AttributeType::Binary;
        case Types::Element:
            return type <= AttributeType::Binary || type == AttributeType::Null ||
                   type == AttributeType::Bool;
    }
    return false;
}

ApiResult<void> checkOperands(const Operator& op, std::span<const AttributeValue> values) {
    const std::string name(op.name);
    if (!takes(op.operands, values.size())) {
        return invalid("Invalid number of argument(s) for the " + name + " ComparisonOperator");
    }
    for (const AttributeValue& value : values) {
        if (value.type() == values.front().type()) continue;
        return invalid("AttributeValues inside AttributeValueList must be of same type");
    }
    for (const AttributeValue& value : values) {
        if (takes(op.types, value.type())) continue;
        return invalid("ComparisonOperator " + name + " is not valid for " +
                       std::string(wireName(value.type())) + " AttributeValue type");
    }
    if (op.operands == Operands::Two) {
        const auto order = compareOrdered(values[0], values[1]);
        if (order && *order > 0) {
            return fail(
                "The BETWEEN condition was provided a range where the lower bound is greater than "
                "the upper bound");
        }
    }
    return {};
}

SharedValue share(const AttributeValue& value) {
    return std::make_shared<const AttributeValue>(value);
}

Condition function(ConditionFunction function, std::vector<Operand> arguments) {
    return {FunctionCall{function, std::move(arguments)}};
}

Comparator comparatorOf(std::string_view name) {
    if (name == "NE") return Comparator::NotEqual;
    if (name == "LE") return Comparator::LessOrEqual;
    if (name == "LT") return Comparator::Less;
    if (name == "GE") return Comparator::GreaterOrEqual;
    if (name == "GT") return Comparator::Greater;
    return Comparator::Equal;
}

// The operands have been checked.
Condition conditionOf(const std::string& attribute, const Operator& op,
                      std::span<const AttributeValue> values) {
    const Path path = Path::attribute(attribute);
    std::vector<Operand> operands;
    for (const AttributeValue& value : values)
        operands.emplace_back(share(value));

    if (op.name == "NOT_NULL") return function(ConditionFunction::AttributeExists, {path});
    if (op.name == "NULL") return function(ConditionFunction::AttributeNotExists, {path});
    if (op.name == "IN") return {In{path, std::move(operands)}};
    if (op.name == "BETWEEN") return {Between{path, operands[0], operands[1]}};
    if (op.name == "BEGINS_WITH") {
        return function(ConditionFunction::BeginsWith, {path, operands[0]});
    }
    if (op.name == "CONTAINS") return function(ConditionFunction::Contains, {path, operands[0]});
    if (op.name == "NOT_CONTAINS") {
        // Unlike NE, it is false for a missing attribute.
        Condition exists = function(ConditionFunction::AttributeExists, {path});
        Condition holds = function(ConditionFunction::Contains, {path, operands[0]});
        return {And{{std::move(exists), {Not{{std::move(holds)}}}}}};
    }
    return {Comparison{comparatorOf(op.name), path, operands[0]}};
}

Condition combine(std::vector<Condition> conditions, ConditionalOperator conditionalOperator) {
    const bool isOr = conditionalOperator == ConditionalOperator::Or && !conditions.empty();
    if (isOr) return {Or{std::move(conditions)}};
    return {And{std::move(conditions)}};
}

// An element of Expected without an operator.
ApiResult<Condition> conditionFromExists(const ExpectedAttribute& expected) {
    if (expected.valueList) {
        return invalid(
            "AttributeValueList can only be used with a ComparisonOperator for "
            "Attribute: " +
            expected.attribute);
    }
    const bool exists = expected.exists.value_or(true);
    if (exists && !expected.value) {
        return invalid("Value must be provided when Exists is " +
                       std::string(expected.exists ? "true" : "null") +
                       " for Attribute: " + expected.attribute);
    }
    if (!exists && expected.value) {
        return invalid("Value cannot be used when Exists is false for Attribute: " +
                       expected.attribute);
    }
    if (exists) return conditionOf(expected.attribute, findOperator("EQ"), {&*expected.value, 1});
    return conditionOf(expected.attribute, findOperator("NULL"), {});
}

ApiResult<Condition> conditionFromExpected(const ExpectedAttribute& expected) {
    if (expected.valueList && expected.value) {
        return invalid("Value and AttributeValueList cannot be used together for Attribute: " +
                       expected.attribute);
    }
    if (!expected.comparisonOperator) return conditionFromExists(expected);
    const Operator& op = findOperator(*expected.comparisonOperator);
    if (expected.exists) {
        return invalid("Exists and ComparisonOperator cannot be used together for Attribute: " +
                       expected.attribute);
    }
    if (op.operands != Operands::None && !expected.valueList && !expected.value) {
        return invalid("Value or AttributeValueList must be used with ComparisonOperator: " +
                       std::string(op.name) + " for Attribute: " + expected.attribute);
    }
    std::span<const AttributeValue> values;
    if (expected.valueList) values = *expected.valueList;
    if (expected.value) values = {&*expected.value, 1};
    TRY(checkOperands(op, values));
    return conditionOf(expected.attribute, op, values);
}

}  // namespace

ApiResult<Condition> conditionFromExpected(const std::vector<ExpectedAttribute>& expected,
                                           ConditionalOperator conditionalOperator) {
    std::vector<Condition> conditions;
    for (const ExpectedAttribute& each : expected) {
        TRY(checkAttributeName(each.attribute));
        TRY_ASSIGN(Condition condition, conditionFromExpected(each));
        conditions.push_back(std::move(condition));
    }
    return combine(std::move(conditions), conditionalOperator);
}

ApiResult<Condition> conditionFromFilter(const std::vector<AttributeCondition>& filter,
                                         ConditionalOperator conditionalOperator) {
    std::vector<Condition> conditions;
    for (const AttributeCondition& each : filter) {
        TRY(types::checkNameLength(each.attribute));
        const Operator& op = findOperator(each.comparisonOperator);
        TRY(checkOperands(op, each.valueList));
        conditions.push_back(conditionOf(each.attribute, op, each.valueList));
    }
    return combine(std::move(conditions), conditionalOperator);
}

ApiResult<KeyPredicates> predicatesFromKeyConditions(
    const std::vector<AttributeCondition>& conditions) {
    KeyPredicates predicates;
    for (const AttributeCondition& each : conditions) {
        TRY(types::checkNameLength(each.attribute));
        const Operator& op = findOperator(each.comparisonOperator);
        TRY(checkOperands(op, each.valueList));
        KeyPredicate predicate{each.attribute, op.key, {}};
        for (const AttributeValue& value : each.valueList)
            predicate.values.push_back(share(value));
        predicates.push_back(std::move(predicate));
    }
    // An index may have a key of eight attributes.
    if (predicates.empty() || predicates.size() > 2 * types::kIndexKeyAttributesMax)
        return fail("Conditions can be of length 1 or 2 only");
    return predicates;
}

namespace {

ApiResult<UpdateStep> stepFromAttributeUpdate(const AttributeUpdate& update) {
    const std::string action = update.action.value_or("PUT");
    UpdateStep step{UpdateAction::Set, Path::attribute(update.attribute), {}};
    if (!update.value) {
        if (action != "DELETE") {
            return invalid("Only DELETE action is allowed when no attribute value is specified");
        }
        step.action = UpdateAction::Remove;
        return step;
    }
    const AttributeType type = update.value->type();
    const bool isSet = type == AttributeType::StringSet || type == AttributeType::NumberSet ||
                       type == AttributeType::BinarySet;
    if (action == "DELETE") {
        if (!isSet) {
            return invalid("DELETE action with value is not supported for the type " +
                           std::string(wireName(type)));
        }
        step.action = UpdateAction::Delete;
    } else if (action == "ADD") {
        const bool adds = isSet || type == AttributeType::Number || type == AttributeType::List;
        if (!adds) {
            return invalid("ADD action is not supported for the type " +
                           std::string(wireName(type)));
        }
        step.action = UpdateAction::Add;
    }
    step.value = share(*update.value);
    return step;
}

}  // namespace

ApiResult<Update> updateFromAttributeUpdates(const std::vector<AttributeUpdate>& updates) {
    Update result;
    result.style = UpdateStyle::Legacy;
    for (const AttributeUpdate& update : updates) {
        TRY(checkAttributeName(update.attribute));
        TRY_ASSIGN(UpdateStep step, stepFromAttributeUpdate(update));
        result.steps.push_back(std::move(step));
    }
    return result;
}

ApiResult<Projection> projectionFromAttributesToGet(const std::vector<std::string>& attributes) {
    Projection projection;
    for (const std::string& attribute : attributes) {
        TRY(checkAttributeName(attribute));
        const bool isKnown = std::ranges::any_of(
            projection.paths, [&](const Path& path) { return path.top() == attribute; });
        if (isKnown) return invalid("Duplicate value in attribute name: " + attribute);
        projection.paths.push_back(Path::attribute(attribute));
    }
    return projection;
}

}  // namespace orrery::expression
