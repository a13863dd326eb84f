#include "core/cluster/streams/stream_entry.h"

#include "core/table/stored_item.h"
#include "core/types/attribute_value.h"
#include "core/types/item_codec.h"
#include "core/types/item_size.h"

namespace orrery::cluster {
namespace {

// Equal items have equal encodings, so equal checksums; the image itself need not be in the log.
bool leavesItem(const table::LogRecord& record) {
    if (!record.oldItem || !record.newImage) return !record.oldItem && !record.newImage;
    return record.oldItem->itemBytes == record.newItemBytes &&
           record.oldItem->checksum == table::entryChecksum(record.key, *record.newImage);
}

std::uint64_t keyBytes(const StreamDescription& stream, const StreamEntry& entry) {
    const std::optional<std::string>& image = entry.newImage ? entry.newImage : entry.oldImage;
    if (!image) return 0;
    const types::EncodedItem item(*image);
    std::uint64_t bytes = 0;
    const auto add = [&](const types::KeyAttribute& attribute) {
        const auto value = item.find(attribute.name);
        if (value) bytes += attribute.name.size() + types::attributeBytes(*value);
    };
    add(stream.keys.partition);
    if (stream.keys.sort) add(*stream.keys.sort);
    return bytes;
}

}  // namespace

std::optional<StreamEntry> streamEntryOf(const StreamDescription& stream, Lsn lsn,
                                         const table::LogRecord& record, PlantedBug bug) {
    if (record.space != stream.table || !table::changesItem(record)) return std::nullopt;
    if (leavesItem(record) && bug != PlantedBug::StreamShowsNoChange) return std::nullopt;
    StreamEntry entry;
    entry.lsn = lsn;
    entry.committedAt = record.committedAt;
    entry.isExpiry = record.cause == table::Cause::TimeToLive;
    entry.newImage = record.newImage;
    entry.oldImage = record.oldImage;
    entry.hadItem = record.oldItem.has_value();
    entry.newItemBytes = record.newItemBytes;
    entry.oldItemBytes = record.oldItem ? record.oldItem->itemBytes : 0;
    return entry;
}

std::uint64_t entryBytes(const StreamDescription& stream, const StreamEntry& entry) {
    std::uint64_t bytes = keyBytes(stream, entry);
    if (hasNewImage(stream.view)) bytes += entry.newItemBytes;
    if (hasOldImage(stream.view)) bytes += entry.oldItemBytes;
    return bytes;
}

}  // namespace orrery::cluster
