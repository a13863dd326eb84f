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

/// Writes a damaged folder anew from all that can be read of it; the damaged files are kept. Lines
/// for a person, which say what is lost; an error, in one sentence, where that is not possible.
std::expected<std::string, std::string> repairFolder(const std::filesystem::path& folder);

}  // namespace orrery::engine
