#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/cluster/items/range_reader.h"
#include "core/cluster/routing/router.h"
#include "core/types/storage_key.h"

// The parts of a call: the partition of each, and the request to it.

namespace orrery::cluster {
namespace {

bool changesData(const Request& request) {
    return std::visit(Overloaded{
                          []<OneOf<WriteItem, WriteBatch, TransactWrite, CreateTable, UpdateTable,
                                   UpdateTimeToLive, DeleteTable, UpdateStream>
                                 T>(const T&) { return true; },
                          []<OneOf<ReadItem, ReadRange, ReadBatch, TransactRead, DescribeTable,
                                   ListTables, ReadStream, ReadNothing>
                                 T>(const T&) { return false; },
                      },
                      request);
}

Access accessOf(bool isConsistent) {
    return isConsistent ? Access::Strong : Access::Eventual;
}

}  // namespace

bool Router::plan(PendingCall& call) {
    if (m_world.damage && changesData(*call.request)) {
        call.error = m_world.damageError();
        return false;
    }
    if (!planParts(call)) {
        call.error = ApiError::resourceNotFound();
        return false;
    }
    if (call.ops.empty()) return false;
    const auto zone = routerZone(m_world.region(call.region), call.zone);
    if (!zone) {
        call.error = ApiError::internal();
        return false;
    }
    call.zone = *zone;
    call.opsLeft = static_cast<std::uint32_t>(call.ops.size());
    return true;
}

bool Router::planParts(PendingCall& call) {
    return std::visit(
        Overloaded{
            [&](const ReadItem& read) {
                call.reply = ItemReply{};
                return planItem(call, read.table, read.key, accessOf(read.consistent));
            },
            [&](const WriteItem& write) {
                call.reply = WriteReply{};
                return planItem(call, write.table, write.key, Access::Write);
            },
            [&](const ReadRange& range) {
                call.reply = RangeReply{};
                call.itemsLeft = range.limit;
                call.bytesLeft = kPageBytesMax;
                call.region = range.table->region;
                return planPage(call, range, nextPartition(m_world, range, 0, nullptr));
            },
            [&](const ReadBatch& batch) {
                call.reply = BatchReadReply{std::vector<ItemView>(batch.reads.size()), {}};
                bool all = true;
                for (const ReadItem& one : batch.reads)
                    all = planItem(call, one.table, one.key, accessOf(one.consistent)) && all;
                return all;
            },
            [&](const WriteBatch& batch) {
                call.reply = BatchWriteReply{std::vector<WriteReply>(batch.writes.size()), {}, {}};
                bool all = true;
                for (const WriteItem& one : batch.writes)
                    all = planItem(call, one.table, one.key, Access::Write) && all;
                return all;
            },
            // These go to a coordinator.
            []<OneOf<TransactWrite, TransactRead> T>(const T&) -> bool { CHECK(false); },
            [&](const ReadStream& read) {
                planStream(call, read);
                return true;
            },
            [&]<OneOf<CreateTable, DescribeTable, UpdateTable, UpdateTimeToLive, DeleteTable,
                      ListTables, UpdateStream, ReadNothing>
                    T>(const T&) {
                answerAtOnce(call);
                return true;
            },
        },
        *call.request);
}

void Router::answerAtOnce(PendingCall& call) {
    auto reply = m_tables(*call.request, call.caller);
    if (reply) {
        call.reply = std::move(*reply);
    } else {
        call.error = std::move(reply).error();
    }
    call.gate = m_world.openTicket;
}

bool Router::planItem(PendingCall& call, const TablePtr& table, const types::Key& key,
                      Access access) {
    OpRequest asked;
    asked.part = static_cast<std::uint32_t>(call.ops.size());
    asked.key = types::storageKey(table->space, key);
    asked.access = access;
    call.region = table->region;
    const GroupId group = m_world.partitions.find(asked.key);
    addOp(call, group, std::move(asked));
    // For the data plane, a table that is being created does not exist yet.
    return table->status != TableStatus::Creating && call.ops.back().group != GroupId{};
}

Lsn Router::committedIn(GroupId id) const {
    const Group* const group = m_world.findGroup(id);
    return group != nullptr ? group->committed : Lsn{};
}

bool Router::isStrong(GroupId id) const {
    const Group* const group = m_world.findGroup(id);
    return group != nullptr && m_world.catalog.globals().strong(group->table) != nullptr;
}

void Router::addOp(PendingCall& call, GroupId group, OpRequest asked) {
    asked.call = call.request;
    Op op;
    op.group = group;
    op.isStrong = asked.needsLeader() && isStrong(group);
    const Profile& profile = m_world.profile;
    const Duration patience = op.isStrong ? profile.strongRequestTimeout : profile.requestTimeout;
    call.patience = std::max(call.patience, patience);
    asked.deadline = call.admittedAt + patience;
    asked.committedBefore = committedIn(group);
    op.request = std::make_shared<const OpRequest>(std::move(asked));
    call.ops.push_back(std::move(op));
}

// The leader of the shard's partition answers. A partition that was removed with its table left its
// records in the archive.
void Router::planStream(PendingCall& call, const ReadStream& read) {
    const GroupId group = read.shard.group;
    if (m_world.findGroup(group) == nullptr) return answerAtOnce(call);
    call.reply = StreamReply{};
    call.region = read.stream->region;
    OpRequest asked;
    asked.access = Access::Strong;
    addOp(call, group, std::move(asked));
}

bool Router::planPage(PendingCall& call, const ReadRange& range, GroupId group) {
    OpRequest asked;
    asked.key = range.forward ? range.begin : range.end;
    asked.access = accessOf(range.consistent);
    asked.itemsLeft = call.itemsLeft;
    asked.bytesLeft = call.bytesLeft;
    addOp(call, group, std::move(asked));
    return group != GroupId{};
}

}  // namespace orrery::cluster
