#include "core/cluster/tables/table_replicas.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/result.h"
#include "core/cluster/tables/replica_overrides.h"
#include "core/cluster/tables/replica_rules.h"
#include "core/cluster/tables/table_changes.h"

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

// How long it takes in multiples of the profile's transient state: in the service, whose states
// take about six seconds, a replica is shown after that time, ACTIVE after at least 20 seconds, and
// gone 125 seconds after its deletion, which keeps the table UPDATING for 36.
constexpr int kShownAfter = 1;
constexpr int kActiveAfter = 3;
constexpr int kUpdatedAfter = 6;
constexpr int kGoneAfter = 20;

/// Others may be out of reach.
constexpr Duration kDrainMax = 30s;
constexpr Duration kDrainPoll = 100ms;

/// The Regions of a table with strong consistency: that of the request, those of its replicas and
/// that of the witness.
std::vector<std::string> regionsOf(const UpdateTable& update) {
    std::vector<std::string> regions = {update.table->regionName};
    for (const ReplicaChange& change : update.replicas)
        regions.push_back(change.region);
    if (!update.strong->witness.empty()) regions.push_back(update.strong->witness);
    return regions;
}

GlobalReplica& replicaOf(GlobalTable& global, KeySpaceId table) {
    return *std::ranges::find(global.replicas, table, &GlobalReplica::table);
}

}  // namespace

TableReplicas::TableReplicas(WorldState& world, const Parts& parts)
    : m_world(world),
      m_tables(parts.tables),
      m_states(parts.states),
      m_streams(parts.streams),
      m_expiries(parts.expiries),
      m_replication(parts.replication) {
    m_replication.setFilled([this](KeySpaceId table) { filled(table); });
}

ApiResult<void> TableReplicas::change(const UpdateTable& update) {
    TRY(checkReplicaChanges(m_world, update));
    const ReplicaChange& first = update.replicas.front();
    const GlobalTablePtr global = globalOf(update.table->space);
    if (update.strong) {
        const bool creates = first.kind == ReplicaChange::Kind::Create;
        if (creates) TRY(m_tables.checkRegions(regionsOf(update)));
        creates ? addStrong(update) : removeStrong(*global, update);
        return {};
    }
    switch (first.kind) {
        case ReplicaChange::Kind::Create:
            TRY(m_tables.checkRegion(first.region));
            add(*update.table, first);
            return {};
        case ReplicaChange::Kind::Update:
            changeOverrides(*global, update.replicas);
            setStatus(update.table->space, TableStatus::Updating);
            settleAfter(update.table->space, 1);
            return {};
        case ReplicaChange::Kind::Delete:
            remove(*global, first);
            setStatus(update.table->space, TableStatus::Updating);
            settleAfter(update.table->space, kUpdatedAfter);
            return {};
    }
    return {};
}

// --- Create

void TableReplicas::add(const TableDescription& table, const ReplicaChange& change) {
    TableDescription source = table;
    source.status = TableStatus::Updating;
    std::optional<CalendarTime> streamAt;
    if (!source.stream) streamAt = setStream(m_streams, StreamView::NewAndOldImages, source);
    m_tables.put(std::make_shared<const TableDescription>(source));
    if (streamAt) m_streams.begin(source, *streamAt, Streams::Table::Existing);
    const CalendarTime now = m_world.calendar();
    const TablePtr made = makeTable(source, change.region);
    GlobalTable global;
    if (const GlobalTablePtr known = globalOf(table.space)) {
        global = *known;
    } else {
        global.id = m_tables.newSpace().value();
        global.replicas.push_back({table.space, ReplicaStatus::Active, now, {}, {}});
    }
    global.replicas.push_back({made->space, ReplicaStatus::Creating, now, table.space,
                               changedOverrides({}, change.overrides, *made)});
    m_tables.saveCounters();
    m_tables.putGlobal(global);
    m_replication.join(global);
}

TablePtr TableReplicas::makeTable(const TableDescription& source, const std::string& region) {
    const CalendarTime now = m_world.calendar();
    TableDescription table = source;
    finishChanges(now, table);
    table.region = m_tables.regionOf(region).id;
    table.regionName = region;
    table.space = m_tables.newSpace();
    table.tableId = m_tables.newTableId(table.space);
    table.createdAt = now;
    table.status = TableStatus::Creating;
    table.lastIncreaseAt.reset();
    table.lastDecreaseAt.reset();
    table.decreasesToday = 0;
    table.lastToPayPerRequestAt.reset();
    if (table.billing == BillingMode::PayPerRequest) table.lastToPayPerRequestAt = now;
    table.deletionProtection = false;
    table.tags.clear();
    table.policy.reset();
    table.sseKeyArn = keyArnIn(region, table.sseKeyArn);
    table.timeToLive.isChanging = false;
    addIndexes(table);
    m_tables.addPartitionsLike(table, GroupKind::Table, table.space, source.space);
    const auto streamAt = setStream(m_streams, source.stream, table);
    if (streamAt) m_streams.begin(table, *streamAt, Streams::Table::New);
    const auto made = std::make_shared<const TableDescription>(table);
    m_tables.put(made);
    if (!table.timeToLive.attribute.empty()) m_expiries.begin(table);
    return made;
}

