#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/environment.h"

namespace orrery::storage {

// How log.mdb and items.mdb know each other. Each keeps a mark in its database `counters`:
//
//   "pair" := id:16 bytes upper:uint64 lower:uint64
//
// The id is the folder's. The numbers count writes of the tree ("generations"):
//
//   in the log    upper  the last write of the tree that the log has allowed
//                 lower  the last one that is known to have ended
//   in the items  upper  the last one that began
//                 lower  the last one that ended
//
// Files of one age satisfy log.lower <= items.lower and items.upper <= log.upper.
// core/decisions/0005-damage.md says why, for every kill and power cut.

struct PairMark {
    std::string id;
    std::uint64_t upper = 0;
    std::uint64_t lower = 0;
    bool operator==(const PairMark&) const = default;
};

inline constexpr std::size_t kPairIdBytes = 16;

/// An id that no other folder has.
std::string makePairId();

/// The key of the mark in `counters`, and its value; nothing if the value is damaged.
inline constexpr std::string_view kPairName = "pair";
std::optional<PairMark> decodePairMark(std::string_view bytes);

/// The mark of the file, or nothing: a folder of an earlier version has none.
StorageResult<std::optional<PairMark>> readPairMark(const Transaction& transaction,
                                                    Database counters);
StorageResult<void> writePairMark(WriteTransaction& transaction, Database counters,
                                  const PairMark& mark);

enum class PairFit {
    Together,  ///< Also without marks, as an earlier version wrote them.
    LogWithoutMark,
    TwoFolders,
    OlderItems,
    OlderLog
};
/// How the files with these marks fit together.
PairFit pairFit(const std::optional<PairMark>& log, const std::optional<PairMark>& items);

/// Refuses two files that do not belong together, in one sentence that says what to do. Files
/// without marks pass here.
StorageResult<void> checkPair(const std::filesystem::path& folder,
                              const std::optional<PairMark>& log,
                              const std::optional<PairMark>& items);

/// "The data folder X …; restore log.mdb and items.mdb together …".
StorageError pairError(const std::filesystem::path& folder, const std::string& what);

}  // namespace orrery::storage
