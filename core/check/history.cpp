#include "core/check/history.h"

#include <algorithm>
#include <string>

#include "core/base/check.h"

namespace orrery::check {
namespace {

std::string describe(OperationId id, const Operation& operation) {
    static constexpr const char* kNames[] = {"write", "strong read", "eventual read",
                                             "failed condition"};
    return std::string(kNames[static_cast<std::size_t>(operation.kind)]) + " " +
           std::to_string(id) + " of item " + std::to_string(operation.item);
}

}  // namespace

OperationId History::begin(OperationKind kind, std::uint32_t item, Instant now) {
    if (item >= m_floors.size()) m_floors.resize(item + 1);
    Operation operation;
    operation.kind = kind;
    operation.item = item;
    operation.floor = m_floors[item];
    operation.start = now;
    m_operations.push_back(operation);
    return static_cast<OperationId>(m_operations.size() - 1);
}

Operation& History::end(OperationId id, Outcome outcome, Instant now) {
    Operation& operation = m_operations[id];
    CHECK(operation.outcome == Outcome::Pending);
    operation.outcome = outcome;
    operation.end = now;
    return operation;
}

void History::raiseFloor(const Operation& operation) {
    Lsn& floor = m_floors[operation.item];
    floor = std::max(floor, operation.seen);
}

void History::acknowledge(OperationId id, Lsn lsn, Instant now) {
    Operation& operation = end(id, Outcome::Done, now);
    CHECK(operation.kind == OperationKind::Write);
    operation.seen = lsn;
    raiseFloor(operation);
    if (m_committed->at(lsn) == Version{operation.item, id}) return;
    m_verdict->fail(now, describe(id, operation) + " was acknowledged at LSN " +
                             std::to_string(lsn.value()) +
                             ", where the history has another record");
}

void History::show(OperationId id, Lsn lsn, std::uint32_t value, Instant now) {
    Operation& operation = end(id, Outcome::Done, now);
    CHECK(operation.kind != OperationKind::Write);
    operation.seen = lsn;
    const bool strong = operation.kind != OperationKind::EventualRead;
    if (strong && lsn < operation.floor) {
        m_verdict->fail(now, describe(id, operation) + " shows LSN " + std::to_string(lsn.value()) +
                                 ", but LSN " + std::to_string(operation.floor.value()) +
                                 " was known before it began");
    }
    confirmShown(now);
    if (lsn == Lsn{}) return;
    const Shown shown{id, lsn, value};
    if (!isCommitted(shown, now)) m_tooEarly.push_back(shown);
    if (strong) raiseFloor(operation);
}

bool History::isCommitted(const Shown& shown, Instant now) {
    const std::optional<Version> version = m_committed->at(shown.lsn);
    if (!version) return false;
    const Operation& operation = m_operations[shown.id];
    if (*version != Version{operation.item, shown.value}) {
        m_verdict->fail(now, describe(shown.id, operation) + " showed what operation " +
                                 std::to_string(shown.value) + " wrote at LSN " +
                                 std::to_string(shown.lsn.value()) +
                                 ", which the committed history does not have");
    }
    return true;
}

void History::confirmShown(Instant now) {
    std::erase_if(m_tooEarly, [&](const Shown& shown) { return isCommitted(shown, now); });
}

std::size_t History::count(OperationKind kind, Outcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count_if(m_operations, [&](const Operation& op) {
        return op.kind == kind && op.outcome == outcome;
    }));
}

void History::finish(Instant now) {
    confirmShown(now);
    for (const Shown& shown : m_tooEarly) {
        m_verdict->fail(now, describe(shown.id, m_operations[shown.id]) + " showed LSN " +
                                 std::to_string(shown.lsn.value()) +
                                 ", which nobody ever committed");
    }
    for (Lsn lsn{1}; lsn <= m_committed->last(); lsn = lsn.next()) {
        const Version version = *m_committed->at(lsn);
        if (version == kNoVersion) continue;
        const bool known = version.value < m_operations.size();
        const Operation* writer = known ? &m_operations[version.value] : nullptr;
        const bool asked = known && writer->kind == OperationKind::Write &&
                           writer->item == version.item && writer->outcome != Outcome::Refused;
        if (asked) continue;
        m_verdict->fail(now, "LSN " + std::to_string(lsn.value()) + " holds a write of item " +
                                 std::to_string(version.item) + " that no client asked for");
    }
}

}  // namespace orrery::check
