#include "core/base/overloaded.h"
#include "core/base/text.h"
#include "core/cluster/catalog/transaction_requests.h"
#include "core/cluster/routing/router.h"

// What an inspector's request list shows of a call.

namespace orrery::cluster {
namespace {

std::string keyText(const types::AttributeValue& partition) {
    constexpr std::size_t kTextMax = 80;
    std::string text;
    if (const auto* string = partition.as<std::string>()) {
        text = *string;
    } else if (const auto* number = partition.as<types::Number>()) {
        text = number->text();
    } else {
        text = "(binary)";
    }
    text.resize(wholeCharacters(text, kTextMax).size());
    return text;
}

struct About {
    observe::RequestKind kind = observe::RequestKind::Control;
    const TableDescription* table = nullptr;
    const types::AttributeValue* partition = nullptr;
    bool consistent = false;
    std::size_t keys = 0;  ///< For a batch.
};

About aboutOf(const Request& request) {
    using enum observe::RequestKind;
    return std::visit(
        Overloaded{
            [](const ReadItem& one) {
                return About{Read, one.table.get(), &one.key.partition, one.consistent};
            },
            [](const WriteItem& one) { return About{Write, one.table.get(), &one.key.partition}; },
            [](const ReadRange& range) {
                return About{Read, range.table.get(), range.partition ? &*range.partition : nullptr,
                             range.consistent};
            },
            [](const ReadBatch& batch) {
                if (batch.reads.empty()) return About{Read};
                const ReadItem& first = batch.reads.front();
                return About{Read, first.table.get(), nullptr, first.consistent,
                             batch.reads.size()};
            },
            [](const WriteBatch& batch) {
                if (batch.writes.empty()) return About{Write};
                return About{Write, batch.writes.front().table.get(), nullptr, false,
                             batch.writes.size()};
            },
            [](const TransactWrite& all) {
                const TablePtr& first = placeOf(all.actions[0]).table;
                return About{Write, first.get(), nullptr, false, all.actions.size()};
            },
            [](const TransactRead& all) {
                return About{Read, all.reads[0].table.get(), nullptr, true, all.reads.size()};
            },
            [](const ReadStream&) { return About{Read}; },
            []<OneOf<CreateTable, DescribeTable, UpdateTable, UpdateTimeToLive, DeleteTable,
                     ListTables, UpdateStream, ReadNothing>
                   T>(const T&) { return About{}; },
        },
        request);
}

}  // namespace

void Router::countError(int httpStatus) {
    if (httpStatus >= 500) ++m_totals.serverErrors;
    if (httpStatus >= 400 && httpStatus < 500) ++m_totals.clientErrors;
}

void Router::recordRefused(observe::RequestServed event) {
    ++m_totals.requests;
    countError(event.httpStatus);
    const CauseScope scope(m_world.queue);
    m_world.queue.cause = m_world.emit(observe::RequestAdmitted{event.operation, {}});
    event.kind = observe::RequestKind::Unknown;
    event.errorText = std::string(observe::shortText(event.errorText));
    event.admittedAt = m_world.now;
    m_world.emit(std::move(event));
}

void Router::traceServed(const PendingCall& call, const Answered& answered) {
    const int status = answered.result ? 200 : httpStatus(answered.result.error().type);
    countError(status);
    // A call that names no existing table, or has no valid key, never became a request.
    const About about =
        call.request ? aboutOf(*call.request) : About{observe::RequestKind::Unknown};
    const bool read = about.kind == observe::RequestKind::Read;
    const std::uint64_t staleItems = answered.served.staleItems.value_or(0);
    if (read && staleItems > 0) ++m_totals.staleReads;
    if (read && staleItems == 0 && answered.served.behindRecords > 0) ++m_totals.laggingReads;
    observe::RequestServed event;
    if (answered.call) event.operation = answered.call->operationName();
    if (about.table != nullptr)
        event.table = about.table->name;
    else if (answered.call)
        event.table = answered.call->tableName();
    if (about.partition != nullptr) event.key = keyText(*about.partition);
    if (about.keys != 0)
        event.key = std::to_string(about.keys) + (about.keys == 1 ? " key" : " keys");
    if (!answered.result) {
        event.error = shortErrorName(answered.result.error().type);
        event.errorText = observe::shortText(answered.result.error().message);
    }
    event.httpStatus = status;
    event.kind = about.kind;
    event.consistent = about.consistent;
    event.replicaKnown = answered.served.known;
    event.replica = {call.ops.empty() ? GroupId{} : call.ops.front().group, call.region,
                     answered.served.zone};
    event.leader = answered.served.leader;
    event.lsn = answered.served.applied;
    event.behindRecords = answered.served.behindRecords;
    event.behind = answered.served.behind;
    event.staleItems = staleItems;
    event.admittedAt = call.admittedAt;
    event.took = m_world.now - call.admittedAt;
    m_world.emit(std::move(event));
}

}  // namespace orrery::cluster
