#include "tests/cluster/expiry_sim.h"

#include <algorithm>
#include <chrono>

#include "tests/cluster/random_faults.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"

namespace orrery::test {

using namespace std::chrono_literals;

namespace {

constexpr int kSteps = 140;

cluster::WorldOptions optionsOf(std::uint64_t seed, Prng& prng, cluster::PlantedBug bug) {
    cluster::WorldOptions options;
    options.profile =
        prng.chance({1, 2}) ? cluster::Profile::dropIn() : cluster::Profile::serviceLike();
    options.profile.expiryDelay = 1s * static_cast<std::int64_t>(prng.below(3));
    options.profile.timeToLiveInterval = {};
    options.seed = seed;
    options.traceEvents = 64;
    options.plantedBug = bug;
    options.logBounds = drawLogBounds(seed);
    return options;
}

std::string nameOf(int item) {
    return "k" + std::to_string(item);
}

RequestCall::Bind always(const cluster::Request& request) {
    return [request](const auto&, const auto&) { return ApiResult<cluster::Request>(request); };
}

}  // namespace

ExpirySim::ExpirySim(std::uint64_t seed, cluster::PlantedBug bug)
    : m_prng(Prng::stream(seed, "expiry-sim")), m_disk(seed), m_t(optionsOf(seed, m_prng, bug)) {
    m_t.createTable();
    m_t.sync();
}

ExpirySimReport ExpirySim::run() {
    for (int i = 0; i < kSteps && m_report.violation.empty(); ++i)
        step();
    if (m_report.violation.empty()) settle();
    m_report.refusals = m_disk.refusals();
    m_report.hash = m_t.world().eventHash();
    return m_report;
}

void ExpirySim::problem(std::string what) {
    if (m_report.violation.empty()) m_report.violation = std::move(what);
}

CalendarTime ExpirySim::wall() {
    return CalendarTime(kCalendar.sinceEpoch() + m_t.world().now().sinceStart() + m_jumped);
}

std::int64_t ExpirySim::seconds() {
    return std::chrono::floor<std::chrono::seconds>(m_t.world().calendar().sinceEpoch()).count();
}

void ExpirySim::step() {
    test::noteWallClock(m_t.world(), wall(), cluster::Pace::Normal);
    changeFaults();
    m_disk.step(m_t);
    if (m_prng.chance({1, 12}) && !m_disk.refuses()) changeSetting(!isEnabled());
    for (int item = 0; item < kItems; ++item) {
        if (m_prng.chance({1, 6})) write(item);
        if (m_prng.chance({1, 8})) read(item);
    }
    const Duration by = m_prng.chance({1, 6})
                            ? 1ms * static_cast<std::int64_t>(m_prng.below(6000))
                            : 100us * static_cast<std::int64_t>(m_prng.below(500));
    const Instant until = m_t.world().now() + by;
    const std::size_t events = m_prng.chance({1, 3}) ? 1 + m_prng.below(40) : SIZE_MAX;
    while (!m_t.turn(until, events)) {
        if (m_prng.chance({1, 6})) m_t.sync();
        if (m_prng.chance({1, 60})) break;
    }
    if (m_prng.chance({1, 2})) m_t.sync();
    if (m_prng.chance({1, 10}) && !m_disk.refuses()) m_t.flush();
    collect();
    problem(judgeOwners(m_t.world(), m_t.store()));
    problem(judgeTrimMarks(m_t.world(), m_t.store()));
    problem(m_lasting.judge(m_t.world(), m_t.store()));
    if (m_prng.chance({1, 16})) stop();
    if (m_prng.chance({1, 50})) {
        m_jumped += 1s * static_cast<std::int64_t>(m_prng.below(40));
        test::setCalendar(m_t.world(), wall());
    }
}

void ExpirySim::changeFaults() {
    if (m_prng.chance({1, 12})) beginFault(m_t.world(), m_prng, false);
}

void ExpirySim::changeSetting(bool isEnabled) {
    if (m_setting != 0) return;
    ++m_report.changes;
    m_setting = m_t.submit("UpdateTimeToLive",
                           always(cluster::UpdateTimeToLive{m_t.table(), isEnabled, "ttl"}));
}

void ExpirySim::write(int item) {
    Writer& writer = m_writers[static_cast<std::size_t>(item)];
    if (writer.call != 0 || m_disk.refuses()) return;
    cluster::WriteItem write;
    write.table = m_t.table();
    write.key = {types::AttributeValue::string(nameOf(item)), std::nullopt};
    writer.isDelete = m_prng.chance({1, 6});
    writer.asked.reset();
    writer.isKnown = false;
    ++writer.writes;
    if (writer.isDelete) {
        write.action = cluster::DeleteAction{};
    } else {
        types::Item put;
        types::addKey(put, write.table->keys, write.key);
        if (m_prng.chance({3, 4})) {
            writer.asked = seconds() + static_cast<std::int64_t>(m_prng.below(40)) - 10;
            put.set("ttl",
                    types::AttributeValue::number(types::Number::fromInteger(*writer.asked)));
        } else if (m_prng.chance({1, 2})) {
            put.set("ttl", types::AttributeValue::string("5"));
        }
        write.action = cluster::PutAction{std::move(put)};
    }
    writer.call = m_t.submit("PutItem", always(write), zone());
}

// What a read shows that began during a write says nothing.
void ExpirySim::read(int item) {
    const Writer& writer = m_writers[static_cast<std::size_t>(item)];
    const std::uint64_t call = m_t.get(nameOf(item), true, zone());
    if (writer.call == 0) m_reads[call] = {item, writer.writes};
}

bool ExpirySim::isReleased(std::uint64_t call) const {
    return call != 0 && m_t.done(call) && m_t.answer(call)->gate <= m_t.store().synced();
}

void ExpirySim::collect() {
    m_latest = std::max(m_latest, seconds());
    if (isReleased(m_setting)) {
        if (m_t.failed(m_setting))
            problem("the setting cannot be changed: " +
                    m_t.answer(m_setting)->result.error().message);
        m_setting = 0;
    }
    std::erase_if(m_reads, [&](const auto& entry) {
        if (!isReleased(entry.first)) return false;
        if (!m_t.failed(entry.first)) judge(entry.first, entry.second);
        return true;
    });
    for (Writer& writer : m_writers) {
        if (!isReleased(writer.call)) continue;
        writer.isKnown = !m_t.failed(std::exchange(writer.call, 0));
        if (!writer.isKnown) continue;
        ++m_report.writesDone;
        writer.isThere = !writer.isDelete;
        writer.expiry = writer.asked;
    }
}

// Says something only if no write was in progress since the read began.
void ExpirySim::judge(std::uint64_t call, const Read& read) {
    const Writer& writer = m_writers[static_cast<std::size_t>(read.item)];
    const bool isSure = writer.isKnown && writer.call == 0 && writer.writes == read.writes;
    if (!isSure) return;
    const bool isShown =
        static_cast<bool>(std::get<cluster::ItemReply>(*m_t.answer(call)->result).item);
    if (isShown && !writer.isThere) problem(nameOf(read.item) + " is back");
    if (isShown || !writer.isThere) return;
    if (!writer.expiry || *writer.expiry > m_latest)
        problem(nameOf(read.item) + " is deleted before its expiry");
    ++m_report.expired;
}

void ExpirySim::stop() {
    collect();
    const bool isKill = m_prng.chance({2, 3});
    m_t.setWallClock(wall());
    if (isKill) {
        m_t.kill();
    } else {
        m_t.restart();
    }
    m_disk.reopened(m_t);
    m_latest = std::max(m_latest, seconds());
    m_report.kills += isKill ? 1 : 0;
    m_reads.clear();
    m_setting = 0;
    for (Writer& writer : m_writers) {
        writer.isKnown = writer.isKnown && writer.call == 0;
        writer.call = 0;
    }
}

void ExpirySim::settle() {
    m_disk.accept(m_t);
    test::healAll(m_t.world());
    m_t.run(8s);
    m_t.flush();
    collect();
    if (!isEnabled()) changeSetting(true);
    m_t.run(2s);
    m_t.flush();
    collect();
    if (m_prng.chance({1, 2})) stop();
    m_t.run(60s);
    m_t.reclaim();
    collect();
    if (m_report.violation.empty()) judgeAtRest();
}

void ExpirySim::judgeAtRest() {
    problem(test::judgeAtRest(m_t.world(), m_t.store(), m_lasting));
    if (m_t.table()->timeToLive.isChanging) problem("the items are not indexed in the end");
    for (int item = 0; item < kItems && m_report.violation.empty(); ++item) {
        const Writer& writer = m_writers[static_cast<std::size_t>(item)];
        const auto get = m_t.get(nameOf(item), true);
        m_t.run(2s);
        if (!m_t.done(get) || m_t.failed(get)) return problem("no answer after healing");
        if (!writer.isKnown) continue;
        const bool isShown =
            static_cast<bool>(std::get<cluster::ItemReply>(*m_t.answer(get)->result).item);
        const bool isDue = writer.expiry && *writer.expiry + 10 < seconds();
        if (isShown && writer.isThere && isDue) problem(nameOf(item) + " outlives its expiry");
        if (isShown && !writer.isThere) problem(nameOf(item) + " is back");
        const bool mayBeGone = writer.expiry && *writer.expiry <= m_latest;
        if (!isShown && writer.isThere && !mayBeGone)
            problem(nameOf(item) + " is deleted before its expiry");
    }
}

}  // namespace orrery::test
