#include "core/partiql/statement.h"

#include <algorithm>

#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/expression/path_steps.h"
#include "core/partiql/changes.h"
#include "core/partiql/syntax.h"
#include "core/partiql/values.h"
#include "core/partiql/where.h"

namespace orrery::partiql {
namespace {

using expression::Condition;

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

ApiResult<void> checkSource(const SyntaxSource& source) {
    if (source.aliased) return fail("Aliasing is not supported");
    for (const std::string& component : source.components)
        TRY(checkComponent(component));
    if (source.components.size() > 2)
        return fail("A path may contain at most 2 components in the FROM clause");
    return {};
}

ApiResult<std::string> tableToChange(const SyntaxSource& source) {
    TRY(checkSource(source));
    if (source.components.size() > 1) return fail("This operation is not supported on an index");
    return source.components.front();
}

// "k[0]" for m.k[0].
std::string columnName(const expression::Path& path) {
    std::string name;
    for (auto element = path.elements.rbegin(); element != path.elements.rend(); ++element) {
        name.insert(0, expression::textOf(*element));
        if (std::holds_alternative<std::string>(*element)) break;
    }
    return name;
}

ApiResult<std::vector<Column>> columnsOf(const std::vector<SyntaxColumn>& columns) {
    std::vector<Column> result;
    const bool star = std::ranges::any_of(
        columns, [](const SyntaxColumn& column) { return column.value.kind == Node::Kind::Star; });
    if (star && columns.size() > 1)
        return fail("Other attributes should not be present in the projection when '*' is used.");
    if (star) return result;
    for (const SyntaxColumn& column : columns) {
        if (column.aliased) return fail("Aliasing is not supported");
        TRY_ASSIGN(expression::Path path, pathOf(column.value));
        std::string name = columnName(path);
        if (std::ranges::find(result, name, &Column::name) != result.end())
            return fail("Duplicate identifiers in select clause: " + name);
        result.push_back({std::move(name), std::move(path)});
    }
    return result;
}

ApiResult<std::optional<Condition>> whereOf(const SyntaxStatement& syntax, Parameters parameters) {
    if (!syntax.where) return std::nullopt;
    TRY_ASSIGN(Condition condition, conditionOf(*syntax.where, parameters));
    return condition;
}

ApiResult<Select> selectOf(const SyntaxStatement& syntax, Parameters parameters) {
    if (!syntax.unsupportedClause.empty())
        return fail("Unsupported clause: " + syntax.unsupportedClause);
    TRY(checkSource(syntax.source));
    Select select;
    select.table = syntax.source.components.front();
    if (syntax.source.components.size() > 1) select.index = syntax.source.components.back();
    auto columns = columnsOf(syntax.columns);
    if (columns) {
        select.columns = *std::move(columns);
    } else if (select.index.empty()) {
        return std::unexpected(std::move(columns.error()));
    } else {
        select.columnError = std::move(columns.error());
    }
    TRY_ASSIGN(select.where, whereOf(syntax, parameters));
    for (const SyntaxOrder& order : syntax.order) {
        if (order.key.kind != Node::Kind::Name)
            return fail("Argument to ORDER BY must be of type VariableReference. Type: " +
                        nodeName(order.key));
        select.order.push_back({order.key.text, order.descending});
    }
    return select;
}

ApiResult<Insert> insertOf(const SyntaxStatement& syntax, Parameters parameters) {
    if (syntax.source.components.size() > 1)
        return fail("FROM clause may only contain a single table name");
    TRY(checkSource(syntax.source));
    if (!syntax.unsupportedClause.empty())
        return fail("Unsupported clause: " + syntax.unsupportedClause);
    if (syntax.returning) return fail("RETURNING is not supported in INSERT");
    const Node& value = *syntax.value;
    if (value.kind != Node::Kind::Struct)
        return fail("Unsupported data type: " + nodeName(value) + " under key root at " +
                    value.at.text());
    std::vector<types::AttributeMap::Entry> entries;
    for (std::size_t i = 0; i + 1 < value.children.size(); i += 2) {
        const Node& name = value.children[i];
        TRY(checkAttributeName(name, "root"));
        TRY_ASSIGN(const expression::SharedValue attribute,
                   valueOf(value.children[i + 1], parameters));
        entries.emplace_back(name.text, *attribute);
    }
    return Insert{syntax.source.components.front(), types::Item::fromEntries(std::move(entries))};
}

Returning returningOf(const SyntaxStatement& syntax) {
    if (!syntax.returning) return Returning::Nothing;
    if (syntax.returning->all) return syntax.returning->old ? Returning::AllOld : Returning::AllNew;
    return syntax.returning->old ? Returning::ModifiedOld : Returning::ModifiedNew;
}

ApiResult<Update> updateStatementOf(const SyntaxStatement& syntax, Parameters parameters) {
    Update update;
    TRY_ASSIGN(update.table, tableToChange(syntax.source));
    TRY_ASSIGN(update.update, updateOf(syntax.changes, parameters));
    TRY_ASSIGN(update.where, whereOf(syntax, parameters));
    update.returning = returningOf(syntax);
    return update;
}

ApiResult<Delete> deleteOf(const SyntaxStatement& syntax, Parameters parameters) {
    Delete deletion;
    TRY_ASSIGN(deletion.table, tableToChange(syntax.source));
    deletion.returning = returningOf(syntax);
    if (deletion.returning != Returning::Nothing && deletion.returning != Returning::AllOld)
        return fail("Invalid returning clause: RETURNING " +
                    std::string(syntax.returning->all ? "ALL" : "MODIFIED") +
                    (syntax.returning->old ? " OLD" : " NEW") +
                    " *. Only RETURNING ALL OLD * is allowed in DELETE statements.");
    TRY_ASSIGN(deletion.where, whereOf(syntax, parameters));
    return deletion;
}

}  // namespace

ApiResult<Statement> parseStatement(std::string_view text, Parameters parameters) {
    TRY_ASSIGN(const SyntaxStatement syntax, parseSyntax(text));
    if (syntax.parameterCount > parameters.size())
        return fail("Number of parameters in request and statement don't match.");
    using Kind = SyntaxStatement::Kind;
    switch (syntax.kind) {
        case Kind::Select:
            return selectOf(syntax, parameters);
        case Kind::Insert:
            return insertOf(syntax, parameters);
        case Kind::Update:
            return updateStatementOf(syntax, parameters);
        case Kind::Delete:
            return deleteOf(syntax, parameters);
        case Kind::Exists: {
            TRY_ASSIGN(Select select, selectOf(syntax, parameters));
            return Exists{std::move(select)};
        }
        case Kind::Expression:
            break;
    }
    return fail("Unsupported operation: " + nodeName(*syntax.value));
}

const std::string& tableOf(const Statement& statement) {
    return std::visit(
        Overloaded{
            [](const Exists& exists) -> const std::string& { return exists.select.table; },
            []<OneOf<Select, Insert, Update, Delete> T>(const T& other) -> const std::string& {
                return other.table;
            },
        },
        statement);
}

bool isRead(const Statement& statement) {
    return std::visit(Overloaded{
                          [](const Select&) { return true; },
                          []<OneOf<Insert, Update, Delete, Exists> T>(const T&) { return false; },
                      },
                      statement);
}

}  // namespace orrery::partiql
