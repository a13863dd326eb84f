#include <algorithm>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/cluster/world/world_impl.h"

// The effect of each kind of input, at the present instant, and where calls go.

namespace orrery::cluster {

Admitted World::admit(Input input) {
    return std::visit([this](auto& kind) { return m_impl->admit(kind); }, input);
}

Admitted World::Impl::admit(CallInput& input) {
    router.admit(input.id, std::move(input.call), std::move(input.caller));
    return 0;
}

Admitted World::Impl::admit(RefusedCall& input) {
    observe::RequestServed event;
    event.operation = std::move(input.operation);
    event.table = std::move(input.table);
    event.error = std::move(input.error);
    event.errorText = std::move(input.errorText);
    event.httpStatus = input.httpStatus;
    router.recordRefused(std::move(event));
    return 0;
}

Admitted World::Impl::admit(const FaultRequest& request) {
    return zones.begin(request);
}

Admitted World::Impl::admit(const HealFault& input) {
    if (!zones.heal(input.fault))
        return std::unexpected("No fault " + std::to_string(input.fault) + " is active.");
    experiments.faultsHealed();
    return 0;
}

Admitted World::Impl::admit(const HealAllFaults&) {
    zones.healAll();
    experiments.faultsHealed();
    return 0;
}

Admitted World::Impl::admit(const WallClock& input) {
    pace = input.pace;
    notedWall.reset();
    if (pace != Pace::Slower) notedWall = input.shows;
    return 0;
}

Admitted World::Impl::admit(const CalendarJump& input) {
    setCalendar(input.wallClock);
    streams.calendarJumped();
    expiries.calendarJumped();
    return 0;
}

Admitted World::Impl::admit(const StorageSynced& input) {
    synced = std::max(synced, input.upTo);
    replicator.treesSynced(input.trees);
    return 0;
}

// What is held adds data or changes a table by itself. A group, a table or a job has few of them in
// the agenda, and adds no more before they are handled. The others go on:
// - Replicas elect leaders, keep leases and finish what was proposed before.
// - Calls are answered. A transaction that has begun ends; a read transaction tries again.
// - Zones lose and regain power.
// - CatchUpResumes, JournalAsked and LedgerStep ask `acceptsWrites` themselves. IndexBatchArrives
//   and ReplicaBatchArrives take only what there is room for: deletions sooner than items. An
//   IndexRetry or a ReplicaRetry only sends what the receiver then does not take.
// While the store accepts some writes, only copies are held and, near the end, jobs that add data.
// Those take only what there is room for. The other jobs free space.
bool World::Impl::isHeld(const Event& event) const {
    if (accepted != Accepted::Nothing) {
        if (std::holds_alternative<CopyStep>(event)) return true;
        const auto* step = std::get_if<JobStep>(&event);
        const Job* job = step == nullptr ? nullptr : jobs.find(step->job);
        if (job == nullptr) return false;
        const bool addsData = job->kind == JobKind::FillIndex ||
                              job->kind == JobKind::FillReplica || job->kind == JobKind::FillExpiry;
        return addsData && accepted > Accepted::NoGrowth;
    }
    return std::visit(
        Overloaded{
            []<OneOf<TableSettles, JobStep, CopyStep, StreamTick, ExpirySweep, PreparedSweep,
                     LeaderSweep>
                   T>(const T&) { return true; },
            []<OneOf<std::monostate, ReplicaMessage, DiskDone, ReplicaTick, ProposalsLeave,
                     CatchUpResumes, OpArrives, OpAnswered, OpRetry, CallSweep, FaultEnds,
                     HeartbeatVerdict, IndexBatchArrives, IndexBatchAnswered, IndexRetry,
                     CollectionCountStep, TransactionAgain, LedgerStep, ReplicaBatchArrives,
                     ReplicaBatchAnswered, ReplicaRetry, SeatVerdict, JournalAdded, JournalAsked,
                     JournalAnswered, JournalRetry>
                   T>(const T&) { return false; },
        },
        event);
}

Admitted World::Impl::admit(const StorageAccepts& input) {
    const Accepted before = std::exchange(accepted, input.accepted);
    state.acceptsWrites = accepted <= Accepted::NoGrowth;
    state.acceptsOwnWork = accepted == Accepted::Everything;
    const std::uint64_t room = accepted == Accepted::Nothing ? 0 : input.room;
    state.room.set(room, accepted <= Accepted::ClientWrites);
    if (state.acceptsWrites) replicator.resumeCatchUp();
    if (accepted == before || accepted == Accepted::Nothing) return 0;
    for (Event& event : std::exchange(heldBack, {})) {
        std::visit([this](auto& body) { state.queue.add(state.now, std::move(body)); }, event);
    }
    return 0;
}

// No more than is watched for: see LiveDriver.
std::uint64_t World::roomOwed() const {
    constexpr std::uint64_t kOwedMax = 32u << 20;
    const std::uint64_t owed = m_impl->streams.imagesOwed() + m_impl->replication.sender.owed();
    return std::min(owed, kOwedMax);
}

bool World::lacksRoom() const {
    return m_impl->state.room.lacks();
}

Admitted World::Impl::admit(StorageFailure& input) {
    state.emit(observe::StorageFailed{std::move(input.message)});
    return 0;
}

Admitted World::Impl::admit(const StartChecksums& input) {
    const auto look = checksums.start(input.table, input.region, input.accountId);
    if (!look) return std::unexpected(look.error());
    return look->value();
}

Admitted World::Impl::admit(const StepChecksums&) {
    checksums.readOn({});
    return 0;
}

Admitted World::Impl::admit(const DropChecksums& input) {
    checksums.drop(input.look);
    return 0;
}

Admitted World::Impl::admit(const CancelJob& input) {
    if (auto refused = jobs.cancel(input.job)) return std::unexpected(*std::move(refused));
    return 0;
}

Admitted World::Impl::admit(const ResetTables& input) {
    return tables.reset(input.accountId, input.countMax);
}

Admitted World::Impl::admit(const ExperimentInput& input) {
    TRY(experiments.apply(input));
    return 0;
}

// --- calls on their way

ApiResult<Reply> World::Impl::answerAtOnce(const Request& request, const Caller& caller) {
    using Result = ApiResult<Reply>;
    return std::visit(
        Overloaded{
            [&](const ReadStream& read) -> Result { return streams.server.serveRemoved(read); },
            [&]<OneOf<CreateTable, DescribeTable, UpdateTable, UpdateTimeToLive, DeleteTable,
                      ListTables, UpdateStream, ReadNothing>
                    T>(const T&) -> Result { return tables.request(request, caller); },
            // Replicas answer these.
            []<OneOf<ReadItem, WriteItem, ReadRange, ReadBatch, WriteBatch, TransactWrite,
                     TransactRead>
                   T>(const T&) -> Result { CHECK(false); },
        },
        request);
}

void World::Impl::opArrives(const OpArrives& arrives) {
    if (!state.post.arrives(arrives.header, arrives.op.call.value())) return;
    Group* group = state.findGroup(arrives.header.from.group);
    if (group == nullptr || !group->member(arrives.header.to).replica) return;
    state.changedGroups.add(group->id);
    if (arrives.request->isWrite()) streams.writeArrives(*group);
    ParkedOp asked{arrives.op, arrives.header.to, arrives.request};
    // Some requests of coordinators have no call.
    const Request* call = arrives.request->call.get();
    if (call == nullptr) return server.serve(*group, std::move(asked));
    std::visit(Overloaded{
                   [&](const ReadStream&) { streams.server.serve(*group, std::move(asked)); },
                   [&]<OneOf<ReadItem, WriteItem, ReadRange, ReadBatch, WriteBatch, TransactWrite,
                             TransactRead>
                           T>(const T&) { server.serve(*group, std::move(asked)); },
                   // No replica gets these.
                   []<OneOf<CreateTable, DescribeTable, UpdateTable, UpdateTimeToLive, DeleteTable,
                            ListTables, UpdateStream, ReadNothing>
                          T>(const T&) { CHECK(false); },
               },
               *call);
}

}  // namespace orrery::cluster
