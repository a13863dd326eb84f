#include "tests/cluster/stream_sim.h"

#include <algorithm>

#include "tests/cluster/random_faults.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"

namespace orrery::test {

using namespace std::chrono_literals;

namespace {

constexpr int kSteps = 160;

cluster::WorldOptions optionsOf(std::uint64_t seed, Prng& prng, cluster::PlantedBug bug) {
    cluster::WorldOptions options;
    options.profile =
        prng.chance({1, 2}) ? cluster::Profile::dropIn() : cluster::Profile::serviceLike();
    options.seed = seed;
    options.traceEvents = 64;
    options.plantedBug = bug;
    options.logBounds = drawLogBounds(seed);
    options.logBounds.segmentRecords = 1 + prng.below(12);
    // A jump of the clock leaves more expired records than one read passes.
    Prng reads = Prng::stream(seed, "stream-reads");
    if (reads.chance({3, 4})) options.logBounds.streamReadRecords = 1 + reads.below(20);
    return options;
}

types::Key keyOf(int item) {
    return {types::AttributeValue::string("k" + std::to_string(item)), std::nullopt};
}

RequestCall::Bind always(const cluster::Request& request) {
    return [request](const auto&, const auto&) { return ApiResult<cluster::Request>(request); };
}

}  // namespace

StreamSim::StreamSim(std::uint64_t seed, cluster::PlantedBug bug)
    : m_prng(Prng::stream(seed, "stream-sim")),
      m_settingsPrng(Prng::stream(seed, "stream-settings")),
      m_changesSettings(m_settingsPrng.chance({1, 2})),
      m_disk(seed),
      m_t(optionsOf(seed, m_prng, bug)) {}

StreamSimReport StreamSim::run() {
    create();
    m_t.run(3s);
    m_t.sync();
    collect();
    for (int i = 0; i < kSteps && m_report.violation.empty(); ++i)
        step();
    if (m_report.violation.empty()) settle();
    m_report.hash = m_t.world().eventHash();
    m_report.refusals = m_disk.refusals();
    m_report.streams = static_cast<int>(m_streams.size());
    for (const auto& [createdAt, one] : m_streams)
        m_report.segments +=
            static_cast<int>(m_t.store().archiveSegments(one.stream->table).size());
    for (const auto& [createdAt, one] : m_streams) {
        m_report.children += static_cast<int>(std::ranges::count_if(
            one.shards, [](const auto& shard) { return shard.first.openedAt.has_value(); }));
    }
    return m_report;
}

void StreamSim::problem(std::string what) {
    if (m_report.violation.empty()) m_report.violation = std::move(what);
}

CalendarTime StreamSim::wall() {
    return CalendarTime(kCalendar.sinceEpoch() + m_t.world().now().sinceStart() + m_jumped);
}

void StreamSim::step() {
    ++m_step;
    test::noteWallClock(m_t.world(), wall(), cluster::Pace::Normal);
    changeFaults();
    m_disk.step(m_t);
    if (m_prng.chance({1, 12}) && !m_disk.refuses()) changeTable();
    clients();
    consume();
    if (m_changesSettings && !m_disk.refuses() && m_settingsPrng.chance({1, 8})) changeSettings();
    const Duration by = m_prng.chance({1, 10})
                            ? 1ms * static_cast<std::int64_t>(m_prng.below(4000))
                            : 100us * static_cast<std::int64_t>(m_prng.below(500));
    const Instant until = m_t.world().now() + by;
    const std::size_t events = m_prng.chance({1, 3}) ? 1 + m_prng.below(40) : SIZE_MAX;
    while (!m_t.turn(until, events)) {
        if (m_prng.chance({1, 6})) m_t.sync();
        if (m_prng.chance({1, 60})) break;
    }
    if (m_prng.chance({1, 2})) m_t.sync();
    if (m_prng.chance({1, 8}) && !m_disk.refuses()) m_t.flush();
    collect();
    problem(judgeOwners(m_t.world(), m_t.store()));
    problem(judgeTrimMarks(m_t.world(), m_t.store()));
    problem(m_lasting.judge(m_t.world(), m_t.store()));
    if (m_prng.chance({1, 14})) stop();
    if (m_prng.chance({1, 60})) jump();
    if (m_prng.chance({1, 30})) passHours();
}

void StreamSim::changeFaults() {
    if (m_prng.chance({1, 10})) changeFault(m_t.world(), m_prng);
}

// --- the table

void StreamSim::changeTable() {
    if (m_admin != Admin::None) return;
    const cluster::TablePtr there = table();
    if (there == nullptr) return create();
    if (there->status != cluster::TableStatus::Active) return;
    if (m_prng.chance({1, 5})) {
        m_admin = Admin::Delete;
        for (auto& [createdAt, one] : m_streams)
            one.requiredSince.reset();
        m_adminCall = m_t.submit("DeleteTable", always(cluster::DeleteTable{there}));
        return;
    }
    cluster::UpdateTable update;
    update.table = there;
    update.stream.emplace();
    m_admin = there->stream ? Admin::Disable : Admin::Enable;
    if (there->stream) {
        for (auto& [createdAt, one] : m_streams)
            one.requiredSince.reset();
    } else {
        update.stream->enabled = static_cast<cluster::StreamView>(m_prng.below(4));
    }
    m_adminCall = m_t.submit("UpdateTable", always(update));
}

void StreamSim::create() {
    cluster::CreateTable create;
    create.table.name = "T";
    create.table.keys.partition = {"pk", types::AttributeType::String};
    create.table.billing = m_prng.chance({1, 3}) ? cluster::BillingMode::PayPerRequest
                                                 : cluster::BillingMode::Provisioned;
    create.table.throughput = {1, 1};
    if (m_prng.chance({3, 4}))
        create.table.stream = static_cast<cluster::StreamView>(m_prng.below(4));
    m_admin = Admin::Create;
    m_adminCall = m_t.submit("CreateTable", always(create));
}

void StreamSim::clients() {
    for (int item = 0; item < kItems; ++item) {
        if (m_prng.chance({1, 3})) write(item);
    }
}

// Some writes leave the item as it is.
void StreamSim::write(int item) {
    Writer& writer = m_writers[static_cast<std::size_t>(item)];
    const cluster::TablePtr there = table();
    if (there == nullptr || writer.call != 0 || m_disk.refuses()) return;
    cluster::WriteItem write;
    write.table = there;
    write.key = keyOf(item);
    const bool isSame = writer.isKnown && writer.last != 0 && m_prng.chance({1, 5});
    writer.isNew = !isSame;
    writer.isDelete = !isSame && m_prng.chance({1, 5});
    if (writer.isDelete) {
        write.action = cluster::DeleteAction{};
    } else {
        const std::uint64_t number = isSame ? writer.last : ++writer.asked;
        types::Item put;
        types::addKey(put, there->keys, write.key);
        put.set("number", types::AttributeValue::string(std::to_string(number)));
        write.action = cluster::PutAction{std::move(put)};
    }
    writer.isKnown = false;
    writer.askedAt = m_step;
    writer.call = m_t.submit("PutItem", always(write), zone());
}

// --- the consumer

void StreamSim::consume() {
    for (auto& [createdAt, one] : m_streams) {
        if (m_t.world().catalog().streams().find(*one.stream) == nullptr) continue;
        for (const cluster::StreamShard& described : one.stream->shards) {
            if (waitsForParent(one, described)) continue;
            Shard& shard = one.shards[described.name()];
            const bool isHisTurn = m_isSettling || m_prng.chance({1, 3});
            if (shard.call != 0 || shard.atEnd || !isHisTurn) continue;
            if (shard.isFromHorizon) shard.jumpsAtHorizon = m_jumps;
            shard.jumpsAtRead = m_jumps;
            cluster::ReadStream read;
            read.stream = one.stream;
            read.shard = described.name();
            read.start = shard.isFromHorizon ? cluster::StreamStart::Horizon
                                             : cluster::StreamStart::Position;
            read.position = shard.position;
            read.limit = m_isSettling ? 1000 : 1 + m_prng.below(6);
            shard.call = m_t.submit("GetRecords", always(read), zone());
        }
    }
}

bool StreamSim::waitsForParent(const Stream& stream, const cluster::StreamShard& shard) const {
    const auto parent = shard.parent();
    if (!parent || stream.stream->findShard(*parent) == nullptr) return false;
    const auto known = stream.shards.find(*parent);
    return known == stream.shards.end() || !known->second.atEnd;
}

// --- time and stops

// Whatever a consumer had not read by then is gone.
void StreamSim::jump() {
    m_jumped += 25h;
    ++m_jumps;
    m_sinceJump = {};
    test::setCalendar(m_t.world(), wall());
    for (auto& [createdAt, one] : m_streams) {
        one.owed.clear();
        if (one.requiredSince) one.requiredSince = m_step + 1;
        for (Shown& shown : one.items)
            shown.isKnown = false;
    }
}

// Shards get children, but no record expires: all are younger than the last jump.
void StreamSim::passHours() {
    constexpr Duration kHours = 5h;
    if (m_sinceJump + kHours > 20h) return;
    m_sinceJump += kHours;
    m_jumped += kHours;
    test::setCalendar(m_t.world(), wall());
}

void StreamSim::stop() {
    collect();
    const bool isKill = m_prng.chance({2, 3});
    m_t.setWallClock(wall());
    if (isKill) {
        m_t.kill();
    } else {
        m_t.restart();
    }
    m_disk.reopened(m_t);
    m_report.kills += isKill ? 1 : 0;
    for (Writer& writer : m_writers) {
        writer.isKnown = writer.isKnown && writer.call == 0;
        writer.call = 0;
    }
    if (m_admin == Admin::Create || m_admin == Admin::Delete) {
        for (Writer& writer : m_writers)
            writer.isKnown = false;
    }
    m_admin = Admin::None;
    // Streams whose enabling was not synced are gone; nobody was told of them.
    std::erase_if(m_streams, [&](const auto& entry) {
        const Stream& one = entry.second;
        return !one.requiredSince && one.owed.empty() &&
               m_t.world().catalog().streams().find(*one.stream) == nullptr;
    });
    for (auto& [createdAt, one] : m_streams) {
        for (auto& [name, shard] : one.shards)
            shard.call = 0;
        one.settingsCall = 0;
        judgeSettings(one);
    }
    findStreams();
    requireStreams();
}

void StreamSim::settle() {
    m_isSettling = true;
    m_disk.accept(m_t);
    test::healAll(m_t.world());
    for (int i = 0; i < 30 && m_report.violation.empty(); ++i) {
        m_t.run(1s);
        m_t.flush();
        collect();
        for (int k = 0; k < 20; ++k) {
            consume();
            m_t.run(50ms);
            collect();
        }
    }
    m_t.run(3s);
    m_t.reclaim();
    collect();
    if (m_report.violation.empty()) judgeAtRest();
}

}  // namespace orrery::test
