#pragma once

#include <string>

namespace orrery::app {

// Answers of the control API as lines for people. Text that is not such an answer is returned as it
// is.

/// The answer of GET /global-tables: one line per global table.
std::string globalTablesText(const std::string& json);
/// The answer of GET /replication: one line per table, source and destination.
std::string replicationText(const std::string& json);

}  // namespace orrery::app
