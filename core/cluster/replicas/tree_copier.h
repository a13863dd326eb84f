#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/group_listener.h"
#include "core/cluster/replicas/log_bounds.h"
#include "core/cluster/replicas/log_trimmer.h"
#include "core/cluster/replicas/record_applier.h"

namespace orrery::cluster {

/// Catch-up from below the trim mark. The leader's tree goes to the follower in chunks, in order of
/// key. One short event reads a chunk and one applies it, so memory use stays flat and the group
/// keeps serving. The follower applies the log to the keys that it has. Between requesting and
/// applying a chunk it applies nothing, so that no chunk is older than what it has applied. The
/// counts of the whole tree come with the last chunk, as of its position.
class TreeCopier {
public:
    /// Everything passed must outlive the copier.
    TreeCopier(WorldState& world, const LogBounds& bounds, RecordApplier& applier,
               GroupSaver& saver, LogTrimmer& trimmer)
        : m_world(world),
          m_bounds(bounds),
          m_applier(applier),
          m_saver(saver),
          m_trimmer(trimmer) {}

    /// The listener must outlive the groups.
    void setListener(GroupListener& listener) { m_listener = &listener; }

    /// Completes the message of a replica in `from`. False if it must not be sent.
    bool fill(Group& group, ZoneIndex from, replication::CopyRequest& request);
    bool fill(Group& group, ZoneIndex from, ZoneIndex to, replication::CopyChunk& chunk);
    /// A message has left its link, whether or not a replica takes it.
    void arrives(const EnvelopeHeader& header, const replication::Message& message);
    /// Takes note of what a message says about a copy. Its receiver has been given the message.
    void note(Group& group, const replication::Envelope& envelope);
    /// Applies a chunk to the tree of the replica in `zone`; the first one `begins` the copy.
    void takeChunk(Group& group, ZoneIndex zone, const replication::CopyChunk& chunk, bool begins);
    /// Applies what an incomplete tree may apply now, a bounded number of records, and completes
    /// the tree or requests the next chunk.
    void advance(Group& group, ZoneIndex zone);
    /// False if the replica has lost its power since the step was queued.
    bool step(Group& group, const CopyStep& step);
    /// The replica in `zone` has lost its power.
    void forget(Group& group, ZoneIndex zone);
    /// The group is removed.
    void forget(GroupId group);

private:
    storage::StorageResult<std::shared_ptr<const replication::CopiedRange>> readRange(
        const Group& group, ZoneIndex zone, const std::string& from) const;
    /// The copy to `zone` stops: the tree in `corrupt` cannot be read.
    void stop(Group& group, ZoneIndex zone, ZoneIndex corrupt);
    storage::StorageResult<std::vector<storage::TreeChange>> changesOf(
        Group& group, ZoneIndex zone, const replication::CopiedRange& range);
    static bool readersNeedBefore(const Group& group, Lsn first);
    /// Asks for the next chunk once its node may take one.
    void requestChunk(Group& group, ZoneIndex zone);
    /// The node has taken a chunk of so many bytes for this replica.
    void pace(const Member& member, GroupId group, std::uint64_t bytes);
    void stepLater(Group& group, ZoneIndex zone, Duration delay);

    WorldState& m_world;
    const LogBounds& m_bounds;
    RecordApplier& m_applier;
    GroupSaver& m_saver;
    LogTrimmer& m_trimmer;
    GroupListener* m_listener = nullptr;
    /// Bytes of chunks in flight, by link.
    std::map<std::pair<sim::NodeId, sim::NodeId>, std::uint64_t> m_bytesInFlight;
    /// When each node may take another chunk, and when each replica may ask for its next one.
    std::map<sim::NodeId, Instant> m_nodeFreeAt;
    std::map<std::pair<GroupId, ZoneIndex>, Instant> m_chunkAt;
};

/// Makes the tree and the log of a replica agree on whether its tree is complete. Call it before
/// the replica starts.
void reconcileStanding(Member& member);

}  // namespace orrery::cluster
