#include "core/cluster/world/world.h"

#include <algorithm>
#include <iterator>

#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/cluster/catalog/starts.h"
#include "core/cluster/inspect/conflict_looks.h"
#include "core/cluster/inspect/looks.h"
#include "core/cluster/world/world_impl.h"

namespace orrery::cluster {

World::World(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
World::~World() = default;

storage::StorageResult<std::unique_ptr<World>> World::open(storage::Store& store,
                                                           const WorldOptions& options,
                                                           CalendarTime calendar) {
    auto impl = std::make_unique<Impl>(store, options);
    TRY(impl->openClock(calendar));
    TRY_ASSIGN(const std::uint64_t starts, countStart(store, impl->state.turn));
    impl->synced = store.synced();
    impl->state.openTicket = impl->synced.next();
    TRY(impl->openSettings(options.profileIsChosen));
    TRY(impl->jobs.reopen());
    TRY(impl->tables.reopenRegions());
    TRY(impl->streams.reopen());
    TRY(impl->zones.reopen());
    TRY(impl->experiments.reopen());
    TRY(impl->tables.reopenTables());
    impl->transactions.resume(starts);
    TRY(impl->streams.resume());
    TRY(impl->replication.resume());
    impl->expiries.resume();
    impl->expiryFiller.resume();
    return std::unique_ptr<World>(new World(std::move(impl)));
}

// Discards a turn in which the machine failed.
storage::Ticket World::Impl::discardTurn() {
    state.turn = {};
    router.takeAnswers();
    return storage::Ticket(state.openTicket.value() - 1);
}

storage::Ticket World::Impl::commit() {
    const storage::Ticket ticket = state.store.commit(std::exchange(state.turn, {}));
    state.openTicket = ticket.next();
    replicator.turnCommitted();
    std::vector<Answered> answered = router.takeAnswers();
    for (Answered& one : answered)
        one.gate = std::min(std::max(one.gate, boundGate), ticket);
    if (answers.empty()) {
        answers.swap(answered);
    } else {
        std::ranges::move(answered, std::back_inserter(answers));
    }
    return ticket;
}

void World::Impl::process(Event& event) {
    if (accepted != Accepted::Everything && isHeld(event))
        return heldBack.push_back(std::move(event));
    std::visit(Overloaded{
                   [](std::monostate) {},
                   [&](ReplicaMessage& message) { replicator.on(message); },
                   [&](DiskDone& done) { replicator.on(done); },
                   [&](const ReplicaTick& tick) { replicator.on(tick); },
                   [&](const ProposalsLeave& leave) { replicator.on(leave); },
                   [&](const CatchUpResumes& link) { replicator.on(link); },
                   [&](const CopyStep& copy) { replicator.on(copy); },
                   [&](const OpArrives& arrives) { opArrives(arrives); },
                   [&](OpAnswered& answered) {
                       answered.op.owner == OpOwner::Router ? router.on(answered)
                                                            : transactions.coordinator.on(answered);
                   },
                   [&](const OpRetry& retry) {
                       retry.op.owner == OpOwner::Router ? router.on(retry)
                                                         : transactions.coordinator.on(retry);
                   },
                   [&](const CallSweep& sweep) {
                       sweep.owner == OpOwner::Router ? router.on(sweep)
                                                      : transactions.coordinator.on(sweep);
                   },
                   [&](const FaultEnds& ends) { zones.on(ends); },
                   [&](const HeartbeatVerdict& verdict) { zones.on(verdict); },
                   [&](const SeatVerdict& verdict) { zones.on(verdict); },
                   [&](const JournalAdded& added) { zones.on(added); },
                   [&](const TableSettles& settles) { tables.on(settles); },
                   [&](const IndexBatchArrives& batch) { indexes.receiver.on(batch); },
                   [&](const IndexBatchAnswered& answered) { indexes.sender.on(answered); },
                   [&](const IndexRetry& retry) { indexes.sender.on(retry); },
                   [&](const ReplicaBatchArrives& batch) { replication.receiver.on(batch); },
                   [&](const ReplicaBatchAnswered& answered) { replication.sender.on(answered); },
                   [&](const ReplicaRetry& retry) {
                       replication.on(retry, state.findGroup(retry.source));
                   },
                   [&](const JournalAsked& asked) { replication.journals.on(asked); },
                   [&](const JournalAnswered& answered) { replication.strong.on(answered); },
                   [&](const JournalRetry& retry) { replication.strong.on(retry); },
                   [&](const JobStep& step) { jobs.on(step); },
                   [&](const StreamTick& tick) { streams.on(tick); },
                   [&](const ExpirySweep& sweep) { expiries.on(sweep); },
                   [&](const CollectionCountStep& step) { server.on(step); },
                   [&](const LeaderSweep& sweep) { spreader.on(sweep); },
                   [&](const TransactionAgain& again) { transactions.coordinator.on(again); },
                   [&](const PreparedSweep& sweep) { transactions.recovery.on(sweep); },
                   [&](const LedgerStep& step) { transactions.ledger.on(step); },
               },
               event);
}

bool World::run(Instant until, std::size_t eventsMax) {
    WorldState& state = m_impl->state;
    GroupSweeps& sweeps = m_impl->zones.sweeps();
    std::size_t ran = 0;
    while (!state.failure && (!sweeps.isDone() || state.queue.nextAt() <= until)) {
        if (ran >= eventsMax) return false;
        if (!sweeps.isDone()) {
            ran += sweeps.step(eventsMax - ran);
            continue;
        }
        ++ran;
        state.queue.takeInPlace([&](Instant at, Agenda::Entry& entry) {
            state.now = std::max(state.now, at);
            const CauseScope scope(state.queue, entry.cause);
            m_impl->process(entry.event);
        });
    }
    state.now = std::max(state.now, until);
    return true;
}

storage::Ticket World::endTurn() {
    if (m_impl->state.failure) return m_impl->discardTurn();
    m_impl->tables.reclaimDropped(m_impl->synced);
    m_impl->copies.turnEnds();
    m_impl->streams.turnEnds();
    m_impl->jobs.turnEnds();
    m_impl->replicator.saveStates();
    m_impl->saveClockIfDue();
    return m_impl->commit();
}

storage::Ticket World::close() {
    if (m_impl->state.failure) return m_impl->discardTurn();
    m_impl->streams.turnEnds();
    m_impl->jobs.turnEnds();
    m_impl->replicator.saveStates();
    m_impl->pace = Pace::Normal;  // No answer leaves after this, so no margin.
    m_impl->saveClock(m_impl->state.now);
    return m_impl->commit();
}

const std::vector<std::string>& World::notes() const {
    return m_impl->tables.notes();
}

const std::optional<storage::StorageError>& World::failure() const {
    return m_impl->state.failure;
}

const std::optional<storage::StorageError>& World::damage() const {
    return m_impl->state.damage;
}

std::vector<Answered> World::takeAnswers() {
    return std::exchange(m_impl->answers, {});
}

std::size_t World::pendingCalls() const {
    return m_impl->router.pendingCalls();
}

Instant World::now() const {
    return m_impl->state.now;
}

CalendarTime World::calendar() const {
    return m_impl->state.calendar();
}

Instant World::nextEventAt() const {
    return isSweeping() ? now() : m_impl->state.queue.nextAt();
}

bool World::isSweeping() const {
    return !m_impl->zones.sweeps().isDone();
}

void World::sweepGroups(std::size_t groupsMax) {
    GroupSweeps& sweeps = m_impl->zones.sweeps();
    while (groupsMax > 0 && !sweeps.isDone() && !m_impl->state.failure)
        groupsMax -= std::min(groupsMax, sweeps.step(groupsMax));
}

std::size_t World::unsavedGroups() const {
    return m_impl->replicator.unsaved().size();
}

storage::Ticket World::openTurn() const {
    return m_impl->state.openTicket;
}

storage::Ticket World::lookGate(std::string_view table, std::string_view region,
                                std::string_view accountId) const {
    return cluster::lookGate(m_impl->state, table, region, accountId);
}

storage::Ticket World::gateOf(storage::Ticket wanted) const {
    const storage::Ticket last(m_impl->state.openTicket.value() - 1);
    return std::min(std::max(wanted, m_impl->boundGate), last);
}

std::vector<observe::FaultView> World::faults() const {
    return m_impl->zones.faults();
}

std::vector<observe::JobView> World::jobs() const {
    return m_impl->jobs.views();
}

LookResult<ItemsLook> World::lookItems(const ItemsLookRequest& request) const {
    return cluster::lookItems(m_impl->state, request);
}

LookResult<ItemLook> World::lookItem(const ItemLookRequest& request) const {
    return cluster::lookItem(m_impl->state, request);
}

LookResult<ConflictsLook> World::lookConflicts(const ConflictsLookRequest& request) const {
    return cluster::lookConflicts(m_impl->state, m_impl->replication.ledger, request);
}

World::ChecksumsResult World::checksums(std::string_view table, std::string_view region,
                                        bool scanned, std::string_view accountId) const {
    return lookChecksums(m_impl->state, table, region, scanned, accountId);
}

bool World::isScanningChecksums() const {
    return m_impl->checksums.isActive();
}

std::optional<World::ChecksumsResult> World::takeChecksums(ChecksumLookId id) {
    return m_impl->checksums.take(id);
}

const Catalog& World::catalog() const {
    return m_impl->state.catalog;
}

std::uint64_t World::seed() const {
    return m_impl->state.seed;
}

std::shared_ptr<observe::Snapshot> World::makeSnapshot() {
    m_impl->snapshots.refreshAll();
    return showSnapshot();
}

bool World::refreshSnapshot(std::size_t partitionsMax) {
    return m_impl->snapshots.refreshSome(partitionsMax);
}

std::shared_ptr<observe::Snapshot> World::showSnapshot() {
    auto snapshot = m_impl->snapshots.show(m_impl->zones.faults(), m_impl->totals());
    snapshot->jobs = jobs();
    return snapshot;
}

observe::Trace& World::trace() {
    return m_impl->state.recorder.trace();
}

observe::Totals World::Impl::totals() const {
    const Router::Totals& calls = router.totals();
    observe::Totals all;
    all.requests = calls.requests;
    all.clientErrors = calls.clientErrors;
    all.serverErrors = calls.serverErrors;
    all.staleReads = calls.staleReads;
    all.laggingReads = calls.laggingReads;
    all.transactionConflicts = calls.transactionConflicts;
    all.elections = replicator.totals().elections;
    all.messages = replicator.totals().messages;
    all.heartbeats = zones.heartbeats();
    return all;
}

observe::Totals World::totals() const {
    return m_impl->totals();
}

void World::setDetailedTrace(bool detailed) {
    m_impl->state.recorder.setDetailed(detailed);
}

EventId World::lastEvent() const {
    return m_impl->state.recorder.last();
}

std::uint64_t World::eventHash() const {
    return m_impl->state.recorder.hash();
}

}  // namespace orrery::cluster
