#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/cluster/catalog/global_table.h"
#include "core/cluster/global/replica_outbox.h"
#include "core/cluster/replicas/log_reader.h"
#include "core/cluster/replicas/replicator.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {

/// The side of the source: the leader of a partition of a global table reads the committed log and
/// sends what clients of its own Region have changed to the other replicas, each at its own pace.
/// What it has read is lost with that leader; the next one continues from the cursors that are
/// saved with the group, up to which the replicas have answered.
class ReplicaSender {
public:
    using Listener = std::function<void(Group& source)>;

    ReplicaSender(WorldState& world, Replicator& replicator)
        : m_world(world), m_replicator(replicator), m_log(world, replicator) {}

    /// `acknowledged` is called when another replica has taken a batch. `lost` is called when a
    /// leader was lost, with everything it had read that no replica has answered.
    void setListeners(Listener acknowledged, Listener lost) {
        m_acknowledged = std::move(acknowledged);
        m_lost = std::move(lost);
    }
    /// Called when `takenPromptly` may have changed.
    void setShown(Listener shown) { m_shown = std::move(shown); }

    /// The last replica of the table has joined: the others keep their changes for it from now on,
    /// and it keeps its own for them.
    void join(const GlobalTable& global);
    /// `table` is no replica of it any more. Call it before its partitions are removed.
    void leave(const GlobalTable& global, KeySpaceId table);
    /// Whether the other replicas have taken every committed change of this one.
    bool isDrained(const GlobalTable& global, KeySpaceId table) const;
    /// After a restart: partitions that are behind continue at once.
    void resume();

    /// The replicas of a partition made progress.
    void moved(Group& source);
    void on(const ReplicaBatchAnswered& answered);
    void on(const ReplicaRetry& retry);

    /// The position up to which another replica has taken the changes of a partition; nothing if it
    /// gets none.
    static std::optional<Lsn> takenBy(const Group& source, KeySpaceId destination);
    /// Up to where all other replicas have taken the changes of a partition, but for those that
    /// cannot be reached at once: behind a slow or cut link, or without a leader.
    Lsn takenPromptly(const Group& source) const;
    /// The changes of a partition that another replica has not taken yet, as far as they are known.
    std::uint64_t pending(const Group& source, KeySpaceId destination) const;

    /// The room that the other replicas may need for changes that they have not taken yet.
    std::uint64_t owed() const { return m_owed; }

    // --- for the filling of a new replica

    /// Whether the leader of a partition sends to this replica at the moment.
    bool sends(GroupId source, KeySpaceId destination) const {
        return findWay(source, destination) != nullptr;
    }
    /// Sends an item of the source, or the tombstone that it left: without attributes. Only while
    /// its leader `sends`.
    void addItem(Group& source, KeySpaceId destination, std::string_view storageKey,
                 const table::StoredHeader& header, std::optional<std::string_view> attributes);
    /// Reads and sends; schedules the next time while anything is left.
    void readAndSend(Group& source);
    /// The number of changes without an answer, and their bytes.
    std::size_t unanswered(GroupId source, KeySpaceId destination) const;
    std::uint64_t unansweredBytes(GroupId source, KeySpaceId destination) const;

private:
    /// What goes to one other replica.
    struct Way {
        Lsn read{};  ///< Records up to here are in the outboxes, or are not for others.
        std::map<GroupId, ReplicaOutbox> outboxes;  ///< By partition of the destination.

        std::size_t unanswered() const;
        std::uint64_t unansweredBytes() const;
    };
    /// A partition.
    struct Source {
        std::optional<ReplicaSenderId> owner;  ///< The leader that owns the outboxes.
        std::map<KeySpaceId, Way> ways;        ///< By destination.
        Instant retryAt = Instant::never();
        std::uint64_t owed = 0;  ///< What its changes without an answer may cost elsewhere.
    };

    Source& sourceOf(Group& group);
    void noteOwed(Source& source);
    void changeOwner(Group& group, Source& source);
    void readAndSend(Group& group, Source& source);
    /// Returns when to read on without another reason.
    Instant read(Group& group, ZoneIndex leader, KeySpaceId destination, Way& way);
    /// Returns when to send again.
    Instant send(const Group& group, KeySpaceId destination, Way& way);
    void moveCursor(Group& group, KeySpaceId destination, const Way& way);
    ReplicaOutbox* outboxFor(const Source& source, Way& way, std::string_view key);
    void retryBy(const Group& group, Source& source, Instant at);
    bool isPrompt(const Group& source, const GlobalReplica& replica) const;
    bool isPaused(const Group& source, const TableDescription& destination) const;
    const Way* findWay(GroupId source, KeySpaceId destination) const;

    WorldState& m_world;
    Replicator& m_replicator;
    LogReader m_log;
    Listener m_acknowledged;
    Listener m_lost;
    Listener m_shown;
    std::map<GroupId, Source> m_sources;
    std::uint64_t m_owed = 0;  ///< Source::owed of all.
};

}  // namespace orrery::cluster
