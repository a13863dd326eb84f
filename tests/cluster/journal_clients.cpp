#include "tests/cluster/journal_clients.h"

#include <chrono>
#include <utility>

#include "core/base/check.h"
#include "core/cluster/writes/item_versions.h"

namespace orrery::test {

using namespace std::chrono_literals;
using cluster::JournalOutcome;
using cluster::KnownVersion;

JournalClients::JournalClients(const JournalOptions& options)
    : JournalWorld(options),
      m_server(world(), replicator(),
               [this](const auto&, ZoneIndex, const Request& request, JournalOutcome outcome) {
                   m_outcomes[request.id.number] = outcome;
               }) {
    replicator().setListener(*this);
}

std::uint64_t JournalClients::add(ZoneIndex from, Request::Kind kind, const std::string& name,
                                  std::optional<KnownVersion> base) {
    const std::uint64_t number = m_next++;
    auto request = std::make_shared<Request>();
    request->kind = kind;
    request->id = {GroupId(100 + from.value()), replication::Term(1), number};
    request->region = journal().regionOf(from);
    request->table = KeySpaceId(from.value());
    request->key = keyOf(name);
    request->base = std::move(base);
    m_requests[number] = std::move(request);
    return number;
}

// Each write has a version of its own, later than every earlier one.
std::uint64_t JournalClients::remove(ZoneIndex from, const std::string& name,
                                     std::optional<KnownVersion> base) {
    const std::uint64_t number = add(from, Request::Kind::Propose, name, std::move(base));
    Request& request = *m_requests.at(number);
    request.record.kind = table::RecordKind::Delete;
    request.record.version = CalendarTime(Duration(static_cast<std::int64_t>(number)));
    request.record.originRegion = seatRegion(from);
    return number;
}

std::uint64_t JournalClients::propose(ZoneIndex from, const std::string& name,
                                      std::optional<KnownVersion> base) {
    const std::uint64_t number = remove(from, name, std::move(base));
    table::LogRecord& record = m_requests.at(number)->record;
    record.kind = table::RecordKind::Put;
    record.newImage = "image of " + name;
    record.newItemBytes = 20;
    return number;
}

std::uint64_t JournalClients::check(ZoneIndex from, const std::string& name,
                                    std::optional<KnownVersion> base) {
    return add(from, Request::Kind::Check, name, std::move(base));
}

std::uint64_t JournalClients::fence(ZoneIndex from) {
    return add(from, Request::Kind::Fence, "", std::nullopt);
}

void JournalClients::send(std::uint64_t number, ZoneIndex to, bool isRepeated) {
    m_outcomes.erase(number);
    m_server.serve(journal(), to, m_requests.at(number), isRepeated);
}

std::optional<JournalOutcome> JournalClients::ask(std::uint64_t number, ZoneIndex to,
                                                  bool isRepeated) {
    send(number, to, isRepeated);
    for (int i = 0; i < 100 && !outcome(number); ++i)
        run(10ms);
    return outcome(number);
}

std::optional<JournalOutcome> JournalClients::outcome(std::uint64_t number) const {
    const auto known = m_outcomes.find(number);
    return known == m_outcomes.end() ? std::nullopt : std::optional(known->second);
}

KnownVersion JournalClients::versionOf(std::uint64_t number) const {
    const table::LogRecord& record = m_requests.at(number)->record;
    return {*record.version, record.originRegion};
}

std::optional<KnownVersion> JournalClients::newest(const std::string& name) {
    const auto latest =
        cluster::latestVersion(world(), journal(), journal().leaderHint, keyOf(name));
    CHECK(latest.has_value());
    if (!latest->version) return std::nullopt;
    return KnownVersion{latest->version->at, latest->version->region};
}

void JournalClients::setTaken(ZoneIndex region, Lsn upTo) {
    journal().log.readers["replica/" + std::to_string(region.value())] = upTo;
    m_server.moved(journal());
}

}  // namespace orrery::test
