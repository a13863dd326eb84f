#include "core/cluster/table_admin.h"

#include <algorithm>

#include "core/base/check.h"

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

// The definitions are those of the keys of the table and its indexes, no more; what the table had
// stays in its place.
void defineKeysAlone(TableDescription& table) {
    const auto named = [](std::vector<types::KeyAttribute>& among, const std::string& name) {
        return std::ranges::find(among, name, &types::KeyAttribute::name);
    };
    std::vector<types::KeyAttribute> used;
    const auto add = [&](const types::KeyAttribute& attribute) {
        if (named(used, attribute.name) == used.end()) used.push_back(attribute);
    };
    const auto addKeys = [&](const types::KeySchema& keys) {
        add(keys.partition);
        if (keys.sort) add(*keys.sort);
    };
    addKeys(table.keys);
    for (const SecondaryIndex& index : table.indexes)
        addKeys(index.keys);
    std::erase_if(table.attributes, [&](const types::KeyAttribute& attribute) {
        return named(used, attribute.name) == used.end();
    });
    for (const types::KeyAttribute& attribute : used) {
        const auto place = named(table.attributes, attribute.name);
        if (place == table.attributes.end()) {
            table.attributes.push_back(attribute);
        } else {
            *place = attribute;  // A definition that outlived its index had another type.
        }
    }
}

}  // namespace

std::uint64_t initialPartitions(BillingMode billing, const Throughput& throughput) {
    constexpr std::uint64_t kOnDemandPartitions = 4;
    constexpr std::uint64_t kPartitionReads = 3000;
    constexpr std::uint64_t kPartitionWrites = 1000;
    constexpr std::uint64_t kPartitionsMax = 1000;
    if (billing == BillingMode::PayPerRequest) return kOnDemandPartitions;
    const auto reads = static_cast<std::uint64_t>(std::max<std::int64_t>(throughput.readUnits, 0));
    const auto writes =
        static_cast<std::uint64_t>(std::max<std::int64_t>(throughput.writeUnits, 0));
    const std::uint64_t thousandths =
        reads * 1000 / kPartitionReads + writes * 1000 / kPartitionWrites;
    return std::clamp<std::uint64_t>((thousandths + 999) / 1000, 1, kPartitionsMax);
}

ApiResult<Reply> TableAdmin::request(const Request& request, const Caller& caller) {
    if (const auto* one = std::get_if<CreateTable>(&request)) return create(*one, caller);
    if (const auto* one = std::get_if<UpdateTable>(&request)) return update(*one);
    if (const auto* one = std::get_if<DeleteTable>(&request)) return remove(*one);
    if (const auto* one = std::get_if<DescribeTable>(&request)) return describe(one->table);
    if (const auto* one = std::get_if<ListTables>(&request)) return names(*one, caller);
    CHECK(std::holds_alternative<ReadNothing>(request));
    return NothingReply{m_world.calendar()};
}

ApiResult<Reply> TableAdmin::create(const CreateTable& create, const Caller& caller) {
    if (m_world.catalog.find(caller, create.table.name) != nullptr)
        return std::unexpected(inUse("Table already exists: " + create.table.name));
    if (m_world.findRegion(caller.regionName) == nullptr &&
        m_world.regions.size() >= WorldState::kRegionsMax) {
        return std::unexpected(ApiError{ErrorType::LimitExceeded,
                                        "There is no table in Region " + caller.regionName +
                                            ", and this endpoint "
                                            "already has tables in " +
                                            std::to_string(WorldState::kRegionsMax) +
                                            " Regions, which is as many as it can have.",
                                        nullptr});
    }
    TableDescription table = create.table;
    table.accountId = caller.accountId;
    table.regionName = caller.regionName;
    table.region = regionOf(caller.regionName).id;
    table.space = newSpace();
    table.tableId = newTableId(table.space);
    table.createdAt = m_world.calendar();
    if (table.billing == BillingMode::PayPerRequest) table.lastToPayPerRequestAt = table.createdAt;
    table.status = TableStatus::Creating;
    for (SecondaryIndex& index : table.indexes) {
        index.space = newSpace();
        index.status = TableStatus::Creating;
    }
    addPartitions(table, table.space, initialPartitions(table.billing, table.throughput));
    for (const SecondaryIndex& index : table.indexes) {
        if (index.global)
            addPartitions(table, index.space, initialPartitions(table.billing, index.throughput));
    }
    saveCounters();
    const auto made = std::make_shared<const TableDescription>(table);
    store(made);
    if (m_world.profile.transientStates == Duration::zero()) {
        settle(table);
    } else {
        m_world.queue.add(m_world.now + m_world.profile.transientStates, TableSettles{table.space});
    }
    return TableReply{made, 0, 0,
                      std::vector<std::pair<std::int64_t, std::int64_t>>(table.indexes.size())};
}

ApiResult<Reply> TableAdmin::remove(const DeleteTable& remove) {
    if (remove.table->status != TableStatus::Active)
        return std::unexpected(stillInUse(*remove.table));
    if (remove.table->deletionProtection) {
        return std::unexpected(ApiError::validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable "
            "deletion protection first."));
    }
    TableReply reply = describe(remove.table);
    TableDescription table = *remove.table;
    table.status = TableStatus::Deleting;
    const auto changed = std::make_shared<const TableDescription>(table);
    store(changed);
    reply.table = changed;
    if (m_world.profile.transientStates == Duration::zero()) {
        settle(table);
    } else {
        m_world.queue.add(m_world.now + m_world.profile.transientStates, TableSettles{table.space});
    }
    return reply;
}

