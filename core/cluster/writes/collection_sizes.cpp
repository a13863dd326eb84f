#include "core/cluster/writes/collection_sizes.h"

#include <algorithm>
#include <iterator>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/table/collection_size.h"
#include "core/table/private_key.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

// The entries that one step reads at most: some hundred microseconds.
constexpr std::size_t kStepEntriesMax = 500;
constexpr std::size_t kStepBytesMax = 1024 * 1024;
/// The maximum of counted sizes that no record has carried yet. A transaction of 100 actions needs
/// all of its sizes at once, and others may count meanwhile.
constexpr std::size_t kFinishedMax = 1000;

/// The start of the collection of `storageKey` in a key space of the same partition.
std::string prefixIn(KeySpaceId space, std::string_view storageKey) {
    return types::keySpaceBegin(space).append(
        storageKey.substr(types::kKeySpaceBytes, types::kHashBytes));
}

storage::StorageError damagedSize(const Group& group, ZoneIndex zone) {
    return damagedTree(group, zone, "The size of an item collection");
}

}  // namespace

bool CollectionSizes::Count::has(std::string_view key) const {
    const auto found = std::ranges::find_if(
        prefixes, [&](const std::string& one) { return key.starts_with(one); });
    CHECK(found != prefixes.end());
    const auto number = static_cast<std::size_t>(found - prefixes.begin());
    return number < prefix || (number == prefix && key < next);
}

bool CollectionSizes::isValid(const Count& count) const {
    if (count.isVoid) return false;
    const Group* group = m_world.findGroup(count.group);
    if (group == nullptr) return false;
    const auto& replica = group->member(count.zone).replica;
    return replica && replica->role() == replication::Role::Leader && replica->term() == count.term;
}

storage::StorageResult<std::optional<table::CollectionSize>> CollectionSizes::find(
    const Group& group, ZoneIndex zone, std::string_view storageKey, bool itemExists) const {
    using Found = std::optional<table::CollectionSize>;
    const std::string sizeKey = table::collectionSizeKey(group.id, storageKey);
    SharedBytes stored;
    if (const auto inTail = group.tail.find(sizeKey); inTail != group.tail.end()) {
        stored = inTail->second.stored;
        if (!stored) return Found(table::CollectionSize{});  // The tail has emptied the collection.
    } else {
        TRY_ASSIGN(stored, m_world.store.get(volumeOf(group.region, zone), sizeKey));
    }
    if (stored) {
        const auto bytes = table::decodeCollectionSize(sizeKey, stored);
        if (!bytes) return std::unexpected(damagedSize(group, zone));
        return Found(table::CollectionSize{*bytes, false});
    }
    const auto count = m_counts.find(sizeKey);
    if (count != m_counts.end() && count->second.atEnd() && isValid(count->second))
        return Found(table::CollectionSize{count->second.bytes, true});
    if (itemExists) return Found();
    TRY_ASSIGN(const bool empty, isEmpty(group, zone, storageKey));
    return empty ? Found(table::CollectionSize{}) : Found();
}

storage::StorageResult<bool> CollectionSizes::isEmpty(const Group& group, ZoneIndex zone,
                                                      std::string_view storageKey) const {
    const std::string prefix = prefixIn(group.space, storageKey);
    for (auto inTail = group.tail.lower_bound(prefix);
         inTail != group.tail.end() && inTail->first.starts_with(prefix); ++inTail) {
        if (inTail->second.stored) return false;
    }
    bool empty = true;
    TRY(m_world.store.scan(volumeOf(group.region, zone), prefix, types::prefixEnd(prefix),
                           storage::ScanDirection::Forward,
                           [&](std::string_view key, std::string_view) {
                               // Keys of the tree that are also in the tail have been deleted
                               // there.
                               empty = group.tail.contains(key);
                               return empty ? storage::ScanStep::Continue : storage::ScanStep::Stop;
                           }));
    return empty;
}

void CollectionSizes::count(const Group& group, std::string_view storageKey, ParkedOp waiting) {
    const ZoneIndex zone = waiting.zone;
    const std::string sizeKey = table::collectionSizeKey(group.id, storageKey);
    const auto [found, isNew] = m_counts.try_emplace(sizeKey);
    Count& count = found->second;
    count.waiting.push_back(std::move(waiting));
    const bool isQueued = !isNew && !count.atEnd();
    if (isQueued && isValid(count)) return;
    count.group = group.id;
    count.zone = zone;
    count.term = group.member(zone).replica->term();
    count.prefixes = {prefixIn(group.space, storageKey)};
    for (const table::IndexDefinition& index : group.schema->localIndexes)
        count.prefixes.push_back(prefixIn(index.space, storageKey));
    count.prefix = 0;
    count.next = count.prefixes.front();
    count.bytes = 0;
    count.isVoid = false;
    if (!isQueued) queueStep(group.id, sizeKey);
}

