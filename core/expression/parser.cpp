#include "core/expression/parser.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/expression/reserved_words.h"

namespace orrery::expression {
namespace {

// ServiceQuotas, "Expression parameters".
constexpr std::size_t kExpressionBytesMax = 4096;
constexpr std::size_t kOperatorCountMax = 300;
constexpr std::size_t kPathElementCountMax = 32;
// Recorded by Floci in us-east-1 in September 2026 (its ProjectionEvaluator); PartiQL has 31 bits.
constexpr std::uint32_t kListIndexMax = 4294967294;

// No valid expression nests deeper: each level is a function or a pair of parentheses, each
// function counts as an operator, and two pairs of parentheses without an operator between them are
// redundant.
constexpr int kDepthMax = static_cast<int>(kOperatorCountMax) + 1;

constexpr std::string_view kConditionFunctions[] = {
    "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size",
};
constexpr std::string_view kUpdateFunctions[] = {"if_not_exists", "list_append"};

bool isOneOf(std::string_view word, std::span<const std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

}  // namespace

Parser::Parser(std::string_view text, std::string_view parameter,
               std::vector<std::string_view> keywords)
    : m_text(text),
      m_parameter(parameter),
      m_keywords(std::move(keywords)),
      m_tokens(tokenize(text)) {}

ApiResult<void> Parser::checkText() const {
    if (m_text.empty()) return std::unexpected(error("The expression can not be empty;"));
    if (m_text.size() > kExpressionBytesMax) {
        std::string newer = error("Expression size has exceeded the maximum allowed size;").message;
        std::string older = newer;
        // Only the older layer of validation tells the size, and not that of an update.
        if (m_parameter != "UpdateExpression")
            older += " expression size: " + std::to_string(m_text.size());
        return std::unexpected(ApiError::validation(std::move(older), std::move(newer)));
    }
    return {};
}

const Token& Parser::following() const {
    return m_tokens[std::min(m_position + 1, m_tokens.size() - 1)];
}

void Parser::advance() {
    CHECK(token().kind != TokenKind::End);
    ++m_position;
}

bool Parser::isSymbol(std::string_view symbol) const {
    return token().kind == TokenKind::Symbol && token().text == symbol;
}

bool Parser::isKeyword(std::string_view keyword) const {
    return token().kind == TokenKind::Identifier && equalsIgnoringCase(token().text, keyword);
}

bool Parser::acceptSymbol(std::string_view symbol) {
    if (!isSymbol(symbol)) return false;
    advance();
    return true;
}

bool Parser::acceptKeyword(std::string_view keyword) {
    if (!isKeyword(keyword)) return false;
    advance();
    return true;
}

ApiResult<void> Parser::expectSymbol(std::string_view symbol) {
    if (!acceptSymbol(symbol)) return std::unexpected(syntaxError());
    return {};
}

// "near" shows the text from the previous token to the next one.
ApiError Parser::syntaxError() const {
    const Token& first = m_position > 0 ? m_tokens[m_position - 1] : token();
    const Token& last = token().kind == TokenKind::End ? first : following();
    const std::size_t end = last.kind == TokenKind::End ? token().end() : last.end();
    const std::string_view shown = token().kind == TokenKind::End ? "<EOF>" : token().text;
    return error("Syntax error; token: \"" + std::string(shown) + "\", near: \"" +
                 std::string(m_text.substr(first.offset, end - first.offset)) + "\"");
}

ApiError Parser::error(std::string_view message) const {
    return ApiError::validation("Invalid " + std::string(m_parameter) + ": " +
                                std::string(message));
}

bool Parser::isAnyKeyword(const Token& token) const {
    return std::ranges::any_of(m_keywords, [&](std::string_view keyword) {
        return equalsIgnoringCase(token.text, keyword);
    });
}

ApiResult<SyntaxPath::Element> Parser::pathElement() {
    using Kind = SyntaxPath::Element::Kind;
    const Token element = token();
    if (element.kind == TokenKind::Name) {
        advance();
        return SyntaxPath::Element{Kind::Placeholder, element.text};
    }
    if (element.kind != TokenKind::Identifier || isAnyKeyword(element)) {
        return std::unexpected(syntaxError());
    }
    if (!m_findings.reservedWord && isReservedWord(element.text)) {
        m_findings.reservedWord = element.text;
    }
    advance();
    return SyntaxPath::Element{Kind::Word, element.text};
}

ApiResult<SyntaxPath> Parser::path() {
    SyntaxPath path;
    TRY_ASSIGN(const auto first, pathElement());
    path.elements.push_back(first);
    TRY(pathTail(path));
    return path;
}

ApiResult<void> Parser::pathTail(SyntaxPath& path) {
    while (true) {
        if (acceptSymbol(".")) {
            TRY_ASSIGN(const auto element, pathElement());
            path.elements.push_back(element);
        } else if (acceptSymbol("[")) {
            const Token index = token();
            if (index.kind != TokenKind::Number) return std::unexpected(syntaxError());
            advance();
            TRY(expectSymbol("]"));
            std::uint32_t value = 0;
            const auto [end, failure] =
                std::from_chars(index.text.data(), index.text.data() + index.text.size(), value);
            const bool tooLarge = failure != std::errc() || value > kListIndexMax;
            if (tooLarge && !m_findings.listIndex) m_findings.listIndex = index.text;
            path.elements.push_back({SyntaxPath::Element::Kind::Index, index.text});
        } else {
            return {};
        }
    }
}

ApiResult<SyntaxOperand> Parser::operand(FunctionSet functions) {
    SyntaxOperand operand;
    if (token().kind == TokenKind::Value) {
        operand.kind = SyntaxOperand::Kind::Value;
        operand.text = token().text;
        advance();
        return operand;
    }
    const bool isCall = token().kind == TokenKind::Identifier && !isAnyKeyword(token()) &&
                        following().kind == TokenKind::Symbol && following().text == "(";
    if (isCall) return call(functions);
    TRY_ASSIGN(operand.path, path());
    return operand;
}

ApiResult<SyntaxOperand> Parser::call(FunctionSet functions) {
    const Level level(*this);
    TRY(checkDepth());
    SyntaxOperand call;
    call.kind = SyntaxOperand::Kind::Call;
    call.text = token().text;
    countOperator();
    noteFunction(call.text, functions);
    advance();
    TRY(expectSymbol("("));
    do {
        TRY_ASSIGN(SyntaxOperand argument, this->argument(functions));
        call.arguments.push_back(std::move(argument));
    } while (acceptSymbol(","));
    TRY(expectSymbol(")"));
    return call;
}

ApiResult<SyntaxOperand> Parser::argument(FunctionSet functions) {
    std::size_t parentheses = 0;
    while (acceptSymbol("("))
        ++parentheses;
    TRY_ASSIGN(SyntaxOperand operand, this->operand(functions));
    std::size_t direct = 0;  // Pairs of parentheses directly around the operand.
    for (; parentheses > 0; --parentheses) {
        TRY(expectSymbol(")"));
        if (++direct > 1) m_findings.redundantParentheses = true;
        // In a condition, a path can continue after "(a.b)".
        const bool pathContinues = isSymbol(".") || isSymbol("[");
        if (pathContinues && functions == FunctionSet::Condition &&
            operand.kind == SyntaxOperand::Kind::Path) {
            TRY(pathTail(operand.path));
            direct = 0;
        }
    }
    return operand;
}

void Parser::noteFunction(std::string_view name, FunctionSet functions) {
    if (m_findings.function) return;
    const bool isCondition = isOneOf(name, kConditionFunctions);
    const bool isUpdate = isOneOf(name, kUpdateFunctions);
    const std::string tail = "; function: " + std::string(name);
    if (!isCondition && !isUpdate) {
        m_findings.function = "Invalid function name" + tail;
    } else if (isUpdate && functions == FunctionSet::Condition) {
        m_findings.function = "The function is not allowed in a condition expression" + tail;
    } else if (isCondition && functions == FunctionSet::Update) {
        m_findings.function = "The function is not allowed in an update expression" + tail;
    }
}

ApiResult<void> Parser::checkFindings() const {
    if (m_findings.redundantParentheses) {
        return std::unexpected(error("The expression has redundant parentheses;"));
    }
    if (m_findings.operators > kOperatorCountMax) {
        return std::unexpected(
            error("The expression contains too many operators; operator count: " +
                  std::to_string(m_findings.operators)));
    }
    if (m_findings.function) return std::unexpected(error(*m_findings.function));
    if (m_findings.misused) return std::unexpected(error(*m_findings.misused));
    if (m_findings.reservedWord) {
        return std::unexpected(error("Attribute name is a reserved keyword; reserved keyword: " +
                                     *m_findings.reservedWord));
    }
    if (m_findings.listIndex) {
        return std::unexpected(error("List index is not within the allowable range; index: [" +
                                     *m_findings.listIndex + "]"));
    }
    return {};
}

ApiResult<void> Parser::checkDepth() const {
    if (m_depth <= kDepthMax) return {};
    if (m_findings.operators > kOperatorCountMax) return checkFindings();
    return std::unexpected(error("The expression has redundant parentheses;"));
}

std::expected<Path, std::string> resolvePath(const SyntaxPath& path, Substitutions& substitutions) {
    using Kind = SyntaxPath::Element::Kind;
    Path resolved;
    for (const auto& element : path.elements) {
        if (element.kind == Kind::Index) {
            std::uint32_t index = 0;  // In range: checkFindings has run.
            std::from_chars(element.text.data(), element.text.data() + element.text.size(), index);
            resolved.elements.emplace_back(index);
        } else if (element.kind == Kind::Word) {
            resolved.elements.emplace_back(std::string(element.text));
        } else if (const std::string* name = substitutions.useName(element.text)) {
            resolved.elements.emplace_back(*name);
        } else {
            return std::unexpected(
                "An expression attribute name used in the document path is not defined; attribute "
                "name: " +
                std::string(element.text));
        }
    }
    if (resolved.elements.size() > kPathElementCountMax) {
        return std::unexpected("The document path has too many nesting levels; nesting levels: " +
                               std::to_string(resolved.elements.size()));
    }
    return resolved;
}

std::expected<SharedValue, std::string> resolveValue(std::string_view placeholder,
                                                     Substitutions& substitutions) {
    if (SharedValue value = substitutions.useValue(placeholder)) return value;
    return std::unexpected(
        "An expression attribute value used in expression is not defined; attribute value: " +
        std::string(placeholder));
}

namespace {

enum class PathRelation { Apart, Overlap, Conflict };

PathRelation relationOf(const Path& one, const Path& two) {
    const std::size_t common = std::min(one.elements.size(), two.elements.size());
    for (std::size_t i = 0; i < common; ++i) {
        if (one.elements[i].index() != two.elements[i].index()) return PathRelation::Conflict;
        if (one.elements[i] != two.elements[i]) return PathRelation::Apart;
    }
    return PathRelation::Overlap;
}

}  // namespace

PathClash findClash(const std::vector<const Path*>& paths) {
    PathClash clash;
    for (std::size_t second = 1; second < paths.size(); ++second) {
        for (std::size_t first = 0; first < second; ++first) {
            const PathRelation relation = relationOf(*paths[first], *paths[second]);
            if (relation == PathRelation::Apart) continue;
            std::string& message =
                relation == PathRelation::Overlap ? clash.overlap : clash.conflict;
            if (!message.empty()) continue;
            message = relation == PathRelation::Overlap ? "Two document paths overlap"
                                                        : "Two document paths conflict";
            message += " with each other; must remove or rewrite one of these paths; path one: " +
                       paths[first]->text() + ", path two: " + paths[second]->text();
        }
    }
    return clash;
}

}  // namespace orrery::expression
