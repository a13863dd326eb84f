#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/storage/store.h"

namespace orrery::storage {

enum class Durability : std::uint8_t {
    Durable,  ///< Log work ends with a sync.
    /// `synced()` does not wait for the disk; a bounded backlog is written and synced later.
    Relaxed,
};

/// A failure that a test or scenario can inject.
struct PlannedFailure {
    enum class Kind : std::uint8_t { None, CommitFails, SyncFails, FlushFails, ArchiveFails };
    Kind kind = Kind::None;
    /// The first turn, flush or archive work to fail, counted from 1; turns count by ticket.
    std::uint64_t atTurn = 0;
    /// For the caller that reopens the store after the failure: inject it again. A store that
    /// always fails at its second turn may never make progress.
    bool atEachOpening = false;
};

/// True if an image of a tree is what was written under that key.
using ImageCheck = bool (*)(std::string_view key, std::string_view image);

struct LmdbOptions {
    Durability durability = Durability::Durable;
    std::uint64_t memtableBytesMax = 16u << 20;
    /// Address space to reserve for each of the two maps, halved until the system grants it.
    std::uint64_t mapBytes = std::uint64_t{64} << 30;
    /// Approximate number of 4 KiB pages that one flush transaction may dirty. LMDB keeps that much
    /// memory for the next one.
    std::uint64_t flushPagesMax = 2048;
    /// Checks the neighbours of an absent key and both ends of a scan: a corrupt entry there may
    /// have been that key, or in that range. Null: no check.
    ImageCheck isWhole = nullptr;
    PlannedFailure failure = {};
    /// See Store::runDeferred.
    std::size_t stepsAtOnce = SIZE_MAX;
};

/// Opens the data folder and creates it if it is missing: two LMDB environments, `log` and `items`,
/// the archive, a format version and a lock. One-sentence errors: no permission, no space, a newer
/// format, or locked (by which process).
StorageResult<std::unique_ptr<Store>> openLmdbStore(const std::filesystem::path& folder,
                                                    const LmdbOptions& options = {});

/// Opens a folder as above, but creates, changes and removes nothing, for a look at what a start
/// would find. Take no work from the store. Null for a folder that a start would create anew.
StorageResult<std::unique_ptr<Store>> openLmdbStoreToLook(const std::filesystem::path& folder);

/// Keeps everything in memory and writes no file. `crash` leaves what a disk would hold after a
/// power loss: unsynced turns are gone.
class MemoryStore : public virtual Store {
public:
    static std::unique_ptr<MemoryStore> create(PlannedFailure failure = {},
                                               std::size_t stepsAtOnce = SIZE_MAX);
    /// Work that is out has no effect when it is returned; a planned failure is over.
    virtual void crash() = 0;
    /// What the next process finds: another store on what a disk would hold, whose tickets begin
    /// anew. This one must not be used any more.
    virtual std::unique_ptr<MemoryStore> reopened() const = 0;
};

}  // namespace orrery::storage
