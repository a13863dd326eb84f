#pragma once

#include "core/storage/data_folder.h"
#include "core/storage/file_pair.h"
#include "core/storage/key_tree.h"
#include "core/storage/medium.h"

namespace orrery::storage {

// log.mdb. Integers are big-endian.
//
//   records      volume:uint16 group:uint64 lsn:uint64   the record
//   states       group:uint64 volume:uint16              the argument of putGroupState
//   trim_marks   group:uint64 volume:uint16              lsn:uint64; older keys name no volume
//   values       name, and `value_paths` for long ones   the value
//   dropped      'g' group:uint64                        empty; the group has records left
//                'r' number:uint64                       begin:sized end:sized
//   counters     of `value_paths`, and the mark of file_pair.h
//
// All but records and the counter are sealed (sealed.h).

/// The log of a store on LMDB.
class LmdbLog : public LogMedium {
public:
    /// In a new folder, creates the log with `firstMark`.
    static StorageResult<std::shared_ptr<LmdbLog>> open(std::shared_ptr<DataFolder> folder,
                                                        std::uint64_t mapBytes,
                                                        const PairMark& firstMark);

    StorageResult<std::optional<PairMark>> pairMark();
    /// Allows the tree write numbered `generation`; returns once that is on disk. Any thread, but
    /// not while the map is being enlarged.
    StorageResult<void> allowTreeWrite(const std::string& pairId, std::uint64_t generation);
    /// From now on, nothing is written to the log unless this file of the folder is in place, too:
    /// without it, what the log no longer holds is lost.
    void checkInPlaceToo(std::weak_ptr<const Environment> file) { m_other = std::move(file); }
    /// An error if the seal of anything in the log is wrong: whatever asks for it by another name
    /// would find nothing.
    StorageResult<void> checkSeals();
    /// True if nothing has ever been written to the log.
    StorageResult<bool> isUnused();

    StorageResult<void> write(LogBatch& batch) override;
    void settle(const LogBatch&) override {}

    StorageResult<SharedBytes> record(VolumeId volume, GroupId group, Lsn lsn) override;
    StorageResult<SharedBytes> recordOnWorker(VolumeId volume, GroupId group, Lsn lsn) override;
    StorageResult<void> visitRecords(Reader reader, VolumeId volume, GroupId group, Lsn first,
                                     Lsn last, const RecordVisitor& visitor) override;
    StorageResult<Lsn> lastLsn(VolumeId volume, GroupId group) override;
    StorageResult<std::optional<std::string>> groupState(VolumeId volume, GroupId group) override;
    StorageResult<Lsn> trimMark(VolumeId volume, GroupId group) override;
    StorageResult<std::vector<std::pair<GroupId, VolumeId>>> untrimmed(
        TrimSweep& sweep, std::size_t logsMax) override;
    StorageResult<GroupId> lastGroup() override;
    StorageResult<std::optional<std::string>> value(std::string_view name) override;
    StorageResult<std::vector<std::pair<std::string, std::string>>> values(
        std::string_view prefix) override;
    StorageResult<Unfinished> unfinished() override;

    bool growIfFull(const StorageError& error) override;
    bool mayGrow(std::uint64_t logBytes, std::uint64_t treeBytes) const override {
        return m_folder->mayGrow(logBytes, treeBytes);
    }
    StorageResult<std::uint64_t> unusedBytes() override;
    std::uint64_t growthBytes() const override { return m_environment->growthBytes(); }
    std::uint64_t fileBytes() const override { return m_environment->fileBytes(); }
    std::string path() const override { return m_environment->file().string(); }

private:
    StorageResult<SharedBytes> readRecord(Reader reader, VolumeId volume, GroupId group, Lsn lsn);
    LmdbLog(std::shared_ptr<DataFolder> folder, std::unique_ptr<Environment> environment);

    /// Holds the folder's lock while the environment is open.
    std::shared_ptr<DataFolder> m_folder;
    std::unique_ptr<Environment> m_environment;
    std::weak_ptr<const Environment> m_other;
    KeyTree m_values;
};

}  // namespace orrery::storage