// They are empty like the table, so there is nothing to fill them with.
void TableReplicas::addIndexes(TableDescription& table) {
    for (SecondaryIndex& index : table.indexes) {
        const KeySpaceId like = std::exchange(index.space, m_tables.newSpace());
        index.status = TableStatus::Active;
        index.backfilling = false;
        if (index.isGlobal())
            m_tables.addPartitionsLike(table, GroupKind::Index, index.space, like);
    }
}

// There is nothing to fill the replicas with, since the table is empty.
void TableReplicas::addStrong(const UpdateTable& update) {
    TableDescription source = *update.table;
    source.status = TableStatus::Updating;
    m_tables.put(std::make_shared<const TableDescription>(source));
    const CalendarTime now = m_world.calendar();
    GlobalTable global;
    global.id = m_tables.newSpace().value();
    global.consistency = GlobalConsistency::Strong;
    global.replicas.push_back({source.space, ReplicaStatus::Active, now, {}, {}});
    for (const ReplicaChange& change : update.replicas) {
        const TablePtr made = makeTable(source, change.region);
        global.replicas.push_back({made->space, ReplicaStatus::Creating, now, source.space,
                                   changedOverrides({}, change.overrides, *made)});
    }
    GlobalJournal& journal = global.journal.emplace();
    journal.witness = update.strong->witness;
    journal.space = m_tables.newSpace();
    const std::vector<std::string> regions = regionsOf(update);
    for (std::size_t i = 0; i < journal.seats.size(); ++i)
        journal.seats[i] = m_tables.regionOf(regions[i]).id;
    m_tables.addJournals(journal, source.space);
    m_tables.saveCounters();
    m_tables.putGlobal(global);
    m_replication.joinStrong(global);
    for (std::size_t i = 1; i < global.replicas.size(); ++i)
        filled(global.replicas[i].table);
}

// The turn that ends the filling makes the replica Active, so a restart does not lose that. Its
// table may still have to wait.
void TableReplicas::filled(KeySpaceId table) {
    const GlobalTablePtr global = globalOf(table);
    if (global == nullptr || global->find(table)->status != ReplicaStatus::Creating) return;
    setStatus(*global, table, ReplicaStatus::Active);
    const Duration wait = kActiveAfter * m_world.profile.transientStates;
    m_states.settleAt(table, m_world.now + std::max(Duration(), wait - age(*global->find(table))));
}

// --- Update

void TableReplicas::changeOverrides(const GlobalTable& global,
                                    const std::vector<ReplicaChange>& changes) {
    GlobalTable changed = global;
    for (const ReplicaChange& change : changes) {
        const KeySpaceId table = replicaIn(m_world.catalog, &global, change.region)->table;
        GlobalReplica& replica = replicaOf(changed, table);
        replica.overrides = changedOverrides(std::move(replica.overrides), change.overrides,
                                             *m_world.catalog.find(table));
        replica.status = ReplicaStatus::Updating;
        setStatus(table, TableStatus::Updating);
        settleAfter(table, 1);
    }
    m_tables.putGlobal(std::move(changed));
}

// --- Delete

void TableReplicas::remove(const GlobalTable& global, const ReplicaChange& change) {
    const KeySpaceId table = replicaIn(m_world.catalog, &global, change.region)->table;
    setStatus(table, TableStatus::Deleting);
    beginRemoval(table);
}

void TableReplicas::removeStrong(const GlobalTable& global, const UpdateTable& update) {
    for (const GlobalReplica& replica : global.replicas) {
        if (replica.table == update.table->space) continue;
        setStatus(replica.table, TableStatus::Deleting);
        beginRemoval(replica.table);
    }
    setStatus(update.table->space, TableStatus::Updating);
    settleAfter(update.table->space, kUpdatedAfter);
}

bool TableReplicas::lacksRecords(const GlobalTable& global) const {
    return std::ranges::any_of(global.replicas, [&](const GlobalReplica& replica) {
        return replica.status != ReplicaStatus::Deleting &&
               !m_replication.hasAll(*global.journal, replica.table);
    });
}

void TableReplicas::dissolve(const GlobalTable& global) {
    m_tables.endGlobal(global);
    m_replication.leaveStrong(global);
    m_tables.dropSpace(global.journal->space, "journal of a table");
}

bool TableReplicas::beginRemoval(KeySpaceId table) {
    const GlobalTablePtr global = globalOf(table);
    if (global == nullptr) return false;
    setStatus(*global, table, ReplicaStatus::Deleting);
    m_goesAt[table] = m_world.now + kDrainMax;
    settleAfter(table, kGoneAfter);
    return true;
}

