#include <algorithm>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "tests/sim/seed_run.h"

namespace orrery::test {

using check::OperationKind;
using replication::Role;

namespace {

constexpr Duration kPatience = std::chrono::seconds(1);

SharedBytes encode(check::Version version) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u32(version.item);
    out.u32(version.value);
    return share(std::move(bytes));
}

}  // namespace

Clients::Clients(const SwarmOptions& options, Group& group, check::Verdict& verdict)
    : m_options(&options),
      m_group(&group),
      m_verdict(&verdict),
      m_log(verdict),
      m_leadership(verdict),
      m_history(verdict, m_log),
      m_prng(Prng::stream(options.group.seed, "clients")) {
    for (Server& any : m_servers)
        any.items.resize(options.items);
}

void Clients::operate() {
    const std::uint64_t drawn = m_prng.below(100);
    const auto item = static_cast<std::uint32_t>(m_prng.below(m_options->items));
    const std::uint32_t writes = m_options->writePercent;
    const std::uint32_t strong = writes + m_options->strongPercent;
    const std::uint32_t conditions = strong + m_options->conditionPercent;
    begin(drawn < writes       ? Kind::Write
          : drawn < strong     ? Kind::StrongRead
          : drawn < conditions ? Kind::FailedCondition
                               : Kind::EventualRead,
          item);
}

void Clients::write() {
    begin(Kind::Write, 0);
}

void Clients::begin(Kind kind, std::uint32_t item) {
    const check::OperationId id = m_history.begin(kind, item, now());
    ZoneIndex zone(static_cast<std::uint8_t>(m_prng.below(kZonesPerRegion)));
    if (!m_group->isUp(zone)) return m_history.refuse(id, now());
    if (kind == Kind::EventualRead) return readAnywhere(id, zone);
    if (m_group->replica(zone).role() != Role::Leader) {
        // The router of this zone asks the zone that the local replica believes to lead.
        const std::optional<ZoneIndex> leader = m_group->replica(zone).leaderHint();
        const bool reaches =
            leader && m_group->isConnected(zone, *leader) && m_group->isConnected(*leader, zone);
        if (!leader) m_group->requestLease(zone);
        if (!reaches) return m_history.refuse(id, now());
        zone = *leader;
        if (m_group->replica(zone).role() != Role::Leader) return m_history.refuse(id, now());
    }
    giveUpOld(zone);
    m_group->requestLease(zone);
    Waiting waiting;
    waiting.id = id;
    if (m_group->replica(zone).takesRequests(now())) return serve(zone, waiting);
    server(zone).waiting.push_back(waiting);
}

void Clients::readAnywhere(check::OperationId id, ZoneIndex zone) {
    if (!m_group->replica(zone).isCaughtUp()) return m_history.refuse(id, now());
    const ItemState& state = server(zone).items[m_history.operation(id).item];
    m_history.show(id, state.lsn, state.value, now());
}

void Clients::serve(ZoneIndex zone, Waiting waiting) {
    const check::Operation operation = m_history.operation(waiting.id);
    const ItemState state = server(zone).items[operation.item];
    switch (operation.kind) {
        case Kind::EventualRead:
            CHECK(operation.kind != Kind::EventualRead);
            break;
        case Kind::StrongRead:
            m_history.show(waiting.id, state.lsn, state.value, now());
            break;
        case Kind::FailedCondition:
            answerFromTail(zone, waiting);
            break;
        case Kind::Write: {
            waiting.placed = true;
            waiting.term = m_group->replica(zone).term();
            waiting.lsn = m_group->replica(zone).lastPosition().lsn.next();
            // Waits before it is proposed: without delays it may be committed in the same call.
            server(zone).waiting.push_back(waiting);
            const auto at = m_group->propose(zone, encode({operation.item, waiting.id}));
            CHECK(at && at->lsn == waiting.lsn);
            break;
        }
    }
}

void Clients::answerFromTail(ZoneIndex zone, Waiting waiting) {
    // The condition was evaluated on the leader's latest state, including its uncommitted tail.
    const Replica& replica = m_group->replica(zone);
    const std::uint32_t item = m_history.operation(waiting.id).item;
    const ItemState& applied = server(zone).items[item];
    waiting.placed = true;
    waiting.term = replica.term();
    waiting.lsn = applied.lsn;
    waiting.value = applied.value;
    for (Lsn lsn = replica.lastPosition().lsn; lsn > replica.commitLsn();
         lsn = Lsn(lsn.value() - 1)) {
        const check::Version version = versionAt(zone, lsn);
        if (version.item != item) continue;
        waiting.lsn = lsn;
        waiting.value = version.value;
        break;
    }
    if (m_options->bug == SimBug::AnswerFromTail) {
        m_history.show(waiting.id, waiting.lsn, waiting.value, now());
    } else if (!settle(zone, waiting)) {
        server(zone).waiting.push_back(waiting);
    }
}

