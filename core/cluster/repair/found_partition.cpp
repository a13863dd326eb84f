#include "core/cluster/repair/found_partition.h"

#include <algorithm>

#include "core/table/private_key.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {

bool EntrySums::add(std::string_view key, std::string_view stored, bool isItem) {
    const auto privateKey = table::parsePrivateKey(key);
    if (privateKey && privateKey->kind == table::PrivateKind::SourceCursor)
        return table::isWhole(key, stored);
    const auto item = table::decodeStored(key, stored);
    if (!item) return false;
    checksum += table::entryChecksum(key, stored.substr(item->attributesAt));
    newest = std::max(newest, item->header.lsn);
    newestStamp =
        std::max(newestStamp, static_cast<std::uint64_t>(item->header.stamp.sinceEpoch().count()));
    if (!isItem) return true;
    ++itemCount;
    itemBytes += item->header.itemBytes;
    return true;
}

bool EntrySums::agreesWith(const storage::TreeMark& mark) const {
    return itemCount == mark.itemCount && itemBytes == mark.itemBytes && checksum == mark.checksum;
}

}  // namespace orrery::cluster
