#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace orrery::engine {

struct StreamHookOptions {
    std::string table;  ///< Its name.
    std::string command;
    /// Where the hook keeps how far it has come. Empty: a later start begins anew.
    std::filesystem::path file = {};
    std::string region = "us-east-1";
};

/// The hooks that `flags` ask for, each "TABLE=command", where TABLE is a name in us-east-1 or an
/// ARN. Each keeps its position in `folder`, in a file named for its table and its command, so that
/// neither the order of the flags nor another hook of the table changes where it continues. The
/// only hook of a table takes over the only file there is for the table: a changed command
/// continues where the one before it stopped. With an empty folder nothing is kept.
std::vector<StreamHookOptions> streamHookOptions(const std::vector<std::string>& flags,
                                                 const std::filesystem::path& folder);

}  // namespace orrery::engine
