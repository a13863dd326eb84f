#include "core/cluster/repair/local_indexes.h"

#include "core/base/result.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {
namespace {

constexpr std::size_t kBatch = 1000;

/// The next keys of a range, with their images. Moves the start of the range past them.
storage::StorageResult<std::vector<std::pair<std::string, std::string>>> takeBatch(
    const storage::Store& store, VolumeId volume, storage::KeyRange& range) {
    std::vector<std::pair<std::string, std::string>> batch;
    TRY(store.scan(volume, range.begin, range.end, storage::ScanDirection::Forward,
                   [&](std::string_view key, std::string_view stored) {
                       batch.emplace_back(key, stored);
                       return batch.size() < kBatch ? storage::ScanStep::Continue
                                                    : storage::ScanStep::Stop;
                   }));
    if (!batch.empty()) range.begin = batch.back().first + '\0';
    return batch;
}

storage::StorageResult<void> eraseKeys(const storage::Store& store, StoreFiller& filler,
                                       const FoundPartition& partition,
                                       const storage::KeyRange& range) {
    storage::KeyRange left = range;
    while (true) {
        TRY_ASSIGN(const auto batch, takeBatch(store, partition.volume(0), left));
        for (const auto& [key, stored] : batch) {
            const auto privateKey = table::parsePrivateKey(key);
            const bool isMadeAnew =
                !privateKey || privateKey->kind == table::PrivateKind::CollectionSize;
            if (isMadeAnew) TRY(filler.apply(partition, {key, nullptr}));
        }
        if (batch.size() < kBatch) return {};
    }
}

storage::StorageResult<void> addLocalEntries(const storage::Store& store, StoreFiller& filler,
                                             const FoundPartition& partition) {
    storage::KeyRange left = partition.items;
    while (true) {
        TRY_ASSIGN(const auto batch, takeBatch(store, partition.volume(0), left));
        for (const auto& [key, stored] : batch) {
            const auto item = table::decodeStored(key, stored);
            if (!item) continue;
            const std::string_view attributes = std::string_view(stored).substr(item->attributesAt);
            for (const table::IndexDefinition& index : partition.schema.localIndexes) {
                const auto entry =
                    table::indexEntryOf(std::optional(attributes), index, partition.schema.keys);
                if (!entry) continue;
                table::StoredHeader header = item->header;
                header.itemBytes = entry->itemBytes;
                TRY(filler.apply(partition, {entry->key, table::encodeStored(entry->key, header,
                                                                             entry->attributes)}));
            }
        }
        if (batch.size() < kBatch) return {};
    }
}

}  // namespace

storage::StorageResult<void> rebuildLocalIndexes(const storage::Store& store, StoreFiller& filler,
                                                 const FoundPartition& partition) {
    if (partition.schema.localIndexes.empty()) return {};
    for (const storage::KeyRange& range : partition.bounds) {
        if (range.begin != partition.items.begin) TRY(eraseKeys(store, filler, partition, range));
    }
    return addLocalEntries(store, filler, partition);
}

}  // namespace orrery::cluster
