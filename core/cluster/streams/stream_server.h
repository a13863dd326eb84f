#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/log_reader.h"
#include "core/cluster/streams/stream_archiver.h"

namespace orrery::cluster {

/// Serves reads of streams: at the leader of a partition from its log and the archive, so a read
/// shows every write answered before it; for a deleted table from the archive alone.
class StreamServer {
public:
    /// Sends an answer from a replica to the router of the call.
    using Answer =
        std::function<void(Group&, ZoneIndex from, OpId, std::unique_ptr<OpResult> result)>;

    StreamServer(WorldState& world, Replicator& replicator, const StreamArchiver& archiver,
                 const LogBounds& bounds)
        : m_world(world),
          m_recordsMax(bounds.streamReadRecords),
          m_replicator(replicator),
          m_archiver(archiver),
          m_log(world, replicator) {}

    void setAnswer(Answer answer) { m_answer = std::move(answer); }

    /// A request has arrived at the replica in `asked.zone`, which has power.
    void serve(Group& group, ParkedOp asked);
    /// The same for a shard whose partition was removed with its table.
    ApiResult<Reply> serveRemoved(const ReadStream& read) const;

    /// True if a request waits for the lease of the partition's leader.
    bool waits(GroupId group) const;
    void moved(Group& group);
    void forget(GroupId group) { m_parked.forget(group); }

private:
    using Parked = std::vector<ParkedOp>;
    class Page;

    void answer(Group& group, const ParkedOp& asked);
    void redirect(Group& group, const ParkedOp& asked);
    ApiResult<StreamReply> read(Group& group, ZoneIndex zone, const ReadStream& read) const;
    ApiResult<StreamReply> readArchive(const ReadStream& read) const;
    /// Where reading continues after a gap at `position`: before the first record that is left.
    Lsn afterGap(const StreamDescription& stream, GroupId group, Lsn position, Lsn logBegin) const;

    WorldState& m_world;
    const std::size_t m_recordsMax;
    Replicator& m_replicator;
    const StreamArchiver& m_archiver;
    LogReader m_log;
    Answer m_answer;
    PerGroup<Parked> m_parked;
};

}  // namespace orrery::cluster
