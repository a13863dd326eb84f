#pragma once

#include <deque>
#include <vector>

#include "core/cluster/kernel/group.h"
#include "core/cluster/replicas/record_finder.h"
#include "core/storage/helper_thread.h"

namespace orrery::cluster {

/// Reads and decodes the records that an opening applies to the trees of a group, which takes most
/// of the time of a start after a kill. If there are many, a helper thread reads some of them.
class ReplayReader {
public:
    /// Consecutive positions that are read from the log of one replica.
    struct Part {
        ZoneIndex zone{};
        replication::LsnRange range;
    };

    /// The parts follow one another. The store and the group must outlive the reader, and their
    /// logs must not change meanwhile. `helper` may be null.
    ReplayReader(const storage::Store& store, const Group& group, const std::vector<Part>& parts,
                 storage::HelperThread* helper);
    /// Waits for the helper.
    ~ReplayReader();
    ReplayReader(const ReplayReader&) = delete;
    ReplayReader& operator=(const ReplayReader&) = delete;

    /// The effect of the record at `lsn` in the log of `zone`. Without `applied` if that is none of
    /// the parts, or if the log does not have it whole; a RecordFinder then says why. Positions
    /// must ascend, and each is asked for once.
    RecordEffect effect(ZoneIndex zone, Lsn lsn);

private:
    class ReadPiece;

    void load();
    static std::vector<RecordEffect> read(const storage::Store& store, const Group& group,
                                          const Part& part, storage::Reader reader);

    const storage::Store& m_store;
    const Group& m_group;
    storage::HelperThread* m_helper;  ///< Null if the owner reads alone.
    std::deque<Part> m_left;          ///< Still to be read, or taken from the helper.
    Part m_current;                   ///< That of m_effects; empty before the first one.
    std::vector<RecordEffect> m_effects;
};

}  // namespace orrery::cluster
