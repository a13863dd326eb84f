#include "tests/cluster/strong_sim.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/base/check.h"
#include "tests/cluster/random_faults.h"
#include "tests/cluster/region_faults.h"

namespace orrery::test {

using namespace std::chrono_literals;

namespace {

const std::vector<std::string> kRegions = {kEast, kOhio, kWest};
constexpr int kSteps = 150;
constexpr int kItems = 3;

cluster::WorldOptions optionsOf(std::uint64_t seed, cluster::PlantedBug bug) {
    cluster::WorldOptions options;
    options.seed = seed;
    options.plantedBug = bug;
    options.profile = cluster::Profile::serviceLike();
    options.profile.transientStates = {};
    if (seed % 4 == 0) options.profile = cluster::Profile::dropIn();
    options.logBounds = drawLogBounds(seed);
    return options;
}

std::int64_t numberOf(const cluster::ItemView& item) {
    if (!item) return 0;
    const auto numbers = numbersOf(item);
    CHECK(numbers && numbers->contains("n"));
    return numbers->at("n");
}

}  // namespace

StrongSim::StrongSim(std::uint64_t seed, cluster::PlantedBug bug)
    : m_prng(Prng::stream(seed, "strong")), m_t(optionsOf(seed, bug)) {
    m_t.create(seed % 3 == 0);
    m_t.sync();
    for (int i = 0; i < kItems; ++i)
        m_counters[std::to_string(i)];
}

StrongSimReport StrongSim::run() {
    for (int step = 0; step < kSteps && m_report.violation.empty(); ++step) {
        if (m_prng.chance({1, 8})) changeFaults();
        if (m_prng.chance({1, 60})) kill();
        for (std::uint64_t left = m_prng.below(4); left > 0; --left)
            begin();
        m_t.run(std::chrono::milliseconds(m_prng.below(250)), 1 + m_prng.below(200));
        if (m_prng.chance({2, 3})) m_t.sync();
        collect();
    }
    if (m_report.violation.empty()) judgeEnd();
    m_report.hash = m_t.world().eventHash();
    return m_report;
}

// With a witness, its Region has no table.
const std::string& StrongSim::drawRegion() {
    const bool hasWitness = !m_t.global()->journal->witness.empty();
    return kRegions[m_prng.below(hasWitness ? 2 : 3)];
}

void StrongSim::begin() {
    Call call;
    call.item = std::to_string(m_prng.below(kItems));
    call.isRead = m_prng.chance({1, 3});
    Counter& counter = m_counters.at(call.item);
    call.floor = counter.floor;
    const std::string& region = drawRegion();
    if (!call.isRead) ++counter.asked;
    const auto number =
        call.isRead ? m_t.beginRead(region, call.item, true) : m_t.beginAdd(region, call.item);
    m_calls[number] = std::move(call);
}

void StrongSim::changeFaults() {
    cluster::World& world = m_t.world();
    if (activeFaults(world) >= 2 || m_prng.chance({1, 3})) {
        for (const observe::FaultView& fault : world.faults())
            heal(world, fault.id);
        return;
    }
    ++m_report.faults;
    const std::string& region = kRegions[m_prng.below(kRegions.size())];
    const std::string& other = kRegions[m_prng.below(kRegions.size())];
    const bool oneWay = m_prng.chance({1, 2});
    switch (m_prng.below(5)) {
        case 0:
            static_cast<void>(world.admit(isolated(region)));
            break;
        case 1:
            static_cast<void>(world.admit(lost(region)));
            break;
        case 2:
            static_cast<void>(world.admit(regionCut(region, other, oneWay)));
            break;
        case 3:
            static_cast<void>(world.admit(regionSlow(region, other, {300ms, 50ms, {1, 20}})));
            break;
        default:
            beginFault(world, m_prng, true, region);
    }
}

// What was under way may have been done or not, and what was not synced is lost.
void StrongSim::kill() {
    ++m_report.kills;
    m_calls.clear();
    m_t.kill();
}

// An answer leaves once what it depends on is synced.
void StrongSim::collect() {
    const storage::Ticket synced = m_t.store().synced();
    std::erase_if(m_calls, [&](const auto& one) {
        const cluster::Answered* answer = m_t.answer(one.first);
        if (answer == nullptr || answer->gate > synced) return false;
        judge(one.second, *answer);
        return true;
    });
}

void StrongSim::fail(const Counter& counter, const std::string& what, std::int64_t number) {
    m_report.violation = what + ": " + std::to_string(number) + " where " +
                         std::to_string(counter.floor) + " is known and " +
                         std::to_string(counter.asked) + " asked for";
}

void StrongSim::judge(const Call& call, const cluster::Answered& answer) {
    Counter& counter = m_counters.at(call.item);
    if (!answer.result) {
        const ErrorType error = answer.result.error().type;
        const bool isConflict = error == ErrorType::ReplicatedWriteConflict;
        if (isConflict) --counter.asked;
        isConflict ? ++m_report.conflicts : ++m_report.failures;
        if (!isConflict && error != ErrorType::InternalServerError)
            m_report.violation = "an error that cannot be: " + answer.result.error().message;
        return;
    }
    std::int64_t number = 0;
    if (call.isRead) {
        ++m_report.reads;
        number = numberOf(std::get<cluster::ItemReply>(*answer.result).item);
        if (number < call.floor) fail(counter, "a strong read shows too little", number);
    } else {
        ++m_report.added;
        ++counter.added;
        number = numberOf(std::get<cluster::WriteReply>(*answer.result).after);
        if (number <= call.floor) fail(counter, "an addition made a number again", number);
        if (!counter.made.insert(number).second)
            fail(counter, "two additions made the same number", number);
    }
    if (number > counter.asked) fail(counter, "a number that nobody made", number);
    counter.floor = std::max(counter.floor, number);
}

void StrongSim::judgeEnd() {
    for (const observe::FaultView& fault : m_t.world().faults())
        heal(m_t.world(), fault.id);
    for (int i = 0; i < 40; ++i) {
        m_t.run(500ms);
        m_t.sync();
        collect();
    }
    if (!m_report.violation.empty()) return;
    if (!m_calls.empty()) m_report.violation = "a call got no answer";
    const bool hasWitness = !m_t.global()->journal->witness.empty();
    for (const auto& [item, counter] : m_counters) {
        std::set<std::int64_t> shown;
        for (const std::string& region : kRegions) {
            if (hasWitness && region == kWest) continue;
            for (const bool isStrong : {true, false}) {
                const auto read = m_t.beginRead(region, item, isStrong);
                m_t.finish({read});
                if (m_t.failed(read)) return fail(counter, "a read fails at rest", 0);
                shown.insert(
                    numberOf(std::get<cluster::ItemReply>(*m_t.answer(read)->result).item));
            }
        }
        if (shown.size() != 1) return fail(counter, "Regions differ", *shown.begin());
        const std::int64_t last = *shown.begin();
        if (last < counter.added || last < counter.floor || last > counter.asked)
            return fail(counter, "the last number is wrong", last);
    }
}

}  // namespace orrery::test
