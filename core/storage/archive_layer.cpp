#include "core/storage/archive_layer.h"

#include <algorithm>
#include <cerrno>
#include <set>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/storage/archive_rows.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

constexpr std::size_t kRemovalsMax = 64;
/// As the time of an expiry: whatever there is.
constexpr std::uint64_t kEverything = UINT64_MAX;

class ArchiveWork : public Work {
public:
    ArchiveWork(std::shared_ptr<ArchiveMedium> medium, std::shared_ptr<LogMedium> log,
                ArchiveBatch batch, bool fails, std::uint64_t epoch)
        : m_medium(std::move(medium)),
          m_log(std::move(log)),
          m_batch(std::move(batch)),
          m_fails(fails),
          m_epoch(epoch) {}

    void run() override {
        CHECK(!m_ran);
        m_ran = true;
        if (m_fails)
            m_result = std::unexpected(StorageError{"write (planned)", EIO, m_medium->path()});
        else
            m_result = m_medium->write(m_batch, *m_log);
    }

    StorageResult<void> settle() { return m_medium->settle(m_batch, *m_log); }
    const ArchiveBatch& batch() const { return m_batch; }
    bool ran() const { return m_ran; }
    const StorageResult<void>& result() const { return m_result; }
    std::uint64_t epoch() const { return m_epoch; }

private:
    const std::shared_ptr<ArchiveMedium> m_medium;
    const std::shared_ptr<LogMedium> m_log;
    ArchiveBatch m_batch;
    const bool m_fails;
    const std::uint64_t m_epoch;
    bool m_ran = false;
    StorageResult<void> m_result;
};

StorageError unknownRow(const LogMedium& log, const std::string& name) {
    return {"read", EPROTO, log.path(),
            "The log " + log.path() + " has an unreadable archive row (" + name + "); " +
                std::string(kRestoreOrRepair) + "."};
}

}  // namespace

StorageResult<SharedBytes> recordToArchive(LogMedium& log, const ArchiveOrder& order, Lsn lsn) {
    StorageResult<SharedBytes> record = log.recordOnWorker(order.volume, order.group, lsn);
    if (record && *record != nullptr) return record;
    for (const VolumeId other : order.others) {
        auto same = log.recordOnWorker(other, order.group, lsn);
        if (same && *same != nullptr) return same;
    }
    if (!record) return record;
    return std::unexpected(StorageError{
        "read", ENODATA, log.path(),
        "The log " + log.path() + " lacks record " + std::to_string(lsn.value()) + " of group " +
            std::to_string(order.group.value()) + ", which an archive segment needs; " +
            std::string(kRestoreOrRepair) + "."});
}

ArchiveLayer::ArchiveLayer(std::shared_ptr<ArchiveMedium> medium, std::shared_ptr<LogMedium> log,
                           PlannedFailure failure)
    : m_medium(std::move(medium)), m_log(std::move(log)), m_failure(failure) {}

StorageResult<void> ArchiveLayer::resume() {
    TRY_ASSIGN(const auto orders, m_log->values(kOrderPrefix));
    for (const auto& [name, row] : orders) {
        const auto order = decodeOrder(name, row);
        if (!order) return std::unexpected(unknownRow(*m_log, name));
        m_orders.push_back({*order, Ticket(0), Order::State::Waiting});
    }
    TRY_ASSIGN(const auto rows, m_log->values(kSegmentPrefix));
    std::vector<ArchiveSegment> known;
    for (const auto& [name, row] : rows) {
        const auto segment = decodeSegment(name, row);
        if (!segment) return std::unexpected(unknownRow(*m_log, name));
        m_segments.emplace(Place(segment->table, segment->group, segment->first), *segment);
        m_bytes += segment->bytes;
        known.push_back(*segment);
    }
    return m_medium->removeAllExcept(known);
}

void ArchiveLayer::forgetUnwritten() {
    m_failure = {};
    m_orders.clear();
    m_removals.clear();
    m_segments.clear();
    m_bytes = 0;
    m_workIsOut = false;
    ++m_epoch;
}

// --- turns