void TableAdmin::applySettings(const UpdateTable& update, TableDescription& table) const {
    const CalendarTime now = m_world.calendar();
    if (update.billing && *update.billing != table.billing) {
        table.billing = *update.billing;
        if (table.billing == BillingMode::PayPerRequest) {
            table.lastToPayPerRequestAt = now;
            table.throughput = {};
            for (SecondaryIndex& index : table.indexes)
                index.throughput = {};
        }
    }
    if (update.throughput) {
        const Throughput& next = *update.throughput;
        const bool up = next.readUnits > table.throughput.readUnits ||
                        next.writeUnits > table.throughput.writeUnits;
        const bool down = next.readUnits < table.throughput.readUnits ||
                          next.writeUnits < table.throughput.writeUnits;
        if (up) table.lastIncreaseAt = now;
        if (down) {
            table.lastDecreaseAt = now;
            ++table.decreasesToday;
        }
        table.throughput = next;
    }
    if (update.onDemandMax) table.onDemandMax = update.onDemandMax;
    if (update.warm) table.warm = update.warm;
    if (update.deletionProtection) table.deletionProtection = *update.deletionProtection;
    if (update.tableClass) table.tableClass = *update.tableClass;
    if (update.sseEnabled) table.sseEnabled = *update.sseEnabled;
    if (update.sseKeyArn) table.sseKeyArn = *update.sseKeyArn;
    for (const auto& [name, throughput] : update.indexThroughputs) {
        for (SecondaryIndex& index : table.indexes) {
            if (index.name == name) index.throughput = throughput;
        }
    }
}

ApiResult<Reply> TableAdmin::update(const UpdateTable& update) {
    if (update.table->status != TableStatus::Active)
        return std::unexpected(stillInUse(*update.table));
    TableDescription table = *update.table;
    applySettings(update, table);
    std::vector<KeySpaceId> added;
    for (const std::string& name : update.deleteIndexes) {
        for (SecondaryIndex& index : table.indexes) {
            if (index.name == name) index.status = TableStatus::Deleting;
        }
    }
    for (SecondaryIndex index : update.createIndexes) {
        index.space = newSpace();
        index.status = TableStatus::Creating;
        index.backfilling = true;
        added.push_back(index.space);
        table.indexes.push_back(std::move(index));
    }
    defineKeysAlone(table);
    const bool lasting = !added.empty() || !update.deleteIndexes.empty();
    const bool transient = lasting || m_world.profile.transientStates > Duration::zero();
    if (transient) table.status = TableStatus::Updating;
    const auto changed = std::make_shared<const TableDescription>(table);
    store(changed);
    saveCounters();
    for (const SecondaryIndex& index : table.indexes) {
        if (std::ranges::find(added, index.space) == added.end()) continue;
        addPartitions(table, index.space, initialPartitions(table.billing, index.throughput));
        m_propagator.fill(table, index.space);
    }
    store(changed);  // With the new partitions.
    TableReply reply = describe(changed);
    if (added.empty() && transient) {
        m_world.queue.add(m_world.now + m_world.profile.transientStates, TableSettles{table.space});
    }
    return reply;
}

void TableAdmin::on(const TableSettles& settles) {
    if (const TablePtr table = m_world.catalog.find(settles.table)) settle(*table);
}

void TableAdmin::indexFilled(KeySpaceId table, KeySpaceId index) {
    const TablePtr found = m_world.catalog.find(table);
    if (found == nullptr) return;
    TableDescription changed = *found;
    for (SecondaryIndex& one : changed.indexes) {
        if (one.space == index) one.backfilling = false;
    }
    const bool filling = std::ranges::any_of(changed.indexes, &SecondaryIndex::backfilling);
    store(std::make_shared<const TableDescription>(changed));
    if (!filling)
        m_world.queue.add(m_world.now + m_world.profile.transientStates, TableSettles{table});
}

// A table or its indexes reach the state that they were on their way to.
void TableAdmin::settle(TableDescription table) {
    if (table.status == TableStatus::Deleting) {
        for (const SecondaryIndex& index : table.indexes)
            dropSpace(index.space);
        dropSpace(table.space);
        m_world.turn.eraseValue("table/" + std::to_string(table.space.value()));
        m_world.catalog.erase(table);
        m_world.catalogGate = m_world.openTicket;
        return;
    }
    for (const SecondaryIndex& index : table.indexes) {
        if (index.status == TableStatus::Deleting) dropSpace(index.space);
    }
    std::erase_if(table.indexes, [](const SecondaryIndex& index) {
        return index.status == TableStatus::Deleting;
    });
    defineKeysAlone(table);
    bool filling = false;
    for (SecondaryIndex& index : table.indexes) {
        filling = filling || index.backfilling;
        if (!index.backfilling) index.status = TableStatus::Active;
    }
    table.status = filling ? TableStatus::Updating : TableStatus::Active;
    store(std::make_shared<const TableDescription>(std::move(table)));
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
    std::tie(reply.itemCount, reply.itemBytes) = countsOf(table->space);
    for (const SecondaryIndex& index : table->indexes) {
        reply.indexCounts.push_back(index.global ? countsOf(index.space)
                                                 : std::pair{reply.itemCount, reply.itemBytes});
    }
    return reply;
}

std::pair<std::int64_t, std::int64_t> TableAdmin::countsOf(KeySpaceId space) const {
    std::int64_t items = 0;
    std::int64_t bytes = 0;
    for (const GroupId id : m_world.partitions.ofSpace(space)) {
        const Group* group = m_world.findGroup(id);
        const Member* best = &group->members[0];
        for (const Member& member : group->members) {
            if (member.mark.applied > best->mark.applied) best = &member;
        }
        items += best->mark.itemCount;
        bytes += best->mark.itemBytes;
    }
    return {items, bytes};
}

}  // namespace orrery::cluster
