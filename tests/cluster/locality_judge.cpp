#include "tests/cluster/locality_judge.h"

#include <chrono>

#include "core/base/check.h"
#include "core/observe/fault_spec.h"

namespace orrery::test {

using namespace std::chrono_literals;
using observe::FaultKind;

namespace {

/// After a failure, leases expire and zones catch up.
constexpr Duration kRecovers = 8s;
/// The latest answer: the timeout of a request, the sweep that looks for it, and the wait for
/// indexes and other Regions.
constexpr Duration kAnswers = 3s;

bool isRefusal(ErrorType type) {
    switch (type) {
        case ErrorType::Validation:
        case ErrorType::ResourceNotFound:
        case ErrorType::ResourceInUse:
        case ErrorType::TableNotFound:
        case ErrorType::ConditionalCheckFailed:
        case ErrorType::TransactionConflict:
        case ErrorType::TransactionCanceled:
        case ErrorType::LimitExceeded:
            return false;
        default:
            return true;
    }
}

}  // namespace

void LocalityJudge::look(const cluster::World& world) {
    std::set<std::string> failing;
    for (const observe::FaultView& fault : world.faults()) {
        if (!fault.active) continue;
        for (const std::string& zone : fault.zones)
            failing.insert(zone.substr(0, zone.size() - 1));
        const bool isLoss = observe::findFaultSpec(fault.kind)->kind == FaultKind::RegionLoss;
        if (isLoss) failing.insert(fault.regions.front());
    }
    for (const std::string& region : failing)
        m_failing.insert(region);
    for (const std::string& region : m_failing)
        m_failures[region] = world.now();
    m_failing = std::move(failing);
}

void LocalityJudge::asked(std::uint64_t call, const std::string& region, Instant now) {
    m_calls[call] = {region, now};
}

void LocalityJudge::calendarJumps() {
    for (auto& [number, call] : m_calls)
        call.sawJump = true;
}

bool LocalityJudge::isExcused(const Call& call) const {
    if (call.sawJump) return true;
    const auto isRecent = [&](Instant failure) { return failure + kRecovers > call.askedAt; };
    if (m_everywhere && isRecent(*m_everywhere)) return true;
    const auto found = m_failures.find(call.region);
    return found != m_failures.end() && isRecent(found->second);
}

std::string LocalityJudge::answered(std::uint64_t call, const cluster::Answered& answer) {
    const auto known = m_calls.find(call);
    CHECK(known != m_calls.end());
    const Call asked = known->second;
    m_calls.erase(known);
    if (isExcused(asked)) return {};
    ++m_judged;
    if (answer.result || !isRefusal(answer.result.error().type)) return {};
    return "a call in " + asked.region +
           " is refused, where nothing fails: " + answer.result.error().message;
}

std::string LocalityJudge::judgeUnanswered(Instant now,
                                           const std::function<bool(std::uint64_t)>& isDone) const {
    for (const auto& [number, call] : m_calls) {
        if (now - call.askedAt > kAnswers && !isDone(number) && !isExcused(call))
            return "a call in " + call.region + " is not answered, where nothing fails";
    }
    return {};
}

}  // namespace orrery::test
