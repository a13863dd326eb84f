#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/storage/store.h"

namespace orrery::storage {

enum class Durability : std::uint8_t {
    Durable,  ///< Log work ends with a sync.
    Relaxed,  ///< `synced()` does not wait for it; a bounded backlog is written and synced behind.
};

/// The failures a test or a scenario can ask a store for.
struct PlannedFailure {
    enum class Kind : std::uint8_t { None, CommitFails, SyncFails, FlushFails, ArchiveFails };
    Kind kind = Kind::None;
    /// The first turn, by its ticket, or the first piece of flush work or of work on the archive,
    /// counted from 1, that fails.
    std::uint64_t atTurn = 0;
    /// For whoever opens a store again after the failure: it is to fail again at that turn. A
    /// store that always fails at its second turn may never get anywhere.
    bool atEachOpening = false;
};

/// Whether an image of a tree is what was written under that key.
using ImageCheck = bool (*)(std::string_view key, std::string_view image);

struct LmdbOptions {
    Durability durability = Durability::Durable;
    std::uint64_t memtableBytesMax = 16u << 20;
    /// Address space to reserve for each of the two maps, halved where refused.
    std::uint64_t mapBytes = std::uint64_t{64} << 30;
    /// What one transaction of a flush may dirty, roughly, in pages of 4 KiB; LMDB keeps as much
    /// memory for the next one.
    std::uint64_t flushPagesMax = 2048;
    /// Asked of the neighbours of a key that is not found, and of both ends of a scan: one that is
    /// wrong may have been that key, or in that range, before it was damaged. Null: nobody is
    /// asked.
    ImageCheck isWhole = nullptr;
    PlannedFailure failure = {};
    /// See Store::goOn.
    std::size_t stepsAtOnce = SIZE_MAX;
};

/// Opens the data folder, made where it is missing: two LMDB environments, `log` and `items`, the
/// archive, a format version and a lock. Errors in one sentence: no permission, no space, a newer
/// format, or locked (by which process).
StorageResult<std::unique_ptr<Store>> openLmdbStore(const std::filesystem::path& folder,
                                                    const LmdbOptions& options = {});

/// Keeps everything in memory and writes no file. `crash` makes it what a disk would hold after a
/// loss of power: turns that are not synced are gone.
class MemoryStore : public virtual Store {
public:
    static std::unique_ptr<MemoryStore> create(PlannedFailure failure = {},
                                               std::size_t stepsAtOnce = SIZE_MAX);
    /// Work that is out afterwards is given back with no effect, and a planned failure is over.
    virtual void crash() = 0;
};

}  // namespace orrery::storage
