#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/medium.h"

namespace orrery::storage {

/// The changes of turns that may not be on disk yet, as an overlay on the log on disk. For each
/// query, the tail has the answer, knows that there is none, or defers to the disk.
class LogTail {
public:
    /// Adds the changes of a turn.
    void add(const SealedTurn& turn);
    /// Forgets at most `countMax` changes, from change `begin` on, of a turn that is now on disk;
    /// returns where to continue. Forget turns in the order of their tickets, each completely
    /// before the next. Not urgent.
    std::size_t forget(const SealedTurn& turn, std::size_t begin, std::size_t countMax);
    void clear() { *this = LogTail(); }

    /// Nothing: ask the disk. Null: the record does not exist.
    std::optional<SharedBytes> record(VolumeId volume, GroupId group, Lsn lsn) const;

    /// The end of a log. With `cutFrom`, the disk's records count only up to there.
    struct End {
        std::optional<Lsn> known;
        std::optional<Lsn> cutFrom;
    };
    End end(VolumeId volume, GroupId group) const;

    /// Nothing: ask the disk.
    std::optional<SharedBytes> groupState(VolumeId volume, GroupId group) const;
    std::optional<Lsn> trimMark(VolumeId volume, GroupId group) const;

    /// An erased value is present, with null bytes.
    struct Named {
        SharedBytes bytes;
        Ticket ticket;
    };
    using Values = std::map<std::string, Named, std::less<>>;
    const Values& values() const { return m_values; }

private:
    struct Record {
        Lsn lsn;
        Ticket ticket;
        SharedBytes bytes;
    };
    struct Cut {
        Lsn from;
        Ticket ticket;
    };
    struct Log {
        std::deque<Record> records;  ///< Consecutive, without gaps.
        std::vector<Cut> cuts;
        SharedBytes state;
        Ticket stateTicket;
        Lsn trimMark;  ///< 0: the disk has the newest one.
        Ticket trimTicket;

        bool empty() const {
            return records.empty() && cuts.empty() && state == nullptr && trimMark == Lsn{};
        }
    };
    using Place = std::pair<GroupId, VolumeId>;

    const Log* find(VolumeId volume, GroupId group) const;
    void append(const Turn::Change& change, Ticket ticket);
    void truncate(const Turn::Change& change, Ticket ticket);
    void dropGroup(GroupId group);
    void forgetLog(Place place, Ticket ticket);

    std::map<Place, Log> m_logs;
    Values m_values;
};

}  // namespace orrery::storage
