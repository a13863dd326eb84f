#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/partiql/lexer.h"

namespace orrery::partiql {

// A statement as it is written, before anything is known of its parameters or its table. The
// service reports what is wrong with the text before anything else.

/// A term or an operation on terms.
struct Node {
    enum class Kind : std::uint8_t {
        Missing,
        Null,
        Boolean,    ///< `text` is "true" or "false".
        Number,     ///< `text` is the literal, signs included.
        String,     ///< `text` is the value.
        Parameter,  ///< `ordinal`.
        Name,       ///< `text`: the name of an attribute.
        Path,       ///< The first child is a Name; each other child is a step.
        Step,       ///< Of a path: the name after a point.
        Index,      ///< Of a path: what stands in the brackets is the only child.
        Star,       ///< "*" where a term or a step stands.
        Call,       ///< `text`: a function or an operator in lower case; children: its operands.
        Type,       ///< The second operand of "is": `text` is the type's name in lower case.
        Struct,     ///< Children: name, value, name, value …
        List,
        Bag,
    };
    Kind kind = Kind::Missing;
    std::string text;
    Position at;  ///< Of the first token; of an operation, of its operator.
    std::vector<Node> children;
    std::uint32_t ordinal = 0;  ///< Of a parameter, from 1.
    int depth = 1;              ///< Levels of nodes, this one included.

    bool isCall(std::string_view name) const { return kind == Kind::Call && text == name; }
};

/// The part of a table's path between two points, as written.
struct SyntaxSource {
    std::vector<std::string> components;
    bool aliased = false;
};

struct SyntaxOrder {
    Node key;
    bool descending = false;
};

struct SyntaxColumn {
    Node value;
    bool aliased = false;
};

/// One SET or REMOVE.
struct SyntaxChange {
    Node target;
    std::optional<Node> value;  ///< Nothing: REMOVE.
};

/// RETURNING ALL OLD *.
struct SyntaxReturning {
    bool all = false;
    bool old = false;
};

struct SyntaxStatement {
    enum class Kind : std::uint8_t { Select, Insert, Update, Delete, Exists, Expression };
    Kind kind = Kind::Expression;
    SyntaxSource source;
    std::optional<Node> where;
    std::vector<SyntaxColumn> columns;  ///< Select, Exists.
    std::vector<SyntaxOrder> order;     ///< Select, Exists.
    /// A clause that the grammar has and the service does not take: "LIMIT at 1:33:1".
    std::string unsupportedClause;
    std::optional<Node> value;          ///< Insert: the item; Expression: the whole statement.
    std::vector<SyntaxChange> changes;  ///< Update.
    std::optional<SyntaxReturning> returning;
    std::uint32_t parameterCount = 0;
};

/// Levels of nesting that a statement may have. The service's limit is not known; this one bounds
/// the recursion over a statement of 8,192 characters.
inline constexpr int kDepthMax = 200;

/// Parses a whole statement. Errors: "Statement wasn't well formed, can't be processed: …".
ApiResult<SyntaxStatement> parseSyntax(std::string_view text);

}  // namespace orrery::partiql
