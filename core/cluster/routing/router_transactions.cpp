#include <algorithm>

#include "core/cluster/catalog/transaction_requests.h"
#include "core/cluster/routing/router.h"
#include "core/types/storage_key.h"

// Transactions: the router hands them to a coordinator, which asks the leaders.

namespace orrery::cluster {

std::optional<ApiError> Router::refusal(const Request& request) const {
    if (m_world.damage && transactionKindOf(request) == TransactionKind::Write)
        return m_world.damageError();
    for (const ItemPlace& place : placesOf(request)) {
        // For the data plane, a table that is being created does not exist yet.
        const bool isThere =
            place.table->status != TableStatus::Creating &&
            m_world.partitions.find(types::storageKey(place.table->space, place.key)) != GroupId{};
        if (!isThere) return ApiError::resourceNotFound();
        // Not recorded.
        if (m_world.catalog.globals().strong(place.table->space) != nullptr)
            return ApiError::validation(
                "Transactions are not supported on global tables with MultiRegionConsistency set "
                "to STRONG.");
    }
    return std::nullopt;
}

void Router::transact(CallNumber number, PendingCall& call) {
    call.error = refusal(*call.request);
    if (call.error) return finish(number, call);
    call.region = placesOf(*call.request).front().table->region;
    const auto zone = routerZone(m_world.region(call.region), call.zone);
    if (!zone) {
        call.error = ApiError::internal();
        return finish(number, call);
    }
    call.zone = *zone;
    const bool isWrite = transactionKindOf(*call.request) == TransactionKind::Write;
    if (isWrite && m_world.region(call.region).ledger == GroupId{}) m_makeLedger(call.region);
    m_requests.scheduleSweep(m_calls);
    m_coordinator.start(number, call.region, call.zone, call.request);
}

void Router::transactionEnded(CallNumber number, ApiResult<Reply> result, storage::Ticket gate) {
    const auto found = m_calls.find(number);
    if (found == m_calls.end()) return;
    PendingCall& call = found->second;
    call.gate = gate;
    if (result) {
        call.reply = *std::move(result);
    } else {
        countConflicts(result.error());
        call.error = std::move(result).error();
    }
    finish(number, call);
}

void Router::countConflicts(const ApiError& error) {
    if (error.type == ErrorType::TransactionConflict) ++m_totals.transactionConflicts;
    m_totals.transactionConflicts += static_cast<std::uint64_t>(
        std::ranges::count(error.reasons, "TransactionConflict", &CancellationReason::code));
}

}  // namespace orrery::cluster
