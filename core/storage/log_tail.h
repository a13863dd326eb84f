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

/// What turns have said that are not known to be on disk yet: it lies over the log as the disk has
/// it. Of each answer the tail knows it, or knows that it does not exist, or leaves it to the disk.
class LogTail {
public:
    /// Takes a turn in.
    void add(const SealedTurn& turn);
    /// Forgets a turn that the disk has now, from change `begin` on, at most `countMax` of them;
    /// returns where to go on. Turns are forgotten in the order of their tickets, each whole before
    /// the next; nobody needs that soon.
    std::size_t forget(const SealedTurn& turn, std::size_t begin, std::size_t countMax);
    void clear() { *this = LogTail(); }

    /// Nothing: ask the disk. Null: the log does not have it.
    std::optional<SharedBytes> record(VolumeId volume, GroupId group, Lsn lsn) const;

    /// Where the log ends. `cutFrom` says that the disk's end counts up to there only.
    struct End {
        std::optional<Lsn> known;
        std::optional<Lsn> cutFrom;
    };
    End end(VolumeId volume, GroupId group) const;

    /// Nothing: ask the disk.
    std::optional<SharedBytes> groupState(VolumeId volume, GroupId group) const;
    std::optional<Lsn> trimMark(VolumeId volume, GroupId group) const;

    /// A value that is erased is there, with null bytes.
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
        std::deque<Record> records;  ///< One after another, without a gap.
        std::vector<Cut> cuts;
        SharedBytes state;
        Ticket stateTicket;
        Lsn trimMark;  ///< 0: the disk has the latest.
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
