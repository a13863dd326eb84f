#include "core/partiql/where.h"

#include <algorithm>
#include <iterator>

#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/expression/operand_checks.h"
#include "core/partiql/values.h"

namespace orrery::partiql {

using expression::And;
using expression::Between;
using expression::Comparator;
using expression::Comparison;
using expression::Condition;
using expression::ConditionFunction;
using expression::FunctionCall;
using expression::In;
using expression::Not;
using expression::Operand;
using expression::OperandCheck;
using expression::Or;
using expression::SharedValue;
using expression::SizeOf;
using types::AttributeValue;

namespace {

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

ApiResult<void> checked(const OperandCheck& check) {
    if (check) return {};
    return fail(check.error());
}

struct Named {
    std::string_view name;
    ConditionFunction function;
};
constexpr Named kFunctions[] = {
    {"attribute_exists", ConditionFunction::AttributeExists},
    {"attribute_not_exists", ConditionFunction::AttributeNotExists},
    {"attribute_type", ConditionFunction::AttributeType},
    {"begins_with", ConditionFunction::BeginsWith},
    {"contains", ConditionFunction::Contains},
};

const Named* functionNamed(std::string_view name) {
    const auto* found = std::ranges::find(kFunctions, name, &Named::name);
    return found == std::end(kFunctions) ? nullptr : found;
}

struct Symbol {
    std::string_view text;
    Comparator comparator;
};
constexpr Symbol kComparators[] = {
    {"=", Comparator::Equal},   {"<>", Comparator::NotEqual},
    {"<", Comparator::Less},    {"<=", Comparator::LessOrEqual},
    {">", Comparator::Greater}, {">=", Comparator::GreaterOrEqual},
};

const Symbol* comparatorOf(const Node& node) {
    if (node.kind != Node::Kind::Call) return nullptr;
    const auto* found = std::ranges::find(kComparators, node.text, &Symbol::text);
    return found == std::end(kComparators) || node.children.size() != 2 ? nullptr : found;
}

// True if the node is a condition, so that a comparison with it compares truths.
bool isCondition(const Node& node) {
    if (node.kind != Node::Kind::Call) return false;
    static constexpr std::string_view kOperators[] = {"and", "or", "not", "in", "between", "is"};
    return functionNamed(node.text) != nullptr || comparatorOf(node) != nullptr ||
           std::ranges::find(kOperators, node.text) != std::end(kOperators);
}

// What "x IS <name>" asks for, as attribute_type names it.
std::string_view typeNamed(std::string_view name) {
    if (name == "bool" || name == "boolean") return "BOOL";
    if (name == "string") return "S";
    if (name == "numeric") return "N";
    if (name == "blob") return "B";
    if (name == "struct" || name == "tuple") return "M";
    if (name == "list") return "L";
    return name == "null" ? "NULL" : "";
}

Condition negation(Condition condition) {
    Not node;
    node.condition.push_back(std::move(condition));
    return {std::move(node)};
}

Condition join(bool all, Condition left, Condition right) {
    std::vector<Condition> both;
    both.push_back(std::move(left));
    both.push_back(std::move(right));
    return all ? Condition{And{std::move(both)}} : Condition{Or{std::move(both)}};
}

Condition equality(Operand left, Operand right) {
    return {Comparison{Comparator::Equal, std::move(left), std::move(right)}};
}

/// How much a copy of the condition costs, in conditions and candidates.
std::size_t sizeOf(const Condition& condition) {
    const auto sum = [](const std::vector<Condition>& conditions) {
        std::size_t size = 1;
        for (const Condition& one : conditions)
            size += sizeOf(one);
        return size;
    };
    return std::visit(Overloaded{
                          [](const Comparison&) { return std::size_t{1}; },
                          [](const Between&) { return std::size_t{1}; },
                          [](const FunctionCall&) { return std::size_t{1}; },
                          [](const In& in) { return 1 + in.candidates.size(); },
                          [&](const And& node) { return sum(node.conditions); },
                          [&](const Or& node) { return sum(node.conditions); },
                          [&](const Not& node) { return sum(node.condition); },
                      },
                      condition.node);
}

SharedValue truth(bool value) {
    return std::make_shared<const AttributeValue>(AttributeValue::boolean(value));
}

class WhereReader {
public:
    explicit WhereReader(Parameters parameters) : m_parameters(parameters) {}

