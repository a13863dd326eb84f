#include "core/cluster/transactions/coordinator.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/cluster/catalog/transaction_requests.h"
#include "core/cluster/transactions/ledger_row.h"
#include "core/types/storage_key.h"

// The phases of a transaction.

namespace orrery::cluster {
namespace {

/// After this many timeouts a coordinator leaves the rest to a recovery.
constexpr int kDecidingTimeouts = 10;

std::vector<std::string> keysOf(const Request& call) {
    std::vector<std::string> keys;
    for (const ItemPlace& place : placesOf(call))
        keys.push_back(types::storageKey(place.table->space, place.key));
    return keys;
}

}  // namespace

void Coordinator::start(CallNumber call, RegionId region, ZoneIndex zone,
                        std::shared_ptr<const Request> request) {
    const CallNumber number = m_next;
    m_next = m_next.next();
    Driven& driven = m_driven[number];
    driven.call = call;
    driven.region = region;
    driven.zone = zone;
    driven.request = std::move(request);
    driven.ledger = m_world.region(region).ledger;
    driven.patience = m_world.now + m_world.profile.requestTimeout;
    driven.keys = keysOf(*driven.request);
    switch (transactionKindOf(*driven.request)) {
        case TransactionKind::Write:
            driven.results.resize(driven.keys.size());
            return begin(number, driven);
        case TransactionKind::Read:
            return read(number, driven, Driven::Phase::FirstRead);
        case TransactionKind::None:
            break;
    }
    CHECK(false);
}

void Coordinator::recover(RegionId region, ZoneIndex zone, GroupId ledger, const std::string& id,
                          std::vector<std::string> held) {
    const auto [first, last] = m_byId.equal_range({region, zone, id});
    if (first != last) {
        const bool isRecovered = std::any_of(
            first, last, [&](const auto& one) { return m_driven.at(one.second).isRecovery(); });
        // Its first coordinator is slow, but not lost.
        if (!isRecovered) m_recovered(region, id);
        return;
    }
    const CallNumber number = m_next;
    m_next = m_next.next();
    Driven& driven = m_driven[number];
    driven.purpose = Driven::Purpose::Recovery;
    driven.region = region;
    driven.zone = zone;
    driven.ledger = ledger;
    setId(number, driven, id);
    driven.name = nameIn(id);
    driven.stamp = m_world.calendar();
    const bool isWrong = m_world.plantedBug == PlantedBug::RecoveryCommits;
    driven.outcome = isWrong ? Outcome::Committed : Outcome::Cancelled;
    driven.held = std::move(held);
    const CauseScope scope(m_world.queue);
    m_world.queue.cause =
        m_world.emit(observe::TransactionStalled{region, zone, lsnIn(numberIn(driven.id))});
    if (m_world.findGroup(ledger) != nullptr) return decide(number, driven);
    driven.standing = Driven::Standing::Forgotten;
    resolve(number, driven);
}

void Coordinator::begin(CallNumber number, Driven& driven) {
    const auto& call = std::get<TransactWrite>(*driven.request);
    driven.attempt = attemptName(driven.zone, m_starts, number.value());
    driven.name =
        call.clientToken.empty() ? driven.attempt : tokenName(call.accountId, call.clientToken);
    driven.stamp = m_world.calendar();
    TransactionOp op = opOf(driven, TransactionStep::Begin);
    op.keys = driven.keys;
    op.attempt = driven.attempt;
    if (!call.clientToken.empty()) {
        op.parametersHash = call.parametersHash;
        op.resetAt = m_world.catalog.resets().of(call.accountId);
    }
    addToLedger(driven, std::move(op));
    ask(number, driven, Driven::Phase::Begin, driven.patience);
}

void Coordinator::prepare(CallNumber number, Driven& driven) {
    driven.results.assign(driven.keys.size(), {});
    addToPartitions(driven, TransactionStep::Prepare, driven.keys);
    ask(number, driven, Driven::Phase::Prepare, driven.patience);
}

void Coordinator::decide(CallNumber number, Driven& driven) {
    TransactionOp op = opOf(driven, TransactionStep::Decide);
    op.commits = driven.commits();
    for (const ActionResult& result : driven.results)
        driven.itemBytes.push_back(
            std::max(result.write.before.itemBytes, result.write.after.itemBytes));
    op.itemBytes = driven.itemBytes;
    addToLedger(driven, std::move(op));
    ask(number, driven, Driven::Phase::Decide, decidingDeadline());
}

Instant Coordinator::decidingDeadline() const {
    return m_world.now + m_world.profile.requestTimeout * kDecidingTimeouts;
}

void Coordinator::cancel(CallNumber number, Driven& driven) {
    if (!driven.error) driven.error = ApiError::internal();
    driven.outcome = Outcome::Cancelled;
    driven.results.clear();
    decide(number, driven);
}

// A finished transaction's row has no keys: all its items were committed. What is prepared for it
// was prepared again by a message that came after that.
void Coordinator::resolve(CallNumber number, Driven& driven) {
    addToPartitions(driven, driven.commits() ? TransactionStep::Commit : TransactionStep::Cancel,
                    driven.keys);
    std::erase_if(driven.held, [&](const std::string& key) {
        return std::ranges::find(driven.keys, key) != driven.keys.end();
    });
    addToPartitions(driven, TransactionStep::Cancel, driven.held);
    ask(number, driven, Driven::Phase::Resolve, decidingDeadline());
}

void Coordinator::finish(CallNumber number, Driven& driven) {
    addToLedger(driven, opOf(driven, TransactionStep::Finish));
    ask(number, driven, Driven::Phase::Finish, decidingDeadline());
}

void Coordinator::read(CallNumber number, Driven& driven, Driven::Phase round) {
    driven.results.assign(driven.keys.size(), {});
    if (round == Driven::Phase::FirstRead) driven.readUpTo.clear();
    addToPartitions(driven, TransactionStep::Read, driven.keys);
    ask(number, driven, round, driven.patience);
}

void Coordinator::on(const TransactionAgain& again) {
    const auto found = m_driven.find(again.transaction);
    if (found == m_driven.end() || found->second.phase != Driven::Phase::Pause) return;
    read(again.transaction, found->second, Driven::Phase::FirstRead);
}

void Coordinator::setId(CallNumber number, Driven& driven, std::string id) {
    forgetId(number, driven);
    driven.id = std::move(id);
    m_byId.emplace(Place(driven.region, driven.zone, driven.id), number);
}

void Coordinator::forgetId(CallNumber number, const Driven& driven) {
    const auto [first, last] = m_byId.equal_range({driven.region, driven.zone, driven.id});
    const auto own =
        std::find_if(first, last, [&](const auto& one) { return one.second == number; });
    if (own != last) m_byId.erase(own);
}

void Coordinator::zoneLost(RegionId region, ZoneIndex zone) {
    m_requests.zoneLost(region, zone);
    std::vector<std::string> recoveries;
    std::erase_if(m_driven, [&](const auto& one) {
        const Driven& driven = one.second;
        const bool isLost = driven.region == region && driven.zone == zone;
        if (isLost) forgetId(one.first, driven);
        if (isLost && driven.isRecovery()) recoveries.push_back(driven.id);
        return isLost;
    });
    for (const std::string& id : recoveries)
        m_recovered(region, id);
}

}  // namespace orrery::cluster
