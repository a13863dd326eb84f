#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace orrery::engine {

/// The result of `orreryd check` for a data folder.
struct FolderVerdict {
    bool isSound = false;
    std::string text;  ///< Lines for a person.
};

/// Reads everything in a folder that nobody uses, including records and items, and changes nothing.
/// Returns a one-sentence error if it cannot read the folder.
std::expected<FolderVerdict, std::string> checkFolder(const std::filesystem::path& folder);

/// Makes the next start rebuild items.mdb from a sound and whole log, and keeps the damaged file.
/// Returns lines for a person, or a one-sentence error if the log cannot restore everything.
std::expected<std::string, std::string> repairFolder(const std::filesystem::path& folder);

}  // namespace orrery::engine
