#pragma once

#include <vector>

#include "core/expression/condition.h"
#include "core/expression/parser.h"

namespace orrery::expression {

/// A condition as it is written in the text.
struct SyntaxCondition {
    enum class Kind { Comparison, Between, In, Function, And, Or, Not };
    Kind kind = Kind::Comparison;
    Comparator comparator = Comparator::Equal;  // Comparison.
    std::vector<SyntaxOperand> operands;        // Comparison, Between, In; Function: the call.
    std::vector<SyntaxCondition> conditions;    // And, Or, Not.
};

/// The first pass over a condition, filter or key condition: its syntax. Notes other errors in
/// functions, words and parentheses in the parser's findings.
ApiResult<SyntaxCondition> parseConditionSyntax(Parser& parser);

/// All passes. `parameter` names the kind in errors.
ApiResult<Condition> parseConditionText(std::string_view text, std::string_view parameter,
                                        Substitutions& substitutions);

/// The comparator as written, for errors.
std::string_view symbolOf(Comparator comparator);

}  // namespace orrery::expression
