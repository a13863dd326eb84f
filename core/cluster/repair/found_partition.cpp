#include "core/cluster/repair/found_partition.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {

bool EntrySums::add(const FoundPartition& partition, std::string_view key,
                    std::string_view stored) {
    const auto privateKey = table::parsePrivateKey(key);
    if (privateKey && privateKey->kind == table::PrivateKind::SourceCursor)
        return table::isWhole(key, stored);
    const auto item = table::decodeStored(key, stored);
    if (!item) return false;
    checksum += table::entryChecksum(key, stored.substr(item->attributesAt));
    newest = std::max(newest, item->header.lsn);
    newestStamp =
        std::max(newestStamp, static_cast<std::uint64_t>(item->header.stamp.sinceEpoch().count()));
    const auto& indexes = partition.schema.localIndexes;
    localIndexes.resize(indexes.size());
    if (storage::contains({partition.items}, key)) {
        ++itemCount;
        itemBytes += item->header.itemBytes;
        return true;
    }
    const KeySpaceId space(ByteReader(key).u32());
    const auto index = std::ranges::find(indexes, space, &table::IndexDefinition::space);
    if (index == indexes.end()) return true;
    storage::EntryCounts& counts = localIndexes[static_cast<std::size_t>(index - indexes.begin())];
    ++counts.count;
    counts.bytes += item->header.itemBytes;
    return true;
}

bool EntrySums::agreesWith(const storage::TreeMark& mark) const {
    return itemCount == mark.itemCount && itemBytes == mark.itemBytes && checksum == mark.checksum;
}

}  // namespace orrery::cluster
