#include "core/storage/log_layer.h"

#include <algorithm>
#include <cerrno>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

using Kind = Turn::Change::Kind;

// Limits one transaction so that the wait for it stays short. LMDB's own limit is far higher.
constexpr std::uint64_t kWorkBytesMax = 16u << 20;
// With relaxed durability, how far answers may run ahead of the disk.
constexpr std::uint64_t kBacklogBytesMax = 8u << 20;
// The limit of bytes waiting to be written, including work in progress, before the store counts as
// saturated. A replica that catches up writes as fast as it can read; clients come close only with
// their largest batches.
constexpr std::uint64_t kWaitingBytesMax = 12u << 20;
// The memory of a change besides its bytes.
constexpr std::uint64_t kChangeBytes = 48;
// Records of dropped groups to erase with one batch: few while turns wait for it.
constexpr std::uint64_t kReclaimBusy = 64;
constexpr std::uint64_t kReclaimIdle = 2048;
// Trimmed records to erase with one batch, and logs to look at. While turns wait for it, slightly
// more are erased than added, so that a log under load does not grow.
constexpr std::uint64_t kTrimBusy = 64;
constexpr std::uint64_t kTrimIdle = 2048;
constexpr std::size_t kTrimLogsMax = 64;

class LogWork : public Work {
public:
    LogWork(std::shared_ptr<LogMedium> medium, LogBatch batch, PlannedFailure::Kind failure,
            std::uint64_t epoch)
        : m_medium(std::move(medium)),
          m_batch(std::move(batch)),
          m_failure(failure),
          m_epoch(epoch) {}

    void run() override {
        CHECK(!m_ran);
        m_ran = true;
        if (m_failure == PlannedFailure::Kind::CommitFails) {
            m_result = std::unexpected(StorageError{"write (planned)", ENOMEM, m_medium->path()});
            return;
        }
        m_result = m_medium->write(m_batch);
        if (m_result && m_failure == PlannedFailure::Kind::SyncFails)
            m_result = std::unexpected(StorageError{"fdatasync (planned)", EIO, m_medium->path()});
    }

    LogBatch& batch() { return m_batch; }
    bool ran() const { return m_ran; }
    const StorageResult<void>& result() const { return m_result; }
    std::uint64_t epoch() const { return m_epoch; }

private:
    const std::shared_ptr<LogMedium> m_medium;
    LogBatch m_batch;
    const PlannedFailure::Kind m_failure;
    const std::uint64_t m_epoch;
    bool m_ran = false;
    StorageResult<void> m_result;
};

std::uint64_t bytesOf(const Turn& turn) {
    std::uint64_t bytes = 0;
    for (const Turn::Change& change : turn.changes())
        bytes += kChangeBytes + change.name.size() + (change.bytes ? change.bytes->size() : 0);
    return bytes;
}

}  // namespace

LogLayer::LogLayer(std::shared_ptr<LogMedium> medium, Durability durability, PlannedFailure failure)
    : m_medium(std::move(medium)), m_durability(durability), m_failure(failure) {}

void LogLayer::forgetUnwritten() {
    m_tail.clear();
    m_toForget.clear();
    m_forgetFrom = 0;
    m_pending.clear();
    m_pendingBytes = 0;
    m_dropped.clear();
    m_reclaim.clear();
    m_trims.clear();
    m_last = m_written;
    m_released = m_written;
    m_workIsOut = false;
    m_failure = {};
    m_queues = true;
    ++m_epoch;
}

Ticket LogLayer::add(Turn turn, std::vector<DroppedRange> drops,
                     std::vector<std::uint64_t> dropsDone) {
    m_last = m_last.next();
    const std::uint64_t bytes = bytesOf(turn);
    auto sealed = std::make_shared<const SealedTurn>(
        SealedTurn{m_last, std::move(turn), std::move(drops), std::move(dropsDone), bytes});
    m_tail.add(*sealed);
    for (const Turn::Change& change : sealed->turn.changes()) {
        if (change.kind == Kind::DropGroup) m_dropped.insert(change.group);
    }
    if (m_queues) {
        m_pendingBytes += bytes;
        m_pending.push_back(std::move(sealed));
    }
    release();
    return m_last;
}

