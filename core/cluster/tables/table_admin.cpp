#include "core/cluster/tables/table_admin.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/cluster/tables/replica_rules.h"
#include "core/cluster/tables/replicated_settings.h"
#include "core/cluster/tables/table_changes.h"
#include "core/cluster/tables/table_loader.h"

namespace orrery::cluster {
namespace {

ApiError inUse(std::string message) {
    return {ErrorType::ResourceInUse, std::move(message), nullptr};
}

ApiError stillInUse(const TableDescription& table) {
    std::string doing = "updated";
    if (table.status == TableStatus::Creating) doing = "created";
    if (table.status == TableStatus::Deleting) doing = "deleted";
    return inUse("Attempt to change a resource which is still in use: Table is being " + doing +
                 ": " + table.name);
}

ApiResult<void> checkIsTaken(const UpdateTable& update) {
    const TableDescription& table = *update.table;
    const bool buildsTwo = !update.createIndexes.empty() &&
                           table.hasIndexIn({TableStatus::Creating, TableStatus::Deleting});
    const bool isTaken = table.status == TableStatus::Active ||
                         (table.status == TableStatus::Updating && isTakenWhileUpdating(update));
    if (!buildsTwo && isTaken) return {};
    return std::unexpected(stillInUse(table));
}

}  // namespace

storage::StorageResult<void> TableAdmin::reopenTables() {
    TRY(m_tables.reopenDropped());
    TRY(m_resets.reopen());
    TableLoader loader(m_world, m_replicator, m_indexes, m_states, m_tables);
    TRY(loader.load());
    m_notes = loader.takeNotes();
    return {};
}

ApiResult<Reply> TableAdmin::request(const Request& request, const Caller& caller) {
    using Result = ApiResult<Reply>;
    return std::visit(
        Overloaded{
            [&](const CreateTable& one) -> Result { return create(one, caller); },
            [&](const UpdateTable& one) -> Result { return update(one); },
            [&](const UpdateTimeToLive& one) -> Result { return updateTimeToLive(one); },
            [&](const DeleteTable& one) -> Result { return remove(one); },
            [&](const DescribeTable& one) -> Result { return describe(one.table); },
            [&](const ListTables& one) -> Result { return names(one, caller); },
            [&](const UpdateStream& one) -> Result { return m_streams.update(one); },
            [&](const ReadNothing&) -> Result { return NothingReply{m_world.calendar()}; },
            // Other parts answer these.
            []<OneOf<ReadItem, WriteItem, ReadRange, ReadBatch, WriteBatch, TransactWrite,
                     TransactRead, ReadStream>
                   T>(const T&) -> Result { CHECK(false); },
        },
        request);
}

ApiResult<Reply> TableAdmin::create(const CreateTable& create, const Caller& caller) {
    if (const TablePtr there = m_world.catalog.find(caller, create.table.name)) {
        if (there->status == TableStatus::Creating) return std::unexpected(stillInUse(*there));
        return std::unexpected(inUse("Table already exists: " + create.table.name));
    }
    TRY(m_tables.checkRegion(caller.regionName));
    TableDescription table = create.table;
    table.accountId = caller.accountId;
    table.regionName = caller.regionName;
    table.region = m_tables.regionOf(caller.regionName).id;
    table.space = m_tables.newSpace();
    table.tableId = m_tables.newTableId(table.space);
    table.createdAt = m_world.calendar();
    if (table.billing == BillingMode::PayPerRequest) table.lastToPayPerRequestAt = table.createdAt;
    if (create.table.policy)
        table.policy = nextPolicy(std::nullopt, create.table.policy->text, table.createdAt);
    table.status = TableStatus::Creating;
    const auto streamAt = setStream(m_streams, create.table.stream, table);
    for (SecondaryIndex& index : table.indexes) {
        index.space = m_tables.newSpace();
        index.status = TableStatus::Creating;
    }
    m_tables.addPartitions(table, GroupKind::Table, table.space,
                           initialPartitions(table.billing, table.throughput));
    for (const SecondaryIndex& index : table.indexes) {
        if (index.isGlobal())
            m_tables.addPartitions(table, GroupKind::Index, index.space,
                                   initialPartitions(table.billing, index.throughput));
    }
    if (streamAt) m_streams.begin(table, *streamAt, Streams::Table::New);
    m_tables.saveCounters();
    const auto made = std::make_shared<const TableDescription>(table);
    m_tables.put(made);
    settleInTime(table);
    TableReply reply;
    reply.table = made;
    reply.indexCounts.resize(table.indexes.size());
    reply.now = m_world.calendar();
    return reply;
}

ApiResult<Reply> TableAdmin::remove(const DeleteTable& remove) {
    if (remove.table->status != TableStatus::Active ||
        remove.table->hasIndexIn({TableStatus::Creating, TableStatus::Deleting}))
        return std::unexpected(stillInUse(*remove.table));
    TRY(checkIsNoStrongReplica(m_world, remove.table->space));
    TRY(checkIsNoRecentSource(m_world, remove.table->space));
    if (remove.table->deletionProtection) {
        return std::unexpected(ApiError::validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable "
            "deletion protection first."));
    }
    TableReply reply = describe(remove.table);
    TableDescription table = *remove.table;
    table.status = TableStatus::Deleting;
    const auto changed = std::make_shared<const TableDescription>(table);
    m_tables.put(changed);
    reply.table = m_replicas.shown(changed);
    if (!m_replicas.beginRemoval(table.space)) settleInTime(table);
    return reply;
}