    ApiResult<Condition> read(const Node& node) {
        if (node.kind != Node::Kind::Call)
            return fail("Unsupported operation: " + nodeName(node) + " at " + node.at.text());
        if (node.text == "and" || node.text == "or") return readAll(node);
        if (node.text == "not") {
            TRY_ASSIGN(Condition operand, read(node.children.front()));
            return negation(std::move(operand));
        }
        if (node.text == "is") return readTypeTest(node);
        if (node.text == "in") return readIn(node);
        if (node.text == "between") return readBetween(node);
        if (const Symbol* symbol = comparatorOf(node)) return readComparison(node, *symbol);
        if (const Named* named = functionNamed(node.text)) return readFunction(node, *named);
        return unknown(node);
    }

private:
    static std::unexpected<ApiError> unknown(const Node& node) {
        const bool isFunction = !node.text.empty() && std::ranges::all_of(node.text, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
        });
        if (isFunction && node.text != "like")
            return fail("Unrecognized function: " + node.text + " at " + node.at.text());
        return fail("Unsupported operator in Condition Expression. Operator: " + node.text);
    }

    ApiResult<Condition> readAll(const Node& node) {
        std::vector<Condition> conditions;
        for (const Node& child : node.children) {
            TRY_ASSIGN(Condition condition, read(child));
            conditions.push_back(std::move(condition));
        }
        if (node.text == "and") return Condition{And{std::move(conditions)}};
        return Condition{Or{std::move(conditions)}};
    }

    // operand := path | value | 'size' '(' operand ')'
    ApiResult<Operand> operand(const Node& node) {
        if (isValue(node)) {
            TRY_ASSIGN(SharedValue value, valueOf(node, m_parameters));
            return Operand(std::move(value));
        }
        if (node.kind == Node::Kind::Call) {
            if (node.text != "size") return unknown(node);
            return size(node);
        }
        TRY_ASSIGN(expression::Path path, pathOf(node));
        return Operand(std::move(path));
    }

    ApiResult<Operand> size(const Node& node) {
        TRY(checked(expression::checkArgumentCount("size", node.children.size())));
        TRY_ASSIGN(Operand argument, operand(node.children.front()));
        return std::visit(Overloaded{
                              [](expression::Path& path) -> ApiResult<Operand> {
                                  return Operand(SizeOf{std::move(path)});
                              },
                              [](SharedValue& value) -> ApiResult<Operand> {
                                  TRY(checked(expression::checkHasSize(value->type())));
                                  return Operand(SizeOf{std::move(value)});
                              },
                              [](SizeOf&) -> ApiResult<Operand> {
                                  const auto type = types::AttributeType::Number;
                                  return fail(expression::checkHasSize(type).error());
                              },
                          },
                          argument);
    }

    ApiResult<std::vector<Operand>> operands(const std::vector<Node>& nodes) {
        std::vector<Operand> operands;
        for (const Node& node : nodes) {
            TRY_ASSIGN(Operand operand, this->operand(node));
            operands.push_back(std::move(operand));
        }
        return operands;
    }

    ApiResult<Condition> readComparison(const Node& node, const Symbol& symbol) {
        const Node& left = node.children[0];
        const Node& right = node.children[1];
        if (isCondition(left)) return compareTruth(left, symbol, right);
        if (isCondition(right)) return compareTruth(right, symbol, left);
        TRY_ASSIGN(std::vector<Operand> both, operands(node.children));
        TRY(checked(expression::checkDistinct(symbol.text, both)));
        const bool ordered =
            symbol.comparator != Comparator::Equal && symbol.comparator != Comparator::NotEqual;
        if (ordered) TRY(checked(expression::checkOrdered(symbol.text, both)));
        return Condition{Comparison{symbol.comparator, std::move(both[0]), std::move(both[1])}};
    }

    // A condition that is compared is a value of type BOOL.
    ApiResult<Condition> compareTruth(const Node& condition, const Symbol& symbol,
                                      const Node& other) {
        TRY_ASSIGN(Condition left, readTruth(condition));
        const bool ordered =
            symbol.comparator != Comparator::Equal && symbol.comparator != Comparator::NotEqual;
        if (ordered) {
            const std::vector<Operand> operands{truth(true)};
            TRY(checked(expression::checkOrdered(symbol.text, operands)));
        }
        TRY_ASSIGN(Condition equal, equalTruth(left, other));
        if (symbol.comparator == Comparator::Equal) return equal;
        return negation(std::move(equal));
    }

    // A comparison of truths repeats its operands, so its nesting and what it repeats have bounds.
    ApiResult<Condition> readTruth(const Node& condition) {
        if (m_truths == kTruthsMax) return tooNested(condition.text);
        ++m_truths;
        auto read = this->read(condition);
        --m_truths;
        return read;
    }

