#include "core/cluster/tables/stored_table.h"

#include <utility>

#include "core/base/bytes.h"

namespace orrery::cluster {

std::optional<StoredTable> decodeStoredTable(std::string_view bytes) {
    ByteReader in(bytes);
    auto table = decodeTable(in.sized());
    if (!table) return std::nullopt;
    StoredTable stored{std::move(*table), {}};
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        StoredPartition partition;
        partition.group = GroupId(in.varint());
        partition.space = KeySpaceId(static_cast<std::uint32_t>(in.varint()));
        partition.begin = in.sized();
        partition.end = in.sized();
        partition.appointed = ZoneIndex(static_cast<std::uint8_t>(in.u8() % kZonesPerRegion));
        stored.partitions.push_back(std::move(partition));
    }
    if (!in.ok()) return std::nullopt;
    return stored;
}

}  // namespace orrery::cluster