ApiResult<Reply> TableAdmin::update(const UpdateTable& update) {
    if (!update.replicas.empty()) return changeReplicas(update);
    TRY(checkReplicaSettings(m_world, update));
    std::vector<UpdateTable> updates;
    for (const TablePtr& table : m_replicas.sharingSettings(update.table)) {
        if (table->space == update.table->space) {
            updates.push_back(update);
        } else if (reachesAllReplicas(update)) {
            updates.push_back(updateOfReplica(update, table));
        }
    }
    for (const UpdateTable& one : updates)
        TRY(checkIsTaken(one));
    if (update.stream && update.stream->enabled) TRY(checkRoomForStream(m_world, *update.table));
    TableReply reply = change(updates.front());
    for (std::size_t i = 1; i < updates.size(); ++i)
        change(updates[i]);
    return reply;
}

// Replies show the replicas as they were.
ApiResult<Reply> TableAdmin::changeReplicas(const UpdateTable& update) {
    TableReply reply = describe(update.table);
    TRY(m_replicas.change(update));
    TableReply changed = describe(m_world.catalog.find(update.table->space));
    reply.table = std::move(changed.table);
    reply.global = std::move(changed.global);
    return reply;
}

TableReply TableAdmin::change(const UpdateTable& update) {
    const bool updating = update.table->status == TableStatus::Updating;
    TableDescription table = *update.table;
    beginChanges(update, m_world.calendar(), table);
    std::vector<KeySpaceId> added;
    for (const std::string& name : update.deleteIndexes) {
        for (SecondaryIndex& index : table.indexes) {
            if (index.name == name) index.status = TableStatus::Deleting;
        }
    }
    for (SecondaryIndex index : update.createIndexes) {
        index.space = m_tables.newSpace();
        index.status = TableStatus::Creating;
        index.backfilling = true;
        added.push_back(index.space);
        table.indexes.push_back(std::move(index));
    }
    pruneDefinitions(table);
    const auto streamAt =
        update.stream ? setStream(m_streams, update.stream->enabled, table) : std::nullopt;
    const bool lasting = !added.empty() || !update.deleteIndexes.empty();
    if (takesTime(update)) table.status = TableStatus::Updating;
    const auto changed = std::make_shared<const TableDescription>(table);
    m_tables.put(changed);
    if (m_world.plantedBug == PlantedBug::CountersEarly) m_tables.saveCounters();
    for (const SecondaryIndex& index : table.indexes) {
        if (std::ranges::find(added, index.space) == added.end()) continue;
        m_tables.addPartitions(table, GroupKind::Index, index.space,
                               initialPartitions(table.billing, index.throughput));
        m_indexes.backfill.begin(table, index.space);
    }
    m_tables.put(changed);  // Includes the new partitions.
    if (streamAt) m_streams.begin(table, *streamAt, Streams::Table::Existing);
    if (update.stream && !streamAt) m_streams.end(table);
    if (m_world.plantedBug != PlantedBug::CountersEarly) m_tables.saveCounters();
    TableReply reply = describe(changed);
    // What an earlier update began keeps its time unless this one begins something too.
    if (!takesEffectLater(update)) return reply;
    // While an index is built, the table is UPDATING even if transient states take no time.
    if (lasting || updating)
        m_states.settleLater(table);
    else
        settleInTime(table);
    return reply;
}

