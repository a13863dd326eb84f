#include "core/engine/call_table.h"

#include <algorithm>

#include "core/api/api.h"
#include "core/base/check.h"

namespace orrery::engine {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// "3 records, 12 ms"
std::string behindText(const cluster::Served& served) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(served.behind).count();
    return std::to_string(served.behindRecords) + " records, " + std::to_string(milliseconds) +
           " ms";
}

std::string zoneOf(const cluster::Served& served, const std::string& region) {
    return region + static_cast<char>('a' + served.zone.value());
}

/// Headers about how the request was served, which the service would not tell.
Headers factsOf(const cluster::Served& served, const std::string& region) {
    if (!served.known) return {};
    return {{"x-orrery-replica", zoneOf(served, region)},
            {"x-orrery-role", served.leader ? "leader" : "follower"},
            {"x-orrery-lsn", std::to_string(served.applied.value())},
            {"x-orrery-behind", behindText(served)}};
}

void appendFacts(std::string& out, const cluster::Served& served, const std::string& region) {
    if (!served.known) return;
    out += "x-orrery-replica: ";
    out += region;
    out += static_cast<char>('a' + served.zone.value());
    out += served.leader ? "\r\nx-orrery-role: leader\r\nx-orrery-lsn: "
                         : "\r\nx-orrery-role: follower\r\nx-orrery-lsn: ";
    out += std::to_string(served.applied.value());
    out += "\r\nx-orrery-behind: ";
    out += behindText(served);
    out += "\r\n";
}

std::string_view contentTypeOf(const Destination& to) {
    return to.plainJson ? "application/json" : "application/x-amz-json-1.0";
}

void writeBody(const cluster::Answered& answered, std::string& out) {
    if (!answered.result) return api::writeError(answered.result.error(), out);
    // parseCall made every call that enters here.
    static_cast<const api::ApiCall&>(*answered.call).writeReply(*answered.result, out);
}

}  // namespace

Destination CallTable::take(cluster::CallId id) {
    const auto found = m_calls.find(id.value());
    CHECK(found != m_calls.end());
    Destination destination = std::move(found->second);
    m_calls.erase(found);
    return destination;
}

std::vector<cluster::CallId> CallTable::ofConnection(std::uint64_t connection) const {
    std::vector<cluster::CallId> calls;
    for (const auto& [id, destination] : m_calls) {
        const bool isFromInside = destination.handler != nullptr;
        if (!isFromInside && destination.exchange.connection == connection) calls.emplace_back(id);
    }
    std::ranges::sort(calls);
    return calls;
}

void Answering::answer(const Destination& to, const cluster::Answered& answered) {
    const int status = answered.result ? 200 : httpStatus(answered.result.error().type);
    if (to.handler) {
        Engine::Answer answer{status, {}, factsOf(answered.served, to.region)};
        writeBody(answered, answer.body);
        to.handler(std::move(answer));
        return;
    }
    std::string facts;
    appendFacts(facts, answered.served, to.region);
    std::string& out = m_server.beginReply(
        to.exchange,
        {.status = status, .contentType = contentTypeOf(to), .extra = facts, .crc = true});
    writeBody(answered, out);
    m_server.endReply();
}

void Answering::fail(const Destination& to, const ApiError& error) {
    const int status = httpStatus(error.type);
    if (to.handler) {
        Engine::Answer answer{status, {}, {}};
        api::writeError(error, answer.body);
        to.handler(std::move(answer));
        return;
    }
    std::string& out =
        m_server.beginReply(to.exchange, {.status = status, .contentType = contentTypeOf(to)});
    api::writeError(error, out);
    m_server.endReply();
}

}  // namespace orrery::engine
