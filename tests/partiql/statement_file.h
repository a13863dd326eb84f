#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orrery::test {

/// One case of a .test file of this folder. A file is a list of blocks with empty lines between
/// them: a statement, if it has parameters a line "parameters" with their JSON list, a line "----",
/// and what becomes of it: the text of the statement, or the message of the error. A line that
/// begins with # is a comment.
struct StatementCase {
    std::string comments;
    std::string statement;
    std::string parameters;
    std::string expected;
};

std::vector<StatementCase> statementCases(std::string_view text);

/// What becomes of the statement of a case.
std::string outcomeOf(const StatementCase& one);

}  // namespace orrery::test
