#include "tests/cluster/namespace_sim.h"

#include <algorithm>

#include "core/types/storage_key.h"
#include "tests/cluster/random_faults.h"
#include "tests/cluster/transaction_calls.h"
#include "tests/cluster/world_inputs.h"

// The actions of a run: clients, changes of tables, resets, faults, stops.

namespace orrery::test {

using namespace std::chrono_literals;

namespace {

constexpr int kSteps = 150;
constexpr std::uint64_t kColours = 3;

cluster::WorldOptions optionsOf(std::uint64_t seed, Prng& prng, cluster::PlantedBug bug) {
    cluster::WorldOptions options;
    options.profile =
        prng.chance({1, 2}) ? cluster::Profile::dropIn() : cluster::Profile::serviceLike();
    options.profile.timeToLiveInterval = {};
    options.seed = seed;
    options.traceEvents = 64;
    options.plantedBug = bug;
    options.logBounds = drawLogBounds(seed);
    options.logBounds.segmentRecords = 1 + prng.below(12);
    return options;
}

RequestCall::Bind always(const cluster::Request& request) {
    return [request](const auto&, const auto&) { return ApiResult<cluster::Request>(request); };
}

types::Key keyOf(std::size_t item) {
    return {types::AttributeValue::string("k" + std::to_string(item)), std::nullopt};
}

std::string countItem(int number) {
    return "count-" + std::to_string(number);
}

}  // namespace

NamespaceSim::NamespaceSim(std::uint64_t seed, cluster::PlantedBug bug)
    : m_prng(Prng::stream(seed, "namespace-sim")), m_t(optionsOf(seed, m_prng, bug)) {
    constexpr std::array<std::string_view, kNamespaces> kNames = {"", "a", "b"};
    for (std::size_t i = 0; i < kNamespaces; ++i) {
        m_spaces[i].accountId = accountIdOf(kSharedAccount, kNames[i]);
        for (std::size_t table = 0; table < kTables; ++table)
            m_spaces[i].tables[table].name = "T" + std::to_string(table);
    }
    m_t.setBeforeCommit([this] {
        problem(judgeIds(m_t.world()));
        return m_report.violation.empty();
    });
}

NamespaceSimReport NamespaceSim::run() {
    for (int i = 0; i < kSteps && m_report.violation.empty(); ++i)
        step();
    if (m_report.violation.empty()) settle();
    m_report.hash = m_t.world().eventHash();
    return m_report;
}

void NamespaceSim::step() {
    changeFaults();
    for (std::size_t space = 0; space < kNamespaces; ++space) {
        if (m_spaces[space].isResetting) continue;
        changeTables(space);
        clients(space);
    }
    if (!m_reset && m_prng.chance({1, 12})) beginReset();
    if (m_reset && m_prng.chance({1, 2})) stepReset();
    pass();
    if (!m_report.violation.empty()) return;
    if (m_prng.chance({1, 2})) m_t.sync();
    if (m_prng.chance({1, 12})) m_t.flush();
    collect();
    problem(m_lasting.judge(m_t.world(), m_t.store()));
    if (m_prng.chance({1, 14})) stop();
    problem(judgeOwners(m_t.world(), m_t.store()));
    problem(judgeTrimMarks(m_t.world(), m_t.store()));
    judgeSpaces();
}

void NamespaceSim::changeFaults() {
    if (m_prng.chance({1, 12})) beginFault(m_t.world(), m_prng, false);
}

// --- tables

cluster::TablePtr NamespaceSim::find(const Namespace& space, std::size_t table) {
    m_t.useAccount(space.accountId);
    return m_t.find(space.tables[table].name);
}

void NamespaceSim::use(const Namespace& space, std::size_t table) {
    m_t.useAccount(space.accountId);
    m_t.use(space.tables[table].name);
}

void NamespaceSim::changeTables(std::size_t number) {
    Namespace& space = m_spaces[number];
    if (space.adminCall != 0 || !m_prng.chance({1, 3})) return;
    const std::size_t table = m_prng.below(kTables);
    if (!space.tables[table].isThere) return create(number, table);
    const cluster::TablePtr there = find(space, table);
    if (there == nullptr) return;
    m_t.useAccount(space.accountId);
    space.changing = table;
    if (table != 0 && m_prng.chance({1, 4})) {
        space.change = Change::Delete;
        space.adminCall = m_t.submit("DeleteTable", always(cluster::DeleteTable{there}));
    } else if (there->timeToLive.attribute.empty() && m_prng.chance({1, 3})) {
        space.change = Change::Set;
        space.adminCall =
            m_t.submit("UpdateTimeToLive", always(cluster::UpdateTimeToLive{there, true, "e"}));
    } else if (there->findIndex("ByColour") == nullptr && m_prng.chance({1, 2})) {
        cluster::UpdateTable update;
        update.table = there;
        update.createIndexes.push_back(colourIndex());
        space.change = Change::Set;
        space.adminCall = m_t.submit("UpdateTable", always(update));
    }
}

void NamespaceSim::create(std::size_t number, std::size_t table) {
    Namespace& space = m_spaces[number];
    cluster::CreateTable create;
    create.table.name = space.tables[table].name;
    create.table.keys.partition = {"pk", types::AttributeType::String};
    create.table.throughput = {1, m_prng.chance({1, 3}) ? 1500 : 1};
    if (m_prng.chance({1, 2})) create.table.stream = cluster::StreamView::NewAndOldImages;
    if (m_prng.chance({1, 2})) create.table.indexes.push_back(colourIndex());
    m_t.useAccount(space.accountId);
    space.isEmpty = false;
    space.change = Change::Create;
    space.changing = table;
    space.adminCall = m_t.submit("CreateTable", always(create));
}

// --- clients

void NamespaceSim::clients(std::size_t number) {
    const Namespace& space = m_spaces[number];
    for (std::size_t table = 0; table < kTables; ++table) {
        if (!space.tables[table].isThere || find(space, table) == nullptr) continue;
        for (std::size_t item = 0; item < kItems; ++item) {
            if (m_prng.chance({1, 4})) write(number, table, item);
            if (m_prng.chance({1, 6})) read(number, table, item);
        }
        if (m_prng.chance({1, 8})) scan(number, table);
    }
    if (m_prng.chance({1, 2})) count(number);
    if (m_prng.chance({1, 3})) readCount(number);
    if (m_prng.chance({1, 8})) readStream(number);
}

void NamespaceSim::write(std::size_t number, std::size_t table, std::size_t item) {
    Namespace& space = m_spaces[number];
    Item& one = space.tables[table].items[item];
    if (one.history.isWriting()) return;
    cluster::WriteItem write;
    write.table = find(space, table);
    write.key = keyOf(item);
    const bool isDelete = m_prng.chance({1, 5});
    const std::string version = std::to_string(one.history.ask(isDelete));
    write.action = cluster::DeleteAction{};
    if (!isDelete) {
        const std::int64_t tomorrow = (m_t.world().calendar().sinceEpoch() + 24h) / 1s;
        types::Item put;
        types::addKey(put, write.table->keys, write.key);
        put.set("number", types::AttributeValue::string(version));
        put.set("e",
                types::AttributeValue::number(*types::Number::parse(std::to_string(tomorrow))));
        const std::uint64_t colour = m_prng.below(kColours + 1);
        if (colour < kColours)
            put.set("colour", types::AttributeValue::string("c" + std::to_string(colour)));
        write.action = cluster::PutAction{std::move(put)};
    }
    m_t.useAccount(space.accountId);
    one.writing = m_t.submit("PutItem", always(write), zone());
}

void NamespaceSim::read(std::size_t number, std::size_t table, std::size_t item) {
    const Namespace& space = m_spaces[number];
    const Table& known = space.tables[table];
    m_t.useAccount(space.accountId);
    const cluster::ReadItem read{find(space, table), keyOf(item), true};
    Read& one = m_reads[m_t.submit("GetItem", always(read), zone())];
    one = {number, table, known.life, item};
    one.floors[item] = known.items[item].history.floor();
}

void NamespaceSim::scan(std::size_t number, std::size_t table) {
    const Namespace& space = m_spaces[number];
    const Table& known = space.tables[table];
    use(space, table);
    Read& one = m_reads[m_t.scan(true, zone())];
    one = {number, table, known.life};
    for (std::size_t item = 0; item < kItems; ++item)
        one.floors[item] = known.items[item].history.floor();
}

// All namespaces use the same tokens, and after a reset they are used again.
void NamespaceSim::count(std::size_t number) {
    Namespace& space = m_spaces[number];
    if (space.tokenCall != 0 || !space.tables[0].isThere || find(space, 0) == nullptr) return;
    use(space, 0);
    std::vector<Act> acts;
    for (const int item : {0, 1})
        acts.push_back({.pk = countItem(item), .update = "ADD n :one", .values = {{":one", 1}}});
    space.tokenCall = transact(m_t, acts, "token-" + std::to_string(space.token), zone());
}

void NamespaceSim::readCount(std::size_t number) {
    const Namespace& space = m_spaces[number];
    if (!space.tables[0].isThere || find(space, 0) == nullptr) return;
    use(space, 0);
    m_counts[transactGet(m_t, {countItem(0), countItem(1)}, zone())] = {number, space.counted,
                                                                        space.tables[0].life};
}

void NamespaceSim::readStream(std::size_t number) {
    const Namespace& space = m_spaces[number];
    const auto streams = m_t.world().catalog().streams().ofAccount(space.accountId, 9);
    if (streams.empty()) return;
    cluster::ReadStream read;
    read.stream = streams[m_prng.below(streams.size())];
    const auto& shards = read.stream->shards;
    read.shard = shards[m_prng.below(shards.size())].name();
    read.limit = 100;
    m_t.useAccount(space.accountId);
    m_streamReads[m_t.submit("GetRecords", always(read), zone())] = read.stream->table;
}

// --- resets

// The clients of the namespace stop; what they asked for may be done or not.
void NamespaceSim::beginReset() {
    Reset reset;
    const bool isOfAll = m_prng.chance({1, 5});
    const std::size_t only = m_prng.below(kNamespaces);
    for (std::size_t i = 0; i < kNamespaces; ++i) {
        if (!isOfAll && i != only) continue;
        if (m_spaces[i].adminCall != 0) return;
        reset.spaces.push_back(i);
    }
    if (!isOfAll) reset.accountId = m_spaces[only].accountId;
    for (const std::size_t i : reset.spaces) {
        Namespace& space = m_spaces[i];
        space.isResetting = true;
        space.tokenCall = 0;
        for (Table& table : space.tables) {
            for (Item& item : table.items) {
                if (item.writing != 0) item.history.giveUp();
                item.writing = 0;
            }
        }
    }
    m_reset = std::move(reset);
}

void NamespaceSim::stepReset() {
    if (m_reset->isDone) return;
    const std::size_t countMax = m_prng.chance({1, 3}) ? 100 : 1 + m_prng.below(2);
    const auto dropped = m_t.world().admit(cluster::ResetTables{m_reset->accountId, countMax});
    if (*dropped < countMax) {
        m_reset->isDone = true;
        m_reset->doneAt = m_t.world().now();
        m_reset->gate = m_t.world().openTurn();
        for (const std::size_t i : m_reset->spaces)
            judgeEmpty(m_spaces[i]);
    }
}

// --- time and stops

void NamespaceSim::pass() {
    const Duration by = m_prng.chance({1, 10})
                            ? 1ms * static_cast<std::int64_t>(m_prng.below(4000))
                            : 100us * static_cast<std::int64_t>(m_prng.below(400));
    const Instant until = m_t.world().now() + by;
    const std::size_t events = m_prng.chance({1, 3}) ? 1 + m_prng.below(40) : SIZE_MAX;
    while (!m_t.turn(until, events) && m_report.violation.empty()) {
        if (m_prng.chance({1, 6})) m_t.sync();
        if (m_prng.chance({1, 60})) return;
    }
}

void NamespaceSim::stop() {
    collect();
    if (m_prng.chance({2, 3})) {
        m_t.kill();
    } else {
        m_t.restart();
    }
    ++m_report.kills;
    takeStock();
}

void NamespaceSim::settle() {
    test::healAll(m_t.world());
    while (m_reset && !m_reset->isDone && m_report.violation.empty()) {
        stepReset();
        m_t.run(1ms);
    }
    // Longer than a transaction may stall.
    for (int i = 0; i < 30; ++i) {
        m_t.run(1s);
        m_t.flush();
        collect();
    }
    for (std::size_t space = 0; space < kNamespaces && m_report.violation.empty(); ++space) {
        readCount(space);
        for (std::size_t table = 0; table < kTables; ++table) {
            if (m_spaces[space].tables[table].isThere) scan(space, table);
        }
    }
    m_t.run(3s);
    m_t.flush();
    collect();
    if (!m_reads.empty() || !m_counts.empty()) problem("no answer after healing");
    judgeAtRest();
}

}  // namespace orrery::test
