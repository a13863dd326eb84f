#include "core/cluster/replicas/group_state.h"

#include "core/base/bytes.h"

namespace orrery::cluster {

//   groupState := version:uint8(1) state:sized state:sized state:sized indexedUpTo:varint
//
// The three states are those of zones a, b and c, as replication writes them.

namespace {

constexpr std::uint8_t kVersion = 1;

}  // namespace

std::string encodeGroupState(const GroupState& state) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kVersion);
    for (const replication::DurableState& replica : state.replicas)
        out.sized(replica.encode());
    out.varint(state.indexedUpTo.value());
    return bytes;
}

std::optional<GroupState> decodeGroupState(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != kVersion) return std::nullopt;
    GroupState state;
    for (replication::DurableState& replica : state.replicas) {
        auto decoded = replication::DurableState::decode(in.sized());
        if (!decoded) return std::nullopt;
        replica = std::move(*decoded);
    }
    state.indexedUpTo = Lsn(in.varint());
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    return state;
}

}  // namespace orrery::cluster
