#pragma once

#include <utility>

#include "core/cluster/replicas/lease_queue.h"
#include "core/cluster/replicas/log_reader.h"
#include "core/cluster/streams/stream_archiver.h"

namespace orrery::cluster {

/// Serves reads of streams: at the leader of a partition from its log and the archive, so a read
/// shows every write answered before it; for a deleted table from the archive alone.
class StreamServer {
public:
    StreamServer(WorldState& world, Replicator& replicator, const StreamArchiver& archiver,
                 const LogBounds& bounds, const OpAnswer& answer)
        : m_world(world),
          m_recordsMax(bounds.streamReadRecords),
          m_archiver(archiver),
          m_log(world, replicator),
          m_answer(answer),
          m_leading(world, replicator, answer,
                    [this](Group& group, const ParkedOp& asked) { serveNow(group, asked); }) {}
    StreamServer(const StreamServer&) = delete;
    StreamServer& operator=(const StreamServer&) = delete;

    /// A request has arrived at the replica in `asked.zone`, which has power.
    void serve(Group& group, ParkedOp asked) { m_leading.arrives(group, std::move(asked)); }
    /// The same for a shard whose partition was removed with its table.
    ApiResult<Reply> serveRemoved(const ReadStream& read) const;

    /// True if a request waits for the lease of the partition's leader.
    bool waits(GroupId group) const { return m_leading.waits(group); }
    void moved(Group& group) { m_leading.moved(group); }
    void forget(GroupId group) { m_leading.forget(group); }

private:
    class Page;

    void serveNow(Group& group, const ParkedOp& asked);
    ApiResult<StreamReply> read(Group& group, ZoneIndex zone, const ReadStream& read) const;
    ApiResult<StreamReply> readArchive(const ReadStream& read) const;
    /// Where reading continues after a gap at `position`: before the first record that is left.
    Lsn afterGap(const StreamDescription& stream, GroupId group, Lsn position, Lsn logBegin) const;

    WorldState& m_world;
    const std::size_t m_recordsMax;
    const StreamArchiver& m_archiver;
    LogReader m_log;
    OpAnswer m_answer;
    LeaseQueue m_leading;
};

}  // namespace orrery::cluster
