#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/transactions/leader_wait.h"
#include "core/cluster/transactions/ledger.h"

// The background work of a ledger's leader: it finds stalled transactions and forgets client
// tokens.

namespace orrery::cluster {
namespace {

// The most that one step reads and changes.
constexpr std::size_t kStepRowsMax = 500;
constexpr std::size_t kStepChangesMax = 100;
/// Between two steps, so that requests do not wait for a scan of many rows.
constexpr Duration kStepPause = std::chrono::milliseconds(1);
/// How often a leader looks whether the store accepts writes again.
constexpr Duration kAskAgain = std::chrono::seconds(1);
/// How often the leader reads through the rows while some are left.
constexpr Duration kReadEvery = std::chrono::minutes(1);

bool isUnfinished(const LedgerRow& row) {
    return row.outcome != Outcome::Finished;
}

}  // namespace

void Ledger::stepLater(Group& ledger, Known& known, Duration after) {
    const Instant at = m_world.now + after;
    if (known.stepAt <= at) return;
    known.stepAt = at;
    m_world.queue.add(at, LedgerStep{ledger.id});
}

void Ledger::resume(Group& ledger) {
    const bool isEmpty = std::ranges::all_of(ledger.members, [&](const Member& member) {
        return member.mark.itemCount == 0 && member.mark.applied >= ledger.committed;
    });
    if (!isEmpty) stepLater(ledger, m_ledgers.of(ledger.id), Duration{});
}

void Ledger::moved(Group& ledger) {
    const auto leader = ledger.servingLeader(m_world.now);
    if (!leader) return;
    knownTo(ledger, *leader);
}

void Ledger::on(const LedgerStep& step) {
    Group* ledger = m_world.findGroup(step.ledger);
    if (ledger == nullptr) return;
    Known& before = m_ledgers.of(ledger->id);
    if (before.stepAt != m_world.now) return;  // An earlier step has taken its place.
    before.stepAt = Instant::never();
    // Nothing is written after damage; the next world goes on with it.
    if (m_world.damage) return;
    if (!m_world.acceptsWrites) return stepLater(*ledger, before, kAskAgain);
    const auto leader = ledger->servingLeader(m_world.now);
    if (!leader) {
        m_replicator.wakeLeader(*ledger);
        if (ledger->servingLeader(m_world.now)) return stepLater(*ledger, before, Duration{});
        return stepLater(*ledger, before, leaderWait(before.waits));
    }
    // It is about to hand over.
    if (!ledger->member(*leader).replica->takesRequests(m_world.now))
        return stepLater(*ledger, before, leaderWait(before.waits));
    Known& known = knownTo(*ledger, *leader);
    known.waits = 0;
    if (!known.next && m_world.now >= known.readAt)
        known.next = ledger->boundsIn(ledger->space).begin;
    if (known.next) {
        if (!readOn(*ledger, *leader, known)) return stepLater(*ledger, known, kStepPause);
        known.next.reset();
        known.readAt = m_world.now + kReadEvery;
    }
    reportStalled(*ledger, known);
    if (!known.unfinished.empty()) stepLater(*ledger, known, m_world.profile.stalledTransaction);
    const bool isEmpty = ledger->member(*leader).mark.itemCount == 0 && ledger->tail.empty();
    if (!isEmpty) stepLater(*ledger, known, known.readAt - m_world.now);
}

bool Ledger::readOn(Group& ledger, ZoneIndex zone, Known& known) {
    std::vector<std::string> names;  // Of rows that are not to stay as they are.
    std::size_t rows = 0;
    bool isCut = false;
    bool isDamaged = false;
    const auto read = m_world.store.scan(
        volumeOf(ledger.region, zone), *known.next, ledger.boundsIn(ledger.space).end,
        storage::ScanDirection::Forward, [&](std::string_view key, std::string_view image) {
            isCut = rows >= kStepRowsMax || names.size() >= kStepChangesMax;
            if (isCut) return storage::ScanStep::Stop;
            ++rows;
            known.next->assign(key).push_back('\0');
            const auto view = viewOf(key, share(std::string(image)));
            const auto row = view ? decodeRow(view->attributes()) : std::nullopt;
            isDamaged = isDamaged || !row;
            if (row && (isUnfinished(row->row) || isRemoved(row->row))) names.push_back(row->name);
            return storage::ScanStep::Continue;
        });
    if (!read) m_world.reportDamage(read.error());
    if (isDamaged) m_world.reportDamage(damagedTree(ledger, zone, "A transaction in the ledger"));
    for (const std::string& name : names)
        takeRow(ledger, zone, known, name);
    return !isCut;
}

bool Ledger::isRemoved(const LedgerRow& row) const {
    const bool isForgotten = m_world.plantedBug == PlantedBug::TokensForgotten;
    return isExpired(row) || (isForgotten && row.outcome == Outcome::Finished);
}

// The tail of the log may have more of the row.
void Ledger::takeRow(Group& ledger, ZoneIndex zone, Known& known, const std::string& name) {
    LatestItem latest;
    const auto found = rowOf(ledger, zone, name, latest);
    if (!found || !*found) return;
    const LedgerRow& row = (*found)->row;
    if (isRemoved(row)) {
        Transacted ignored;
        write(ledger, zone, name, nullptr, latest, ignored);
    }
    if (!isUnfinished(row)) return;
    const Duration age =
        std::max(Duration(), m_world.calendar().sinceEpoch() - row.since.sinceEpoch());
    const Instant since(std::max(Duration(), m_world.now.sinceStart() - age));
    const bool isOrphan = startIn(row.attempt) < m_starts;
    known.unfinished.try_emplace(name,
                                 Unfinished{transactionId(name, row.number), since, isOrphan});
}

std::size_t Ledger::stalled(const Group& ledger) const {
    const Known* known = m_ledgers.find(ledger.id);
    if (known == nullptr) return 0;
    return static_cast<std::size_t>(std::ranges::count_if(
        known->unfinished, [&](const auto& one) { return isStalled(one.second); }));
}

bool Ledger::isStalled(const Unfinished& one) const {
    return one.isOrphan || m_world.now - one.since >= m_world.profile.stalledTransaction;
}

void Ledger::reportStalled(Group& ledger, Known& known) {
    for (const auto& [name, one] : known.unfinished) {
        if (isStalled(one)) m_stalled(ledger, known.zone, one.id);
    }
}

}  // namespace orrery::cluster
