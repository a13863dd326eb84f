#include <optional>

#include "core/base/result.h"
#include "core/expression/operands.h"
#include "core/expression/parser.h"
#include "core/expression/update.h"

namespace orrery::expression {

using types::AttributeType;
using types::AttributeValue;

namespace {

// update      := section+
// section     := 'SET' set (',' set)* | 'REMOVE' path (',' path)*
//              | ('ADD' | 'DELETE') path value (',' path value)*
// set         := path '=' sum
// sum         := '(' sum ')' | argument | argument ('+' | '-') argument
// argument    := operand | '(' argument ')'
struct SyntaxStep {
    UpdateAction action;
    SyntaxPath path;
    SyntaxOperand value;  // A sum is a call of "+" or "-".
};

struct Section {
    std::string_view keyword;
    UpdateAction action;
};
constexpr Section kSections[] = {
    {"SET", UpdateAction::Set},
    {"REMOVE", UpdateAction::Remove},
    {"ADD", UpdateAction::Add},
    {"DELETE", UpdateAction::Delete},
};

class UpdateSyntaxParser {
public:
    explicit UpdateSyntaxParser(Parser& parser) : m_parser(parser) {}

    ApiResult<std::vector<SyntaxStep>> parse() {
        std::vector<SyntaxStep> steps;
        do {
            TRY(section(steps));
        } while (m_parser.token().kind != TokenKind::End);
        return steps;
    }

    /// The first section that is used twice, if any.
    const std::optional<std::string>& repeatedSection() const { return m_repeated; }

private:
    struct Sum {
        SyntaxOperand operand;
        bool isSum = false;
        bool parenthesized = false;
    };

    ApiResult<void> section(std::vector<SyntaxStep>& steps) {
        for (std::size_t i = 0; i < std::size(kSections); ++i) {
            if (!m_parser.acceptKeyword(kSections[i].keyword)) continue;
            if (m_seen[i] && !m_repeated) m_repeated = kSections[i].keyword;
            m_seen[i] = true;
            do {
                TRY_ASSIGN(SyntaxStep step, this->step(kSections[i].action));
                steps.push_back(std::move(step));
            } while (m_parser.acceptSymbol(","));
            return {};
        }
        return std::unexpected(m_parser.syntaxError());
    }

    ApiResult<SyntaxStep> step(UpdateAction action) {
        SyntaxStep step{action, {}, {}};
        TRY_ASSIGN(step.path, m_parser.path());
        if (action == UpdateAction::Set) {
            TRY(m_parser.expectSymbol("="));
            TRY_ASSIGN(Sum sum, this->sum());
            step.value = std::move(sum.operand);
        } else if (action != UpdateAction::Remove) {
            if (m_parser.token().kind != TokenKind::Value) {
                return std::unexpected(m_parser.syntaxError());
            }
            TRY_ASSIGN(step.value, m_parser.operand(FunctionSet::Update));
        }
        return step;
    }

    ApiResult<Sum> sum() {
        TRY_ASSIGN(Sum left, sumOperand());
        const bool continues = !left.isSum && (m_parser.isSymbol("+") || m_parser.isSymbol("-"));
        if (!continues) return left;
        SyntaxOperand call;
        call.kind = SyntaxOperand::Kind::Call;
        call.text = m_parser.token().text;
        m_parser.countOperator();
        m_parser.advance();
        TRY_ASSIGN(SyntaxOperand right, m_parser.argument(FunctionSet::Update));
        noteNestedAppend(right);
        call.arguments.push_back(std::move(left.operand));
        call.arguments.push_back(std::move(right));
        return Sum{std::move(call), true, false};
    }

    ApiResult<Sum> sumOperand() {
        if (!m_parser.acceptSymbol("(")) {
            TRY_ASSIGN(SyntaxOperand operand, m_parser.operand(FunctionSet::Update));
            noteNestedAppend(operand);
            return Sum{std::move(operand), false, false};
        }
        const Parser::Level level(m_parser);
        TRY(m_parser.checkDepth());
        TRY_ASSIGN(Sum inner, sum());
        TRY(m_parser.expectSymbol(")"));
        if (inner.parenthesized) m_parser.findings().redundantParentheses = true;
        inner.parenthesized = true;
        return inner;
    }

    void noteNestedAppend(const SyntaxOperand& operand) {
        for (const SyntaxOperand& argument : operand.arguments) {
            const bool nested = operand.text == "list_append" && argument.text == "list_append";
            if (nested && !m_parser.findings().misused) {
                m_parser.findings().misused =
                    "The function is not allowed to be used this way in an expression; function: "
                    "list_append";
            }
            noteNestedAppend(argument);
        }
    }

    Parser& m_parser;
    bool m_seen[std::size(kSections)] = {};
    std::optional<std::string> m_repeated;
};

// The names of types in errors of ADD and DELETE, which differ from those elsewhere; the newer
// layer of validation has BOOL.
std::string_view longNameOf(AttributeType type) {
    switch (type) {
        case AttributeType::String:
            return "STRING";
        case AttributeType::Number:
            return "NUMBER";
        case AttributeType::Binary:
            return "BINARY";
        case AttributeType::StringSet:
            return "STRING_SET";
        case AttributeType::NumberSet:
            return "NUMBER_SET";
        case AttributeType::BinarySet:
            return "BINARY_SET";
        case AttributeType::Map:
            return "MAP";
        case AttributeType::List:
            return "LIST";
        case AttributeType::Null:
            return "NULL";
        case AttributeType::Bool:
            return "BOOLEAN";
    }
    return "";
}

bool isSet(AttributeType type) {
    return type == AttributeType::StringSet || type == AttributeType::NumberSet ||
           type == AttributeType::BinarySet;
}

// The second pass over an update. The service checks all names, then all values, then the paths
// together, then ADD and DELETE, then functions, so this keeps the first error of each kind.
class UpdateResolver {
public:
    UpdateResolver(const Parser& parser, Substitutions& substitutions)
        : m_parser(parser), m_substitutions(substitutions) {}

