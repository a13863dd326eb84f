#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orrery::test {

/// One case of a .test file: an expression, its expected result, and the actual one.
struct ExpressionCase {
    int line = 0;
    std::string expression;  // Includes its kind, as in the file.
    std::string expected;
    std::string actual;
};

/// Runs all cases of a file of tests/expression; condition.test describes the format. A malformed
/// line becomes a failing case.
std::vector<ExpressionCase> runExpressionFile(std::string_view text);

}  // namespace orrery::test
