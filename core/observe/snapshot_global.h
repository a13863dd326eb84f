#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace orrery::observe {

// What a snapshot shows of global tables: the tables, the links between the Regions, and the
// replication from each replica to each other one. Regions stand by name.

/// What a message from one Region to another meets: as set for the link or by the profile, with the
/// faults that are active.
struct RegionLinkView {
    std::string from;  ///< "us-east-1".
    std::string to;
    Duration delay{};       ///< One way, the minimum.
    Duration jitter{};      ///< Mean of the additional random part.
    double loss = 0;        ///< The share of messages that is lost, from 0 to 1.
    bool isCut = false;     ///< No message arrives; the other members are those without the cut.
    bool isPaused = false;  ///< A fault pauses the replication of all tables from here to there.
    bool operator==(const RegionLinkView&) const = default;
};

struct GlobalReplicaView {
    std::string region;
    std::string status;  ///< "CREATING", "UPDATING", "ACTIVE", "DELETING".
    KeySpaceId table{};  ///< As TableView::space.
    bool operator==(const GlobalReplicaView&) const = default;
};

struct GlobalTableView {
    std::uint64_t id = 0;
    std::string name;  ///< Of each replica.
    std::string accountId;
    std::string consistency;                  ///< "EVENTUAL" or "STRONG".
    std::vector<GlobalReplicaView> replicas;  ///< In the order in which they joined.
    bool operator==(const GlobalTableView&) const = default;
};

/// The replication of one global table from one Region to another; with eventual consistency only.
/// Counts begin when the world is opened.
struct ReplicationPairView {
    std::string table;
    std::string accountId;
    std::string from;
    std::string to;
    /// Changes by clients of `from` that are committed there and not yet acknowledged by `to`.
    std::uint64_t pending = 0;
    /// Changes of `from` that `to` has acknowledged. Several of one item that left together are
    /// one.
    std::uint64_t changes = 0;
    std::uint64_t lost = 0;  ///< Those of `changes` that met a later version in `to`.
    /// From the commit in `from` to the commit in `to`: of the last of `changes`, and the sum of
    /// all. Nothing before the first one.
    std::optional<Duration> latency;
    Duration latencySum{};
    bool isPaused = false;   ///< A fault pauses it.
    bool isFilling = false;  ///< The new replica in `to` gets from `from` what was there before.
    std::uint64_t done = 0;  ///< While it is filling: items sent, of `total`.
    std::uint64_t total = 0;
    bool operator==(const ReplicationPairView&) const = default;
};

}  // namespace orrery::observe
