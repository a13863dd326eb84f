#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/cluster/global/lost_runs.h"

namespace orrery::cluster {

/// Identifies a conflict, and orders the conflicts of a table by the time of the lost write.
struct ConflictId {
    CalendarTime lostAt;  ///< The commit timestamp of the newest lost write.
    GroupId group{};      ///< The partition that lost it, and the record that replaced it there.
    Lsn lsn{};
    auto operator<=>(const ConflictId&) const = default;

    /// "18b1…-3-5f": three hexadecimal numbers, in the order of the ids.
    std::string text() const;
    static std::optional<ConflictId> parse(std::string_view text);
};

/// One of the two versions of an item between which a conflict was decided.
struct ConflictSide {
    CalendarTime version;      ///< By the clock of the Region that wrote it.
    std::string region;        ///< That Region.
    CalendarTime committedAt;  ///< There, by the world's calendar.
    Duration clockOffset{};    ///< How far that clock was ahead of the calendar.
    /// The encoded item. Absent for a deletion, and if it is too large to be kept.
    std::optional<std::string> image;
    bool isTooLarge = false;
    bool operator==(const ConflictSide&) const = default;
};

/// Writes of an item that clients were told of and that no Region has any more, because a version
/// that did not know of them was later. It is kept by the replica that made the lost writes.
struct Conflict {
    ConflictId id;
    std::string key;       ///< The storage key.
    std::string keyImage;  ///< The key attributes, as an encoded item.
    LostRun run;           ///< The lost writes; the last of them is from `id.lostAt`.
    ConflictSide lost;     ///< What the last of them left, or what was made of it.
    ConflictSide winner;
    CalendarTime foundAt;  ///< When the winner arrived.
    bool operator==(const Conflict&) const = default;
};

/// Conflicts of a replica that are no longer kept.
struct ForgottenConflicts {
    std::uint64_t count = 0;
    CalendarTime before;  ///< None of them lost a write later than this.
};

/// Lost writes that no conflict lists.
struct UnlistedRun {
    std::string key;  ///< The storage key.
    LostRun run;
    bool operator==(const UnlistedRun&) const = default;
};

// A conflict is kept in two values of the store, so that a start reads the small one alone.
//
//   value "conflict/<space>/<id>" := version:uint8(2) key:sized keyImage:sized run lost:side
//                                    winner:side foundAt:uint64 imageBytes:varint
//   run   := before:write parent:write lastNumber:varint   // the last one's time is in the id
//   write := at:uint64 number:varint
//   side  := version:uint64 region:sized committedAt:uint64 offset:uint64 tooLarge:uint8
//   value "conflict-items/<space>/<id>" := version:uint8(1) lost:image winner:image
//   image := 0:uint8 | 1:uint8 item:sized
//   value "conflict-run/<space>/<id>" := version:uint8(1) key:sized run
//   value "conflicts-forgotten/<space>" := version:uint8(1) count:varint before:uint64
//
// Version 1 of a conflict has after:uint64 lastNumber:varint count:varint in place of the run: it
// took `before` and `parent` for one. Times are nanoseconds since 1970.

inline constexpr std::string_view kConflictPrefix = "conflict/";
inline constexpr std::string_view kConflictItemsPrefix = "conflict-items/";
inline constexpr std::string_view kConflictRunPrefix = "conflict-run/";
inline constexpr std::string_view kConflictsForgottenPrefix = "conflicts-forgotten/";

/// Without the images, whose size is `imageBytes`.
std::string encodeConflict(const Conflict& conflict, std::uint64_t imageBytes);
struct StoredConflict {
    Conflict conflict;
    std::uint64_t imageBytes = 0;
};
/// Nothing if the bytes are corrupt or of a later version.
std::optional<StoredConflict> decodeConflict(const ConflictId& id, std::string_view bytes);

std::string encodeConflictItems(const Conflict& conflict);
/// Adds the images. False if the bytes are corrupt or of a later version.
bool decodeConflictItems(std::string_view bytes, Conflict& conflict);

std::string encodeUnlistedRun(const UnlistedRun& run);
/// Nothing if the bytes are corrupt or of a later version.
std::optional<UnlistedRun> decodeUnlistedRun(const ConflictId& id, std::string_view bytes);

/// The size of both images.
std::uint64_t imageBytesOf(const Conflict& conflict);

}  // namespace orrery::cluster
