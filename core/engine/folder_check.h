#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace orrery::engine {

/// The result of `orreryd check` or `orreryd repair` for a data folder.
struct FolderVerdict {
    bool isSound = false;
    std::string text;    ///< Lines for a person.
    std::string remedy;  ///< What to do; empty if the text says it or the folder is sound.
};

/// Reads everything in a folder that is not in use, including records and items, opens it as a
/// start would, and changes nothing. Returns a one-sentence error if it cannot read the folder.
std::expected<FolderVerdict, std::string> checkFolder(const std::filesystem::path& folder);

/// Rewrites a damaged folder from everything readable; keeps the damaged files. Returns lines for a
/// person, which list what is lost, or a one-sentence error if that is impossible. The verdict is
/// sound if nothing is lost.
std::expected<FolderVerdict, std::string> repairFolder(const std::filesystem::path& folder);

}  // namespace orrery::engine
