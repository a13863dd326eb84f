#include "core/base/result.h"
#include "core/partiql/parser.h"

namespace orrery::partiql {
namespace {

std::unexpected<ApiError> fail(std::string_view detail) {
    return std::unexpected(notWellFormed(detail));
}

// The clauses of statements around the terms.
//
//   statement := select | 'EXISTS' '(' select ')' | insert | update | delete | expression
//   select    := 'SELECT' column,* 'FROM' source where? order? ('LIMIT' …)*
//   insert    := 'INSERT' 'INTO' path 'VALUE' expression returning?
//   update    := 'UPDATE' path alias? change+ where? returning?
//              | 'FROM' path alias? where? change+ returning?
//   delete    := 'DELETE' 'FROM' path alias? where? returning?
//   change    := 'SET' path '=' expression (',' path '=' expression)* | 'REMOVE' path
//   returning := 'RETURNING' ('ALL' | 'MODIFIED') ('OLD' | 'NEW') '*'
class StatementParser {
public:
    explicit StatementParser(std::vector<Token> tokens) : m_terms(std::move(tokens)) {}

    ApiResult<SyntaxStatement> parse() {
        TRY(statement());
        if (!m_terms.atEnd()) {
            if (m_terms.token().isSymbol(";"))
                return fail("Unexpected token after semicolon. (Only one query is allowed.)");
            return fail("Unexpected token after expression");
        }
        m_statement.parameterCount = m_terms.parameterCount();
        return std::move(m_statement);
    }

private:
    using Kind = SyntaxStatement::Kind;

    ApiResult<void> statement() {
        const Token first = m_terms.token();
        if (first.isKeyword("exists") && m_terms.following().isSymbol("(")) return exists();
        if (first.isKeyword("select")) return select();
        if (first.isKeyword("insert")) return insert();
        if (first.isKeyword("update")) return update();
        if (first.isKeyword("from")) return fromFirst();
        if (first.isKeyword("delete")) return deletion();
        m_statement.kind = Kind::Expression;
        TRY_ASSIGN(m_statement.value, m_terms.expression());
        return {};
    }

    ApiResult<void> exists() {
        m_terms.advance();
        m_terms.advance();
        TRY(select());
        m_statement.kind = Kind::Exists;
        return m_terms.expectSymbol(")", "RIGHT_PAREN");
    }

    ApiResult<void> select() {
        m_statement.kind = Kind::Select;
        m_terms.advance();
        if (m_terms.token().isKeyword("distinct")) noteUnsupported("DISTINCT");
        if (!m_terms.acceptKeyword("distinct")) m_terms.acceptKeyword("all");
        do {
            SyntaxColumn column;
            TRY_ASSIGN(column.value, m_terms.expression());
            TRY_ASSIGN(column.aliased, alias());
            m_statement.columns.push_back(std::move(column));
        } while (m_terms.acceptSymbol(","));
        TRY(m_terms.expectKeyword("from"));
        TRY(selectSource());
        TRY(where());
        TRY(order());
        return furtherClauses();
    }

    // Any expression may stand after FROM, so what is missing there is a term.
    ApiResult<void> selectSource() {
        const TokenKind kind = m_terms.token().kind;
        if (kind != TokenKind::Name && kind != TokenKind::Quoted) {
            TRY_ASSIGN(const Node other, m_terms.expression());
            m_statement.unsupportedClause = "FROM at " + other.at.text();
            return {};
        }
        return source();
    }

    ApiResult<void> source() {
        TRY_ASSIGN(const Node path, m_terms.simplePath());
        if (path.kind == Node::Kind::Name) {
            m_statement.source.components.push_back(path.text);
        } else {
            for (const Node& each : path.children) {
                if (each.kind == Node::Kind::Index || each.kind == Node::Kind::Star)
                    return fail("Invalid path dot component");
                m_statement.source.components.push_back(each.text);
            }
        }
        TRY_ASSIGN(m_statement.source.aliased, alias());
        return {};
    }

    // alias := 'AS' name | name
    ApiResult<bool> alias() {
        const bool named = m_terms.acceptKeyword("as");
        const TokenKind kind = m_terms.token().kind;
        const bool isName = kind == TokenKind::Name || kind == TokenKind::Quoted;
        if (named && !isName) return fail("Expected identifier for alias");
        if (isName) m_terms.advance();
        return isName;
    }

