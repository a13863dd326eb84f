#include "core/cluster/global/strong_server.h"

#include <algorithm>
#include <variant>

#include "core/base/check.h"
#include "core/cluster/writes/item_versions.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {

using Kind = JournalRequest::Kind;

namespace {

std::string keyIn(KeySpaceId space, std::string_view storageKey) {
    return types::keySpaceBegin(space) + std::string(storageKey.substr(types::kKeySpaceBytes));
}

/// The journal of a partition; null while the table is being deleted.
Group* journalOf(const WorldState& world, const Group& group) {
    const GlobalTablePtr global = world.catalog.globals().strong(group.table);
    if (global == nullptr) return nullptr;
    return world.findGroup(world.partitions.find(global->journal->space, group.begin));
}

/// The version comes after the one that it replaces, whatever the clock of the Region says.
void setVersion(const WorldState& world, const Group& group,
                const std::optional<ItemVersion>& replaced, table::LogRecord& record) {
    CalendarTime at = world.clockOf(group.region);
    if (replaced) at = std::max(at, CalendarTime(replaced->at.sinceEpoch() + Duration(1)));
    record.version = at;
    record.originRegion = world.region(group.region).name;
}

/// The item as the write leaves it, in the encoding of replies.
ItemView viewAfter(const table::LogRecord& record) {
    if (!record.newImage) return {};
    return {share(*record.newImage), 0, record.newItemBytes};
}

}  // namespace

bool StrongServer::serve(Group& group, const ParkedOp& asked) {
    const GlobalTablePtr global = m_world.catalog.globals().strong(group.table);
    if (global == nullptr || group.kind != GroupKind::Table) return false;
    if (asked.request->transaction || isPaused(*global, group)) {
        answer(group, asked, ApiError::internal());
        return true;
    }
    Task task{asked, writeOf(asked), group.member(asked.zone).replica->term(), 0, nullptr};
    if (task.write != nullptr) {
        const auto [queue, isFree] = m_work.of(group.id).writing.try_emplace(asked.request->key);
        if (!isFree) {
            queue->second.push_back(asked);
            return true;
        }
    }
    begin(group, std::move(task));
    return true;
}

const WriteItem* StrongServer::writeOf(const ParkedOp& asked) {
    if (!asked.request->isWrite() || asked.request->call == nullptr) return nullptr;
    if (const auto* one = std::get_if<WriteItem>(asked.request->call.get())) return one;
    const auto* batch = std::get_if<WriteBatch>(asked.request->call.get());
    return batch == nullptr ? nullptr : &batch->writes[asked.request->part];
}

// A Region whose replication is paused in all directions takes no part.
bool StrongServer::isPaused(const GlobalTable& global, const Group& group) const {
    const TablePtr table = m_world.catalog.find(group.table);
    if (table == nullptr) return false;
    const std::string& own = m_world.region(group.region).name;
    return std::ranges::all_of(global.journal->seats, [&](RegionId seat) {
        const std::string& other = m_world.region(seat).name;
        return seat == group.region || m_world.replicationPauses.has(own, other, table->name) ||
               m_world.replicationPauses.has(other, own, table->name);
    });
}

void StrongServer::begin(Group& group, Task task) {
    task.write == nullptr ? fence(group, std::move(task)) : evaluate(group, std::move(task));
}

void StrongServer::evaluate(Group& group, Task task) {
    const ZoneIndex zone = task.asked.zone;
    const std::string& key = task.asked.request->key;
    const auto newest = latestVersion(m_world, group, zone, key);
    if (!newest) return refuse(group, task, m_world.damaged(newest.error()));
    Evaluation done = evaluateWrite(m_world, m_sizes, group, zone, *task.write, key, Logged::Once);
    JournalRequest request;
    request.kind = done.record && !done.error ? Kind::Propose : Kind::Check;
    if (newest->version) request.base = KnownVersion{newest->version->at, newest->version->region};
    task.result = std::make_unique<OpResult>();
    if (done.error) {
        task.result->answer = Refused{*std::move(done.error), done.latest.item};
    } else if (done.record) {
        request.record = *std::move(done.record);
        request.record.oldImage.reset();
        setVersion(m_world, group, newest->version, request.record);
        task.result->answer = WriteReply{done.latest.item, viewAfter(request.record), {}};
    } else {
        task.result->answer = WriteReply{done.latest.item, {}, {}};
    }
    ++task.rounds;
    ask(group, std::move(task), std::move(request));
}

void StrongServer::fence(Group& group, Task task) {
    JournalRequest request;
    request.kind = Kind::Fence;
    ask(group, std::move(task), std::move(request));
}

