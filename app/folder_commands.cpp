#include "app/folder_commands.h"

#include <cstdio>
#include <optional>

#include "core/base/utf8.h"
#include "core/engine/folder_check.h"

namespace orrery::app {
namespace {

// After 0 for success, 1 for failure and 2 for wrong usage.
constexpr int kRepairedWithLosses = 3;

std::optional<std::string> folderOf(const char* command,
                                    const std::vector<std::string>& arguments) {
    if (arguments.size() == 2 && arguments[0] == "--data" && !arguments[1].empty())
        return arguments[1];
    std::fprintf(stderr, "usage: orreryd %s --data DIR\n", command);
    return std::nullopt;
}

int fail(const std::string& sentence) {
    std::fprintf(stderr, "orreryd: %s\n", printable(sentence).c_str());
    return 1;
}

}  // namespace

int runCheck(const std::vector<std::string>& arguments) {
    const auto folder = folderOf("check", arguments);
    if (!folder) return 2;
    const auto verdict = engine::checkFolder(*folder);
    if (!verdict) return fail(verdict.error());
    std::fputs(printable(verdict->text).c_str(), stdout);
    return verdict->isSound ? 0 : 1;
}

int runRepair(const std::vector<std::string>& arguments) {
    const auto folder = folderOf("repair", arguments);
    if (!folder) return 2;
    const auto repaired = engine::repairFolder(*folder);
    if (!repaired) return fail(repaired.error());
    std::fputs(printable(repaired->text).c_str(), stdout);
    return repaired->isSound ? 0 : kRepairedWithLosses;
}

}  // namespace orrery::app
