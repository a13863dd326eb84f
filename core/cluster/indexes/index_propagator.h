#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/cluster/replicas/log_reader.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// Keeps global indexes: reads the committed log of each base partition and proposes its changes to
/// the partitions of the indexes, in order, one batch under way to each. A batch that is repeated
/// does no harm: the index's log says up to which base record it has come. Also fills a new index
/// with the items that were there before it.
class IndexPropagator {
public:
    /// Called when all global indexes show a base partition's records up to `shown`.
    using Shown = std::function<void(Group& base, Lsn shown)>;
    /// Called when a new index has every item that was there.
    using Filled = std::function<void(KeySpaceId table, KeySpaceId index)>;

    IndexPropagator(WorldState& world, Replicator& replicator)
        : m_world(world), m_replicator(replicator), m_log(world, replicator) {}

    void setListeners(Shown shown, Filled filled) {
        m_shown = std::move(shown);
        m_filled = std::move(filled);
    }

    /// After a restart: base partitions whose indexes do not show all go on at once.
    void resume();

    /// A group's replicas moved; it may be a base partition, one of an index, or both concern us
    /// not.
    void moved(Group& group);

    /// Begins to fill a new index of a table from its present items.
    void fill(const TableDescription& table, KeySpaceId index);
    /// Goes on with it after a restart, from where the store says that it had come to.
    storage::StorageResult<void> fillFurther(const TableDescription& table, KeySpaceId index);
    /// Forgets how far the filling of an index had come that is gone.
    storage::StorageResult<void> forgetSaved(KeySpaceId index);
    /// Forgets what was meant for the partitions of an index that is gone, or came from a table.
    void forget(KeySpaceId space);

    void on(const IndexBatchArrives& batch);
    void on(const IndexBatchAnswered& answered);
    void on(const IndexRetry& retry);
    void on(const BackfillStep& step);

    /// Records of a base partition that some global index does not show yet.
    std::uint64_t behind(const Group& base) const;

private:
    /// One change of one entry.
    struct Change {
        Lsn source{};  ///< 0: an item that was there before the index.
        table::LogRecord record;
    };
    /// What is to go to one partition of an index.
    struct Outbox {
        std::deque<Change> changes;
        std::size_t underWay = 0;  ///< How many of them the present batch holds.
        std::uint64_t number = 0;
        Instant sentAt;
    };
    /// A base partition.
    struct Source {
        Lsn taken{};  ///< Records up to here are in the outboxes or needed none.
        std::map<GroupId, Outbox> outboxes;
        bool retryQueued = false;
    };
    /// How far the filling of an index from one base partition has come.
    struct Cursor {
        /// Records up to here may have been proposed before the index was there, and then lack the
        /// old image that it needs. The scan stands for them: it begins when they are applied.
        /// It is the end of the log of the first leader that is seen to serve: what is not in that
        /// log is lost, and what comes after it knows the index.
        Lsn barrier{UINT64_MAX};
        replication::Term term{};  ///< A leader of an earlier one may lack what others have.
        bool hasBegun = false;
        std::string nextKey;
        std::size_t sinceSaved = 0;  ///< Items that were visited since it was saved.
        bool atEnd = false;
    };
    struct Filling {
        KeySpaceId table{};
        std::map<GroupId, Cursor> cursors;  ///< By base partition.
    };

    Source& sourceOf(const Group& base);
    /// False if there is more to take.
    bool take(Group& base, ZoneIndex leader, Source& source);
    void takeRecord(const Group& base, const TableDescription& table, Source& source, Lsn lsn,
                    const table::LogRecord& record);
    /// Records up to here concern no index of the table, or none of them but for a filling.
    Lsn barrierOf(const Group& base, KeySpaceId index) const;
    void skipToBarriers(const Group& base, ZoneIndex leader, const TableDescription& table,
                        Source& source) const;
    void enqueue(Source& source, Lsn lsn, KeySpaceId space, std::string key,
                 const table::IndexEntry* entry);
    void sendAll(const Group& base, ZoneIndex leader, Source& source);
    /// Takes and sends what there is, and comes back as long as something is left.
    void goOn(Group& base, Source& source);
    void tellShown(Group& base, Source& source);
    /// Changes that wait for the partitions of one index, or of all.
    std::size_t waiting(const Source& source, std::optional<KeySpaceId> index = {}) const;
    /// One step of the scan: a bounded number of items as the leader holds them. False if the store
    /// could not be read.
    bool fillSome(Group& base, ZoneIndex leader, const TableDescription& table,
                  const SecondaryIndex& index, Cursor& cursor);
    bool hasBegun(const Group& base, ZoneIndex leader, KeySpaceId index, Cursor& cursor);
    void save(KeySpaceId index, GroupId base, Cursor& cursor);
    void checkFilled(KeySpaceId index);
    std::vector<KeySpaceId> fillingsOf(KeySpaceId table) const;
    void forgetFilling(KeySpaceId index);

    void takeBatch(Group& index, const IndexBatch& batch);
    void answer(const Group& index, const IndexBatch& batch, bool taken);
    void indexMoved(Group& index);

    WorldState& m_world;
    Replicator& m_replicator;
    LogReader m_log;
    Shown m_shown;
    Filled m_filled;
    std::map<GroupId, Source> m_sources;
    std::map<KeySpaceId, Filling> m_fillings;
};

}  // namespace orrery::cluster