void LogLayer::stopQueueing() {
    m_queues = false;
    m_pending.clear();
    m_pendingBytes = 0;
    m_workIsOut = false;
    ++m_epoch;
}

bool LogLayer::saturated() const {
    return m_pendingBytes >= kWaitingBytesMax;
}

void LogLayer::release() {
    const bool runsAhead =
        m_durability == Durability::Relaxed && m_pendingBytes <= kBacklogBytesMax;
    m_released = std::max(m_released, runsAhead ? m_last : m_written);
}

std::unique_ptr<Work> LogLayer::takeWork() {
    const bool erases = m_treeGeneration && !(m_reclaim.empty() && m_trims.empty());
    if (m_workIsOut || (m_pending.empty() && !erases)) return nullptr;
    LogBatch batch;
    std::uint64_t bytes = 0;
    for (const auto& turn : m_pending) {
        if (!batch.turns.empty() && bytes + turn->bytes > kWorkBytesMax) break;
        bytes += turn->bytes;
        batch.turns.push_back(turn);
    }
    if (erases) {
        batch.reclaim = m_reclaim;
        batch.reclaimRecordsMax = batch.turns.empty() ? kReclaimIdle : kReclaimBusy;
        addTrims(batch);
    }
    batch.treeGeneration = m_treeGeneration.value_or(0);

    const bool isOurs = m_failure.kind == PlannedFailure::Kind::CommitFails ||
                        m_failure.kind == PlannedFailure::Kind::SyncFails;
    const bool fails =
        !batch.turns.empty() && isOurs && batch.turns.back()->ticket.value() >= m_failure.atTurn;
    m_workIsOut = true;
    return std::make_unique<LogWork>(m_medium, std::move(batch),
                                     fails ? m_failure.kind : PlannedFailure::Kind::None, m_epoch);
}

std::unique_ptr<Work> LogLayer::takeEmptyWork() {
    m_workIsOut = true;
    return std::make_unique<LogWork>(m_medium, LogBatch(), PlannedFailure::Kind::None, m_epoch);
}

void LogLayer::noteTreeApplied(VolumeId volume, GroupId group, Lsn lsn) {
    Lsn& known = m_trims[{group, volume}];
    known = std::max(known, lsn);
}

std::vector<std::pair<VolumeId, Lsn>> LogLayer::takeTrims(GroupId group) {
    std::vector<std::pair<VolumeId, Lsn>> taken;
    auto at = m_trims.lower_bound({group, VolumeId(0)});
    while (at != m_trims.end() && at->first.first == group) {
        taken.emplace_back(at->first.second, at->second);
        at = m_trims.erase(at);
    }
    return taken;
}

void LogLayer::addTrims(LogBatch& batch) const {
    for (const auto& [place, treeApplied] : m_trims) {
        if (batch.trims.size() == kTrimLogsMax) break;
        batch.trims.push_back({place.second, place.first, treeApplied});
    }
    batch.trimRecordsMax = kTrimIdle;
    if (batch.turns.empty()) return;
    std::uint64_t coming = 0;
    for (const auto& turn : batch.turns) {
        coming += static_cast<std::uint64_t>(std::ranges::count(
            turn->turn.changes(), Kind::Append, [](const auto& change) { return change.kind; }));
    }
    batch.trimRecordsMax = kTrimBusy + 2 * coming;
}

StorageResult<void> LogLayer::finish(std::unique_ptr<Work> work) {
    CHECK(work != nullptr);
    auto& log = static_cast<LogWork&>(*work);
    if (log.epoch() != m_epoch) return {};
    m_workIsOut = false;
    if (!log.ran()) return {};
    if (!log.result()) {
        if (m_medium->growIfFull(log.result().error())) return {};
        return log.result();
    }
    m_medium->settle(log.batch());
    for (const auto& turn : log.batch().turns) {
        m_toForget.push_back(turn);
        m_written = turn->ticket;
        m_pendingBytes -= turn->bytes;
        m_pending.pop_front();
    }
    for (const GroupId group : log.batch().reclaimed) {
        std::erase(m_reclaim, group);
        m_dropped.erase(group);
    }
    for (const TrimStep& step : log.batch().trims) {
        const auto at = m_trims.find({step.group, step.volume});
        if (step.done && at != m_trims.end() && at->second == step.treeApplied) m_trims.erase(at);
    }
    release();
    return {};
}

