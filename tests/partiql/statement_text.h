#pragma once

#include <string>

#include "core/partiql/statement.h"

namespace orrery::test {

/// A statement as a few lines of text: what kind it is, its table, its conditions and values. For a
/// SELECT also how a table with the key pk, sk (both S) would be read.
std::string statementText(const partiql::Statement& statement);

}  // namespace orrery::test
