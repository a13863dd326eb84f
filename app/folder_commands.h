#pragma once

#include <string>
#include <vector>

namespace orrery::app {

/// `orreryd check --data DIR` and `orreryd repair --data DIR`: what a data folder that nobody uses
/// holds, and its repair. Print what they find to standard output, what hinders them to standard
/// error. Return the exit code: 0 for a folder that is sound, or is so now.
int runCheck(const std::vector<std::string>& arguments);
int runRepair(const std::vector<std::string>& arguments);

}  // namespace orrery::app
