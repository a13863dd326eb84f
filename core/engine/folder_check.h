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

/// Has items.mdb rebuilt from a log that is sound and whole by the next start; the damaged file is
/// kept. Lines for a person; an error, in one sentence, where that is not possible.
std::expected<std::string, std::string> repairFolder(const std::filesystem::path& folder);

}  // namespace orrery::engine
