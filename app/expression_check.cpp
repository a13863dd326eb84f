#include "app/expression_check.h"

#include <algorithm>

#include "core/expression/condition.h"
#include "core/expression/lexer.h"

namespace orrery::app {
namespace {

/// The part of the expression that an error quotes after `near: `, or the whole expression.
Backend::Diagnostic locate(std::string_view expression, const std::string& message) {
    Backend::Diagnostic diagnostic{0, expression.size(), message};
    constexpr std::string_view kNear = "near: \"";
    const std::size_t near = message.find(kNear);
    if (near == std::string::npos) return diagnostic;
    const std::size_t begin = near + kNear.size();
    const std::string quoted = message.substr(begin, message.rfind('"') - begin);
    const std::size_t at = expression.find(quoted);
    if (quoted.empty() || at == std::string_view::npos) return diagnostic;
    diagnostic.begin = at;
    diagnostic.end = at + quoted.size();
    return diagnostic;
}

}  // namespace

std::vector<Backend::Diagnostic> checkExpression(std::string_view expression) {
    expression::Substitutions::Names names;
    types::Item values;
    for (const expression::Token& token : expression::tokenize(expression)) {
        const std::string text(token.text);
        const bool known =
            std::ranges::any_of(names, [&text](const auto& name) { return name.first == text; });
        if (token.kind == expression::TokenKind::Name && !known)
            names.emplace_back(text, text.substr(1));
        // Any value will do, but attribute_type needs the name of a type, and "S" is one.
        if (token.kind == expression::TokenKind::Value)
            values.set(text, types::AttributeValue::string("S"));
    }
    if (expression.find_first_not_of(' ') == std::string_view::npos) return {};
    auto substitutions = expression::Substitutions::create(
        names.empty() ? std::nullopt : std::optional(std::move(names)),
        values.empty() ? std::nullopt : std::optional(std::move(values)));
    if (!substitutions) return {locate(expression, substitutions.error().message)};
    const auto condition =
        expression::parseCondition(expression, expression::Kind::Filter, *substitutions);
    if (!condition) return {locate(expression, condition.error().message)};
    return {};
}

}  // namespace orrery::app
