#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/storage/file_pair.h"
#include "core/storage/key_ranges.h"
#include "core/storage/salvage.h"

namespace orrery::storage {

/// The readable contents of a damaged data folder, in the terms of Store. Hold the folder's lock
/// during this object's life.
class SalvagedFolder {
public:
    using Place = std::pair<GroupId, VolumeId>;

    /// An error if no meta page of log.mdb leads to its trees. If items.mdb is unreadable, all of
    /// its keys count as lost.
    static StorageResult<std::unique_ptr<SalvagedFolder>> open(
        const std::filesystem::path& logFile, const std::filesystem::path& itemsFile);

    /// True if the last write of log.mdb may be missing.
    bool logMayLackLastWrite() const { return m_log->mayLackLastWrite(); }

    /// How the two files fit together, as far as their marks are readable.
    PairFit pairFit() const;

    // --- loaded at once

    const std::vector<std::pair<std::string, std::string>>& values() const { return m_values; }
    const KeyRanges& lostValues() const { return m_lostValues; }
    /// The names of values in which one byte was wrong and has been put right, and of those in
    /// which more was wrong; a name may be what is wrong.
    const std::vector<std::string>& mendedValues() const { return m_mendedValues; }
    const std::vector<std::string>& corruptValues() const { return m_corruptValues; }
    /// The names of values without a seal, and the places of such states: an earlier version wrote
    /// them, and damage may have gone unnoticed.
    const std::set<std::string, std::less<>>& unsealedValues() const { return m_unsealedValues; }
    const std::set<Place>& unsealedStates() const { return m_unsealedStates; }
    std::optional<std::string> groupState(VolumeId volume, GroupId group) const;
    std::optional<Lsn> trimMark(VolumeId volume, GroupId group) const;
    /// An empty mark if none was stored; nothing if it is unreadable.
    std::optional<TreeMark> mark(VolumeId volume, GroupId group) const;

    // --- read on demand

    /// Visits all readable records. The visitor returns false for a corrupt record.
    using RecordVisitor =
        std::function<bool(VolumeId volume, GroupId group, Lsn lsn, std::string_view record)>;
    void visitRecords(const RecordVisitor& visitor);
    /// After `visitRecords`: true if records of this log at or after `from` may have been lost.
    bool mayLackRecords(VolumeId volume, GroupId group, Lsn from) const;
    std::optional<std::string> record(VolumeId volume, GroupId group, Lsn lsn) const;

    /// Visits all readable entries of the trees. The visitor returns false for a corrupt entry.
    using EntryVisitor =
        std::function<bool(VolumeId volume, std::string_view key, std::string_view image)>;
    void visitEntries(const EntryVisitor& visitor);
    /// Visits the entries of every sound page of items.mdb, also of those that no tree refers to
    /// any more: they may be out of date, deleted, or of another kind. Long keys are left out.
    StorageResult<void> visitLooseEntries(
        const std::function<void(VolumeId volume, std::string_view key, std::string_view image)>&
            visitor) const;
    /// After `visitEntries`: the lost keys that the tree of a volume may have had.
    KeyRanges lostKeys(VolumeId volume) const;

private:
    SalvagedFolder(std::unique_ptr<SalvagedFile> log, std::unique_ptr<SalvagedFile> items,
                   std::filesystem::path itemsFile)
        : m_log(std::move(log)), m_items(std::move(items)), m_itemsFile(std::move(itemsFile)) {}
    void readLog();
    void readMarks();

    std::unique_ptr<SalvagedFile> m_log;
    std::unique_ptr<SalvagedFile> m_items;  ///< Null if its trees are unreadable.
    std::filesystem::path m_itemsFile;
    std::vector<std::pair<std::string, std::string>> m_values;
    KeyRanges m_lostValues;
    std::vector<std::string> m_mendedValues;
    std::vector<std::string> m_corruptValues;
    std::set<std::string, std::less<>> m_unsealedValues;
    std::set<Place> m_unsealedStates;
    std::map<Place, std::string> m_states;
    std::map<Place, Lsn> m_trimMarks;
    std::map<Place, TreeMark> m_marks;
    KeyRanges m_lostMarks;
    // Raw keys, which begin with the volume.
    KeyRanges m_lostRecords;
    KeyRanges m_lostEntries;
};

}  // namespace orrery::storage
