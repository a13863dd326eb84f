#include "tests/cluster/table_sim.h"
#include "tests/cluster/random_faults.h"
#include "tests/cluster/world_inputs.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/expression/condition.h"
#include "core/types/storage_key.h"

// The actions of a run: clients, changes of tables, faults, stops.

namespace orrery::test {

using namespace std::chrono_literals;

namespace {

constexpr int kRounds = 2;
constexpr int kSteps = 70;
constexpr int kColours = 3;

cluster::WorldOptions optionsOf(std::uint64_t seed, Prng& prng, cluster::PlantedBug bug) {
    cluster::WorldOptions options;
    options.profile =
        prng.chance({1, 3}) ? cluster::Profile::dropIn() : cluster::Profile::serviceLike();
    options.seed = seed;
    options.traceEvents = 64;
    options.plantedBug = bug;
    options.logBounds = drawLogBounds(seed);
    return options;
}

}  // namespace

TableSim::TableSim(std::uint64_t seed, cluster::PlantedBug bug, RandomDisk::Mistake mistake)
    : m_prng(Prng::stream(seed, "table-sim")),
      m_disk(seed, mistake),
      m_t(optionsOf(seed, m_prng, bug)) {
    for (int i = 0; i < kTables; ++i)
        m_tables[static_cast<std::size_t>(i)].name = "T" + std::to_string(i);
    m_t.setBeforeCommit([this] {
        if (!m_admin.empty()) problem(judgeIds(m_t.world()));
        return m_report.violation.empty();
    });
}

TableSimReport TableSim::run() {
    create(0);
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
    m_report.lows = m_disk.lows();
    m_report.records = m_lasting.records();
    return m_report;
}

void TableSim::step() {
    changeFaults();
    changeClock();
    m_disk.step(m_t);
    if (!m_disk.refuses()) changeTables();
    clients();
    pass();
    if (!m_report.violation.empty()) return;
    if (m_prng.chance({1, 2})) m_t.sync();
    if (m_prng.chance({1, 12}) && !m_disk.refuses()) m_t.flush();
    collect();
    problem(m_lasting.judge(m_t.world(), m_t.store()));
    if (m_prng.chance({1, 14})) stop();
    problem(judgeOwners(m_t.world(), m_t.store()));
    problem(judgeTrimMarks(m_t.world(), m_t.store()));
}

void TableSim::changeFaults() {
    if (m_prng.chance({1, 10})) changeFault(m_t.world(), m_prng);
}

void TableSim::changeClock() {
    if (!m_prng.chance({1, 15})) return;
    m_isPaused = !m_isPaused;
    test::setClockSetting(m_t.world(), {.paused = m_isPaused});
    if (m_prng.chance({1, 3}))
        test::setProfile(m_t.world(), m_prng.chance({1, 2}) ? cluster::Profile::dropIn()
                                                            : cluster::Profile::serviceLike());
}

void TableSim::clients() {
    for (int table = 0; table < kTables; ++table) {
        if (!m_tables[static_cast<std::size_t>(table)].isThere) continue;
        for (int item = 0; item < kItems; ++item) {
            if (m_prng.chance({1, 3})) write(table, item);
            if (m_prng.chance({1, 6})) read(table, item);
        }
        if (m_prng.chance({1, 12})) scan(table);
        if (m_prng.chance({1, 12})) queryIndex(table);
        if (m_prng.chance({1, 6}) && !m_disk.refuses()) transact(table);
    }
}

// Checks two items, whose conditions always hold: it changes nothing, but single writes run into
// it.
void TableSim::transact(int table) {
    // The judge of ids reads the catalog, which lists no ledger: a clash with one would be
    // committed.
    const cluster::PlantedBug bug = m_t.options().plantedBug;
    if (bug == cluster::PlantedBug::CountersEarly || bug == cluster::PlantedBug::SpaceUsedAgain)
        return;
    const cluster::TablePtr there = find(table);
    if (there == nullptr) return;
    cluster::TransactWrite request;
    const auto first = static_cast<int>(m_prng.below(kItems));
    for (const int item : {first, (first + 1) % kItems}) {
        expression::Substitutions none;
        auto condition = expression::parseCondition(
            "attribute_exists(pk) OR attribute_not_exists(pk)", expression::Kind::Condition, none);
        CHECK(condition.has_value());
        request.actions.emplace_back(
            cluster::ConditionCheck{there, keyOf(table, item), *std::move(condition)});
    }
    const auto shared = std::make_shared<cluster::TransactWrite>(std::move(request));
    m_t.submit(
        "TransactWriteItems",
        [shared](const auto&, const auto&) {
            return ApiResult<cluster::Request>(std::move(*shared));
        },
        zone());
}

types::Key TableSim::keyOf(int table, int item) const {
    using types::AttributeValue;
    if (!m_tables[static_cast<std::size_t>(table)].hasSort)
        return {AttributeValue::string("k" + std::to_string(item)), std::nullopt};
    return {AttributeValue::string("k" + std::to_string(item / 3)),
            AttributeValue::string("s" + std::to_string(item % 3))};
}

// There are few colours, so an item returns to earlier places in an index; some items have none.
void TableSim::write(int table, int item) {
    const cluster::TablePtr there = find(table);
    Item& one = m_tables[static_cast<std::size_t>(table)].items[static_cast<std::size_t>(item)];
    if (there == nullptr || one.history.isWriting() || m_disk.refuses()) return;
    cluster::WriteItem write;
    write.table = there;
    write.key = keyOf(table, item);
    const bool isDelete = m_prng.chance({1, 5});
    one.askedWhileLow = isDelete ? 0 : m_disk.lowNow();
    const std::string number = std::to_string(one.history.ask(isDelete));
    if (isDelete) {
        write.action = cluster::DeleteAction{};
    } else {
        types::Item put;
        types::addKey(put, there->keys, write.key);
        put.set("number", types::AttributeValue::string(number));
        const std::uint64_t colour = m_prng.below(kColours + 1);
        if (colour < kColours)
            put.set("colour", types::AttributeValue::string("c" + std::to_string(colour)));
        put.set("filling", types::AttributeValue::string(std::string(m_prng.below(30), 'x')));
        write.action = cluster::PutAction{std::move(put)};
    }
    one.writing = m_t.submit(
        "PutItem", [write](const auto&, const auto&) { return ApiResult<cluster::Request>(write); },
        zone());
}

void TableSim::read(int table, int item) {
    const cluster::TablePtr there = find(table);
    if (there == nullptr) return;
    const Table& known = m_tables[static_cast<std::size_t>(table)];
    const bool strong = m_prng.chance({2, 3});
    const cluster::ReadItem read{there, keyOf(table, item), strong};
    const std::uint64_t call = m_t.submit(
        "GetItem", [read](const auto&, const auto&) { return ApiResult<cluster::Request>(read); },
        zone());
    m_reads[call] = {table, known.lives, item, strong,
                     known.items[static_cast<std::size_t>(item)].history.floor()};
}

void TableSim::scan(int table) {
    const cluster::TablePtr there = find(table);
    if (there == nullptr) return;
    const Table& known = m_tables[static_cast<std::size_t>(table)];
    cluster::ReadRange range;
    range.table = there;
    range.begin = types::keySpaceBegin(there->space);
    range.end = types::keySpaceEnd(there->space);
    range.consistent = true;
    const std::uint64_t call = m_t.submit(
        "Scan", [range](const auto&, const auto&) { return ApiResult<cluster::Request>(range); },
        zone());
    Scan& scan = m_scans[call];
    scan = {table, known.lives};
    for (std::size_t item = 0; item < kItems; ++item)
        scan.floors[item] = known.items[item].history.floor();
}

void TableSim::queryIndex(int table) {
    const cluster::TablePtr there = find(table);
    if (there == nullptr || there->indexes.empty()) return;
    const auto& index = there->indexes[m_prng.below(there->indexes.size())];
    cluster::ReadRange range;
    range.table = there;
    range.indexName = index.name;
    range.begin = types::keySpaceBegin(index.space);
    range.end = types::keySpaceEnd(index.space);
    range.consistent = !index.isGlobal() && m_prng.chance({1, 2});
    m_t.submit(
        "Scan", [range](const auto&, const auto&) { return ApiResult<cluster::Request>(range); },
        zone());
}

// Sometimes turns are short and the store syncs between them, so that a kill may come anywhere.
void TableSim::pass() {
    const Duration by = m_prng.chance({1, 12})
                            ? 1ms * static_cast<std::int64_t>(m_prng.below(5000))
                            : 100us * static_cast<std::int64_t>(m_prng.below(400));
    const Instant until = m_t.world().now() + (m_isPaused && m_prng.chance({3, 4}) ? 0ms : by);
    const bool isCut = m_prng.chance({1, 3});
    for (;;) {
        if (m_isPaused)
            test::noteWallClock(m_t.world(), m_t.world().calendar(), cluster::Pace::Stopped);
        if (!m_isPaused)
            test::noteWallClock(m_t.world(), m_t.world().calendar(), cluster::Pace::Normal);
        const std::size_t events = isCut ? 1 + m_prng.below(40) : SIZE_MAX;
        const bool isDone = m_t.turn(until, events);
        if (!m_admin.empty()) problem(judgeOwners(m_t.world(), m_t.store()));
        if (isDone || !m_report.violation.empty()) return;
        if (m_prng.chance({1, 6})) m_t.sync();
        if (m_prng.chance({1, 60})) return;
    }
}

void TableSim::stop() {
    const bool isKill = m_prng.chance({2, 3});
    if (m_prng.chance({1, 3})) m_t.flush();
    collect();
    if (isKill) {
        m_t.kill();
    } else {
        m_t.restart();
    }
    ++(isKill ? m_report.kills : m_report.restarts);
    test::setClockSetting(m_t.world(), {.paused = m_isPaused});
    m_disk.reopened(m_t);
    takeStock();
}

void TableSim::settle() {
    m_isPaused = false;
    test::setClockSetting(m_t.world(), {});
    test::noteWallClock(m_t.world(), m_t.world().calendar(), cluster::Pace::Normal);
    m_disk.accept(m_t);
    judgeBehindACut();
    test::healAll(m_t.world());
    m_t.run(6s);
    runUntilActive();
    m_t.run(4s);
    m_t.reclaim();
    collect();
    judgeAtRest();
}

void TableSim::judgeBehindACut() {
    healAllButALink(m_t.world());
    m_t.run(6s);
    m_t.flush();
    collect();
    runUntilActive();
    m_t.run(4s);
    problem(judgeReached(m_t.world()));
    problem(judgeIndexLag(m_t.world()));
}

/// Until all tables are, and no index is being filled.
void TableSim::runUntilActive() {
    for (int i = 0; i < 40; ++i) {
        bool isDone = true;
        m_t.world().catalog().forEach([&](const cluster::TablePtr& table) {
            using cluster::TableStatus;
            isDone = isDone && table->status == TableStatus::Active &&
                     !table->hasIndexIn({TableStatus::Creating, TableStatus::Deleting});
        });
        if (isDone && i > 1) return;
        m_t.run(2s);
    }
    problem("a table does not become ACTIVE");
}

}  // namespace orrery::test
