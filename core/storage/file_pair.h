#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/environment.h"

namespace orrery::storage {

// How log.mdb and items.mdb recognize each other. Each keeps a mark in its `counters` database:
//
//   "pair" := id:16 bytes upper:uint64 lower:uint64
//
// The id identifies the folder. The numbers count writes of the tree ("generations"):
//
//   in the log    upper  the last write that the log has allowed
//                 lower  the last write known to have ended
//   in the items  upper  the last write that began
//                 lower  the last write that ended
//
// Files of the same age satisfy log.lower <= items.lower and items.upper <= log.upper.
// core/decisions/0005-damage.md explains why, for every kill and power cut.

struct PairMark {
    std::string id;
    std::uint64_t upper = 0;
    std::uint64_t lower = 0;
    bool operator==(const PairMark&) const = default;
};

inline constexpr std::size_t kPairIdBytes = 16;

/// A new unique id.
std::string makePairId();

/// The key of the mark in `counters`. Decoding returns nothing if the value is corrupt.
inline constexpr std::string_view kPairName = "pair";
std::optional<PairMark> decodePairMark(std::string_view bytes);

/// The file's mark; nothing in a folder of an earlier version.
StorageResult<std::optional<PairMark>> readPairMark(const Transaction& transaction,
                                                    Database counters);
StorageResult<void> writePairMark(WriteTransaction& transaction, Database counters,
                                  const PairMark& mark);

enum class PairFit {
    Together,  ///< Or neither has a mark: an earlier version wrote them.
    LogWithoutMark,
    TwoFolders,
    OlderItems,
    OlderLog
};
/// How the files with these marks fit together.
PairFit pairFit(const std::optional<PairMark>& log, const std::optional<PairMark>& items);

/// Refuses two files that do not belong together; the error says what to do. Files without marks
/// pass.
StorageResult<void> checkPair(const std::filesystem::path& folder,
                              const std::optional<PairMark>& log,
                              const std::optional<PairMark>& items);

inline constexpr std::string_view kRestoreBoth =
    "restore log.mdb and items.mdb together from one backup, or choose another folder";

/// "The data folder X `what`; `remedy`."
StorageError pairError(const std::filesystem::path& folder, const std::string& what,
                       std::string_view remedy = kRestoreBoth);

}  // namespace orrery::storage