void StrongServer::ask(Group& group, Task task, JournalRequest request) {
    const Group* const journal = journalOf(m_world, group);
    if (journal == nullptr) return refuse(group, task, ApiError::internal());
    const Instant limit = task.asked.request->deadline;
    request.sender = task.asked.zone;
    if (request.kind != Kind::Fence) {
        request.key = keyIn(journal->space, task.asked.request->key);
        request.record.space = journal->space;
        request.record.key = request.key;
    }
    const std::uint64_t number = m_client.ask(group, *journal, std::move(request), limit);
    m_work.of(group.id).tasks.emplace(number, std::move(task));
}

void StrongServer::decided(Group& group, const JournalRequest& request, JournalOutcome outcome) {
    auto& tasks = m_work.of(group.id).tasks;
    const auto known = tasks.find(request.id.number);
    if (known == tasks.end()) return;
    Task task = std::move(known->second);
    tasks.erase(known);
    switch (outcome) {
        case JournalOutcome::Done:
            if (request.kind == Kind::Fence) return fenced(group, std::move(task));
            // What was decided may not be on disk yet.
            if (const Group* journal = journalOf(m_world, group)) task.result->gate = journal->gate;
            m_items.answer(group, task.asked.zone, task.asked.op, std::move(task.result));
            return release(group, task.asked.request->key);
        case JournalOutcome::Stale:
            if (task.rounds < kRoundsMax) return fence(group, std::move(task));
            return refuse(group, task, ApiError::replicatedWriteConflict());
        case JournalOutcome::Conflict:
            return refuse(group, task, ApiError::replicatedWriteConflict());
        case JournalOutcome::NotLeader:
        case JournalOutcome::Unknown:
        case JournalOutcome::Failed:
            return refuse(group, task, ApiError::internal());
    }
    CHECK(false);
}

bool StrongServer::leads(const Group& group, const Task& task) const {
    const auto& replica = group.member(task.asked.zone).replica;
    return replica && replica->term() == task.term && replica->takesRequests(m_world.now);
}

// Nobody else led the partition meanwhile, so this leader has what the partition has taken.
void StrongServer::fenced(Group& group, Task task) {
    if (leads(group, task)) {
        if (task.write == nullptr) return m_items.read(group, task.asked);
        return evaluate(group, std::move(task));
    }
    if (task.write != nullptr) release(group, task.asked.request->key);
    if (group.member(task.asked.zone).replica) m_items.arrives(group, std::move(task.asked));
}

void StrongServer::answer(Group& group, const ParkedOp& asked, ApiError error) {
    if (!group.member(asked.zone).replica) return;
    auto result = std::make_unique<OpResult>();
    result->answer = Refused{std::move(error), {}};
    m_items.answer(group, asked.zone, asked.op, std::move(result));
}

void StrongServer::refuse(Group& group, const Task& task, ApiError error) {
    answer(group, task.asked, std::move(error));
    if (task.write != nullptr) release(group, task.asked.request->key);
}

// What the last write left is not here yet, so the next one waits for it first.
void StrongServer::release(Group& group, const std::string& key) {
    auto& writing = m_work.of(group.id).writing;
    const auto known = writing.find(key);
    if (known == writing.end()) return;
    while (!known->second.empty()) {
        ParkedOp next = std::move(known->second.front());
        known->second.pop_front();
        const auto& replica = group.member(next.zone).replica;
        if (!replica || m_world.now >= next.request->deadline) continue;
        Task task{std::move(next), nullptr, replica->term(), 0, nullptr};
        task.write = writeOf(task.asked);
        return fence(group, std::move(task));
    }
    writing.erase(known);
}

void StrongServer::moved(Group& group) {
    Work* const work = m_work.find(group.id);
    if (work == nullptr || (work->tasks.empty() && work->writing.empty())) return;
    m_client.moved(group);
    const auto isForgotten = [&](ZoneIndex zone) { return !group.member(zone).replica; };
    std::vector<std::string> released;
    std::erase_if(work->tasks, [&](const auto& one) {
        const Task& task = one.second;
        if (!isForgotten(task.asked.zone)) return false;
        if (task.write != nullptr) released.push_back(task.asked.request->key);
        return true;
    });
    for (const std::string& key : released)
        release(group, key);
}

bool StrongServer::waits(GroupId group) const {
    const Work* const work = m_work.find(group);
    return work != nullptr && !work->tasks.empty();
}

void StrongServer::forget(GroupId group) {
    m_work.forget(group);
    m_client.forget(group);
}

}  // namespace orrery::cluster
