#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/file_pair.h"
#include "core/storage/store.h"

namespace orrery::storage {

// Reads both files of a data folder completely, past any damage.

struct FileReport {
    struct Tree {
        std::string name;
        std::uint64_t entries = 0;
        std::uint64_t expected = 0;  ///< The count stored in the file.
    };
    std::string path;
    bool isMissing = false;
    std::uint64_t pages = 0;
    std::uint64_t freePages = 0;
    std::vector<Tree> trees;
    /// One sentence each, at most kProblemsMax; `problemCount` counts all.
    std::vector<std::string> problems;
    std::uint64_t problemCount = 0;

    bool isSound() const { return problemCount == 0; }
};

inline constexpr std::size_t kProblemsMax = 100;

/// Called with each readable entry. Returns what is wrong with it, or nothing.
using EntryCheck = std::function<std::optional<std::string>(
    std::string_view tree, std::string_view key, std::string_view value)>;

struct FolderReport {
    FileReport log;
    FileReport items;
    std::string pairProblem;    ///< Empty if the two files belong together.
    std::string formatProblem;  ///< Empty if this version can read the folder's format.

    bool isSound() const {
        return log.isSound() && items.isSound() && pairProblem.empty() && formatProblem.empty();
    }
};

/// Reads one file. Sets `pair` to its pair mark, if it has one.
FileReport checkFile(const std::filesystem::path& path, const std::vector<std::string>& names,
                     const EntryCheck& checkEntry, std::optional<PairMark>& pair);

/// Locks the folder and reads both files without changing anything. An error if it is not a data
/// folder or is in use.
StorageResult<FolderReport> checkFolder(const std::filesystem::path& folder,
                                        const EntryCheck& checkEntry);

}  // namespace orrery::storage
