#pragma once

#include <functional>
#include <map>
#include <optional>

#include "core/cluster/indexes/index_outboxes.h"
#include "core/cluster/indexes/index_post.h"
#include "core/cluster/replicas/log_reader.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// The base partition's side: its leader reads the committed log and puts the changes into the
/// outboxes of the global indexes, in order. What it has read and sent is lost with that leader;
/// the next one continues from the cursor saved with the group (the cursor of kIndexReader), up to
/// which all indexes have answered.
class IndexSender {
public:
    /// Called when the leader of a base partition knows that all global indexes show its records up
    /// to `shown`, and now and then without progress.
    using Shown = std::function<void(Group& base, ZoneIndex leader, Lsn shown)>;
    using Awaited = std::function<bool(GroupId base)>;
    using Listener = std::function<void(Group& base)>;

    IndexSender(WorldState& world, Replicator& replicator)
        : m_world(world), m_replicator(replicator), m_post(world), m_log(world, replicator) {}

    /// `isAwaited` returns true if a write waits until the indexes show a record of the base.
    void setShown(Shown shown, Awaited isAwaited) {
        m_shown = std::move(shown);
        m_isAwaited = std::move(isAwaited);
    }
    /// `acknowledged` is called when an index partition has taken a batch. `lost` is called when a
    /// leader was lost, with everything it had read that no index has answered.
    void setListeners(Listener acknowledged, Listener lost) {
        m_acknowledged = std::move(acknowledged);
        m_lost = std::move(lost);
    }

    /// The description of a table has changed: while the table has a global index, the logs of its
    /// partitions keep what the indexes do not show yet.
    void tableChanged(const TableDescription& table);
    /// After a restart: base partitions whose indexes are behind continue at once.
    void resume();
    /// The replicas of a base partition made progress.
    void moved(Group& base);
    /// Forgets everything for a deleted index of a table.
    void forgetIndex(KeySpaceId table, KeySpaceId index);
    /// Forgets everything from a deleted table.
    void forgetTable(KeySpaceId table);
    /// The base partitions that these two have visited. Only a count shows that they leave other
    /// tables alone; a test compares it with its bound.
    std::uint64_t sourcesVisited() const { return m_sourcesVisited; }

    void on(const IndexBatchAnswered& answered);
    void on(const IndexRetry& retry);

    // --- for the filling of a new index

    /// Records of the base up to `barrier` are not sent to this index.
    void setBarrier(GroupId base, KeySpaceId index, Lsn barrier);
    void clearBarriers(KeySpaceId index) { m_barriers.erase(index); }
    /// Reads up to a bounded number of the records that the leader has applied. Returns true if
    /// none is left.
    bool readUpToDate(Group& base, ZoneIndex leader);
    /// Sends an item that existed before the index, after everything read so far.
    void addItem(Group& base, KeySpaceId index, const table::IndexEntry& entry);
    /// Reads and sends; schedules a retry while anything is left.
    void readAndSend(Group& base);
    /// The number of changes without an answer, for one index or for all.
    std::size_t unanswered(GroupId base, std::optional<KeySpaceId> index = {}) const;
    /// The bytes of all of them.
    std::uint64_t unansweredBytes(GroupId base) const;

private:
    /// A base partition.
    struct Source {
        Source(WorldState& world, IndexPost& post) : outboxes(world, post) {}

        std::optional<IndexSenderId> owner;  ///< The leader that owns the outboxes.
        Lsn taken{};  ///< Records up to here are in the outboxes, or concern no index.
        IndexOutboxes outboxes;
        bool retryQueued = false;
        /// A zone whose log has the next record, which the leader's log lacks; leadership moves
        /// there.
        std::optional<ZoneIndex> holder;
    };

    Source& sourceOf(Group& base);
    void changeOwner(Group& base, Source& source);
    /// False if there is more to take.
    bool take(Group& base, ZoneIndex leader, Source& source);
    /// The leader's log lacks the next record: another replica that has it is to lead. If there is
    /// none, it reports the damage.
    void missRecord(const Group& base, ZoneIndex leader, const TableDescription& table,
                    Source& source);
    void handOverToHolder(Group& base, const Source& source);
    void takeRecord(const Group& base, const TableDescription& table, Source& source, Lsn lsn,
                    const table::LogRecord& record);
    void reportShown(Group& base, Source& source);
    void startOver(Group& base, Source& source);
    void readAndSend(Group& base, Source& source);
    void queueRetry(const Group& base, Source& source, Duration after);
    /// Records up to here concern no index of the table, or only through its backfill.
    Lsn barrierOf(GroupId base, KeySpaceId index) const;
    void skipToBarriers(const Group& base, ZoneIndex leader, const TableDescription& table,
                        Source& source) const;

    WorldState& m_world;
    Replicator& m_replicator;
    IndexPost m_post;
    LogReader m_log;
    Shown m_shown;
    Awaited m_isAwaited;
    Listener m_acknowledged;
    Listener m_lost;
    std::map<GroupId, Source> m_sources;
    std::uint64_t m_sourcesVisited = 0;
    std::map<KeySpaceId, std::map<GroupId, Lsn>> m_barriers;  ///< By index, then base.
};

}  // namespace orrery::cluster
