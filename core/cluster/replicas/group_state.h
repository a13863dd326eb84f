#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/replication/durable_state.h"

namespace orrery::cluster {

// The names of readers (GroupLog::readers).

/// Sends changes to global indexes.
inline constexpr std::string_view kIndexReader = "index";
/// Moves the records of a table with a stream to the archive.
inline constexpr std::string_view kStreamReader = "stream";
/// Sends changes to another replica of a global table; its key space follows.
inline constexpr std::string_view kReplicaReaderPrefix = "replica/";

/// The saved state of a group, as one value: its parts change together, so one write per turn saves
/// them.
struct GroupState {
    std::array<replication::DurableState, kZonesPerRegion> replicas;
    /// At least that of every record in the replica's tree; absent in version 1.
    std::optional<std::array<CalendarTime, kZonesPerRegion>> lastCommitTimestamps;
    /// The size of the committed records that each replica has not applied.
    std::array<std::uint64_t, kZonesPerRegion> lackedBytes{};
    std::map<std::string, Lsn, std::less<>> readers;  ///< See Group.
};

std::string encodeGroupState(const GroupState& state);

/// Nothing if the bytes are corrupt or of a later version.
std::optional<GroupState> decodeGroupState(std::string_view bytes);
/// True if a later version wrote the bytes.
bool isNewerGroupState(std::string_view bytes);

}  // namespace orrery::cluster
