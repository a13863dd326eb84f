#include "tests/replication/group.h"

#include <algorithm>

#include "core/base/check.h"

namespace orrery::test {

using replication::AppendRequest;
using replication::DurableState;
using replication::Envelope;
using replication::Message;
using replication::Output;
using replication::Standing;
using replication::Start;

Group::Group(const GroupOptions& options, const DurableState& first, GroupListener& listener)
    : m_options(options),
      m_listener(&listener),
      m_network(options.seed, options.delays),
      m_disks{Prng::stream(options.seed, "disk", 0), Prng::stream(options.seed, "disk", 1),
              Prng::stream(options.seed, "disk", 2)} {
    for (const ZoneIndex zone : kZones) {
        m_network.addNode({0, zone.value()});
        node(zone).durableState = first;
        startReplica(zone, Start::Resume);
    }
}

void Group::startReplica(ZoneIndex zone, Start start) {
    Node& at = node(zone);
    at.incarnation = ++m_incarnations;
    at.log = at.durableLog;
    at.writes.clear();
    at.proposed.clear();
    at.timerAt = Instant::never();
    at.diskFreeAt = m_now;
    // Of tree and state, each may have reached the disk before the other.
    const bool isWhole = m_listener->hasWholeTree(zone);
    if (isWhole && at.durableState.standing == Standing::Copying) {
        at.durableState.standing = Standing::Whole;
    } else if (!isWhole && at.durableState.standing == Standing::Whole) {
        at.durableState.standing = Standing::NeedsCopy;
    }
    // Through bytes, as a driver would find it.
    const std::optional<DurableState> found = DurableState::decode(at.durableState.encode());
    CHECK(found == at.durableState);
    at.replica.emplace(zone, m_options.replica, *found, Lsn(at.durableLog.size()), start,
                       Prng::stream(m_options.seed, "replica", at.incarnation), m_now);
    at.replica->trimmed(at.first);
}

void Group::processNextEvent() {
    auto [at, event] = m_queue.take();
    m_now = at;
    ++m_eventCount;
    trace(event);
    handle(event);
}

void Group::runUntil(Instant until) {
    while (m_queue.nextAt() <= until)
        processNextEvent();
    m_now = until;
}

void Group::schedule(Instant at, std::uint64_t token) {
    Event event;
    event.kind = Event::Kind::Scheduled;
    event.token = token;
    m_queue.add(at, std::move(event));
}

void Group::trace(const Event& event) {
    const auto kind = static_cast<std::uint64_t>(event.kind);
    const std::uint64_t what =
        kind | std::uint64_t{event.zone.value()} << 8 | std::uint64_t{event.other.value()} << 16 |
        std::uint64_t{event.message.index()} << 24 | std::uint64_t{event.epoch} << 32;
    m_trace.add(static_cast<std::uint64_t>(m_now.sinceStart().count()));
    m_trace.add(what ^ event.token << 40);
    if (const auto* request = std::get_if<AppendRequest>(&event.message))
        m_trace.add(request->term.value() << 40 ^ request->range.last.value());
}

void Group::handle(Event& event) {
    Node& at = node(event.zone);
    switch (event.kind) {
        case Event::Kind::None:
            break;
        case Event::Kind::Scheduled:
            m_listener->scheduled(event.token);
            break;
        case Event::Kind::Deliver: {
            const sim::NodeId from = event.other.value();
            if (m_network.epoch(from, event.zone.value()) != event.epoch || !at.replica) break;
            const Envelope envelope{event.other, event.zone, std::move(event.message)};
            m_listener->delivered(envelope);
            at.replica->step(envelope, m_now);
            drain(event.zone, &envelope.message);
            break;
        }
        case Event::Kind::DiskDone:
            if (at.replica && at.incarnation == event.epoch) diskDone(event.zone);
            break;
        case Event::Kind::Timer:
            if (!at.replica || at.incarnation != event.epoch || at.timerAt != m_now) break;
            at.timerAt = Instant::never();
            at.replica->tick(m_now);
            drain(event.zone);
            break;
        case Event::Kind::Suspect:
        case Event::Kind::Heard: {
            const auto& changes = m_linkChanges[event.other.value()][event.zone.value()];
            if (!at.replica || changes != event.epoch) break;
            if (event.kind == Event::Kind::Heard) {
                at.replica->heard(event.other, m_now);
            } else {
                at.replica->suspect(event.other, m_now);
            }
            drain(event.zone);
            break;
        }
    }
}

void Group::drain(ZoneIndex zone, const Message* incoming) {
    Node& at = node(zone);
    const auto* request = incoming ? std::get_if<AppendRequest>(incoming) : nullptr;
    while (at.replica->hasOutput()) {
        Output output = at.replica->takeOutput();
        write(at, output, request, zone);
        if (!output.committed.empty()) m_listener->committed(zone, output.committed);
        for (Envelope& envelope : output.send)
            send(std::move(envelope));
        if (output.takeChunk) {
            const auto& chunk = std::get<replication::CopyChunk>(*incoming);
            m_listener->takeRange(zone, chunk, output.beginCopy);
        }
    }
    at.proposed.clear();
    armTimer(zone);
    m_listener->changed(zone);
    if (!at.replica->mayHandOver()) return;
    at.replica->handOver(m_now);
    drain(zone);
}

void Group::write(Node& at, Output& output, const AppendRequest* request, ZoneIndex zone) {
    if (output.truncateFrom == Lsn{} && output.persist.empty() && output.saveState == 0) return;
    const Replica& replica = *at.replica;
    DiskWrite write;
    if (output.beginCopy) write.resetLog = replica.state().copyBase;
    if (write.resetLog) {
        at.log.assign(write.resetLog->lsn.value(), StoredRecord{});
        at.first = write.resetLog->lsn.next();
    }
    write.truncateFrom = output.truncateFrom;
    if (write.truncateFrom != Lsn{}) at.log.resize(write.truncateFrom.value() - 1);
    write.first = output.persist.first;
    std::size_t proposal = 0;
    for (Lsn lsn = output.persist.first; lsn <= output.persist.last; lsn = lsn.next()) {
        CHECK(at.log.size() + 1 == lsn.value());
        StoredRecord record{replica.state().log.termAt(lsn), nullptr};
        if (request != nullptr) {
            const std::uint64_t index = lsn.value() - request->previous.lsn.value() - 1;
            CHECK(request->entries[index].term == record.term);
            record.bytes = request->entries[index].bytes;
        } else if (!output.noOp || output.noOp->lsn != lsn) {
            record.bytes = at.proposed[proposal++];
        }
        at.log.push_back(record);
        write.records.push_back(std::move(record));
    }
    if (output.saveState != 0) write.state = replica.state().encode();
    write.stateNumber = output.saveState;
    at.writes.push_back(std::move(write));

    const sim::LinkDelay& disk = m_options.disk;
    Duration took = disk.base;
    if (disk.jitter > Duration::zero()) {
        const auto mean = static_cast<std::uint64_t>(disk.jitter.count());
        took += Duration(static_cast<std::int64_t>(m_disks[zone.value()].exponential(mean)));
    }
    at.diskFreeAt = std::max(at.diskFreeAt, m_now + took);
    Event event;
    event.kind = Event::Kind::DiskDone;
    event.zone = zone;
    event.epoch = at.incarnation;
    m_queue.add(at.diskFreeAt, std::move(event));
}

void Group::diskDone(ZoneIndex zone) {
    Node& at = node(zone);
    DiskWrite write = std::move(at.writes.front());
    at.writes.pop_front();
    if (write.resetLog) at.durableLog.assign(write.resetLog->lsn.value(), StoredRecord{});
    if (write.truncateFrom != Lsn{}) at.durableLog.resize(write.truncateFrom.value() - 1);
    for (StoredRecord& record : write.records)
        at.durableLog.push_back(std::move(record));
    if (write.stateNumber != 0) {
        // What the tree has applied since is committed, whatever that state says.
        const Lsn commit = at.durableState.commit;
        at.durableState = *DurableState::decode(write.state);
        at.durableState.commit = std::max(at.durableState.commit, commit);
        at.replica->stateSaved(write.stateNumber, m_now);
    }
    if (!write.records.empty())
        at.replica->persisted({at.durableLog.back().term, Lsn(at.durableLog.size())}, m_now);
    drain(zone);
}

void Group::send(Envelope envelope) {
    const sim::NodeId from = envelope.from.value();
    const sim::NodeId to = envelope.to.value();
    const std::optional<Instant> arrival = m_network.deliverAt(from, to, m_now);
    if (!arrival || !fill(envelope)) return;
    Event event;
    event.kind = Event::Kind::Deliver;
    event.zone = envelope.to;
    event.other = envelope.from;
    event.epoch = m_network.epoch(from, to);
    event.message = std::move(envelope.message);
    m_queue.add(*arrival, std::move(event));
}

bool Group::fill(Envelope& envelope) {
    if (auto* request = std::get_if<AppendRequest>(&envelope.message)) {
        const Node& at = node(envelope.from);
        request->entries.reserve(request->range.count());
        for (Lsn lsn = request->range.first; lsn <= request->range.last; lsn = lsn.next()) {
            const StoredRecord& record = at.log[lsn.value() - 1];
            request->entries.push_back({record.term, lsn, record.bytes});
        }
    } else if (auto* asked = std::get_if<replication::CopyRequest>(&envelope.message)) {
        return m_listener->fillRequest(envelope.from, *asked);
    } else if (auto* chunk = std::get_if<replication::CopyChunk>(&envelope.message)) {
        chunk->range = m_listener->readRange(envelope.from, chunk->cursor);
        return chunk->range != nullptr;
    }
    return true;
}

void Group::trim(ZoneIndex zone, Lsn first) {
    Node& at = node(zone);
    for (; at.first < first; at.first = at.first.next()) {
        const std::size_t place = at.first.value() - 1;
        if (place < at.log.size()) at.log[place].bytes = nullptr;
        if (place < at.durableLog.size()) at.durableLog[place].bytes = nullptr;
    }
    if (at.replica) at.replica->trimmed(first);
}

void Group::applied(ZoneIndex zone, Lsn lsn) {
    Lsn& commit = node(zone).durableState.commit;
    commit = std::max(commit, lsn);
}

void Group::requestNextChunk(ZoneIndex zone) {
    node(zone).replica->requestNextChunk(m_now);
    drain(zone);
}

void Group::copied(ZoneIndex zone) {
    node(zone).replica->copied(m_now);
    drain(zone);
}

void Group::armTimer(ZoneIndex zone) {
    Node& at = node(zone);
    const Instant deadline = at.replica->deadline();
    if (deadline >= at.timerAt) return;
    at.timerAt = deadline;
    Event event;
    event.kind = Event::Kind::Timer;
    event.zone = zone;
    event.epoch = at.incarnation;
    m_queue.add(std::max(deadline, m_now), std::move(event));
    at.timerAt = std::max(deadline, m_now);
}

std::optional<LogPosition> Group::propose(ZoneIndex zone, SharedBytes bytes) {
    Node& at = node(zone);
    if (!at.replica || at.replica->role() != replication::Role::Leader) return std::nullopt;
    at.proposed.push_back(std::move(bytes));
    const Lsn lsn = at.replica->propose(m_now);
    const LogPosition position{at.replica->term(), lsn};
    drain(zone);
    return position;
}

void Group::requestLease(ZoneIndex zone) {
    if (!isUp(zone)) return;
    node(zone).replica->requestLease(m_now);
    drain(zone);
}

void Group::handOver(ZoneIndex from, ZoneIndex to) {
    if (!isUp(from)) return;
    node(from).replica->prepareHandOver(to, m_now);
    drain(from);
}

void Group::losePower(ZoneIndex zone) {
    if (!isUp(zone)) return;
    m_network.setNodeUp(zone.value(), false);
    node(zone).replica.reset();
    for (const ZoneIndex other : kZones) {
        if (other != zone) linkChanged(zone, other);
    }
}

void Group::restorePower(ZoneIndex zone) {
    if (isUp(zone)) return;
    m_network.setNodeUp(zone.value(), true);
    startReplica(zone, Start::PowerLoss);
    for (const ZoneIndex other : kZones) {
        if (other == zone) continue;
        linkChanged(zone, other);
        linkChanged(other, zone);
    }
    drain(zone);
}

void Group::cut(ZoneIndex from, ZoneIndex to) {
    m_network.cut(from.value(), to.value());
    linkChanged(from, to);
}

void Group::heal(ZoneIndex from, ZoneIndex to) {
    m_network.heal(from.value(), to.value());
    linkChanged(from, to);
}

void Group::setLoss(Ratio loss) {
    for (const ZoneIndex from : kZones) {
        for (const ZoneIndex to : kZones)
            m_network.setLoss(from.value(), to.value(), loss);
    }
}

void Group::linkChanged(ZoneIndex from, ZoneIndex to) {
    Event event;
    event.epoch = ++m_linkChanges[from.value()][to.value()];
    event.zone = to;
    event.other = from;
    const bool connected = isConnected(from, to);
    event.kind = connected ? Event::Kind::Heard : Event::Kind::Suspect;
    m_queue.add(m_now + (connected ? m_options.heardAfter : m_options.suspectAfter),
                std::move(event));
}

void Group::stopAndResume() {
    for (const ZoneIndex zone : kZones) {
        if (!isUp(zone)) continue;
        Node& at = node(zone);
        at.durableLog = at.log;
        at.durableState = at.replica->state();
        // What is under way is lost with the old connections.
        m_network.setNodeUp(zone.value(), false);
        m_network.setNodeUp(zone.value(), true);
        startReplica(zone, Start::Resume);
    }
    for (const ZoneIndex from : kZones) {
        for (const ZoneIndex to : kZones) {
            if (from != to && isUp(to)) linkChanged(from, to);
        }
    }
    for (const ZoneIndex zone : kZones) {
        if (isUp(zone)) m_listener->changed(zone);
    }
}

}  // namespace orrery::test