void TableAdmin::on(const TableSettles& settles) {
    if (!m_states.isDue(settles)) return;
    if (const TablePtr table = m_world.catalog.find(settles.table)) settle(*table);
}

void TableAdmin::settleInTime(const TableDescription& table) {
    if (m_world.profile.transientStates == Duration::zero()) return settle(table);
    m_states.settleLater(table);
}

void TableAdmin::indexFilled(KeySpaceId table, KeySpaceId index) {
    const TablePtr found = m_world.catalog.find(table);
    if (found == nullptr) return;
    TableDescription changed = *found;
    for (SecondaryIndex& one : changed.indexes) {
        if (one.space == index) one.backfilling = false;
    }
    const bool filling = std::ranges::any_of(changed.indexes, &SecondaryIndex::backfilling);
    m_tables.put(std::make_shared<const TableDescription>(changed));
    if (!filling) m_states.settleLater(changed);
}

// A table or its indexes leave their transient states. An index that is being filled stays in its
// own, and its table is ACTIVE (GSI.OnlineOps, "Backfilling").
void TableAdmin::settle(TableDescription table) {
    m_states.forget(table.space);
    if (m_replicas.isHeld(table)) return;
    if (table.status == TableStatus::Deleting) {
        m_replicas.leave(table.space);
        m_streams.tableRemoved(table);
        return m_tables.erase(table);
    }
    for (const SecondaryIndex& index : table.indexes) {
        if (index.status == TableStatus::Deleting) m_tables.dropIndex(table, index);
    }
    std::erase_if(table.indexes, [](const SecondaryIndex& index) {
        return index.status == TableStatus::Deleting;
    });
    pruneDefinitions(table);
    finishChanges(m_world.calendar(), table);
    for (SecondaryIndex& index : table.indexes)
        if (!index.backfilling) index.status = TableStatus::Active;
    const bool isSource = m_replicas.isSource(table.space);
    table.status = isSource ? TableStatus::Updating : TableStatus::Active;
    m_tables.put(std::make_shared<const TableDescription>(table));
    if (!isSource) m_replicas.settled(table);
}

Reply TableAdmin::names(const ListTables& list, const Caller& caller) const {
    NamesReply reply;
    reply.names = m_world.catalog.names(caller, list.after, list.limit + 1);
    reply.more = reply.names.size() > list.limit;
    if (reply.more) reply.names.pop_back();
    return reply;
}

TableReply TableAdmin::describe(const TablePtr& table) const {
    TableReply reply;
    reply.table = table;
    reply.now = m_world.calendar();
    std::tie(reply.itemCount, reply.itemBytes) = m_tables.countsOf(table->space);
    std::size_t locals = 0;
    for (const SecondaryIndex& index : table->indexes)
        reply.indexCounts.push_back(index.isGlobal() ? m_tables.countsOf(index.space)
                                                     : localIndexCounts(table->space, locals++));
    m_replicas.describe(reply);
    return reply;
}

std::pair<std::int64_t, std::int64_t> TableAdmin::localIndexCounts(KeySpaceId table,
                                                                   std::size_t place) const {
    std::pair<std::int64_t, std::int64_t> sum;
    for (const GroupId id : m_world.partitions.ofSpace(table)) {
        const storage::EntryCounts counts = m_world.findGroup(id)->localIndexCounts(place);
        sum.first += counts.count;
        sum.second += counts.bytes;
    }
    return sum;
}

}  // namespace orrery::cluster
