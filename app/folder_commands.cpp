#include "app/folder_commands.h"

#include <cstdio>
#include <expected>

#include "core/base/utf8.h"
#include "core/engine/folder_check.h"

namespace orrery::app {
namespace {

// 0 is success and 1 failure.
constexpr int kWrongUsage = 2;
constexpr int kRepairedWithLosses = 3;

struct FolderCommand {
    const char* name;
    const char* effect;
};
constexpr FolderCommand kCheck{
    "check",
    "Reads a data folder that no program uses, and says what is sound. Changes nothing.\n"
    "Exit code: 0 if all is sound, 1 if not."};
constexpr FolderCommand kRepair{
    "repair",
    "Rewrites a damaged data folder from everything it can read, and lists what is lost.\n"
    "The damaged files are kept.\n"
    "Exit code: 0 if nothing is lost, 3 if something is, 1 if it cannot be repaired."};

/// The folder that the arguments name, or the exit code if they name none.
std::expected<std::string, int> folderOf(const FolderCommand& command,
                                         const std::vector<std::string>& arguments) {
    if (arguments.size() == 2 && arguments[0] == "--data" && !arguments[1].empty())
        return arguments[1];
    const bool wantsHelp =
        arguments.size() == 1 && (arguments[0] == "--help" || arguments[0] == "-h");
    std::fprintf(wantsHelp ? stdout : stderr, "Usage: orreryd %s --data DIR\n", command.name);
    if (wantsHelp) std::printf("%s\n", command.effect);
    return std::unexpected(wantsHelp ? 0 : kWrongUsage);
}

int fail(const std::string& sentence) {
    std::fprintf(stderr, "orreryd: %s\n", printable(sentence).c_str());
    return 1;
}

}  // namespace

int runCheck(const std::vector<std::string>& arguments) {
    const auto folder = folderOf(kCheck, arguments);
    if (!folder) return folder.error();
    const auto verdict = engine::checkFolder(*folder);
    if (!verdict) return fail(verdict.error());
    std::fputs(printable(verdict->text + verdict->remedy).c_str(), stdout);
    return verdict->isSound ? 0 : 1;
}

int runRepair(const std::vector<std::string>& arguments) {
    const auto folder = folderOf(kRepair, arguments);
    if (!folder) return folder.error();
    const auto repaired = engine::repairFolder(*folder);
    if (!repaired) return fail(repaired.error());
    std::fputs(printable(repaired->text).c_str(), stdout);
    return repaired->isSound ? 0 : kRepairedWithLosses;
}

}  // namespace orrery::app
