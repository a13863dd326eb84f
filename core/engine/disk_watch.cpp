#include "core/engine/disk_watch.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/storage/storage_error.h"

namespace orrery::engine {

using namespace std::chrono_literals;

namespace {

constexpr Duration kProbeEvery = 1s;
// Clients that fill and delete at once can make it low and sound every few seconds.
constexpr Duration kTellLowEvery = 1min;

constexpr const char* kWhatIsOwed =
    ", since replicas lack changes, or streams keep the items that are deleted for 24 hours. ";

std::string reasonOf(const std::optional<storage::StorageError>& error) {
    return error ? error->message() : std::string("no reason was given.");
}

}  // namespace

void DiskWatch::enter(DiskState state) {
    m_state = std::max(m_state, state);
    if (m_state != DiskState::Low && m_state != DiskState::Full) m_probeAt.reset();
}

void DiskWatch::report(std::string problem) {
    m_problem = std::move(problem);
    if (m_report) m_report(m_problem);
}

void DiskWatch::foundNoRoom(Duration wall, const std::optional<storage::StorageError>& error) {
    if (m_state >= DiskState::Full) return;
    enter(DiskState::Full);
    m_probeAt = wall + kProbeEvery;
    const bool isLimited = error && error->code == EFBIG;
    m_problem = (isLimited ? "A file cannot grow; deletions are refused until it may grow by "
                             "512 KB, other writes until 4 MB: "
                           : "The disk is full; deletions are refused until 512 KB of it are free, "
                             "other writes until 4 MB: ") +
                reasonOf(error);
    // It may be low and full in turns for a long time.
    m_isTold = true;
    if (!std::exchange(m_hasReportedFull, true) && m_report) m_report(m_problem);
}

void DiskWatch::hasLeft(Duration wall, std::uint64_t bytes, bool wasRefused) {
    const std::uint64_t least = wasRefused ? kRoomBytes : kLowBytes;
    if (m_state == DiskState::Sound && bytes < least + m_owed) turnLow(wall);
}

void DiskWatch::turnLow(Duration wall) {
    const bool wasSound = std::exchange(m_state, DiskState::Low) == DiskState::Sound;
    m_probeAt = wall + kProbeEvery;
    m_isOnlyForReads = false;
    constexpr std::uint64_t kMegabyte = 1u << 20;
    const std::uint64_t megabytes = (kRoomBytes + m_owed + kMegabyte - 1) / kMegabyte;
    m_problem =
        "Little room is left for the data folder, on its disk or up to a limit on file sizes; only "
        "deletions are accepted until " +
        std::to_string(megabytes) + " MB are free" + (m_owed == 0 ? ". " : kWhatIsOwed) +
        "Free disk space, or delete items with DeleteItem, indexes, tables, or all tables by a "
        "reset.";
    if (!wasSound) return;
    m_isTold = !m_lowToldAt || wall - *m_lowToldAt >= kTellLowEvery;
    if (!m_isTold) return;
    m_lowToldAt = wall;
    if (m_report) m_report(m_problem);
}

void DiskWatch::probed(Duration wall, const std::function<bool(std::uint64_t)>& hasRoom) {
    if (m_state != DiskState::Low && m_state != DiskState::Full) return;
    m_probeAt = wall + kProbeEvery;
    if (!hasRoom(kRoomBytes + m_owed)) {
        if (m_state == DiskState::Full && hasRoom(kFreeingBytes)) turnLow(wall);
        return;
    }
    m_state = DiskState::Sound;
    m_probeAt.reset();
    m_isOnlyForReads = false;
    m_hasReportedFull = false;
    if (m_isTold) report("Disk space is free again; writes are accepted.");
    m_problem.clear();
}

// After a failed sync no later sync can be trusted (the kernel may have discarded the pages), so
// the reopened world is only for reads.
void DiskWatch::storeFailed(Duration wall, storage::Health health,
                            const std::optional<storage::StorageError>& error) {
    if (health == storage::Health::ReadOnly) enter(DiskState::Failed);
    const bool hasFailed = m_state == DiskState::Failed;
    const bool lacksRoom = !hasFailed && error && storage::isLackOfRoom(*error);
    m_isOnlyForReads = hasFailed || lacksRoom;
    if (lacksRoom) return foundNoRoom(wall, error);
    report((hasFailed ? "The disk failed, so writes are refused until the engine is started again: "
                      : "A commit to the disk failed, and the requests in progress were lost: ") +
           reasonOf(error));
}

bool DiskWatch::worldFailed(const storage::StorageError& failure) {
    const bool isFirst = m_state != DiskState::Failed;
    enter(DiskState::Failed);
    m_isOnlyForReads = true;
    m_problem = "The data on the disk cannot be used, so writes are refused: " + failure.message();
    if (isFirst) report(m_problem);
    return isFirst;
}

bool DiskWatch::foundDamage(const storage::StorageError& damage, std::string_view prefix) {
    if (std::exchange(m_hasReportedDamage, true)) return false;
    enter(DiskState::Damaged);
    report(std::string(prefix) + damage.message());
    return true;
}

void DiskWatch::closingFailed(const std::optional<storage::StorageError>& error) {
    report("The last changes could not be written to the disk: " + reasonOf(error));
}

}  // namespace orrery::engine