void CollectionSizes::queueStep(GroupId group, const std::string& sizeKey) {
    m_world.queue.add(m_world.now, CollectionCountStep{group, sizeKey});
}

void CollectionSizes::noteWrite(const Group& group, const table::LogRecord& record,
                                const table::LocalIndexChanges& localIndexes) {
    if (m_counts.empty()) return;
    const auto found = m_counts.find(table::collectionSizeKey(group.id, record.key));
    if (found == m_counts.end() || !isValid(found->second)) return;
    Count& count = found->second;
    if (record.collection) {
        // From this record on, the log carries the size. Waiting requests are retried after the
        // next step.
        count.isVoid = true;
        if (count.atEnd()) m_counts.erase(found);
        return;
    }
    if (record.oldItem && count.has(record.key)) count.bytes -= record.oldItem->itemBytes;
    if (record.newImage && count.has(record.key)) count.bytes += record.newItemBytes;
    for (const auto& [before, after] : localIndexes) {
        if (before && count.has(before->key)) count.bytes -= before->itemBytes;
        if (after && count.has(after->key)) count.bytes += after->itemBytes;
    }
}

std::vector<ParkedOp> CollectionSizes::on(const CollectionCountStep& step) {
    const auto found = m_counts.find(step.sizeKey);
    if (found == m_counts.end()) return {};
    Count& count = found->second;
    if (!isValid(count)) {
        std::vector<ParkedOp> waiting = std::move(count.waiting);
        m_counts.erase(found);
        return waiting;
    }
    if (const auto counted = countSome(*m_world.findGroup(count.group), count); !counted) {
        // Waiting requests are refused, as all writes are now.
        m_world.reportDamage(counted.error());
        std::vector<ParkedOp> waiting = std::move(count.waiting);
        m_counts.erase(found);
        return waiting;
    }
    if (!count.atEnd()) {
        queueStep(count.group, step.sizeKey);
        return {};
    }
    std::vector<ParkedOp> waiting = std::exchange(count.waiting, {});
    noteFinished(found->first, count);
    return waiting;
}

// The next write puts a counted size into the log. Without one, the size is not kept forever.
void CollectionSizes::noteFinished(const std::string& sizeKey, Count& count) {
    count.finished = ++m_finishedCount;
    m_finished.emplace_back(count.finished, sizeKey);
    if (m_finished.size() <= kFinishedMax) return;
    const auto [number, oldest] = std::move(m_finished.front());
    m_finished.pop_front();
    const auto found = m_counts.find(oldest);
    const bool isLeft =
        found != m_counts.end() && found->second.atEnd() && found->second.finished == number;
    if (isLeft) m_counts.erase(found);
}

storage::StorageResult<void> CollectionSizes::countSome(const Group& group, Count& count) {
    const std::string from = count.next;
    const std::string end = types::prefixEnd(count.prefixes[count.prefix]);
    std::size_t entries = 0;
    std::size_t bytes = 0;
    bool isDamaged = false;
    const auto add = [&](std::string_view key, std::string_view image) {
        const auto stored = table::decodeStored(key, image);
        isDamaged = isDamaged || !stored;
        if (stored) count.bytes += stored->header.itemBytes;
        bytes += image.size();
        ++entries;
    };
    bool isCut = false;
    TRY(m_world.store.scan(
        volumeOf(group.region, count.zone), from, end, storage::ScanDirection::Forward,
        [&](std::string_view key, std::string_view image) {
            isCut = entries >= kStepEntriesMax || bytes >= kStepBytesMax;
            if (isCut) return storage::ScanStep::Stop;
            count.next.assign(key).push_back('\0');
            // The tail's version is counted below.
            if (!group.tail.contains(key)) add(key, image);
            return isDamaged ? storage::ScanStep::Stop : storage::ScanStep::Continue;
        }));
    if (!isCut) count.next = end;
    for (auto inTail = group.tail.lower_bound(from);
         inTail != group.tail.end() && inTail->first < count.next; ++inTail) {
        if (inTail->second.stored) add(inTail->first, *inTail->second.stored);
    }
    if (isDamaged) return std::unexpected(damagedTree(group, count.zone, "An item"));
    if (!isCut && ++count.prefix < count.prefixes.size()) count.next = count.prefixes[count.prefix];
    return {};
}

std::vector<ParkedOp> CollectionSizes::moved(const Group& group) {
    std::vector<ParkedOp> waiting;
    if (m_counts.empty()) return waiting;
    auto count = m_counts.lower_bound(table::privateKeysBegin(group.id));
    while (count != m_counts.end() && count->second.group == group.id) {
        if (isValid(count->second)) {
            ++count;
            continue;
        }
        std::ranges::move(count->second.waiting, std::back_inserter(waiting));
        count = m_counts.erase(count);
    }
    return waiting;
}

}  // namespace orrery::cluster
