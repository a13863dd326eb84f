#include "core/storage/tree_layer.h"

#include <algorithm>
#include <cerrno>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/storage/merged_scan.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

// One step of removal: short enough that a due flush hardly waits for it.
constexpr std::uint64_t kDropKeysMax = 2048;
constexpr std::size_t kDropGroupsMax = 256;
// What a restart does for a record besides copying it takes as long as copying so many bytes.
constexpr std::uint64_t kReplayBytesPerRecord = 1024;
// Limits the log kept until the trees have it, which a restart must apply again before it answers,
// to about twice this: some 20,000 records of 1 KB, or 40,000 small ones, of each of three zones.
// Repeated writes of the same keys fill the log but hardly the memtable. With few keys, a
// flush is cheap and comes early.
constexpr std::uint64_t kReplayBytesMax = 64u << 20;
constexpr std::uint64_t kReplayBytesMin = 32u << 20;
constexpr std::uint64_t kReplayBytesPerMemtableByte = 16;

// Writes a frozen memtable, or does one step of removal.
class FlushWork : public Work {
public:
    FlushWork(std::shared_ptr<TreeMedium> medium, std::shared_ptr<const Memtable> memtable,
              DropStep step, bool fails, std::uint64_t epoch)
        : m_medium(std::move(medium)),
          m_memtable(std::move(memtable)),
          m_step(std::move(step)),
          m_fails(fails),
          m_epoch(epoch) {}

    void run() override {
        CHECK(!m_ran);
        m_ran = true;
        if (m_fails)
            m_result = std::unexpected(StorageError{"write (planned)", EIO, m_medium->path()});
        else
            m_result =
                m_memtable != nullptr ? m_medium->write(*m_memtable) : m_medium->drop(m_step);
    }

    void settle() {
        if (m_memtable != nullptr)
            m_medium->settle(*m_memtable);
        else
            m_medium->settle(m_step);
    }

    bool isFlush() const { return m_memtable != nullptr; }
    const DropStep& step() const { return m_step; }
    bool ran() const { return m_ran; }
    const StorageResult<void>& result() const { return m_result; }
    std::uint64_t epoch() const { return m_epoch; }

private:
    const std::shared_ptr<TreeMedium> m_medium;
    const std::shared_ptr<const Memtable> m_memtable;
    DropStep m_step;
    const bool m_fails;
    const std::uint64_t m_epoch;
    bool m_ran = false;
    StorageResult<void> m_result;
};

}  // namespace

TreeLayer::TreeLayer(std::shared_ptr<TreeMedium> medium, std::uint64_t memtableBytesMax,
                     PlannedFailure failure)
    : m_medium(std::move(medium)), m_bytesMax(memtableBytesMax), m_failure(failure) {}

void TreeLayer::forgetUnwritten() {
    m_active = std::make_shared<Memtable>();
    m_turnIsOpen = false;
    m_isOpening = true;
    m_replayBytes = 0;
    m_flushed.clear();
    m_frozen = nullptr;
    m_newDrops.clear();
    m_newGroupDrops.clear();
    m_drops.clear();
    m_groupDrops.clear();
    m_dropsDone.clear();
    m_unmarkedGroups.clear();
    m_workIsOut = false;
    m_failure = {};
    ++m_epoch;
}

void TreeLayer::resume(const Unfinished& unfinished) {
    for (const DroppedRange& dropped : unfinished.ranges) {
        m_nextDropNumber = std::max(m_nextDropNumber, dropped.number + 1);
        m_drops.push_back({dropped, Ticket(0)});
    }
    for (const GroupId group : unfinished.groups)
        m_groupDrops.push_back({group, Ticket(0)});
}

void TreeLayer::apply(VolumeId volume, GroupId group, std::span<const TreeChange> changes,
                      const TreeMark& mark) {
    for (const TreeChange& change : changes)
        m_active->put(volume, change);
    m_active->setMark(volume, group, mark);
    m_turnIsOpen = true;
    if (!m_isOpening) return;
    // The log has these records already.
    m_replayBytes += kReplayBytesPerRecord;
    for (const TreeChange& change : changes)
        m_replayBytes += change.image != nullptr ? change.image->size() : 0;
}

