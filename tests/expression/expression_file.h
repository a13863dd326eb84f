#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orrery::test {

/// One case of a .test file: an expression with what is expected of it, and what came out.
struct ExpressionCase {
    int line = 0;
    std::string expression;  // With its kind, as it stands in the file.
    std::string expected;
    std::string actual;
};

/// Runs all cases of a file of tests/expression; condition.test says how one is written. A line
/// that cannot be understood gives a case that fails.
std::vector<ExpressionCase> runExpressionFile(std::string_view text);

}  // namespace orrery::test
