#include "tests/cluster/global_sim.h"

#include <algorithm>
#include <chrono>

#include "core/base/check.h"
#include "core/expression/condition.h"
#include "core/expression/update.h"
#include "tests/cluster/random_faults.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"

// The actions of a run: clients, the passing of time, stops.

namespace orrery::test {

using namespace std::chrono_literals;
using types::AttributeValue;

namespace {

constexpr int kRounds = 2;
constexpr int kSteps = 60;
constexpr int kColours = 3;

cluster::WorldOptions optionsOf(std::uint64_t seed, Prng& prng, cluster::PlantedBug bug) {
    cluster::WorldOptions options;
    options.profile =
        prng.chance({1, 3}) ? cluster::Profile::dropIn() : cluster::Profile::serviceLike();
    options.profile.expiryDelay = 1s * static_cast<std::int64_t>(prng.below(3));
    options.profile.timeToLiveInterval = {};
    // A replica that is removed is there for twenty times as long.
    if (prng.chance({3, 4}) && options.profile.transientStates > 0s)
        options.profile.transientStates = 50ms;
    if (prng.chance({1, 2})) {
        options.profile.replicationDelay = 1ms * static_cast<std::int64_t>(prng.below(100));
        options.profile.replicationDelayMean = {};
    }
    options.seed = seed;
    options.traceEvents = 64;
    options.plantedBug = bug;
    options.logBounds = drawLogBounds(seed);
    options.logBounds.segmentRecords = 1 + prng.below(20);
    return options;
}

AttributeValue numberOf(std::int64_t value) {
    return AttributeValue::number(types::Number::fromInteger(value));
}

}  // namespace

GlobalSimReport GlobalSim::run() {
    create();
    m_t.run(3s);
    m_t.sync();
    collect();
    for (int round = 0; round < kRounds && m_report.violation.empty(); ++round) {
        for (int i = 0; i < kSteps && m_report.violation.empty(); ++i)
            step();
        if (m_report.violation.empty()) settle();
    }
    m_report.hash = m_t.world().eventHash();
    m_report.refusals = m_disk.refusals();
    m_report.replicated = m_global.replicated();
    m_report.judgedCalls = m_locality.judged();
    m_report.gaps = m_global.gaps();
    m_report.lost = m_global.conflicts().judged();
    m_report.lostAgain = m_global.conflicts().lostAgain();
    m_report.unclear = m_global.conflicts().unclear();
    return m_report;
}

GlobalSim::GlobalSim(std::uint64_t seed, cluster::PlantedBug bug)
    : m_prng(Prng::stream(seed, "global-sim")),
      m_shape(drawShape(m_prng)),
      m_disk(seed),
      m_t(optionsOf(seed, m_prng, bug)) {}

void GlobalSim::step() {
    test::noteWallClock(m_t.world(), wall(), cluster::Pace::Normal);
    if (isRemovalSlow()) {
        healEverything();
    } else {
        changeFaults();
        m_disk.step(m_t);
    }
    if (!m_disk.refuses()) changeTables();
    clients();
    look();
    pass();
    if (m_prng.chance({1, 2})) m_t.sync();
    if (m_prng.chance({1, 12}) && !m_disk.refuses()) m_t.flush();
    look();
    problem(m_global.judge(m_t.world(), m_t.store()));
    problem(m_lasting.judge(m_t.world(), m_t.store()));
    collect();
    judgeUnanswered();
    problem(judgeOwners(m_t.world(), m_t.store()));
    problem(judgeTrimMarks(m_t.world(), m_t.store()));
    if (m_report.violation.empty() && m_prng.chance(m_shape.kill)) stop();
    if (m_report.violation.empty() && m_prng.chance({1, 60})) jump();
}

// --- clients

void GlobalSim::clients() {
    for (int region = 0; region < m_shape.regions; ++region) {
        for (int item = 0; item < kItems; ++item) {
            if (m_prng.chance({1, 5})) write(region, item);
            if (m_prng.chance({1, 12})) read(region, item);
        }
        if (m_prng.chance({1, 4})) transact(region);
    }
}

types::Key GlobalSim::keyOf(int item) const {
    if (!m_shape.hasSort) return {AttributeValue::string("k" + std::to_string(item)), std::nullopt};
    return {AttributeValue::string("k" + std::to_string(item / 3)),
            AttributeValue::string("s" + std::to_string(item % 3))};
}

std::uint64_t GlobalSim::nextNumber(int item) {
    m_asked.push_back(item);
    return m_asked.size();
}

types::Item GlobalSim::itemOf(const cluster::TableDescription& table, int item,
                              std::uint64_t number) {
    types::Item put;
    types::addKey(put, table.keys, keyOf(item));
    put.set("w", AttributeValue::string(std::to_string(number)));
    const std::uint64_t colour = m_prng.below(kColours + 1);
    if (colour < kColours) put.set("colour", AttributeValue::string("c" + std::to_string(colour)));
    if (m_shape.hasExpiry && m_prng.chance({1, 3}))
        put.set("ttl", numberOf(seconds() + static_cast<std::int64_t>(m_prng.below(25))));
    return put;
}

// Half of the writes keep what other clients wrote beside them.
cluster::WriteItem GlobalSim::writeOf(const cluster::TablePtr& table, int region, int item) {
    Writer& writer = m_writers[static_cast<std::size_t>(region)][static_cast<std::size_t>(item)];
    cluster::WriteItem write;
    write.table = table;
    write.key = keyOf(item);
    writer.table = table->space;
    writer.number = 0;
    const std::uint64_t kind = m_prng.below(6);
    if (kind == 0) {
        write.action = cluster::DeleteAction{};
        return write;
    }
    writer.number = nextNumber(item);
    if (kind <= 2) {
        write.action = cluster::PutAction{itemOf(*table, item, writer.number)};
        return write;
    }
    types::Item values;
    values.set(":w", AttributeValue::string(std::to_string(writer.number)));
    values.set(":c", AttributeValue::string("c" + std::to_string(m_prng.below(kColours))));
    values.set(":one", numberOf(1));
    auto substitutions = expression::Substitutions::create(std::nullopt, std::move(values));
    CHECK(substitutions.has_value());
    auto update = expression::parseUpdate("SET w = :w, colour = :c ADD n :one", *substitutions);
    CHECK(update.has_value());
    write.action = cluster::UpdateAction{*std::move(update)};
    return write;
}

std::uint64_t GlobalSim::submit(const std::string& region, const std::string& name,
                                cluster::Request request) {
    const auto shared = std::make_shared<cluster::Request>(std::move(request));
    const std::uint64_t call = m_t.submitIn(
        region, name,
        [shared](const auto&, const auto&) {
            return ApiResult<cluster::Request>(std::move(*shared));
        },
        zone());
    m_locality.asked(call, region, m_t.world().now());
    return call;
}

void GlobalSim::write(int region, int item) {
    const cluster::TablePtr table = find(region);
    Writer& writer = m_writers[static_cast<std::size_t>(region)][static_cast<std::size_t>(item)];
    if (table == nullptr || writer.call != 0 || m_disk.refuses()) return;
    cluster::WriteItem write = writeOf(table, region, item);
    writer.call = submit(table->regionName, "UpdateItem", std::move(write));
}

// Two items are written, or one is and the other is checked by a condition that always holds.
void GlobalSim::transact(int region) {
    const cluster::TablePtr table = find(region);
    auto& writers = m_writers[static_cast<std::size_t>(region)];
    const int first = static_cast<int>(m_prng.below(kItems));
    const int second = (first + 1 + static_cast<int>(m_prng.below(kItems - 1))) % kItems;
    Writer& a = writers[static_cast<std::size_t>(first)];
    Writer& b = writers[static_cast<std::size_t>(second)];
    if (table == nullptr || a.call != 0 || b.call != 0 || m_disk.refuses()) return;
    cluster::TransactWrite request;
    request.accountId = kSharedAccount;
    request.actions.emplace_back(writeOf(table, region, first));
    const bool isCheck = m_prng.chance({1, 3});
    if (isCheck) {
        expression::Substitutions none;
        auto condition = expression::parseCondition(
            "attribute_exists(pk) OR attribute_not_exists(pk)", expression::Kind::Condition, none);
        CHECK(condition.has_value());
        request.actions.emplace_back(
            cluster::ConditionCheck{table, keyOf(second), *std::move(condition)});
    } else {
        request.actions.emplace_back(writeOf(table, region, second));
    }
    a.call = submit(table->regionName, "TransactWriteItems", std::move(request));
    m_transactions.insert(a.call);
    if (!isCheck) b.call = a.call;
}

void GlobalSim::read(int region, int item) {
    const cluster::TablePtr table = find(region);
    if (table == nullptr) return;
    const bool strong = m_prng.chance({2, 3});
    const Writer& writer =
        m_writers[static_cast<std::size_t>(region)][static_cast<std::size_t>(item)];
    const std::uint64_t floor = writer.acknowledgedIn == table->space ? writer.acknowledged : 0;
    const std::uint64_t call =
        submit(table->regionName, "GetItem", cluster::ReadItem{table, keyOf(item), strong});
    m_reads[call] = {region, item, table->space, strong, floor};
}

// --- time and stops

CalendarTime GlobalSim::wall() {
    return CalendarTime(kCalendar.sinceEpoch() + m_t.world().now().sinceStart() + m_jumped);
}

std::int64_t GlobalSim::seconds() {
    return std::chrono::floor<std::chrono::seconds>(m_t.world().calendar().sinceEpoch()).count();
}

void GlobalSim::pass() {
    const Duration by = m_prng.chance({1, 10})
                            ? 1ms * static_cast<std::int64_t>(m_prng.below(4000))
                            : 100us * static_cast<std::int64_t>(m_prng.below(800));
    const Instant until = m_t.world().now() + by;
    const std::size_t events = m_prng.chance({1, 3}) ? 1 + m_prng.below(60) : SIZE_MAX;
    while (!m_t.turn(until, events)) {
        if (m_prng.chance({1, 6})) m_t.sync();
        if (m_prng.chance({1, 60})) return;
    }
}

// Whatever nobody lacks expires in the archives, which the judge has read by then, but for what is
// under way. A table from which a replica was filled may be deleted again.
void GlobalSim::jump() {
    m_t.flush();
    problem(m_global.judge(m_t.world(), m_t.store()));
    m_locality.calendarJumps();
    m_global.calendarJumps();
    m_jumped += 25h;
    test::setCalendar(m_t.world(), wall());
}

void GlobalSim::look() {
    if (!m_disk.isSound()) m_locality.everythingFails(m_t.world().now());
    m_locality.look(m_t.world());
    m_global.lookAtLinks(m_t.world());
}

void GlobalSim::stop() {
    if (m_prng.chance({1, 3})) m_t.flush();
    collect();
    m_t.setWallClock(wall());
    if (m_prng.chance({2, 3})) {
        m_t.kill();
    } else {
        m_t.restart();
    }
    ++m_report.kills;
    m_disk.reopened(m_t);
    m_locality.forgetCalls();
    m_locality.everythingFails(m_t.world().now());
    m_global.forgetLinks();
    m_reads.clear();
    m_transactions.clear();
    m_admin = Admin::None;
    m_removedSince.reset();
    for (auto& writers : m_writers) {
        for (Writer& writer : writers)
            writer.call = 0;
    }
}

void GlobalSim::settle() {
    healEverything();
    if (m_shape.regions == kRegionsMost && !isChanging()) judgeBehindACut();
    test::healAll(m_t.world());
    look();
    m_t.run(6s);
    runUntilActive();
    if (m_shape.hasExpiry) m_t.run(30s);
    runUntilEqual();
    m_t.run(4s);
    m_t.reclaim();
    look();
    collect();
    judgeAtRest();
}

// Each pair of Regions replicates by itself.
void GlobalSim::judgeBehindACut() {
    const auto first = static_cast<std::size_t>(region());
    cluster::FaultRequest cut;
    cut.kind = observe::FaultKind::RegionLinkCut;
    cut.regions = {kRegionNames.at(first), kRegionNames.at((first + 1) % kRegionsMost)};
    cut.oneWay = m_prng.chance({1, 2});
    if (!m_t.world().admit(std::move(cut))) return;
    look();
    m_t.run(6s);
    const auto judge = [&] {
        m_t.flush();
        problem(m_global.judge(m_t.world(), m_t.store()));
        return m_global.judgeOpenWays(m_t.world(), m_t.store());
    };
    for (int i = 0; i < 10 && !judge().empty(); ++i)
        m_t.run(2s);
    problem(judge());
    look();
}

/// Until all tables and replicas are.
void GlobalSim::runUntilActive() {
    for (int i = 0; i < 60 && isChanging(); ++i) {
        m_t.run(2s);
        m_t.flush();
    }
    if (isChanging()) problem("a table does not become ACTIVE");
}

void GlobalSim::runUntilEqual() {
    const auto compare = [&] { return m_global.compareReplicas(m_t.world(), m_t.store()); };
    for (int i = 0; i < 30 && !compare().empty(); ++i) {
        m_t.run(2s);
        m_t.flush();  // What is on its way to the archive arrives there.
    }
}

}  // namespace orrery::test