    ApiResult<void> where() {
        if (!m_terms.acceptKeyword("where")) return {};
        TRY_ASSIGN(m_statement.where, m_terms.expression());
        return {};
    }

    ApiResult<void> order() {
        if (!m_terms.token().isKeyword("order")) return {};
        m_terms.advance();
        TRY(m_terms.expectKeyword("by"));
        do {
            SyntaxOrder order;
            TRY_ASSIGN(order.key, m_terms.expression());
            order.descending = m_terms.acceptKeyword("desc");
            if (!order.descending) m_terms.acceptKeyword("asc");
            m_statement.order.push_back(std::move(order));
        } while (m_terms.acceptSymbol(","));
        return {};
    }

    void noteUnsupported(std::string_view clause) {
        if (m_statement.unsupportedClause.empty())
            m_statement.unsupportedClause =
                std::string(clause) + " at " + m_terms.token().at.text();
    }

    ApiResult<void> furtherClauses() {
        while (true) {
            std::string_view clause;
            if (m_terms.acceptKeyword("limit")) clause = "LIMIT";
            if (m_terms.acceptKeyword("having")) clause = "HAVING";
            if (m_terms.token().isKeyword("group")) {
                m_terms.advance();
                TRY(m_terms.expectKeyword("by"));
                clause = "GROUP BY";
            }
            if (clause.empty()) return {};
            noteUnsupported(clause);
            do {
                TRY(m_terms.expression());
            } while (m_terms.acceptSymbol(","));
        }
    }

    ApiResult<void> insert() {
        m_statement.kind = Kind::Insert;
        m_terms.advance();
        TRY(m_terms.expectKeyword("into"));
        TRY_ASSIGN(const Node path, m_terms.simplePath());
        m_statement.source.components.push_back(
            path.kind == Node::Kind::Name ? path.text : path.children.front().text);
        for (std::size_t i = 1; i < path.children.size(); ++i)
            m_statement.source.components.push_back(path.children[i].text);
        // Without VALUE, the items come from an expression. The service refuses that later.
        m_statement.value.reset();
        const bool single = m_terms.acceptKeyword("value");
        TRY_ASSIGN(Node value, m_terms.expression());
        if (single) {
            m_statement.value = std::move(value);
        } else {
            m_statement.unsupportedClause = "INSERT at " + value.at.text();
        }
        return returning();
    }

    ApiResult<void> update() {
        m_statement.kind = Kind::Update;
        m_terms.advance();
        TRY(source());
        TRY(changes());
        TRY(where());
        return returning();
    }

    ApiResult<void> fromFirst() {
        m_statement.kind = Kind::Update;
        m_terms.advance();
        TRY(source());
        TRY(where());
        TRY(changes());
        return returning();
    }

    ApiResult<void> deletion() {
        m_statement.kind = Kind::Delete;
        m_terms.advance();
        if (!m_terms.acceptKeyword("from")) return fail("Expected FROM after DELETE");
        TRY(source());
        TRY(where());
        return returning();
    }

    ApiResult<void> changes() {
        while (m_terms.token().isKeyword("set") || m_terms.token().isKeyword("remove")) {
            const bool sets = m_terms.token().isKeyword("set");
            m_terms.advance();
            do {
                SyntaxChange change;
                TRY_ASSIGN(change.target, m_terms.simplePath());
                if (sets) {
                    TRY(m_terms.expectSymbol("=", "EQ"));
                    TRY_ASSIGN(change.value, m_terms.expression());
                }
                m_statement.changes.push_back(std::move(change));
            } while (sets && m_terms.acceptSymbol(","));
        }
        if (m_statement.changes.empty()) return fail("Expected data manipulation");
        return {};
    }

    ApiResult<void> returning() {
        if (!m_terms.acceptKeyword("returning")) return {};
        SyntaxReturning returning;
        returning.all = m_terms.acceptKeyword("all");
        if (!returning.all) TRY(m_terms.expectKeyword("modified"));
        returning.old = m_terms.acceptKeyword("old");
        if (!returning.old) TRY(m_terms.expectKeyword("new"));
        TRY(m_terms.expectSymbol("*", "STAR"));
        m_statement.returning = returning;
        return {};
    }

    TermParser m_terms;
    SyntaxStatement m_statement;
};

}  // namespace

ApiResult<SyntaxStatement> parseSyntax(std::string_view text) {
    TRY_ASSIGN(std::vector<Token> tokens, tokenize(text));
    return StatementParser(std::move(tokens)).parse();
}

}  // namespace orrery::partiql
