#include "core/engine/call_table.h"

#include <algorithm>
#include <utility>

#include "core/api/api.h"
#include "core/base/check.h"
#include "core/base/zone_letter.h"

namespace orrery::engine {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Only of reads.
constexpr std::string_view kStaleItems = "x-orrery-stale-items";

/// "3 records, 12 ms"
std::string behindText(const cluster::Served& served) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(served.behind).count();
    return std::to_string(served.behindRecords) + " records, " + std::to_string(milliseconds) +
           " ms";
}

std::string zoneOf(const cluster::Served& served, const std::string& region) {
    return region + letterOf(served.zone);
}

/// Headers about how the request was served, which the service would not tell.
Headers factsOf(const cluster::Served& served, const std::string& region) {
    if (!served.known) return {};
    Headers headers = {{"x-orrery-replica", zoneOf(served, region)},
                       {"x-orrery-role", served.leader ? "leader" : "follower"},
                       {"x-orrery-lsn", std::to_string(served.applied.value())},
                       {"x-orrery-behind", behindText(served)}};
    if (served.staleItems) headers.emplace_back(kStaleItems, std::to_string(*served.staleItems));
    return headers;
}

void appendFacts(std::string& out, const cluster::Served& served, const std::string& region) {
    if (!served.known) return;
    out += "x-orrery-replica: ";
    out += region;
    out += letterOf(served.zone);
    out += served.leader ? "\r\nx-orrery-role: leader\r\nx-orrery-lsn: "
                         : "\r\nx-orrery-role: follower\r\nx-orrery-lsn: ";
    out += std::to_string(served.applied.value());
    out += "\r\nx-orrery-behind: ";
    out += behindText(served);
    out += "\r\n";
    if (!served.staleItems) return;
    out += kStaleItems;
    out += ": ";
    out += std::to_string(*served.staleItems);
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

cluster::CallId CallTable::add(Destination destination) {
    if (2 * (m_size + 1) > m_ring.size()) grow();
    // Skips numbers whose place a long call still holds.
    while (placeOf(m_next).id != 0)
        ++m_next;
    placeOf(m_next) = {m_next, std::move(destination)};
    ++m_size;
    return cluster::CallId(m_next++);
}

// Numbers with different places in the smaller ring also have different places in the larger one.
void CallTable::grow() {
    std::vector<Place> old = std::exchange(m_ring, std::vector<Place>(2 * m_ring.size()));
    for (Place& place : old) {
        if (place.id != 0) placeOf(place.id) = std::move(place);
    }
}

Destination CallTable::take(cluster::CallId id) {
    Place& place = placeOf(id.value());
    CHECK(place.id == id.value());
    CHECK(m_size > 0);
    place.id = 0;
    --m_size;
    return std::exchange(place.destination, {});
}

template <typename Choose>
std::vector<cluster::CallId> CallTable::idsOf(Choose choose) const {
    std::vector<cluster::CallId> calls;
    for (const Place& place : m_ring) {
        if (place.id != 0 && choose(place.destination)) calls.emplace_back(place.id);
    }
    std::ranges::sort(calls);
    return calls;
}

std::vector<cluster::CallId> CallTable::ofConnection(std::uint64_t connection) const {
    return idsOf([&](const Destination& destination) {
        const bool isFromInside = destination.handler != nullptr;
        return !isFromInside && destination.exchange.connection == connection;
    });
}

std::vector<cluster::CallId> CallTable::all() const {
    return idsOf([](const Destination&) { return true; });
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
