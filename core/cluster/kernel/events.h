#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/base/ids.h"
#include "core/cluster/kernel/flight.h"
#include "core/cluster/kernel/job_id.h"
#include "core/cluster/kernel/op.h"
#include "core/replication/durable_state.h"
#include "core/replication/messages.h"
#include "core/sim/network.h"

namespace orrery::cluster {

// Everything that a world can have due, by the part that handles it. The parts are on higher
// floors; the kinds stand here because the agenda holds them by value.

struct IndexBatch;  // indexes/index_batch.h

/// A message between two replicas of a group arrives.
struct ReplicaMessage {
    Flight flight;
    replication::Envelope envelope;
};
/// The modelled disk has written what it was given.
struct DiskDone {
    GroupId group{};
    ZoneIndex zone{};
    std::uint32_t life = 0;
    Lsn logBase{};  ///< 0, or the log begins anew after this place.
    Lsn truncateFrom{};
    replication::LogPosition upTo{};  ///< Term 0: no records.
    std::uint32_t stateNumber = 0;    ///< 0: no state.
    replication::DurableState state;
};
struct ReplicaTick {
    GroupId group{};
    ZoneIndex zone{};
    std::uint32_t life = 0;
};
/// A link has room for followers that wait to be caught up over it.
struct CatchUpGoesOn {
    sim::NodeId from = 0;
    sim::NodeId to = 0;
};
/// A replica whose tree is copied goes on applying.
struct CopyStep {
    GroupId group{};
    ZoneIndex zone{};
    std::uint32_t life = 0;
};
/// A router's request arrives at a replica.
struct OpArrives {
    Flight flight;
    OpId op;
    OpRequestPtr request;
};
/// A replica's answer arrives at the router.
struct OpAnswered {
    Flight flight;
    OpId op;
    std::unique_ptr<OpResult> result;
};
struct OpRetry {
    OpId op;
};
/// The coarse look for requests that got no answer, from this call on.
struct RouterSweep {
    CallNumber from{};
};
struct FaultEnds {
    std::uint64_t fault = 0;
};
/// A zone's node comes to know whether it hears another's heartbeats.
struct HeartbeatNews {
    RegionId region{};
    ZoneIndex observer{};
    ZoneIndex observed{};
    std::uint32_t number = 0;  ///< Of the change that it is news of; an older one is forgotten.
    bool heard = false;
};
/// A table or an index leaves a transient state.
struct TableSettles {
    KeySpaceId table{};
};
/// Changes of a base partition arrive at the leader of an index partition, or its answer at home.
/// Their flight concerns the index partition.
struct IndexBatchArrives {
    Flight flight;
    std::shared_ptr<const IndexBatch> batch;
};
enum class BatchOutcome : std::uint8_t {
    Taken,
    NotLeader,
    Stale,    ///< It is older than what the index has taken since; read anew.
    Damaged,  ///< Bytes that the replica would need are damaged.
};
struct IndexBatchAnswered {
    Flight flight;
    GroupId base{};
    replication::Term term{};  ///< Of the base; with the number it names the batch.
    std::uint64_t number = 0;
    BatchOutcome outcome{};
    Lsn upTo{};  ///< The index has all changes of the base's records up to here.
    std::optional<ZoneIndex> leader;
};
struct IndexRetry {
    GroupId base{};
};
/// A job goes on.
struct JobStep {
    JobId job{};
};

/// A leader counts an item collection on; `sizeKey` is the private key that will have its size.
struct CollectionCountStep {
    GroupId group{};
    std::string sizeKey;
};

/// Groups whose leader is not where it was appointed are looked at.
struct LeaderSweep {};

using Event = std::variant<std::monostate, ReplicaMessage, DiskDone, ReplicaTick, OpArrives,
                           OpAnswered, OpRetry, RouterSweep, FaultEnds, HeartbeatNews, TableSettles,
                           IndexBatchArrives, IndexBatchAnswered, IndexRetry, JobStep,
                           CatchUpGoesOn, CopyStep, CollectionCountStep, LeaderSweep>;

}  // namespace orrery::cluster
