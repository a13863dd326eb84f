#include "core/table/apply.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/crc32c.h"
#include "core/table/collection_size.h"
#include "core/table/expiry.h"
#include "core/table/prepared_item.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"

namespace orrery::table {
namespace {

StoredHeader headerOf(const LogRecord& record, Lsn lsn, std::uint32_t itemBytes) {
    StoredHeader header;
    header.lsn = lsn;
    header.committedAt = record.committedAt;
    header.stamp = record.stamp.value_or(record.committedAt);
    header.origin = record.originRegion;
    header.itemBytes = itemBytes;
    return header;
}

/// Of an item or a tombstone: only these have a version.
StoredHeader versionHeaderOf(const LogRecord& record, Lsn lsn, std::uint32_t itemBytes) {
    StoredHeader header = headerOf(record, lsn, itemBytes);
    header.version = record.version;
    header.heads = record.heads;
    return header;
}

// The entries of a local index live in the partition of their items and change together with them.
void applyLocalIndex(const LogRecord& record, Lsn lsn, const LocalIndexChange& change,
                     AppliedRecord& out) {
    const auto& [before, after] = change;
    storage::EntryCounts& delta = out.localIndexDeltas.emplace_back();
    if (before == after) return;
    delta.count = (after ? 1 : 0) - (before ? 1 : 0);
    delta.bytes =
        std::int64_t{after ? after->itemBytes : 0} - std::int64_t{before ? before->itemBytes : 0};
    if (before) {
        out.checksumDelta -= entryChecksum(before->key, before->attributes);
        if (!after || after->key != before->key) out.changes.push_back({before->key, nullptr});
    }
    if (after) {
        out.checksumDelta += entryChecksum(after->key, after->attributes);
        out.changes.push_back(
            {after->key,
             encodeStored(after->key, headerOf(record, lsn, after->itemBytes), after->attributes)});
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
        out.changes.push_back(
            {record.key, encodeStored(record.key, versionHeaderOf(record, lsn, record.newItemBytes),
                                      *record.newImage)});
    } else {
        out.deletedStamp = static_cast<std::uint64_t>(
            record.stamp.value_or(record.committedAt).sinceEpoch().count());
        // The check or the deletion of a missing item has a stamp, but nothing to erase.
        const bool isMissing = record.kind == RecordKind::TransactionCommit && !record.oldItem;
        if (!isMissing) out.changes.push_back({record.key, nullptr});
    }
}

// What a global table deletes leaves a tombstone with its version, so that an older write of
// another Region does not bring it back.
void applyTombstone(const LogRecord& record, Lsn lsn, const ApplySchema& schema,
                    AppliedRecord& out) {
    const bool leavesOne = record.version && changesItem(record) && !record.newImage;
    if (!record.hasTombstone && !leavesOne) return;
    std::string key = tombstoneKey(schema.group, record.key);
    const std::uint64_t checksum = entryChecksum(key, {});
    if (record.hasTombstone) out.checksumDelta -= checksum;
    if (leavesOne) out.checksumDelta += checksum;
    SharedBytes stored =
        leavesOne ? encodeStored(key, versionHeaderOf(record, lsn, 0), {}) : nullptr;
    out.changes.push_back({std::move(key), std::move(stored)});
}

// The prepared image of a retried prepare replaces the earlier one, whose checksum is in oldItem.
void applyPrepare(const LogRecord& record, Lsn lsn, const ApplySchema& schema, AppliedRecord& out) {
    const std::string key = preparedKey(schema.group, record.key);
    StoredHeader header = headerOf(record, lsn, record.newItemBytes);
    header.prepared = true;
    out.changes.push_back({key, encodePrepared(key, header, record)});
    out.checksumDelta += preparedChecksum(key, record);
    if (record.oldItem) out.checksumDelta -= record.oldItem->checksum;
}

void applyResolution(const LogRecord& record, const ApplySchema& schema, AppliedRecord& out) {
    std::string key = preparedKey(schema.group, record.key);
    out.checksumDelta -= preparedChecksum(key, record);
    out.changes.push_back({std::move(key), nullptr});
}

void applyCollectionSize(const LogRecord& record, Lsn lsn, const ApplySchema& schema,
                         const LocalIndexChanges& localIndexes, AppliedRecord& out) {
    if (!record.collection) return;
    const std::string key = collectionSizeKey(schema.group, record.key);
    const std::uint64_t after = record.collection->bytes;
    const auto delta = static_cast<std::uint64_t>(collectionDelta(record, localIndexes));
    const std::uint64_t before = record.collection->isFirst ? 0 : after - delta;
    out.checksumDelta += collectionSizeChecksum(key, after) - collectionSizeChecksum(key, before);
    out.changes.push_back({key, encodeCollectionSize(key, headerOf(record, lsn, 0), after)});
}

void applyExpiry(const LogRecord& record, Lsn lsn, const ApplySchema& schema, AppliedRecord& out) {
    if (record.oldExpiry) {
        std::string key = expiryKey(schema.group, *record.oldExpiry, record.key);
        out.checksumDelta -= expiryChecksum(key);
        out.changes.push_back({std::move(key), nullptr});
    }
    if (record.newExpiry) {
        std::string key = expiryKey(schema.group, *record.newExpiry, record.key);
        out.checksumDelta += expiryChecksum(key);
        SharedBytes entry = encodeExpiry(key, headerOf(record, lsn, 0));
        out.changes.push_back({std::move(key), std::move(entry)});
    }
}

// cursor := lsn:uint64 crc32c:uint32   // the CRC covers the key and the LSN
//
// Version 1 has no CRC.
constexpr std::size_t kLsnBytes = 8;

void applySource(const RecordSource& source, GroupId group, AppliedRecord& out) {
    std::string key = sourceCursorKey(group, source.group);
    std::string cursor;
    ByteWriter writer(cursor);
    writer.u64(source.lsn.value());
    writer.u32(crc32c(cursor, crc32c(key)));
    out.changes.push_back({std::move(key), share(std::move(cursor))});
}

}  // namespace

LocalIndexChanges localIndexChanges(const LogRecord& record, const ApplySchema& schema) {
    LocalIndexChanges changes;
    if (!changesItem(record)) return changes;
    changes.reserve(schema.localIndexes.size());
    for (const IndexDefinition& index : schema.localIndexes)
        changes.push_back({indexEntryOf(record.oldImage, index, schema.keys),
                           indexEntryOf(record.newImage, index, schema.keys)});
    return changes;
}

std::int64_t collectionDelta(const LogRecord& record, const LocalIndexChanges& localIndexes) {
    std::int64_t delta = 0;
    if (record.oldItem) delta -= record.oldItem->itemBytes;
    if (record.newImage) delta += record.newItemBytes;
    for (const auto& [before, after] : localIndexes) {
        if (before) delta -= before->itemBytes;
        if (after) delta += after->itemBytes;
    }
    return delta;
}

AppliedRecord applyRecord(const LogRecord& record, Lsn lsn, const ApplySchema& schema) {
    return applyRecord(record, lsn, schema, localIndexChanges(record, schema));
}

AppliedRecord applyRecord(const LogRecord& record, Lsn lsn, const ApplySchema& schema,
                          const LocalIndexChanges& localIndexes) {
    AppliedRecord out;
    out.committedAt = record.committedAt;
    switch (record.kind) {
        case RecordKind::Put:
        case RecordKind::Delete:
            applyItem(record, lsn, out);
            for (const LocalIndexChange& change : localIndexes)
                applyLocalIndex(record, lsn, change, out);
            applyCollectionSize(record, lsn, schema, localIndexes, out);
            break;
        case RecordKind::IndexPut:
        case RecordKind::IndexDelete:
            applyItem(record, lsn, out);
            break;
        case RecordKind::TransactionPrepare:
            applyPrepare(record, lsn, schema, out);
            break;
        case RecordKind::TransactionCommit:
            applyItem(record, lsn, out);
            for (const LocalIndexChange& change : localIndexes)
                applyLocalIndex(record, lsn, change, out);
            applyCollectionSize(record, lsn, schema, localIndexes, out);
            applyResolution(record, schema, out);
            break;
        case RecordKind::TransactionCancel:
            applyResolution(record, schema, out);
            break;
        case RecordKind::NoOp:
        case RecordKind::Configuration:
        case RecordKind::Expiry:
        case RecordKind::ForgetTombstone:
            break;
    }
    applyTombstone(record, lsn, schema, out);
    applyExpiry(record, lsn, schema, out);
    if (record.source) applySource(*record.source, schema.group, out);
    return out;
}

namespace {

// Format 4 did not count the entries of local indexes. They are known again once there is no item.
void countLocalIndexes(storage::TreeMark& mark, const AppliedRecord& applied) {
    const auto& deltas = applied.localIndexDeltas;
    if (deltas.empty()) return;
    if (mark.localIndexes.empty() && mark.itemCount == 0) mark.localIndexes.resize(deltas.size());
    if (mark.localIndexes.empty()) return;
    CHECK(mark.localIndexes.size() == deltas.size());
    for (std::size_t i = 0; i < deltas.size(); ++i) {
        mark.localIndexes[i].count += deltas[i].count;
        mark.localIndexes[i].bytes += deltas[i].bytes;
    }
}

}  // namespace

void advance(storage::TreeMark& mark, const AppliedRecord& applied, Lsn lsn) {
    CHECK(lsn == mark.applied.next());
    countLocalIndexes(mark, applied);
    mark.applied = lsn;
    mark.itemCount += applied.itemCountDelta;
    mark.itemBytes += applied.itemBytesDelta;
    mark.checksum += applied.checksumDelta;
    mark.deletedStampMax = std::max(mark.deletedStampMax, applied.deletedStamp);
}

std::string sourceCursorKey(GroupId indexGroup, GroupId base) {
    std::string rest;
    ByteWriter(rest).u64(base.value());
    CHECK(rest.front() == '\0');  // The kind takes the place of this byte; version 1 had 0 there.
    return privateKey(indexGroup, PrivateKind::SourceCursor, std::string_view(rest).substr(1));
}

namespace {

std::optional<Lsn> decodeCursor(std::string_view cursorKey, std::string_view stored) {
    ByteReader in(stored);
    const Lsn lsn(in.u64());
    if (!in.ok()) return std::nullopt;
    if (in.atEnd()) return lsn;
    const std::uint32_t crc = crc32c(stored.substr(0, kLsnBytes), crc32c(cursorKey));
    if (in.u32() != crc || !in.ok() || !in.atEnd()) return std::nullopt;
    return lsn;
}

}  // namespace

std::optional<Lsn> sourceCursor(std::string_view cursorKey, const SharedBytes& stored) {
    return stored ? decodeCursor(cursorKey, *stored) : Lsn{};
}

bool isWhole(std::string_view key, std::string_view stored) {
    const auto privateKey = parsePrivateKey(key);
    const bool isCursor = privateKey && privateKey->kind == PrivateKind::SourceCursor;
    return isCursor ? decodeCursor(key, stored).has_value() : decodeStored(key, stored).has_value();
}

}  // namespace orrery::table
