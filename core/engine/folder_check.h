#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace orrery::engine {

/// What `orreryd check` says of a data folder.
struct FolderVerdict {
    bool isSound = false;
    std::string text;  ///< Lines for a person.
};

/// Reads all of a folder that nobody uses, records and items included, and changes nothing. An
/// error, in one sentence, if it cannot be looked at.
std::expected<FolderVerdict, std::string> checkFolder(const std::filesystem::path& folder);

/// Writes a damaged folder anew from all that can be read of it; the damaged files are kept. Lines
/// for a person, which say what is lost; an error, in one sentence, where that is not possible.
std::expected<std::string, std::string> repairFolder(const std::filesystem::path& folder);

}  // namespace orrery::engine
