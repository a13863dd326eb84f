#include "core/partiql/changes.h"

#include "core/base/result.h"
#include "core/expression/operands.h"
#include "core/expression/parser.h"
#include "core/partiql/values.h"

namespace orrery::partiql {

using expression::Path;
using expression::SharedValue;
using expression::UpdateAction;
using expression::UpdateCall;
using expression::UpdateFunction;
using expression::UpdateStep;
using expression::UpdateValue;
using types::AttributeType;

namespace {

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

bool isSetFunction(const Node& node) {
    return node.isCall("set_add") || node.isCall("set_delete");
}

bool isSet(const SharedValue& value) {
    const AttributeType type = value->type();
    return type == AttributeType::StringSet || type == AttributeType::NumberSet ||
           type == AttributeType::BinarySet;
}

// Values of items are checked when the statement runs.
ApiResult<void> checkLiteral(const UpdateValue& operand, AttributeType wanted,
                             const std::string& function) {
    const auto type = expression::literalTypeOf(operand);
    if (!type || *type == wanted) return {};
    return fail("Incorrect operand type for operator or function; operator or function: " +
                function + ", operand type: " + std::string(wireName(*type)));
}

class ChangeReader {
public:
    explicit ChangeReader(Parameters parameters) : m_parameters(parameters) {}

    ApiResult<UpdateStep> read(const SyntaxChange& change) {
        TRY_ASSIGN(Path target, pathOf(change.target));
        if (!change.value) return UpdateStep{UpdateAction::Remove, std::move(target), {}};
        if (isSetFunction(*change.value)) return readSetFunction(std::move(target), *change.value);
        TRY_ASSIGN(UpdateValue value, this->value(*change.value));
        return UpdateStep{UpdateAction::Set, std::move(target), std::move(value)};
    }

private:
    ApiResult<UpdateStep> readSetFunction(Path target, const Node& call) {
        const bool adds = call.text == "set_add";
        const std::string name = adds ? "SET_ADD" : "SET_DELETE";
        if (call.children.size() != 2)
            return fail(name + " must have exactly two arguments at " + call.at.text());
        const Node& first = call.children[0];
        const bool isPath = first.kind == Node::Kind::Name || first.kind == Node::Kind::Path;
        auto path = isPath ? pathOf(first) : ApiResult<Path>(Path{});
        if (!path) return std::unexpected(std::move(path).error());
        if (*path != target)
            return fail("The first argument to " + name + " must equal the assignment value at " +
                        call.at.text());
        const Node& second = call.children[1];
        SharedValue set;
        if (isValue(second)) {
            TRY_ASSIGN(set, valueOf(second, m_parameters));
        }
        if (!set || !isSet(set))
            return fail("The second argument to " + name + " must be a value with type SET at " +
                        first.at.text());
        return UpdateStep{adds ? UpdateAction::Add : UpdateAction::Delete, std::move(target),
                          std::move(set)};
    }

    // value := literal | parameter | path | value ('+' | '-') value
    //        | 'list_append' '(' value ',' value ')'
    ApiResult<UpdateValue> value(const Node& node) {
        if (isValue(node)) {
            TRY_ASSIGN(SharedValue value, valueOf(node, m_parameters));
            return UpdateValue(std::move(value));
        }
        if (node.kind == Node::Kind::Name || node.kind == Node::Kind::Path) {
            TRY_ASSIGN(Path path, pathOf(node));
            return UpdateValue(std::move(path));
        }
        if (node.isCall("+") || node.isCall("-")) return sum(node);
        if (node.isCall("list_append")) return append(node);
        if (node.kind == Node::Kind::Call && node.children.size() == 2 &&
            node.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") !=
                std::string::npos)
            return fail("Unsupported operator in Update Expression. Operator: " + node.text);
        if (node.kind == Node::Kind::Call)
            return fail("Unrecognized function: " + node.text + " at " + node.at.text());
        return fail("Unsupported data type: " + nodeName(node) + " under key root at " +
                    node.at.text());
    }

    ApiResult<UpdateValue> sum(const Node& node) {
        if (node.children.size() != 2)
            return fail("Unsupported operator in Update Expression. Operator: " + node.text);
        UpdateCall call;
        call.function = node.text == "+" ? UpdateFunction::Plus : UpdateFunction::Minus;
        for (const Node& child : node.children) {
            TRY_ASSIGN(UpdateValue operand, value(child));
            TRY(checkLiteral(operand, AttributeType::Number, node.text));
            call.arguments.push_back(std::move(operand));
        }
        return UpdateValue(std::move(call));
    }

    ApiResult<UpdateValue> append(const Node& node) {
        if (node.children.size() != 2)
            return fail("LIST_APPEND must have exactly two arguments at " + node.at.text());
        UpdateCall call;
        call.function = UpdateFunction::ListAppend;
        for (const Node& child : node.children) {
            TRY_ASSIGN(UpdateValue operand, value(child));
            TRY(checkLiteral(operand, AttributeType::List, node.text));
            call.arguments.push_back(std::move(operand));
        }
        return UpdateValue(std::move(call));
    }

    Parameters m_parameters;
};

}  // namespace

ApiResult<expression::Update> updateOf(const std::vector<SyntaxChange>& changes,
                                       Parameters parameters) {
    expression::Update update;
    update.style = expression::UpdateStyle::Statement;
    ChangeReader reader(parameters);
    for (const SyntaxChange& change : changes) {
        TRY_ASSIGN(UpdateStep step, reader.read(change));
        update.steps.push_back(std::move(step));
    }
    std::vector<const Path*> targets;
    for (const UpdateStep& step : update.steps)
        targets.push_back(&step.path);
    const expression::PathClash clash = expression::findClash(targets);
    if (!clash.overlap.empty()) return fail(clash.overlap);
    if (!clash.conflict.empty()) return fail(clash.conflict);
    return update;
}

}  // namespace orrery::partiql