std::uint64_t TreeLayer::dropRange(KeyRange range) {
    m_active->eraseRange(range.begin, range.end, UINT64_MAX);
    m_newDrops.push_back({m_nextDropNumber, std::move(range)});
    return m_nextDropNumber++;
}

void TreeLayer::dropGroup(GroupId group) {
    m_active->eraseMarks(group);
    m_newGroupDrops.push_back(group);
}

std::vector<DroppedRange> TreeLayer::takeDrops() {
    for (const DroppedRange& dropped : m_newDrops)
        m_drops.push_back({dropped, Ticket(UINT64_MAX)});
    return std::exchange(m_newDrops, {});
}

std::vector<std::uint64_t> TreeLayer::takeDropsDone() {
    return std::exchange(m_dropsDone, {});
}

void TreeLayer::endTurn(Ticket ticket, const LogGrowth& log) {
    m_replayBytes += log.bytes + log.records * kReplayBytesPerRecord;
    m_isOpening = false;
    if (m_turnIsOpen) m_activeNeeds = ticket;
    m_turnIsOpen = false;
    for (auto drop = m_drops.rbegin(); drop != m_drops.rend(); ++drop) {
        if (drop->needs != Ticket(UINT64_MAX)) break;
        drop->needs = ticket;
    }
    for (const GroupId group : std::exchange(m_newGroupDrops, {}))
        m_groupDrops.push_back({group, ticket});
}

StorageResult<TreeMark> TreeLayer::mark(VolumeId volume, GroupId group) const {
    if (const TreeMark* mark = m_active->findMark(volume, group)) return *mark;
    if (m_frozen != nullptr) {
        if (const TreeMark* mark = m_frozen->findMark(volume, group)) return *mark;
    }
    return m_medium->mark(volume, group);
}

StorageResult<SharedBytes> TreeLayer::get(VolumeId volume, std::string_view key) const {
    const std::uint64_t hash = keyHash(key);
    if (const Memtable::Slot* slot = m_active->find(volume, key, hash)) return slot->image;
    if (m_frozen != nullptr) {
        if (const Memtable::Slot* slot = m_frozen->find(volume, key, hash)) return slot->image;
    }
    return m_medium->get(volume, key);
}

StorageResult<void> TreeLayer::scan(VolumeId volume, const KeyRange& range, ScanDirection direction,
                                    const ScanVisitor& visitor) const {
    TRY_ASSIGN(const auto tree, m_medium->cursor(volume));
    return scanMerged(*m_active, m_frozen.get(), *tree, volume, range, direction, visitor);
}

bool TreeLayer::isFull() const {
    if (m_active->bytes() >= m_bytesMax) return true;
    const std::uint64_t enough = std::clamp(m_active->bytes() * kReplayBytesPerMemtableByte,
                                            kReplayBytesMin, kReplayBytesMax);
    return !m_active->empty() && m_replayBytes >= enough;
}

bool TreeLayer::saturated() const {
    return m_frozen != nullptr &&
           (m_active->bytes() >= m_bytesMax || m_replayBytes >= kReplayBytesMax);
}

// Only between turns: changes of an open turn have no ticket to wait for.
void TreeLayer::freeze(bool force) {
    if (m_frozen != nullptr || m_turnIsOpen || m_active->empty()) return;
    if (!force && !isFull()) return;
    m_frozen = std::exchange(m_active, std::make_shared<Memtable>());
    m_replayBytes = 0;
    m_frozenNeeds = m_activeNeeds;
}

std::unique_ptr<Work> TreeLayer::takeWork(bool force, Ticket written) {
    if (m_workIsOut) return nullptr;
    freeze(force);
    if (m_frozen == nullptr) return takeDropWork(written);
    if (m_frozenNeeds > written) return nullptr;
    ++m_flushesGiven;
    const bool fails =
        m_failure.kind == PlannedFailure::Kind::FlushFails && m_flushesGiven >= m_failure.atTurn;
    m_workIsOut = true;
    return std::make_unique<FlushWork>(m_medium, m_frozen, DropStep(), fails, m_epoch);
}

