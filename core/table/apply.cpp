#include "core/table/apply.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/table/stored_item.h"

namespace orrery::table {
namespace {

StoredHeader headerOf(const LogRecord& record, Lsn lsn, std::uint32_t itemBytes) {
    StoredHeader header;
    header.lsn = lsn;
    header.committedAt = record.committedAt;
    header.stamp = record.stamp.value_or(record.committedAt);
    header.itemBytes = itemBytes;
    return header;
}

// A local index lives in the partition of its items: the entries change with them.
void applyLocalIndex(const LogRecord& record, Lsn lsn, const IndexDefinition& index,
                     const types::KeySchema& keys, AppliedRecord& out) {
    const auto before = indexEntryOf(record.oldImage, index, keys);
    const auto after = indexEntryOf(record.newImage, index, keys);
    if (before == after) return;
    if (before) {
        out.checksumDelta -= entryChecksum(before->key, before->attributes);
        if (!after || after->key != before->key) out.changes.push_back({before->key, nullptr});
    }
    if (after) {
        out.checksumDelta += entryChecksum(after->key, after->attributes);
        out.changes.push_back(
            {after->key, encodeStored(headerOf(record, lsn, after->itemBytes), after->attributes)});
    }
}

void applyItem(const LogRecord& record, Lsn lsn, AppliedRecord& out) {
    if (record.oldItem) {
        --out.itemCountDelta;
        out.itemBytesDelta -= record.oldItem->itemBytes;
        out.checksumDelta -= record.oldItem->checksum;
    }
    if (record.newImage) {
        ++out.itemCountDelta;
        out.itemBytesDelta += record.newItemBytes;
        out.checksumDelta += entryChecksum(record.key, *record.newImage);
        out.changes.push_back({record.key, encodeStored(headerOf(record, lsn, record.newItemBytes),
                                                        *record.newImage)});
    } else {
        out.deletedStamp = static_cast<std::uint64_t>(
            record.stamp.value_or(record.committedAt).sinceEpoch().count());
        out.changes.push_back({record.key, nullptr});
    }
}

void applySource(const RecordSource& source, GroupId group, AppliedRecord& out) {
    std::string cursor;
    ByteWriter(cursor).u64(source.lsn.value());
    out.changes.push_back({sourceCursorKey(group, source.group), share(std::move(cursor))});
}

}  // namespace

AppliedRecord applyRecord(const LogRecord& record, Lsn lsn, const ApplySchema& schema) {
    AppliedRecord out;
    out.committedAt = record.committedAt;
    switch (record.kind) {
        case RecordKind::Put:
        case RecordKind::Delete:
            applyItem(record, lsn, out);
            for (const IndexDefinition& index : schema.localIndexes)
                applyLocalIndex(record, lsn, index, schema.keys, out);
            break;
        case RecordKind::IndexPut:
        case RecordKind::IndexDelete:
            applyItem(record, lsn, out);
            if (record.source) applySource(*record.source, schema.group, out);
            break;
        case RecordKind::NoOp:
        case RecordKind::TransactionPrepare:
        case RecordKind::TransactionCommit:
        case RecordKind::TransactionCancel:
        case RecordKind::Configuration:
            break;
    }
    return out;
}

void advance(storage::TreeMark& mark, const AppliedRecord& applied, Lsn lsn) {
    CHECK(lsn == mark.applied.next());
    mark.applied = lsn;
    mark.itemCount += applied.itemCountDelta;
    mark.itemBytes += applied.itemBytesDelta;
    mark.checksum += applied.checksumDelta;
    mark.deletedStampMax = std::max(mark.deletedStampMax, applied.deletedStamp);
}

std::string sourceCursorKey(GroupId indexGroup, GroupId base) {
    std::string key;
    ByteWriter out(key);
    out.u32(0);  // No table has key space 0.
    out.u64(indexGroup.value());
    out.u64(base.value());
    return key;
}

Lsn sourceCursor(const SharedBytes& stored) {
    if (!stored) return Lsn{};
    return Lsn(ByteReader(*stored).u64());
}

}  // namespace orrery::table
