#include "core/cluster/replicas/group_state.h"

#include <algorithm>

#include "core/base/bytes.h"

namespace orrery::cluster {

//   groupState := version:uint8 state:sized state:sized state:sized
//                 newest:uint64 older:varint older:varint older:varint
//                 lacked:varint lacked:varint lacked:varint readerCount:varint reader*
//   reader     := name:sized cursor:varint
//
// The three states are those of zones a, b and c, in replication's encoding. `newest` is the latest
// of their last commit timestamps, in nanoseconds, and `older` the difference to a replica's own.
// `lacked` is the size of the committed records that a replica has not applied.
//
// Earlier versions are still read. Version 2 has `indexedUpTo:varint newest:uint64` in place of the
// timestamps: the cursor of the global indexes, 0 without any, and one timestamp for all replicas.
// Version 1 ends after `indexedUpTo`.
//
// The version covers the three states: a new one of replication's encoding raises this one too.

namespace {

constexpr std::uint8_t kVersion = 3;
constexpr std::uint8_t kPerReplica = 3;  // The first with a timestamp for each replica.

using Timestamps = std::array<CalendarTime, kZonesPerRegion>;

void writeTimestamps(ByteWriter& out, const Timestamps& timestamps) {
    const CalendarTime newest = std::ranges::max(timestamps);
    out.u64(static_cast<std::uint64_t>(newest.sinceEpoch().count()));
    for (const CalendarTime one : timestamps)
        out.varint(static_cast<std::uint64_t>((newest.sinceEpoch() - one.sinceEpoch()).count()));
}

Timestamps readTimestamps(ByteReader& in, std::uint8_t version) {
    const std::uint64_t newest = in.u64();
    Timestamps timestamps;
    for (CalendarTime& one : timestamps) {
        const std::uint64_t older = version < kPerReplica ? 0 : in.varint();
        one = CalendarTime(Duration(static_cast<std::int64_t>(newest - std::min(newest, older))));
    }
    return timestamps;
}

}  // namespace

std::string encodeGroupState(const GroupState& state) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kVersion);
    for (const replication::DurableState& replica : state.replicas)
        out.sized(replica.encode());
    writeTimestamps(out, state.lastCommitTimestamps.value_or(Timestamps()));
    for (const std::uint64_t lacked : state.lackedBytes)
        out.varint(lacked);
    out.varint(state.readers.size());
    for (const auto& [name, cursor] : state.readers) {
        out.sized(name);
        out.varint(cursor.value());
    }
    return bytes;
}

std::optional<GroupState> decodeGroupState(std::string_view bytes) {
    ByteReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version == 0 || version > kVersion) return std::nullopt;
    GroupState state;
    for (replication::DurableState& replica : state.replicas) {
        auto decoded = replication::DurableState::decode(in.sized());
        if (!decoded) return std::nullopt;
        replica = std::move(*decoded);
    }
    const Lsn indexedUpTo(version < kPerReplica ? in.varint() : 0);
    if (indexedUpTo > Lsn{}) state.readers.emplace(kIndexReader, indexedUpTo);
    if (version > 1) {
        state.lastCommitTimestamps = readTimestamps(in, version);
        for (std::uint64_t& lacked : state.lackedBytes)
            lacked = in.varint();
        for (std::uint64_t left = in.varint(); in.ok() && left > 0; --left) {
            std::string name(in.sized());
            state.readers.insert_or_assign(std::move(name), Lsn(in.varint()));
        }
    }
    const auto isPossible = [](const auto& reader) {
        return reader.second <= replication::kLsnMax;
    };
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    if (!std::ranges::all_of(state.readers, isPossible)) return std::nullopt;
    return state;
}

bool isNewerGroupState(std::string_view bytes) {
    return ByteReader(bytes).u8() > kVersion;
}

}  // namespace orrery::cluster
