#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/cluster/faults/zones.h"
#include "core/storage/stores.h"
#include "tests/cluster/one_group.h"
#include "tests/cluster/region_faults.h"

namespace orrery::test {

struct JournalOptions {
    cluster::Profile profile = cluster::Profile::dropIn();
    std::uint64_t seed = 1;
    cluster::LogBounds bounds{};
    cluster::PlantedBug bug = cluster::PlantedBug::None;
};

/// A journal in us-east-1, us-east-2 and us-west-2, on a store in memory, with the faults of a
/// world but without tables. The first one leads at the start.
class JournalWorld {
public:
    explicit JournalWorld(const JournalOptions& options = {});
    ~JournalWorld();

    cluster::WorldState& world();
    cluster::Replicator& replicator();
    cluster::Zones& zones();
    storage::MemoryStore& store() { return *m_store; }
    cluster::Group& journal();
    cluster::Member& at(ZoneIndex zone) { return journal().member(zone); }
    replication::Replica* replicaAt(ZoneIndex zone) { return at(zone).replica.get(); }

    /// Lets time pass, as one turn.
    void run(Duration by, bool isSynced = true);
    /// Called after each event.
    void setAfterEvent(std::function<void()> call) { m_afterEvent = std::move(call); }
    /// Has the store write everything.
    void sync();
    /// The same, and the trees.
    void flush();

    // --- what a person and clients do

    /// Returns the id of the fault; it must be possible.
    std::uint64_t begin(const cluster::FaultRequest& request);
    bool tryBegin(const cluster::FaultRequest& request);
    void heal(std::uint64_t fault);
    void healAll();
    /// Proposes an item with this name at the member in `zone`, which serves.
    Lsn put(ZoneIndex zone, const std::string& name);
    /// Asks every member that has power for the lease, as a request would.
    void wake();
    /// Asks until a member serves, for 20 s at most.
    std::optional<ZoneIndex> awaitLeader();

    /// The bytes of an item in a member's tree; null if there is none.
    SharedBytes stored(ZoneIndex zone, const std::string& name);
    /// True if the trees of all members are whole and hold the same, up to the last commit.
    bool areEqual();

    /// The process is killed and starts again on what is synced, a little later.
    void kill();

    /// The storage key of an item with this name.
    static std::string keyOf(const std::string& name);

private:
    struct Parts;

    cluster::GroupPlan plan() const;
    void make(Instant now);
    void handle(const cluster::Event& event);
    void finishSweeps();

    JournalOptions m_options;
    std::unique_ptr<storage::MemoryStore> m_store;
    std::unique_ptr<Parts> m_parts;
    std::function<void()> m_afterEvent;
};

/// The Region of the member in this zone.
std::string seatRegion(ZoneIndex zone);

}  // namespace orrery::test