    ApiResult<Update> resolve(const std::vector<SyntaxStep>& steps) {
        Update update;
        for (const SyntaxStep& syntax : steps) {
            UpdateStep step{syntax.action, resolve(syntax.path), {}};
            if (step.action != UpdateAction::Remove) step.value = resolve(syntax.value);
            if (step.action == UpdateAction::Add || step.action == UpdateAction::Delete) {
                checkStepType(step);
            }
            update.steps.push_back(std::move(step));
        }
        std::vector<const Path*> targets;
        for (const UpdateStep& step : update.steps)
            targets.push_back(&step.path);
        if (m_nameError.empty()) m_clash = findClash(targets);
        for (const std::string* message : {&m_nameError, &m_valueError, &m_clash.overlap,
                                           &m_clash.conflict, &m_stepError, &m_functionError}) {
            if (message->empty()) continue;
            ApiError error = m_parser.error(*message);
            if (message == &m_stepError)
                error.newerMessage = m_parser.error(m_stepErrorIfNewer).message;
            return std::unexpected(std::move(error));
        }
        return update;
    }

private:
    static void keepFirst(std::string& kept, const std::string& message) {
        if (kept.empty()) kept = message;
    }

    Path resolve(const SyntaxPath& syntax) {
        auto path = resolvePath(syntax, m_substitutions);
        if (path) return *std::move(path);
        keepFirst(m_nameError, path.error());
        return Path::attribute({});
    }

    UpdateValue resolve(const SyntaxOperand& syntax) {
        if (syntax.kind == SyntaxOperand::Kind::Path) return resolve(syntax.path);
        if (syntax.kind == SyntaxOperand::Kind::Value) {
            auto value = resolveValue(syntax.text, m_substitutions);
            if (value) return *std::move(value);
            keepFirst(m_valueError, value.error());
            return SharedValue{};
        }
        UpdateCall call{functionOf(syntax.text), {}};
        for (const SyntaxOperand& argument : syntax.arguments)
            call.arguments.push_back(resolve(argument));
        checkCall(call, syntax.text);
        return call;
    }

    static UpdateFunction functionOf(std::string_view name) {
        if (name == "+") return UpdateFunction::Plus;
        if (name == "-") return UpdateFunction::Minus;
        if (name == "list_append") return UpdateFunction::ListAppend;
        return UpdateFunction::IfNotExists;
    }

    void checkCall(const UpdateCall& call, std::string_view name) {
        const std::string function(name);
        if (call.arguments.size() != 2) {
            keepFirst(m_functionError,
                      "Incorrect number of operands for operator or function; operator or "
                      "function: " +
                          function +
                          ", number of operands: " + std::to_string(call.arguments.size()));
            return;
        }
        if (call.function == UpdateFunction::IfNotExists) {
            if (!std::holds_alternative<Path>(call.arguments[0])) {
                keepFirst(m_functionError,
                          "Operator or function requires a document path; operator or function: " +
                              function);
            }
            return;
        }
        const bool wantsList = call.function == UpdateFunction::ListAppend;
        const auto wanted = wantsList ? AttributeType::List : AttributeType::Number;
        for (const UpdateValue& argument : call.arguments) {
            const auto type = literalTypeOf(argument);
            if (!type || *type == wanted) continue;
            keepFirst(m_functionError,
                      "Incorrect operand type for operator or function; operator or function: " +
                          function + ", operand type: " + std::string(wireName(*type)));
        }
    }

    void checkStepType(const UpdateStep& step) {
        const SharedValue& value = std::get<SharedValue>(step.value);
        if (!value) return;
        const bool isAdd = step.action == UpdateAction::Add;
        const AttributeType type = value->type();
        if (isSet(type) || (isAdd && type == AttributeType::Number)) return;
        const std::string name = isAdd ? "ADD" : "DELETE";
        const std::string typeName(longNameOf(type));
        const std::string start =
            "Incorrect operand type for operator or function; operator: " + name +
            ", operand type: ";
        keepFirst(m_stepError, start + typeName + ", typeSet: ALLOWED_FOR_" + name + "_OPERAND");
        // Recorded by Floci in eu-west-2 in September 2026
        // (DynamoDbAddDeleteOperandIntegrationTest): the set of ADD for both.
        keepFirst(m_stepErrorIfNewer, start + (type == AttributeType::Bool ? "BOOL" : typeName) +
                                          ", typeSet: ALLOWED_FOR_ADD_OPERAND");
    }

    const Parser& m_parser;
    Substitutions& m_substitutions;
    std::string m_nameError;
    std::string m_valueError;
    PathClash m_clash;
    std::string m_stepError;
    std::string m_stepErrorIfNewer;
    std::string m_functionError;
};

}  // namespace

ApiResult<Update> parseUpdate(std::string_view text, Substitutions& substitutions) {
    Parser parser(text, "UpdateExpression", {"SET", "REMOVE", "ADD", "DELETE"});
    TRY(parser.checkText());
    UpdateSyntaxParser syntaxParser(parser);
    TRY_ASSIGN(const std::vector<SyntaxStep> steps, syntaxParser.parse());
    TRY(parser.checkFindings());
    if (const auto& repeated = syntaxParser.repeatedSection()) {
        return std::unexpected(parser.error("The \"" + *repeated +
                                            "\" section can only be used once in an update "
                                            "expression;"));
    }
    return UpdateResolver(parser, substitutions).resolve(steps);
}

}  // namespace orrery::expression