std::vector<GroupId> ArchiveLayer::seal(Turn& turn) {
    std::vector<GroupId> ordered;
    for (const ArchiveOrder& order : turn.takeArchiveOrders()) {
        take(order, turn);
        ordered.push_back(order.group);
    }
    for (const ArchiveExpiry& expiry : turn.takeArchiveExpiries())
        expire(expiry.table, expiry.before, turn);
    return ordered;
}

void ArchiveLayer::take(const ArchiveOrder& order, Turn& turn) {
    CHECK(order.first.value() > 0 && order.first <= order.last);
    CHECK(order.first > lastOf(order.table, order.group));
    turn.putValue(orderName(order.table, order.group, order.first), encodeOrder(order));
    m_orders.push_back({order, std::nullopt, Order::State::Waiting});
}

void ArchiveLayer::expire(KeySpaceId table, std::uint64_t before, Turn& turn) {
    for (Order& order : m_orders) {
        if (!isOpen(order) || order.order.table != table || order.order.until >= before) continue;
        // Whoever chose the time did not know yet what the same turn orders, nor who lacks it.
        const bool isNew = !order.needs;
        if (isNew && before != kEverything) continue;
        turn.eraseValue(orderName(table, order.order.group, order.order.first));
        // An order that is being written removes its file when it ends.
        order.state = Order::State::Cancelled;
    }
    if (!m_workIsOut) forgetCancelled();
    auto at = m_segments.lower_bound(Place(table, GroupId(0), Lsn(0)));
    while (at != m_segments.end() && at->second.table == table) {
        if (at->second.until >= before) {
            ++at;
            continue;
        }
        turn.eraseValue(segmentName(table, at->second.group, at->second.first));
        m_bytes -= at->second.bytes;
        m_removals.push_back({at->second, std::nullopt});
        at = m_segments.erase(at);
    }
}

void ArchiveLayer::endTurn(Ticket ticket) {
    for (auto order = m_orders.rbegin(); order != m_orders.rend(); ++order) {
        if (!order->needs) order->needs = ticket;
    }
    for (auto removal = m_removals.rbegin(); removal != m_removals.rend(); ++removal) {
        if (removal->needs) break;
        removal->needs = ticket;
    }
}

void ArchiveLayer::noteWritten(Ticket ticket) {
    m_written = ticket;
    m_ordersEnded += std::erase_if(m_orders, [&](const Order& order) {
        return order.state == Order::State::Written && order.needs && *order.needs <= ticket;
    });
}

void ArchiveLayer::forgetCancelled() {
    m_ordersEnded += std::erase_if(
        m_orders, [](const Order& order) { return order.state == Order::State::Cancelled; });
}

// --- work

// The segments of a group are written in order, so one that is too large holds up those after it.
ArchiveLayer::Order* ArchiveLayer::nextOrder(std::uint64_t bytesMax) {
    std::set<GroupId> passed;
    for (Order& order : m_orders) {
        if (order.state != Order::State::Waiting) continue;
        const bool isDue = order.needs && *order.needs <= m_written;
        if (isDue && order.bytes <= bytesMax && !passed.contains(order.order.group)) return &order;
        passed.insert(order.order.group);
    }
    return nullptr;
}

std::unique_ptr<Work> ArchiveLayer::takeWork(std::uint64_t bytesMax) {
    if (m_workIsOut || (m_orders.empty() && m_removals.empty())) return nullptr;
    ArchiveBatch batch;
    for (const Removal& removal : m_removals) {
        const bool isDue = removal.needs && *removal.needs <= m_written;
        if (!isDue || batch.removals.size() == kRemovalsMax) break;
        batch.removals.push_back(removal.segment);
    }
    Order* const next = bytesMax == 0 ? nullptr : nextOrder(bytesMax);
    if (next != nullptr) {
        next->state = Order::State::Out;
        batch.order = next->order;
        batch.bytesMax = bytesMax;
    }
    if (!batch.order && batch.removals.empty()) return nullptr;
    ++m_worksGiven;
    const bool fails =
        m_failure.kind == PlannedFailure::Kind::ArchiveFails && m_worksGiven >= m_failure.atTurn;
    m_workIsOut = true;
    return std::make_unique<ArchiveWork>(m_medium, m_log, std::move(batch), fails, m_epoch);
}