bool Clients::settle(ZoneIndex zone, const Waiting& waiting) {
    const Replica& replica = m_group->replica(zone);
    if (replica.role() != Role::Leader || (waiting.placed && replica.term() != waiting.term)) {
        if (waiting.placed) {
            m_history.leaveOpen(waiting.id, now());
        } else {
            m_history.refuse(waiting.id, now());
        }
        return true;
    }
    if (!waiting.placed || replica.commitLsn() < waiting.lsn) return false;
    if (m_history.operation(waiting.id).kind == Kind::Write) {
        m_history.acknowledge(waiting.id, waiting.lsn, now());
        return true;
    }
    // Another leader may serve by now: the record in the tail is committed, but may be outdated.
    if (!replica.canServe(now())) return false;
    m_history.show(waiting.id, waiting.lsn, waiting.value, now());
    return true;
}

void Clients::giveUpOld(ZoneIndex zone) {
    std::erase_if(server(zone).waiting, [&](const Waiting& waiting) {
        if (m_history.operation(waiting.id).start + kPatience > now()) return false;
        if (waiting.placed) {
            m_history.leaveOpen(waiting.id, now());
        } else {
            m_history.refuse(waiting.id, now());
        }
        return true;
    });
}

bool Clients::mayServeWaiting(ZoneIndex zone) const {
    const Server& at = m_servers[zone.value()];
    return std::ranges::any_of(at.waiting, [](const Waiting& any) { return !any.placed; }) &&
           m_group->replica(zone).takesRequests(now());
}

void Clients::serveWaiting(ZoneIndex zone) {
    std::vector<Waiting>& waiting = server(zone).waiting;
    std::vector<Waiting> ready;
    std::erase_if(waiting, [&](const Waiting& any) {
        if (!any.placed) ready.push_back(any);
        return !any.placed;
    });
    for (const Waiting& any : ready) {
        if (m_group->isUp(zone) && m_group->replica(zone).takesRequests(now())) {
            serve(zone, any);
        } else {
            m_history.refuse(any.id, now());
        }
    }
}

check::Version Clients::versionAt(ZoneIndex zone, Lsn lsn) const {
    const SharedBytes& bytes = m_group->record(zone, lsn).bytes;
    if (!bytes) return check::kNoVersion;
    ByteReader in(*bytes);
    const std::uint32_t item = in.u32();
    return {item, in.u32()};
}

void Clients::committed(ZoneIndex zone, LsnRange range) {
    for (Lsn lsn = range.first; lsn <= range.last; lsn = lsn.next())
        m_log.committed(zone, lsn, versionAt(zone, lsn), now());
    apply(zone, range.last);
}

void Clients::changed(ZoneIndex zone) {
    const Replica& replica = m_group->replica(zone);
    Server& at = server(zone);
    if (replica.role() == Role::Leader && replica.term() != at.ledTerm) {
        at.ledTerm = replica.term();
        m_lastTerm = std::max(m_lastTerm, at.ledTerm.value());
        m_leadership.leads(zone, at.ledTerm.value(), now());
    }
    if (replica.canServe(now())) {
        m_leadership.serves(zone, std::max(replica.leaseEnd(), now()), now());
    } else {
        m_leadership.stops(zone);
    }
    if (!at.waiting.empty())
        std::erase_if(at.waiting, [&](const Waiting& any) { return settle(zone, any); });
}

void Clients::dropped(ZoneIndex zone) {
    Server& at = server(zone);
    for (const Waiting& waiting : at.waiting) {
        if (waiting.placed) {
            m_history.leaveOpen(waiting.id, now());
        } else {
            m_history.refuse(waiting.id, now());
        }
    }
    at.waiting.clear();
    m_leadership.stops(zone);
}

void Clients::restarted(ZoneIndex zone) {
    Server& at = server(zone);
    const Lsn commit = m_group->replica(zone).commitLsn();
    at.waitsForRange = false;
    at.wholeAt = {};
    m_log.restarted(zone, std::min(at.applied, commit));
    committed(zone, {at.applied.next(), commit});
    if (at.applied > commit) m_log.restarted(zone, commit);
}

void Clients::finish() {
    m_log.expectConverged(now());
    expectEqualTrees();
    m_history.finish(now());
}

std::size_t Clients::writesDoneSince(Instant from) const {
    std::size_t count = 0;
    for (std::size_t id = m_history.count(); id-- > 0;) {
        const check::Operation& any = m_history.operation(static_cast<check::OperationId>(id));
        if (any.start < from) break;
        if (any.kind == Kind::Write && any.outcome == check::Outcome::Done) ++count;
    }
    return count;
}

}  // namespace orrery::test
