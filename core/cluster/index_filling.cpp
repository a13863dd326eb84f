#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/cluster/index_propagator.h"
#include "core/table/stored_item.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"

// Filling a new index with the items that were there before it. Items go through the same outboxes
// as changes, and a step first takes all records that its replica has applied, so that what an item
// was never arrives after what it became.

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kStepItemsMax = 100;
constexpr std::size_t kOutboxMax = 500;
constexpr Duration kWait = 20ms;

}  // namespace

void IndexPropagator::fill(const TableDescription& table, KeySpaceId index) {
    Filling& filling = m_fillings[index];
    filling.table = table.space;
    for (const GroupId base : m_world.partitions.ofSpace(table.space)) {
        const Group* group = m_world.findGroup(base);
        std::string begin;
        ByteWriter(begin).u32(table.space.value());
        filling.nextKey[base] = begin + group->begin;
        m_world.queue.add(m_world.now, BackfillStep{table.space, base, index});
    }
}

void IndexPropagator::on(const BackfillStep& step) {
    const auto filling = m_fillings.find(step.index);
    Group* base = m_world.findGroup(step.base);
    const TablePtr table = m_world.catalog.find(step.table);
    if (filling == m_fillings.end() || base == nullptr || table == nullptr) return;
    const SecondaryIndex* index = nullptr;
    for (const SecondaryIndex& one : table->indexes) {
        if (one.space == step.index) index = &one;
    }
    if (index == nullptr) return;

    std::size_t queued = 0;
    Source& source = sourceOf(*base);
    for (const auto& [target, outbox] : source.outboxes)
        queued = std::max(queued, outbox.changes.size());
    const auto leader = base->servingLeader(m_world.now);
    if (!leader || queued > kOutboxMax) {
        // At rest a leader holds no lease; this is a request like any other.
        if (!leader && base->member(base->leaderHint).replica)
            m_replicator.requestLease(*base, base->leaderHint);
        m_world.queue.add(m_world.now + kWait, step);
        return;
    }
    take(*base, *leader, source);
    std::string& next = filling->second.nextKey[base->id];
    std::string end = types::keySpaceEnd(table->space);
    if (!base->end.empty()) {
        end.clear();
        ByteWriter(end).u32(table->space.value());
        end += base->end;
    }
    std::size_t visited = 0;
    const auto scanned = m_world.store.scan(
        volumeOf(base->region, *leader), next, end, storage::ScanDirection::Forward,
        [&](std::string_view key, std::string_view image) {
            const auto stored = table::decodeStored(image);
            CHECK(stored.has_value());
            const auto item = types::decodeItem(image.substr(stored->attributesAt));
            CHECK(item.has_value());
            if (const auto entry = table::indexEntryOf(*item, *index, table->keys))
                enqueue(source, Lsn{}, index->space, entry->key, &*entry);
            next = std::string(key) + '\0';
            return ++visited < kStepItemsMax ? storage::ScanStep::Continue
                                             : storage::ScanStep::Stop;
        });
    sendAll(*base, source);
    if (!scanned || visited == kStepItemsMax) {
        m_world.queue.add(scanned ? m_world.now : m_world.now + kWait, step);
        return;
    }
    filling->second.nextKey.erase(base->id);
    checkFilled(step.index);
}

void IndexPropagator::checkFilled(KeySpaceId index) {
    const auto filling = m_fillings.find(index);
    if (filling == m_fillings.end() || !filling->second.nextKey.empty()) return;
    for (const auto& [base, source] : m_sources) {
        for (const auto& [target, outbox] : source.outboxes) {
            const Group* group = m_world.findGroup(target);
            if (group != nullptr && group->space == index && !outbox.changes.empty()) return;
        }
    }
    const KeySpaceId table = filling->second.table;
    m_fillings.erase(filling);
    m_filled(table, index);
}

}  // namespace orrery::cluster