// Only while nothing is frozen: a memtable older than the drop would bring its keys back.
std::unique_ptr<Work> TreeLayer::takeDropWork(Ticket written) {
    DropStep step;
    if (!m_drops.empty() && m_drops.front().needs <= written) {
        step.range = m_drops.front().dropped.range;
        step.keysMax = kDropKeysMax;
    }
    for (const GroupDrop& drop : m_groupDrops) {
        if (drop.needs > written || step.groups.size() == kDropGroupsMax) break;
        step.groups.push_back(drop.group);
    }
    if (!step.range && step.groups.empty()) return nullptr;
    m_workIsOut = true;
    return std::make_unique<FlushWork>(m_medium, nullptr, std::move(step), false, m_epoch);
}

StorageResult<void> TreeLayer::finish(std::unique_ptr<Work> work) {
    CHECK(work != nullptr);
    auto& flush = static_cast<FlushWork&>(*work);
    if (flush.epoch() != m_epoch) return {};
    m_workIsOut = false;
    if (!flush.ran()) return {};
    if (!flush.result()) {
        if (m_medium->growIfFull(flush.result().error())) return {};
        return flush.result();
    }
    flush.settle();
    if (flush.isFlush()) {
        m_flushedTurn = m_frozenNeeds;
        m_flushed.push_back(std::exchange(m_frozen, nullptr));
        if (m_flushed.size() == 1) m_flushedMark = m_flushed.front()->marks().begin();
        return {};
    }
    finishDrop(flush.step());
    return {};
}

bool TreeLayer::needsLargerMap(const Work& work, const std::string& path) {
    const auto& flush = static_cast<const FlushWork&>(work);
    if (!flush.ran() || flush.result()) return false;
    return flush.result().error().code == kMapFull && flush.result().error().path == path;
}

std::size_t TreeLayer::freeFlushed(std::size_t countMax) {
    std::size_t count = 0;
    while (count < countMax && !m_retired.empty()) {
        count += m_retired.front()->dismantle(countMax - count);
        if (count == countMax) break;
        m_retired.pop_front();
        ++count;  // An empty memtable counts too.
    }
    return count;
}

std::optional<Lsn> TreeLayer::appliedOnDisk(VolumeId volume, GroupId group) const {
    if (m_frozen != nullptr && m_frozen->findMark(volume, group) != nullptr) return std::nullopt;
    const auto mark = m_medium->mark(volume, group);
    if (!mark) return std::nullopt;
    return mark->applied;
}

void TreeLayer::finishDrop(const DropStep& step) {
    if (step.range && step.rangeDone) {
        m_dropsDone.push_back(m_drops.front().dropped.number);
        m_drops.pop_front();
    } else if (step.range) {
        m_drops.front().keysLeft = std::max<std::uint64_t>(step.keysLeft, 1);
    }
    m_groupDrops.erase(m_groupDrops.begin(),
                       m_groupDrops.begin() + static_cast<std::ptrdiff_t>(step.groups.size()));
    m_unmarkedGroups.insert(m_unmarkedGroups.end(), step.groups.begin(), step.groups.end());
}

std::uint64_t TreeLayer::droppedKeysLeft() const {
    // Drops run in order, so only the first has a count; each other drop counts as 1.
    const std::uint64_t first = m_drops.empty() ? 0 : m_drops.front().keysLeft - 1;
    return m_newDrops.size() + m_drops.size() + first;
}

std::uint64_t TreeLayer::firstDropLeft() const {
    if (!m_drops.empty()) return m_drops.front().dropped.number;
    return m_newDrops.empty() ? m_nextDropNumber : m_newDrops.front().number;
}

std::uint64_t TreeLayer::memtableBytes() const {
    return m_active->bytes() + (m_frozen != nullptr ? m_frozen->bytes() : 0);
}

}  // namespace orrery::storage
