#include "core/engine/stream_hook_options.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "core/base/hash.h"

namespace orrery::engine {
namespace {

namespace fs = std::filesystem;

/// "us-east-1" of "arn:aws:dynamodb:us-east-1:000000000000:table/Name"; empty for a name.
std::string regionOf(const std::string& table) {
    if (!table.starts_with("arn:")) return "";
    std::size_t begin = 0;
    for (int colons = 0; colons < 3 && begin != std::string::npos; ++colons)
        begin = table.find(':', begin == 0 ? 0 : begin + 1);
    if (begin == std::string::npos) return "";
    return table.substr(begin + 1, table.find(':', begin + 1) - begin - 1);
}

StreamHookOptions parsed(const std::string& flag) {
    const std::size_t equals = flag.find('=');
    StreamHookOptions options{flag.substr(0, equals), flag.substr(equals + 1)};
    const std::string region = regionOf(options.table);
    if (region.empty()) return options;
    options.region = region;
    options.table.erase(0, options.table.rfind('/') + 1);
    return options;
}

/// The beginning of the names of a table's files. Empty for a text that is no table's name.
std::string stemOf(const StreamHookOptions& hook) {
    const auto isOfName = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    std::string stem = hook.region + "_" + hook.table;
    return std::ranges::all_of(stem, isOfName) ? stem : "";
}

/// The files of a table's hooks: "us-east-1_Orders=" and what follows, which no table's name has.
std::vector<fs::path> filesOf(const fs::path& folder, const std::string& stem) {
    std::vector<fs::path> files;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        const std::string name = at->path().filename().string();
        if (name.starts_with(stem + "=") && !name.ends_with(".new")) files.push_back(at->path());
    }
    return files;
}

/// `own`, after the file `former` has been given that name; `former` if that fails.
fs::path takenOver(const fs::path& former, const fs::path& own) {
    std::error_code failed;
    fs::rename(former, own, failed);
    return failed ? former : own;
}

/// The file of the hook that is the table's `number`-th, the `same`-th with its command.
fs::path fileOf(const StreamHookOptions& hook, const fs::path& folder, int number, int same,
                bool isOnly) {
    const std::string stem = stemOf(hook);
    if (folder.empty() || stem.empty()) return {};
    std::string name = stem + "=" + std::to_string(hash64(hook.command));
    if (same > 1) name += "-" + std::to_string(same);
    const fs::path own = folder / name;
    std::error_code failed;
    if (fs::exists(own, failed)) return own;
    // Earlier versions named the file for the hook's place among those of its table.
    const fs::path numbered = folder / (stem + "_" + std::to_string(number));
    if (fs::exists(numbered, failed)) return takenOver(numbered, own);
    if (!isOnly) return own;
    const std::vector<fs::path> files = filesOf(folder, stem);
    return files.size() == 1 ? takenOver(files.front(), own) : own;
}

}  // namespace

std::vector<StreamHookOptions> streamHookOptions(const std::vector<std::string>& flags,
                                                 const std::filesystem::path& folder) {
    std::vector<StreamHookOptions> hooks;
    for (const std::string& flag : flags)
        hooks.push_back(parsed(flag));
    using Table = std::pair<std::string, std::string>;
    std::map<Table, int> counts;
    for (const StreamHookOptions& hook : hooks)
        ++counts[{hook.region, hook.table}];
    std::map<Table, int> numbers;
    std::map<std::pair<Table, std::string>, int> same;
    for (StreamHookOptions& hook : hooks) {
        const Table table(hook.region, hook.table);
        const int number = ++numbers[table];
        hook.file = fileOf(hook, folder, number, ++same[{table, hook.command}], counts[table] == 1);
    }
    return hooks;
}

}  // namespace orrery::engine
