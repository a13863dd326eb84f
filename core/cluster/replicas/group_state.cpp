#include "core/cluster/replicas/group_state.h"

#include <algorithm>

#include "core/base/bytes.h"

namespace orrery::cluster {

//   groupState := version:uint8 state:sized state:sized state:sized indexedUpTo:varint since2?
//   since2     := lastCommitTimestamp:uint64 lacked:varint lacked:varint lacked:varint
//                 readerCount:varint reader*
//   reader     := name:sized cursor:varint
//
// The three states are those of zones a, b and c, in replication's encoding. The timestamp is in
// nanoseconds. `lacked` is the size of the committed records that a replica has not applied.
// Version 1 ends before `since2` and is still read. The version covers the three states: a new one
// of replication's encoding raises this one too.

namespace {

constexpr std::uint8_t kVersion = 2;

}  // namespace

std::string encodeGroupState(const GroupState& state) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kVersion);
    for (const replication::DurableState& replica : state.replicas)
        out.sized(replica.encode());
    out.varint(state.indexedUpTo.value());
    const CalendarTime last = state.lastCommitTimestamp.value_or(CalendarTime());
    out.u64(static_cast<std::uint64_t>(last.sinceEpoch().count()));
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
    state.indexedUpTo = Lsn(in.varint());
    if (version > 1) {
        state.lastCommitTimestamp = CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
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
    if (state.indexedUpTo > replication::kLsnMax) return std::nullopt;
    if (!std::ranges::all_of(state.readers, isPossible)) return std::nullopt;
    return state;
}

bool isNewerGroupState(std::string_view bytes) {
    return ByteReader(bytes).u8() > kVersion;
}

}  // namespace orrery::cluster
