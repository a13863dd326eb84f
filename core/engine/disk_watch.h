#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/time.h"
#include "core/storage/store.h"

namespace orrery::engine {

/// What the disk accepts, in order of severity. Only Full leads back to Sound.
enum class DiskState : std::uint8_t {
    Sound,    ///< Everything.
    Full,     ///< No new writes until there is space.
    Damaged,  ///< Data is corrupt: no new writes, but those in progress still finish.
    Failed,   ///< Nothing until the engine is started again.
};

/// What the driver knows of its disk: the state, the sentence about it, and when to probe a full
/// disk. It learns of each failure from the driver and reports it once. Wall times are parameters.
class DiskWatch {
public:
    using Report = std::function<void(const std::string& sentence)>;

    /// `report` may be empty. It gets one sentence when the disk begins to refuse work, and when it
    /// accepts work again.
    explicit DiskWatch(Report report) : m_report(std::move(report)) {}

    DiskState state() const { return m_state; }
    bool acceptsWrites() const { return m_state == DiskState::Sound; }
    /// True if store and world were opened only for reads: they are not written.
    bool isOnlyForReads() const { return m_isOnlyForReads; }
    /// One sentence; empty if all is well.
    const std::string& problem() const { return m_problem; }
    /// When to probe the disk for space: only while it is full.
    std::optional<Duration> probeAt() const { return m_probeAt; }

    /// A tree or the archive could not be written for lack of space. Reported once, and only if no
    /// other failure already stops writes.
    void foundNoRoom(Duration wall, const std::optional<storage::StorageError>& error);
    /// The result of a probe.
    void probed(Duration wall, bool hasRoom);
    /// A commit, a sync or a tree write failed, so the store must be reopened: only for reads if
    /// the disk is full or has failed.
    void storeFailed(Duration wall, storage::Health health,
                     const std::optional<storage::StorageError>& error);
    /// The world could not use its data, so the store is reopened only for reads. False if the disk
    /// had failed before; then nothing is reported.
    bool worldFailed(const storage::StorageError& failure);
    /// Corrupt data was found; `prefix` begins the sentence. False if some was found before; then
    /// nothing is reported.
    bool foundDamage(const storage::StorageError& damage, std::string_view prefix);
    /// The store or the world could not be opened.
    void reopeningFailed(std::string why) { m_problem = std::move(why); }
    /// The last changes were lost as the engine ended.
    void closingFailed(const std::optional<storage::StorageError>& error);

private:
    void enter(DiskState state);
    void report(std::string problem);

    Report m_report;
    DiskState m_state = DiskState::Sound;
    std::optional<Duration> m_probeAt;
    bool m_isOnlyForReads = false;
    bool m_hasReportedDamage = false;
    std::string m_problem;
};

}  // namespace orrery::engine