bool ArchiveLayer::isArchiveWork(const Work& work) {
    return dynamic_cast<const ArchiveWork*>(&work) != nullptr;
}

StorageResult<void> ArchiveLayer::finish(std::unique_ptr<Work> work, Turn& rows) {
    auto& archive = dynamic_cast<ArchiveWork&>(*work);
    if (archive.epoch() != m_epoch) return {};
    m_workIsOut = false;
    StorageResult<void> result = archive.ran() ? archive.result() : StorageResult<void>();
    if (archive.ran() && result) result = archive.settle();
    if (archive.ran() && result) {
        const auto done = static_cast<std::ptrdiff_t>(archive.batch().removals.size());
        m_removals.erase(m_removals.begin(), m_removals.begin() + done);
        if (archive.batch().order) finishOrder(archive.batch(), rows);
        return {};
    }
    for (Order& order : m_orders) {
        if (order.state == Order::State::Out) order.state = Order::State::Waiting;
    }
    forgetCancelled();
    return result;
}

void ArchiveLayer::finishOrder(const ArchiveBatch& batch, Turn& rows) {
    const auto order = std::ranges::find(m_orders, *batch.order, &Order::order);
    CHECK(order != m_orders.end());
    if (!batch.written) {
        order->bytes = batch.bytesNeeded;
        if (order->state == Order::State::Out) order->state = Order::State::Waiting;
        return forgetCancelled();
    }
    const ArchiveSegment& segment = *batch.written;
    if (order->state == Order::State::Cancelled) {
        m_removals.push_front({segment, Ticket(0)});
    } else {
        rows.eraseValue(orderName(segment.table, segment.group, segment.first));
        rows.putValue(segmentName(segment.table, segment.group, segment.first),
                      encodeSegment(segment));
        m_segments.emplace(Place(segment.table, segment.group, segment.first), segment);
        m_bytes += segment.bytes;
        order->state = Order::State::Written;
        order->needs.reset();
    }
    forgetCancelled();
}

// --- reads

bool ArchiveLayer::holds(GroupId group) const {
    return std::ranges::any_of(m_orders,
                               [&](const Order& order) { return order.order.group == group; });
}

StorageResult<std::vector<ArchivedRecord>> ArchiveLayer::read(KeySpaceId table, GroupId group,
                                                              Lsn from,
                                                              std::uint64_t bytesMax) const {
    const auto after = m_segments.upper_bound(Place(table, group, from));
    if (after == m_segments.begin()) return std::vector<ArchivedRecord>();
    const ArchiveSegment& segment = std::prev(after)->second;
    if (segment.table != table || segment.group != group || segment.last < from)
        return std::vector<ArchivedRecord>();
    return m_medium->read(segment, from, bytesMax);
}

std::vector<ArchiveSegment> ArchiveLayer::segments(KeySpaceId table) const {
    std::vector<ArchiveSegment> found;
    auto at = m_segments.lower_bound(Place(table, GroupId(0), Lsn(0)));
    for (; at != m_segments.end() && at->second.table == table; ++at)
        found.push_back(at->second);
    return found;
}

std::vector<ArchiveOrder> ArchiveLayer::orders(KeySpaceId table) const {
    std::vector<ArchiveOrder> open;
    for (const Order& order : m_orders)
        if (order.order.table == table && isOpen(order)) open.push_back(order.order);
    return open;
}

Lsn ArchiveLayer::lastOf(KeySpaceId table, GroupId group) const {
    for (auto order = m_orders.rbegin(); order != m_orders.rend(); ++order) {
        if (order->order.table == table && order->order.group == group) return order->order.last;
    }
    const auto after = m_segments.upper_bound(Place(table, group, Lsn(UINT64_MAX)));
    if (after == m_segments.begin()) return Lsn(0);
    const ArchiveSegment& segment = std::prev(after)->second;
    return segment.table == table && segment.group == group ? segment.last : Lsn(0);
}

}  // namespace orrery::storage
