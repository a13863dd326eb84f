#pragma once

#include <string>
#include <vector>

namespace orrery::app {

/// `orreryd check --data DIR` and `orreryd repair --data DIR`: check and repair a data folder that
/// no program uses. They print results to standard output and errors to standard error. `--help`
/// says so. Return the exit code: 0 if the folder is sound or has been repaired without losses, 1
/// if not, 2 for wrong usage, 3 if the repaired folder lacks something.
int runCheck(const std::vector<std::string>& arguments);
int runRepair(const std::vector<std::string>& arguments);

}  // namespace orrery::app
