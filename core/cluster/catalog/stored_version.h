#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/storage/storage_error.h"
#include "core/storage/store.h"

namespace orrery::cluster {

/// No stored id of a group is greater. The memory of a world grows with the greatest.
inline constexpr GroupId kGroupIdMax{std::uint64_t{1} << 26};

/// The code of the error for a value of a later version: it is no damage, and a repair must not
/// drop it.
inline constexpr int kNewerVersion = ENOTSUP;

/// The error for a value that a later version wrote. `what` begins its sentence.
inline storage::StorageError newerValue(std::string_view what) {
    return {"decode a value", kNewerVersion, "",
            std::string(what) +
                " was written by a newer version of Orrery; open the data folder with that one."};
}

/// The error for a value that cannot be decoded. `what` begins its sentence: "The list of faults".
inline storage::StorageError corruptValue(std::string_view what) {
    return {"decode a value", EPROTO, "log.mdb",
            std::string(what) + " is corrupt in log.mdb; " +
                std::string(storage::kRestoreOrRepair) + "."};
}

/// Reads the version byte of a named value. Returns nothing if it is `known`, otherwise the error
/// for a value that cannot be read.
inline std::optional<storage::StorageError> refusedVersion(ByteReader& in, std::uint8_t known,
                                                           std::string_view what) {
    const std::uint8_t version = in.u8();
    if (in.ok() && version == known) return std::nullopt;
    const bool isNewer = in.ok() && version > known;
    return isNewer ? newerValue(what) : corruptValue(what);
}

/// The error for a value that begins with its version and that its decoder has refused.
inline storage::StorageError refusedValue(std::string_view value, std::uint8_t known,
                                          std::string_view what) {
    ByteReader in(value);
    return refusedVersion(in, known, what).value_or(corruptValue(what));
}

/// The first version of some values had no version byte. No such value begins with a 0, so from the
/// second on they begin with one, and their version follows. False for a value of version 1.
inline bool takeVersionMark(ByteReader& in, std::string_view value) {
    if (value.empty() || value.front() != '\0') return false;
    in.u8();
    return true;
}

}  // namespace orrery::cluster