void TableReplicas::leave(KeySpaceId table) {
    m_goesAt.erase(table);
    const GlobalTablePtr global = globalOf(table);
    if (global == nullptr) return;
    if (global->isStrong()) return dissolve(*global);
    GlobalTable changed = *global;
    std::erase(changed.replicas, *global->find(table));
    m_tables.putGlobal(std::move(changed));
    m_replication.leave(*global, table);
    settleSource(global->find(table)->source);
}

void TableReplicas::settleSource(KeySpaceId source) {
    const TablePtr table = m_world.catalog.find(source);
    if (table == nullptr || table->status != TableStatus::Updating) return;
    if (!m_states.isWaiting(source)) m_states.settleAt(source, m_world.now);
}

// --- while tables settle

bool TableReplicas::isHeld(const TableDescription& table) {
    const GlobalTablePtr global = globalOf(table.space);
    if (global == nullptr) return false;
    if (table.status == TableStatus::Creating)
        return global->find(table.space)->status == ReplicaStatus::Creating;
    if (table.status != TableStatus::Deleting) return false;
    if (global->isStrong()) {
        if (!lacksRecords(*global)) return false;
        m_states.settleAt(table.space, m_world.now + kDrainPoll);
        return true;
    }
    // After a restart, the time begins anew.
    const auto goesAt = m_goesAt.try_emplace(table.space, m_world.now + kDrainMax).first->second;
    if (m_world.now >= goesAt || m_replication.isDrained(*global, table.space) ||
        m_world.plantedBug == PlantedBug::DrainNotAwaited)
        return false;
    m_states.settleAt(table.space, std::min(m_world.now + kDrainPoll, goesAt));
    return true;
}

bool TableReplicas::isSource(KeySpaceId table) const {
    return !filledFrom(table).empty();
}

void TableReplicas::settled(const TableDescription& table) {
    const GlobalTablePtr global = globalOf(table.space);
    if (global == nullptr) return;
    GlobalTable changed = *global;
    GlobalReplica& replica = replicaOf(changed, table.space);
    replica.status = ReplicaStatus::Active;
    replica.overrides = fittingOverrides(std::move(replica.overrides), table);
    if (changed != *global) m_tables.putGlobal(changed);
    settleSource(replica.source);
}

// --- what others ask

std::vector<TablePtr> TableReplicas::sharingSettings(const TablePtr& table) const {
    std::vector<TablePtr> all = {table};
    const GlobalTablePtr global = globalOf(table->space);
    if (global == nullptr) return all;
    for (const GlobalReplica& replica : global->replicas) {
        const TablePtr other = m_world.catalog.find(replica.table);
        if (replica.table == table->space || other == nullptr) continue;
        if (other->status != TableStatus::Deleting) all.push_back(other);
    }
    return all;
}

std::vector<TablePtr> TableReplicas::filledFrom(KeySpaceId table) const {
    std::vector<TablePtr> filled;
    const GlobalTablePtr global = globalOf(table);
    if (global == nullptr) return filled;
    for (const GlobalReplica& replica : global->replicas) {
        if (replica.source != table) continue;
        const TablePtr other = m_world.catalog.find(replica.table);
        if (other != nullptr && other->status == TableStatus::Creating) filled.push_back(other);
    }
    return filled;
}

TablePtr TableReplicas::shown(const TablePtr& table) const {
    const GlobalTablePtr global = globalOf(table->space);
    return global == nullptr ? table : withOverrides(table, global->find(table->space)->overrides);
}

void TableReplicas::describe(TableReply& reply) const {
    reply.global = globalOf(reply.table->space);
    if (reply.global == nullptr) return;
    for (const GlobalReplica& replica : reply.global->replicas) {
        const TablePtr table = m_world.catalog.find(replica.table);
        if (table == nullptr || table->space == reply.table->space) continue;
        const bool isNew = table->status == TableStatus::Creating;
        if (isNew && age(replica) < kShownAfter * m_world.profile.transientStates) continue;
        const ReplicaStatus status = isNew ? ReplicaStatus::Creating : replica.status;
        reply.replicas.push_back({table->regionName, status, replica.overrides, table});
    }
    reply.table = shown(reply.table);
}

void TableReplicas::setStatus(KeySpaceId space, TableStatus status) {
    TableDescription table = *m_world.catalog.find(space);
    table.status = status;
    m_tables.put(std::make_shared<const TableDescription>(std::move(table)));
}

void TableReplicas::setStatus(const GlobalTable& global, KeySpaceId table, ReplicaStatus status) {
    GlobalTable changed = global;
    replicaOf(changed, table).status = status;
    m_tables.putGlobal(std::move(changed));
}

void TableReplicas::settleAfter(KeySpaceId table, int units) {
    m_states.settleAt(table, m_world.now + units * m_world.profile.transientStates);
}

// The calendar may be behind, after a kill.
Duration TableReplicas::age(const GlobalReplica& replica) const {
    return std::max(Duration(), m_world.calendar().sinceEpoch() - replica.joinedAt.sinceEpoch());
}

}  // namespace orrery::cluster
