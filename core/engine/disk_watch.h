#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/time.h"
#include "core/cluster/kernel/room.h"
#include "core/storage/store.h"

namespace orrery::engine {

/// What the disk accepts, in order of severity. Only Low and Full lead back to Sound.
enum class DiskState : std::uint8_t {
    Sound,    ///< Everything.
    Low,      ///< Only what frees space, until there is enough.
    Full,     ///< No new writes until there is space.
    Damaged,  ///< Data is corrupt: no new writes, but those in progress still finish.
    Failed,   ///< Nothing until the engine is started again.
};

/// In the state Low, the disk has less room than this. It is for deletions, for the log that they
/// write, and for the pages that LMDB needs to free others.
inline constexpr std::uint64_t kLowBytes = cluster::reserveOf(cluster::RoomFor::Growth);
/// With less room than this, only deletions are carried out, and nothing that adds data goes on.
inline constexpr std::uint64_t kLeastBytes = cluster::reserveOf(cluster::RoomFor::CatchUp);
/// A full disk with this much room accepts deletions again: whatever they leave is for what frees
/// space.
inline constexpr std::uint64_t kFreeingBytes = cluster::reserveOf(cluster::RoomFor::Deletion);
/// With this much room a disk that was low or full is sound again: a turn with a few of the largest
/// requests fits in.
inline constexpr std::uint64_t kRoomBytes = 4u << 20;

/// What the driver knows of its disk: the state, the sentence about it, and when to probe a disk
/// that is low or full. It learns of each failure from the driver and reports it once. Wall times
/// are parameters.
class DiskWatch {
public:
    using Report = std::function<void(const std::string& sentence)>;

    /// `report` may be empty. It gets one sentence when the disk begins to refuse work, when it is
    /// full for the first time since, and when it accepts work again. A disk that is low and sound
    /// in turns is reported at most once a minute.
    explicit DiskWatch(Report report) : m_report(std::move(report)) {}

    DiskState state() const { return m_state; }
    bool acceptsWrites() const { return m_state == DiskState::Sound; }
    bool acceptsDeletions() const { return m_state <= DiskState::Low; }
    /// True if store and world were opened only for reads: they are not written.
    bool isOnlyForReads() const { return m_isOnlyForReads; }
    /// One sentence; empty if all is well.
    const std::string& problem() const { return m_problem; }
    /// When to probe the disk for space: only while it is low or full.
    std::optional<Duration> probeAt() const { return m_probeAt; }

    /// A tree or the archive could not be written for lack of space. Reported once, and only if no
    /// other failure already stops writes.
    void foundNoRoom(Duration wall, const std::optional<storage::StorageError>& error);
    /// The result of a probe: whether there is room for so many bytes.
    void probed(Duration wall, const std::function<bool(std::uint64_t)>& hasRoom);
    /// Items are to leave so much more room than otherwise: World::roomOwed.
    void owes(std::uint64_t bytes) { m_owed = bytes; }
    /// An estimate of what can still be written: a sound disk may turn low, the sooner if a write
    /// was refused for lack of room.
    void hasLeft(Duration wall, std::uint64_t bytes, bool wasRefused = false);
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
    void turnLow(Duration wall);
    void report(std::string problem);

    Report m_report;
    DiskState m_state = DiskState::Sound;
    std::uint64_t m_owed = 0;
    std::optional<Duration> m_probeAt;
    bool m_isOnlyForReads = false;
    bool m_hasReportedDamage = false;
    bool m_hasReportedFull = false;  ///< Since it was last sound.
    std::optional<Duration> m_lowToldAt;
    bool m_isTold = false;  ///< The operator knows that the disk is not sound.
    std::string m_problem;
};

}  // namespace orrery::engine