std::size_t LogLayer::forgetWritten(std::size_t changesMax) {
    std::size_t count = 0;
    while (count < changesMax && !m_toForget.empty()) {
        const SealedTurn& turn = *m_toForget.front();
        const std::size_t end = m_tail.forget(turn, m_forgetFrom, changesMax - count);
        count += end - std::exchange(m_forgetFrom, end);
        if (end < turn.turn.changes().size()) break;
        m_toForget.pop_front();
        m_forgetFrom = 0;
        ++count;  // A turn without changes counts too.
    }
    return std::min(count, changesMax);
}

bool LogLayer::needsLargerMap(const Work& work) {
    const auto& log = static_cast<const LogWork&>(work);
    return log.ran() && !log.result() && log.result().error().code == kMapFull;
}

StorageResult<SharedBytes> LogLayer::record(VolumeId volume, GroupId group, Lsn lsn) const {
    if (const auto known = m_tail.record(volume, group, lsn)) return *known;
    if (m_dropped.contains(group)) return SharedBytes();
    return m_medium->record(volume, group, lsn);
}

StorageResult<Lsn> LogLayer::lastLsn(VolumeId volume, GroupId group) const {
    TRY_ASSIGN(const Lsn mark, trimMark(volume, group));
    const Lsn trimmed(std::max<std::uint64_t>(mark.value(), 1) - 1);
    const LogTail::End end = m_tail.end(volume, group);
    if (end.known) return std::max(*end.known, trimmed);
    if (m_dropped.contains(group)) return Lsn(0);
    TRY_ASSIGN(Lsn last, m_medium->lastLsn(volume, group));
    if (end.cutFrom && *end.cutFrom <= last) last = Lsn(end.cutFrom->value() - 1);
    return std::max(last, trimmed);
}

StorageResult<std::optional<std::string>> LogLayer::groupState(VolumeId volume,
                                                               GroupId group) const {
    if (const auto known = m_tail.groupState(volume, group)) return **known;
    if (m_dropped.contains(group)) return std::nullopt;
    return m_medium->groupState(volume, group);
}

StorageResult<Lsn> LogLayer::trimMark(VolumeId volume, GroupId group) const {
    if (const auto known = m_tail.trimMark(volume, group)) return *known;
    if (m_dropped.contains(group)) return Lsn(0);
    return m_medium->trimMark(volume, group);
}

StorageResult<GroupId> LogLayer::lastGroup() const {
    TRY_ASSIGN(GroupId last, m_medium->lastGroup());
    if (!m_dropped.empty()) last = std::max(last, *m_dropped.rbegin());
    for (const auto& turn : m_pending) {
        for (const Turn::Change& change : turn->turn.changes())
            last = std::max(last, change.group);
    }
    return last;
}

StorageResult<std::optional<std::string>> LogLayer::value(std::string_view name) const {
    const auto at = m_tail.values().find(name);
    if (at == m_tail.values().end()) return m_medium->value(name);
    if (at->second.bytes == nullptr) return std::nullopt;
    return *at->second.bytes;
}

StorageResult<std::vector<std::pair<std::string, std::string>>> LogLayer::values(
    std::string_view prefix) const {
    TRY_ASSIGN(auto found, m_medium->values(prefix));
    const LogTail::Values& pending = m_tail.values();
    for (auto at = pending.lower_bound(prefix);
         at != pending.end() && at->first.starts_with(prefix); ++at) {
        const auto place = std::ranges::lower_bound(found, at->first, {},
                                                    &std::pair<std::string, std::string>::first);
        const bool isThere = place != found.end() && place->first == at->first;
        if (at->second.bytes == nullptr) {
            if (isThere) found.erase(place);
        } else if (isThere) {
            place->second = *at->second.bytes;
        } else {
            found.emplace(place, at->first, *at->second.bytes);
        }
    }
    return found;
}

StorageResult<Unfinished> LogLayer::loadUnfinished() {
    TRY_ASSIGN(Unfinished unfinished, m_medium->unfinished());
    m_dropped.insert(unfinished.groups.begin(), unfinished.groups.end());
    return unfinished;
}

}  // namespace orrery::storage
