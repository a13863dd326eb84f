#include "tests/cluster/journal_world.h"

#include <array>
#include <chrono>
#include <utility>

#include "core/base/check.h"
#include "core/types/storage_key.h"

namespace orrery::test {

using namespace std::chrono_literals;
using cluster::kZones;

namespace {

constexpr GroupId kJournal(5);
constexpr KeySpaceId kSpace(7);

// The number of a Region is not that of its seat.
constexpr std::array<const char*, 4> kRegions = {"eu-west-1", "us-east-1", "us-east-2",
                                                 "us-west-2"};
constexpr cluster::SeatRegions kSeats = {RegionId(1), RegionId(2), RegionId(3)};

std::shared_ptr<const table::ApplySchema> schema() {
    table::ApplySchema schema;
    schema.group = kJournal;
    return std::make_shared<const table::ApplySchema>(std::move(schema));
}

}  // namespace

struct JournalWorld::Parts {
    Parts(storage::Store& store, const JournalOptions& options)
        : world(store, options.profile, options.seed, 100, options.bug),
          replicator(world, options.bounds),
          coordinator(world),
          router(world, coordinator, {}, {}),
          zones(world, replicator, router) {
        for (const char* region : kRegions)
            world.addRegion(region);
    }

    cluster::WorldState world;
    cluster::Replicator replicator;
    cluster::Coordinator coordinator;
    cluster::Router router;
    cluster::Zones zones;
};

std::string seatRegion(ZoneIndex zone) {
    return kRegions[kSeats[zone.value()].value()];
}

JournalWorld::JournalWorld(const JournalOptions& options)
    : m_options(options), m_store(storage::MemoryStore::create()) {
    m_parts = std::make_unique<Parts>(*m_store, m_options);
    cluster::Group& made = replicator().create(plan());
    made.schema = schema();
    replicator().requestLease(made, kA);
    run(1s);
}

JournalWorld::~JournalWorld() = default;

std::string JournalWorld::keyOf(const std::string& name) {
    return types::keySpaceBegin(kSpace) + name;
}

cluster::WorldState& JournalWorld::world() {
    return m_parts->world;
}

cluster::Replicator& JournalWorld::replicator() {
    return m_parts->replicator;
}

cluster::Zones& JournalWorld::zones() {
    return m_parts->zones;
}

cluster::Group& JournalWorld::journal() {
    return *world().findGroup(kJournal);
}

cluster::GroupPlan JournalWorld::plan() const {
    return {kJournal, cluster::GroupKind::Journal, kSeats[0], kSpace, kSpace, "", "", kA, kSeats};
}

void JournalWorld::handle(const cluster::Event& event) {
    if (const auto* ends = std::get_if<cluster::FaultEnds>(&event)) zones().on(*ends);
    if (const auto* heard = std::get_if<cluster::HeartbeatVerdict>(&event)) zones().on(*heard);
    if (const auto* heard = std::get_if<cluster::SeatVerdict>(&event)) zones().on(*heard);
    if (const auto* added = std::get_if<cluster::JournalAdded>(&event)) zones().on(*added);
    finishSweeps();
    if (m_afterEvent) m_afterEvent();
}

void JournalWorld::finishSweeps() {
    while (!zones().sweeps().isDone())
        zones().sweeps().step(1);
}

void JournalWorld::run(Duration by, bool isSynced) {
    runGroupEvents(world(), replicator(), world().now + by,
                   [this](const cluster::Event& event) { handle(event); });
    CHECK(!world().failure && !world().damage);
    commitGroupTurn(world(), replicator());
    if (isSynced) sync();
}

void JournalWorld::sync() {
    while (auto work = m_store->takeLogWork()) {
        work->run();
        m_store->finishLogWork(std::move(work));
    }
}

void JournalWorld::flush() {
    sync();
    while (auto work = m_store->takeFlushWork(true)) {
        work->run();
        m_store->finishFlushWork(std::move(work));
        sync();
    }
    replicator().treesSynced(m_store->treesSynced());
}

bool JournalWorld::tryBegin(const cluster::FaultRequest& request) {
    const bool isBegun = zones().begin(request).has_value();
    finishSweeps();
    return isBegun;
}

std::uint64_t JournalWorld::begin(const cluster::FaultRequest& request) {
    const auto fault = zones().begin(request);
    CHECK(fault.has_value());
    finishSweeps();
    return *fault;
}

void JournalWorld::heal(std::uint64_t fault) {
    zones().heal(fault);
    finishSweeps();
}

void JournalWorld::healAll() {
    zones().healAll();
    finishSweeps();
}

Lsn JournalWorld::put(ZoneIndex zone, const std::string& name) {
    table::LogRecord record;
    record.kind = table::RecordKind::Put;
    record.space = kSpace;
    record.key = keyOf(name);
    record.newImage = "image of " + name;
    record.newItemBytes = 20;
    return replicator().propose(journal(), zone, std::move(record));
}

void JournalWorld::wake() {
    for (const ZoneIndex zone : kZones) {
        if (replicaAt(zone) != nullptr) replicator().requestLease(journal(), zone);
    }
}

std::optional<ZoneIndex> JournalWorld::awaitLeader() {
    for (int i = 0; i < 200; ++i) {
        if (const auto leader = journal().servingLeader(world().now)) return leader;
        wake();
        run(100ms);
    }
    return std::nullopt;
}

SharedBytes JournalWorld::stored(ZoneIndex zone, const std::string& name) {
    const auto found = m_store->get(at(zone).volume(), keyOf(name));
    CHECK(found.has_value());
    return *found;
}

bool JournalWorld::areEqual() {
    const storage::TreeMark& first = at(kA).mark;
    for (const ZoneIndex zone : kZones) {
        const cluster::Member& member = at(zone);
        if (member.standing() != replication::Standing::Whole || member.mark.copiedTo ||
            member.mark.applied != journal().committed ||
            member.mark.itemCount != first.itemCount || member.mark.checksum != first.checksum)
            return false;
    }
    return true;
}

void JournalWorld::kill() {
    const Instant now = world().now + 10ms;
    m_parts.reset();
    m_store = m_store->reopened();
    m_parts = std::make_unique<Parts>(*m_store, m_options);
    world().now = now;
    CHECK(zones().reopen().has_value());
    cluster::Group& found = replicator().add(plan());
    found.schema = schema();
    CHECK(replicator().reopen(found).has_value());
    finishSweeps();
}

}  // namespace orrery::test