    static std::unexpected<ApiError> tooNested(const std::string& name) {
        return fail("Unsupported operator in Condition Expression. Operator: " + name);
    }

    // True if the truth of `left` equals the value of `other`.
    ApiResult<Condition> equalTruth(const Condition& left, const Node& other) {
        m_repeated += sizeOf(left);
        if (m_repeated > kRepeatedMax) return tooNested("=");
        if (other.kind == Node::Kind::Boolean) return other.text == "true" ? left : negation(left);
        if (isCondition(other)) {
            TRY_ASSIGN(Condition right, readTruth(other));
            m_repeated += sizeOf(right);
            return join(false, join(true, left, right),
                        join(true, negation(left), negation(right)));
        }
        TRY_ASSIGN(const Operand right, operand(other));
        return join(false, join(true, left, equality(truth(true), right)),
                    join(true, negation(left), equality(truth(false), right)));
    }

    ApiResult<Condition> readBetween(const Node& node) {
        TRY_ASSIGN(std::vector<Operand> all, operands(node.children));
        TRY(checked(expression::checkDistinct("BETWEEN", all)));
        TRY(checked(expression::checkOrdered("BETWEEN", all)));
        TRY(checked(expression::checkBounds(all[1], all[2])));
        return Condition{Between{std::move(all[0]), std::move(all[1]), std::move(all[2])}};
    }

    ApiResult<Condition> readIn(const Node& node) {
        const Node& list = node.children[1];
        // "IN ('a')" is written like "IN 'a'".
        std::vector<Node> single;
        if (list.kind != Node::Kind::List && list.kind != Node::Kind::Bag) single.push_back(list);
        const std::vector<Node>& candidates = single.empty() ? list.children : single;
        if (candidates.empty())
            return fail(
                "Incorrect number of operands for operator or function; operator or "
                "function: IN, number of operands: 1");
        TRY(checked(expression::checkCandidateCount(candidates.size())));
        if (isCondition(node.children[0])) {
            TRY_ASSIGN(const Condition left, readTruth(node.children[0]));
            Or any;
            for (const Node& candidate : candidates) {
                TRY_ASSIGN(Condition equal, equalTruth(left, candidate));
                any.conditions.push_back(std::move(equal));
            }
            return Condition{std::move(any)};
        }
        TRY_ASSIGN(Operand value, operand(node.children[0]));
        TRY_ASSIGN(std::vector<Operand> values, operands(candidates));
        return Condition{In{std::move(value), std::move(values)}};
    }

    ApiResult<Condition> readFunction(const Node& node, const Named& named) {
        TRY(checked(expression::checkArgumentCount(named.name, node.children.size())));
        TRY_ASSIGN(std::vector<Operand> arguments, operands(node.children));
        TRY(checked(expression::checkDistinct(named.name, arguments)));
        if (arguments.size() == 1)
            TRY(checked(expression::checkIsPath(named.name, arguments.front())));
        if (named.function == ConditionFunction::AttributeType)
            TRY(checked(expression::checkTypeName(arguments[1], "{N,BS,L,B,NULL,M,S,SS,NS,BOOL}")));
        if (named.function == ConditionFunction::BeginsWith)
            TRY(checked(expression::checkPrefixes(arguments)));
        return Condition{FunctionCall{named.function, std::move(arguments)}};
    }

    // A missing attribute is not NULL.
    ApiResult<Condition> readTypeTest(const Node& node) {
        const std::string& type = node.children[1].text;
        TRY_ASSIGN(Operand tested, operand(node.children[0]));
        std::vector<Operand> arguments;
        arguments.push_back(std::move(tested));
        if (type == "missing") {
            TRY(checked(expression::checkIsPath("IS MISSING", arguments.front())));
            return Condition{
                FunctionCall{ConditionFunction::AttributeNotExists, std::move(arguments)}};
        }
        const std::string_view wire = typeNamed(type);
        if (wire.empty())
            return fail("Unsupported data type for IS operator: " + type +
                        ". Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, "
                        "NUMERIC, STRUCT, TUPLE, LIST]");
        arguments.emplace_back(
            std::make_shared<const AttributeValue>(AttributeValue::string(wire)));
        return Condition{FunctionCall{ConditionFunction::AttributeType, std::move(arguments)}};
    }

    static constexpr int kTruthsMax = 5;
    static constexpr std::size_t kRepeatedMax = 1000;

    Parameters m_parameters;
    int m_truths = 0;
    std::size_t m_repeated = 0;
};

}  // namespace

ApiResult<Condition> conditionOf(const Node& where, Parameters parameters) {
    return WhereReader(parameters).read(where);
}

}  // namespace orrery::partiql
