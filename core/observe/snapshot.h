#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/observe/job_view.h"
#include "core/observe/region_places.h"
#include "core/observe/snapshot_global.h"
#include "core/observe/table_list.h"

namespace orrery::observe {

// What an inspector shows of one instant: a tree of plain values. The world's thread builds it, and
// it never changes afterwards, so any thread may read it. A node that did not change since the last
// snapshot is the same object, so comparing pointers tells what to redraw.

enum class Role : std::uint8_t { Leader, Candidate, Follower, CatchingUp, Down };

std::string_view roleName(
    Role role);  ///< "leader", "candidate", "follower", "catching up", "down".

struct ReplicaView {
    ZoneIndex zone{};
    Role role = Role::Follower;
    std::uint64_t term = 0;
    Lsn persisted{};
    Lsn committed{};  ///< As this replica knows it.
    Lsn applied{};
    /// Records between this replica and the newest committed record of the group.
    std::uint64_t lagRecords = 0;
    Duration lag{};  ///< Time since the oldest record that it lacks was committed; 0 if none.
    std::int64_t itemCount = 0;
    std::int64_t itemBytes = 0;
    std::uint64_t checksum = 0;
    bool operator==(const ReplicaView&) const = default;
};

/// What a client can do.
struct Ability {
    bool writes = true;
    bool strongReads = true;
    bool eventualReads = true;
    bool isWhole() const { return writes && strongReads && eventualReads; }
    bool operator==(const Ability&) const = default;
};

/// What a partition can serve.
struct ServingView {
    Ability whole;                               ///< To a client that reaches the right zone.
    std::array<Ability, kZonesPerRegion> zones;  ///< To one in this zone.
    /// "the leader, us-east-1c, reaches no majority: us-east-1a and us-east-1b have failed"; empty
    /// while `whole` is.
    std::string why;
    Instant since = Instant::never();  ///< Since when not all.
    bool operator==(const ServingView&) const = default;
};

struct PartitionView {
    GroupId group{};
    /// Share of the hash space, in units of 2^-32: [begin, end).
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::array<ReplicaView, kZonesPerRegion> replicas;
    ServingView serving;
    std::int64_t itemCount = 0;
    std::int64_t itemBytes = 0;
    /// Requests in the last whole second of virtual time.
    std::uint32_t readsPerSecond = 0;
    std::uint32_t writesPerSecond = 0;
    bool operator==(const PartitionView&) const = default;
};

struct IndexView {
    std::string name;
    bool global = false;
    std::string keys;  ///< "pk (S), sk (N)".
    std::int64_t itemCount = 0;
    std::int64_t itemBytes = 0;
    /// Records of the table that the index does not reflect yet; global indexes only.
    std::uint64_t lagRecords = 0;
    std::vector<PartitionView>
        partitions;  ///< Empty for a local index, which lives in the table's partitions.
    bool operator==(const IndexView&) const = default;
};

struct TableView {
    KeySpaceId space{};
    std::string name;
    std::string accountId;
    std::string status;  ///< "ACTIVE", …
    std::string keys;    ///< "pk (S), sk (N)".
    std::string partitionKeyName;
    std::string sortKeyName;  ///< Empty if there is none.
    std::string billing;      ///< "on-demand" or "10 RCU, 5 WCU".
    std::int64_t itemCount = 0;
    std::int64_t itemBytes = 0;
    std::vector<PartitionView> partitions;  ///< In hash order.
    std::vector<IndexView> indexes;
    bool operator==(const TableView&) const = default;
};

struct ZoneView {
    std::string name;  ///< "us-east-1a".
    bool up = true;
    bool cutOff = false;  ///< True if any link of the zone is cut.
    std::uint32_t leaders = 0;
    std::uint32_t replicas = 0;
    std::uint64_t lagRecords = 0;  ///< Sum over its replicas.
    Duration lag{};                ///< The longest lag among its replicas.
    /// Of the `replicas` partitions, those that a client in this zone can write, read strongly and
    /// read eventually.
    std::uint32_t writable = 0;
    std::uint32_t stronglyReadable = 0;
    std::uint32_t readable = 0;
    std::string why;                   ///< Why not all of them; empty if all.
    Instant since = Instant::never();  ///< Since when not all.
    bool operator==(const ZoneView&) const = default;
};

struct RegionView {
    RegionId id{};
    std::string name;
    std::array<ZoneView, kZonesPerRegion> zones;
    TableList tables;                    ///< In order of account and name.
    const RegionPlace* place = nullptr;  ///< Null for a Region that AWS does not have.
    Duration clockOffset{};              ///< How far its clock is ahead of the world's calendar.
};
using RegionViewPtr = std::shared_ptr<const RegionView>;

struct FaultView {
    std::uint64_t id = 0;
    std::string kind;                ///< "zone-outage", "link-cut": see FaultSpec::name.
    std::string target;              ///< The display text: "us-east-1b", "us-east-1a - us-east-1b".
    std::vector<std::string> zones;  ///< The zones that failed, or the two ends of the link.
    /// What a fault of Regions names: one, or two in the order of the request.
    std::vector<std::string> regions;
    std::string table;    ///< The only table that it concerns; empty for all.
    bool oneWay = false;  ///< Only from the first Region to the second.
    /// What a slow link has in addition to what is set for it.
    Duration delay{};
    Duration jitter{};
    double loss = 0;  ///< From 0 to 1.
    Instant since;
    Instant until = Instant::never();  ///< When it ends on its own.
    bool active = true;
    std::uint64_t failedRequests = 0;  ///< While it was active.
    std::uint64_t elections = 0;
    std::uint64_t staleReads = 0;
    bool operator==(const FaultView&) const = default;
};

enum class ClockState : std::uint8_t { Running, Paused };

struct ClockView {
    ClockState state = ClockState::Running;
    double speed = 1.0;
    CalendarTime calendar;
    Instant now;
    /// True if the world could not keep up in the last second, so that its time was stretched.
    bool stretched = false;
    std::uint64_t waitingRequests = 0;  ///< Held back while the clock is paused.
};

/// Running totals since the engine was opened.
struct Totals {
    std::uint64_t requests = 0;
    std::uint64_t clientErrors = 0;
    std::uint64_t serverErrors = 0;
    std::uint64_t staleReads = 0;
    /// Reads that a replica served while it lagged, but whose items were the newest.
    std::uint64_t laggingReads = 0;
    std::uint64_t elections = 0;
    std::uint64_t messages = 0;
    std::uint64_t heartbeats = 0;
    /// Requests on items that were refused because of a transaction.
    std::uint64_t transactionConflicts = 0;
    bool operator==(const Totals&) const = default;
};

struct Snapshot {
    Instant at;
    std::string profile;
    std::uint64_t seed = 0;
    ClockView clock;
    std::string writesRefused;  ///< One sentence says why; empty while writes are accepted.
    std::vector<RegionViewPtr> regions;
    std::vector<RegionLinkView> regionLinks;       ///< Each direction, by the ids of the Regions.
    std::vector<GlobalTableView> globalTables;     ///< By account and name.
    std::vector<ReplicationPairView> replication;  ///< By global table, then as its replicas are.
    std::vector<FaultView> faults;  ///< Active ones first, then past ones, newest first.
    std::vector<JobView> jobs;      ///< In order of their start.
    Totals totals;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace orrery::observe
