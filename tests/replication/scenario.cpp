#include "tests/replication/scenario.h"

#include <algorithm>
#include <charconv>

#include "tests/replication/message_name.h"
#include "tests/replication/scenario_trees.h"

namespace orrery::test {
namespace {

using replication::AppendReply;
using replication::AppendRequest;
using replication::CheckReply;
using replication::CommitNotice;
using replication::Role;

std::vector<std::string_view> splitAt(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::optional<std::uint64_t> parseNumber(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<Duration> parseDuration(std::string_view text) {
    const std::size_t unitAt = text.find_first_not_of("0123456789");
    if (unitAt == std::string_view::npos) return std::nullopt;
    const std::optional<std::uint64_t> count = parseNumber(text.substr(0, unitAt));
    if (!count) return std::nullopt;
    const auto number = static_cast<std::int64_t>(*count);
    const std::string_view unit = text.substr(unitAt);
    if (unit == "us") return std::chrono::microseconds(number);
    if (unit == "ms") return std::chrono::milliseconds(number);
    if (unit == "s") return std::chrono::seconds(number);
    return std::nullopt;
}

std::optional<ZoneIndex> parseZone(std::string_view text) {
    if (text.size() != 1 || text[0] < 'a' || text[0] > 'c') return std::nullopt;
    return ZoneIndex(static_cast<std::uint8_t>(text[0] - 'a'));
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

std::string inMilliseconds(Duration duration) {
    std::string text = number(static_cast<std::uint64_t>(duration.count() / 1'000'000)) + ".";
    const std::string part =
        number(static_cast<std::uint64_t>(duration.count() % 1'000'000 / 1'000));
    return text + std::string(3 - part.size(), '0') + part + "ms";
}

std::string describeMessage(const replication::Message& message) {
    std::string text(messageName(message));
    std::visit([&](const auto& any) { text += " term=" + number(any.term.value()); }, message);
    if (const auto* append = std::get_if<AppendRequest>(&message)) {
        text += " previous=" + number(append->previous.term.value()) + ":" +
                number(append->previous.lsn.value());
        if (!append->range.empty())
            text += " records=" + number(append->range.first.value()) + ".." +
                    number(append->range.last.value());
        text += " commit=" + number(append->commit.value());
        if (append->trimmed) text += " trimmed";
    } else if (const auto* notice = std::get_if<CommitNotice>(&message)) {
        text += " commit=" + number(notice->commit.value());
        if (notice->resting) text += " resting";
    } else if (const auto* reply = std::get_if<AppendReply>(&message)) {
        if (reply->kind == AppendReply::Kind::Accepted)
            text += " matched=" + number(reply->matched.value());
        else
            text += " rejected, try " + number(reply->hint.term.value()) + ":" +
                    number(reply->hint.lsn.value());
    } else if (const auto* check = std::get_if<CheckReply>(&message)) {
        switch (check->kind) {
            case CheckReply::Kind::LeaderHeard:
                text += " leader heard";
                break;
            case CheckReply::Kind::WouldVote:
                text += " would vote";
                break;
            case CheckReply::Kind::WouldNot:
                text += " would not vote";
                break;
        }
    } else if (const auto* asked = std::get_if<replication::CopyRequest>(&message)) {
        text += asked->begins ? " from the beginning" : " from " + *asked->cursor;
    } else if (const auto* chunk = std::get_if<replication::CopyChunk>(&message)) {
        text += " position=" + number(chunk->position.term.value()) + ":" +
                number(chunk->position.lsn.value()) + " from " + chunk->range->from;
    } else if (const auto* candidate = std::get_if<replication::VoteRequest>(&message)) {
        if (candidate->release)
            text += std::string(" released by ") + zoneLetter(candidate->release->leader);
    } else if (const auto* vote = std::get_if<replication::VoteReply>(&message)) {
        text += vote->granted ? " granted" : " refused";
    }
    return text;
}

}  // namespace

class Scenario::Listener : public GroupListener {
public:
    explicit Listener(Scenario& scenario) : m_scenario(&scenario) {}

    void committed(ZoneIndex zone, LsnRange) override { trees.committed(zone); }
    void changed(ZoneIndex) override {}
    void scheduled(std::uint64_t) override {}
    bool hasWholeTree(ZoneIndex zone) override { return trees.isWhole(zone); }
    bool fillRequest(ZoneIndex zone, replication::CopyRequest& request) override {
        return trees.fillRequest(zone, request);
    }
    std::shared_ptr<const replication::CopiedRange> readRange(ZoneIndex,
                                                              const SharedBytes& cursor) override {
        return ScenarioTrees::readRange(cursor);
    }
    void takeRange(ZoneIndex zone, const replication::CopyChunk& chunk, bool begins) override {
        trees.takeRange(zone, chunk, begins);
    }
    void delivered(const replication::Envelope& envelope) override {
        if (!tracing) return;
        std::string& out = m_scenario->m_printed;
        out += inMilliseconds(m_scenario->m_group->now().sinceStart()) + " ";
        out += {zoneLetter(envelope.from), '>', zoneLetter(envelope.to), ' '};
        out += describeMessage(envelope.message) + "\n";
    }

    bool tracing = false;
    ScenarioTrees trees;

private:
    Scenario* m_scenario;
};

Scenario::Scenario() : m_listener(std::make_unique<Listener>(*this)) {}
Scenario::~Scenario() = default;

std::string Scenario::run(std::string_view text) {
    Scenario scenario;
    std::string result;
    bool inOutput = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (inOutput && !line.empty()) continue;
        inOutput = false;
        result += std::string(line) + "\n";
        if (line == "----") {
            inOutput = true;
            if (scenario.m_group) scenario.printZones();
            result += std::exchange(scenario.m_printed, {});
            scenario.m_listener->tracing = false;
        } else if (!line.empty() && line.front() != '#') {
            scenario.execute(line);
        }
    }
    return result;
}

void Scenario::execute(std::string_view line) {
    const std::vector<std::string_view> words = splitAt(line, ' ');
    const std::string_view command = words.front();
    const Words rest = Words(words).subspan(1);
    const std::optional<ZoneIndex> zone = rest.empty() ? std::nullopt : parseZone(rest[0]);
    if (command == "cluster") return makeCluster(rest);
    if (!m_group) {
        m_printed += "error: no cluster yet\n";
    } else if (command == "elect" && zone) {
        m_group->requestLease(*zone);
        waitForServer();
    } else if (command == "request" && zone) {
        m_group->requestLease(*zone);
    } else if (command == "hand-over" && rest.size() == 2 && zone && parseZone(rest[1])) {
        m_group->handOver(*zone, *parseZone(rest[1]));
    } else if (command == "propose") {
        proposeTo(std::nullopt, rest);
    } else if (command == "propose-at" && zone) {
        proposeTo(zone, rest.subspan(1));
    } else if (command == "run" && rest.size() == 1 && parseDuration(rest[0])) {
        m_group->runUntil(m_group->now() + *parseDuration(rest[0]));
    } else if (command == "run-until-served") {
        runUntilServed();
    } else if (command == "lose-zone" && zone) {
        m_group->losePower(*zone);
        m_listener->trees.lost(*zone);
    } else if (command == "restore-zone" && zone) {
        m_group->restorePower(*zone);
    } else if (command == "cut" || command == "heal") {
        changeLink(command, rest);
    } else if (command == "stop") {
        m_group->stopAndResume();
    } else if (command == "trim" && rest.size() == 1 && parseNumber(rest[0])) {
        m_listener->trees.trim(Lsn(*parseNumber(rest[0])));
    } else if (command == "logs") {
        printLogs();
    } else if (command == "trace") {
        m_listener->tracing = true;
    } else {
        m_printed += "error: not understood: " + std::string(line) + "\n";
    }
}

void Scenario::makeCluster(Words arguments) {
    GroupOptions options;
    replication::DurableState first;
    for (const std::string_view argument : arguments) {
        const std::size_t equals = std::min(argument.find('='), argument.size() - 1);
        const std::string_view name = argument.substr(0, equals);
        const std::string_view value = argument.substr(equals + 1);
        const std::optional<Duration> duration = parseDuration(value);
        if (name == "latency" && duration) {
            options.delays.interZone.base = *duration;
        } else if (name == "disk" && duration) {
            options.disk.base = *duration;
        } else if (name == "leader" && parseZone(value)) {
            first = replication::DurableState::appoint(*parseZone(value));
        } else if (name == "seed" && parseNumber(value)) {
            options.seed = *parseNumber(value);
        } else if (argument != "zones=a,b,c") {
            m_printed += "error: not understood: " + std::string(argument) + "\n";
        }
    }
    m_group.emplace(options, first, *m_listener);
    m_listener->trees.setGroup(*m_group);
}

std::optional<ZoneIndex> Scenario::server() const {
    for (const ZoneIndex zone : kZones) {
        if (m_group->isUp(zone) && m_group->replica(zone).canServe(m_group->now())) return zone;
    }
    return std::nullopt;
}

void Scenario::proposeTo(std::optional<ZoneIndex> zone, Words records) {
    if (!zone) zone = server();
    for (const ZoneIndex candidate : kZones) {
        if (zone || !m_group->isUp(candidate)) continue;
        if (m_group->replica(candidate).role() == Role::Leader) zone = candidate;
    }
    for (const std::string_view record : records) {
        if (!zone || !m_group->propose(*zone, share(std::string(record))))
            m_printed += "no leader takes " + std::string(record) + "\n";
    }
}

void Scenario::waitForServer() {
    const Instant patience = m_group->now() + std::chrono::seconds(60);
    while (!server() && m_group->nextEventAt() < patience)
        m_group->processNextEvent();
}

void Scenario::runUntilServed() {
    const Instant from = m_group->now();
    waitForServer();
    const std::optional<ZoneIndex> zone = server();
    m_printed += zone ? std::string(1, zoneLetter(*zone)) + " serves after " +
                            inMilliseconds(m_group->now() - from) + "\n"
                      : "nobody will serve\n";
}

void Scenario::changeLink(std::string_view command, Words arguments) {
    const auto change = [&](ZoneIndex from, ZoneIndex to) {
        command == "cut" ? m_group->cut(from, to) : m_group->heal(from, to);
    };
    if (arguments.size() == 2 && parseZone(arguments[0]) && parseZone(arguments[1])) {
        change(*parseZone(arguments[0]), *parseZone(arguments[1]));
        change(*parseZone(arguments[1]), *parseZone(arguments[0]));
        return;
    }
    const std::vector<std::string_view> ends =
        arguments.size() == 1 ? splitAt(arguments[0], '>') : std::vector<std::string_view>{};
    if (ends.size() == 2 && parseZone(ends[0]) && parseZone(ends[1])) {
        change(*parseZone(ends[0]), *parseZone(ends[1]));
    } else {
        m_printed += "error: which link?\n";
    }
}

void Scenario::printLogs() {
    for (const ZoneIndex zone : kZones) {
        if (!m_group->isUp(zone)) continue;
        m_printed += {zoneLetter(zone), ' ', 'l', 'o', 'g'};
        for (Lsn lsn{1}; lsn <= m_group->replica(zone).lastPosition().lsn; lsn = lsn.next()) {
            const StoredRecord& record = m_group->record(zone, lsn);
            m_printed += " " + number(record.term.value()) + ":";
            m_printed += record.bytes ? *record.bytes : "no-op";
        }
        m_printed += "\n";
    }
}

void Scenario::printZones() {
    for (const ZoneIndex zone : kZones)
        m_printed += describe(zone) + "\n";
}

std::string Scenario::describe(ZoneIndex zone) const {
    Lsn highest{};
    for (const ZoneIndex any : kZones) {
        const Lsn commit = m_group->isUp(any) ? m_group->replica(any).commitLsn()
                                              : m_group->durableState(any).commit;
        highest = std::max(highest, commit);
    }
    const auto line = [&](std::string_view role, const replication::DurableState& state) {
        std::string text(1, zoneLetter(zone));
        text += " " + std::string(role) + std::string(10 - role.size(), ' ');
        text += "term=" + number(state.term.value()) + " commit=" + number(state.commit.value());
        if (state.log.last() != state.commit) text += "  log=" + number(state.log.last().value());
        if (state.commit < highest)
            text += "  lag=" + number(highest.value() - state.commit.value());
        return text;
    };
    if (!m_group->isUp(zone)) return line("down", m_group->durableState(zone));
    const Replica& replica = m_group->replica(zone);
    std::string text = line(replication::roleName(replica.role()), replica.state());
    if (replica.canServe(m_group->now())) text += "  serves";
    if (replica.isAtRest()) text += "  at rest";
    if (!replica.isCaughtUp()) text += "  not caught up";
    if (replica.standing() == replication::Standing::NeedsCopy) text += "  needs a copy";
    if (replica.standing() == replication::Standing::Copying) text += "  copying";
    return text;
}

}  // namespace orrery::test
