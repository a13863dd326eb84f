#include "tests/cluster/world_harness.h"

#include <QtGlobal>

#include "core/base/check.h"
#include "core/expression/condition.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"

namespace orrery::test {
namespace {

types::Key keyOf(const std::string& pk) {
    return {types::AttributeValue::string(pk), std::nullopt};
}

cluster::WriteItem putOf(cluster::TablePtr table, const std::string& pk,
                         const std::map<std::string, std::string>& attributes) {
    cluster::WriteItem write;
    write.table = std::move(table);
    write.key = keyOf(pk);
    types::Item item;
    item.set("pk", types::AttributeValue::string(pk));
    for (const auto& [name, value] : attributes)
        item.set(name, types::AttributeValue::string(value));
    write.action = cluster::PutAction{std::move(item)};
    return write;
}

cluster::WorldOptions optionsOf(cluster::Profile profile, std::uint64_t seed,
                                std::size_t traceEvents, const cluster::LogBounds& logBounds) {
    cluster::WorldOptions options;
    options.logBounds = logBounds;
    options.profile = std::move(profile);
    options.seed = seed;
    options.traceEvents = traceEvents;
    return options;
}

}  // namespace

cluster::LogBounds drawLogBounds(std::uint64_t seed) {
    Prng prng = Prng::stream(seed, "log-bounds");
    cluster::LogBounds bounds;
    bounds.stepRecords = 1 + prng.below(8);
    if (prng.chance({1, 2})) {
        bounds.groupHeldBytesMax = prng.below(800);
        bounds.heldBytesMax = prng.below(2000);
        bounds.rangeKeysMax = 1 + prng.below(3);
    }
    return bounds;
}

WorldHarness::WorldHarness(cluster::Profile profile, std::uint64_t seed, std::size_t traceEvents,
                           const cluster::LogBounds& logBounds)
    : WorldHarness(optionsOf(std::move(profile), seed, traceEvents, logBounds)) {}

WorldHarness::WorldHarness(cluster::WorldOptions options)
    : m_options(std::move(options)), m_storePrng(Prng::stream(m_options.seed, "store")) {
    // The engine's store defers what it can.
    const std::size_t steps = m_storePrng.chance({1, 2}) ? SIZE_MAX : m_storePrng.below(4);
    m_store = storage::MemoryStore::create({}, steps);
    open();
}

WorldHarness::WorldHarness(cluster::WorldOptions options,
                           std::unique_ptr<storage::MemoryStore> store)
    : m_options(std::move(options)),
      m_storePrng(Prng::stream(m_options.seed, "store")),
      m_store(std::move(store)) {
    open();
}

void WorldHarness::open() {
    auto world = cluster::World::open(*m_store, m_options, m_wallClock);
    CHECK(world.has_value());
    m_world = std::move(*world);
}

std::uint64_t WorldHarness::submit(std::string name, RequestCall::Bind bind, std::uint8_t zone) {
    return submitIn("us-east-1", std::move(name), std::move(bind), zone);
}

std::uint64_t WorldHarness::addIndex(const cluster::SecondaryIndex& index) {
    return submit("UpdateTable", [index](const cluster::Catalog& catalog, const auto& caller) {
        cluster::UpdateTable update;
        update.table = catalog.find(caller, "T");
        update.createIndexes.push_back(index);
        return ApiResult<cluster::Request>(update);
    });
}

std::uint64_t WorldHarness::submitIn(std::string region, std::string name, RequestCall::Bind bind,
                                     std::uint8_t zone) {
    const std::uint64_t id = m_next++;
    static_cast<void>(m_world->admit(
        cluster::CallInput{cluster::CallId(id),
                           std::make_unique<RequestCall>(std::move(name), std::move(bind)),
                           {m_account, "key", std::move(region), ZoneIndex(zone)}}));
    return id;
}

void WorldHarness::createTable(bool sort, const std::vector<cluster::SecondaryIndex>& indexes) {
    const std::uint64_t id = submit("CreateTable", [=, this](const auto&, const auto&) {
        cluster::CreateTable create;
        create.table.name = m_table;
        create.table.keys.partition = {"pk", types::AttributeType::String};
        if (sort) create.table.keys.sort = {"sk", types::AttributeType::String};
        create.table.billing = cluster::BillingMode::PayPerRequest;
        create.table.indexes = indexes;
        return ApiResult<cluster::Request>(create);
    });
    run(m_options.profile.transientStates + Duration(1));
    CHECK(done(id) && !failed(id));
}

void WorldHarness::createTableNamed(std::string name) {
    m_table = std::move(name);
    createTable();
}

std::uint64_t WorldHarness::put(const std::string& pk,
                                const std::map<std::string, std::string>& attributes,
                                std::uint8_t zone) {
    return submit(
        "PutItem",
        [=, this](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            return ApiResult<cluster::Request>(
                putOf(catalog.find(caller, m_table), pk, attributes));
        },
        zone);
}

std::uint64_t WorldHarness::transactPut(const std::string& pk,
                                        const std::map<std::string, std::string>& attributes,
                                        const std::string& checked, std::uint8_t zone) {
    return submit(
        "TransactWriteItems",
        [=, this](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            const cluster::TablePtr table = catalog.find(caller, m_table);
            expression::Substitutions none;
            auto condition =
                expression::parseCondition("attribute_exists(pk) OR attribute_not_exists(pk)",
                                           expression::Kind::Condition, none);
            CHECK(condition.has_value());
            cluster::TransactWrite request;
            request.actions.emplace_back(putOf(table, pk, attributes));
            request.actions.emplace_back(
                cluster::ConditionCheck{table, keyOf(checked), *std::move(condition)});
            return ApiResult<cluster::Request>(std::move(request));
        },
        zone);
}

std::uint64_t WorldHarness::remove(const std::string& pk) {
    return submit("DeleteItem", [=, this](const cluster::Catalog& catalog, const auto& caller) {
        cluster::WriteItem write;
        write.table = catalog.find(caller, m_table);
        write.key = keyOf(pk);
        write.action = cluster::DeleteAction{};
        return ApiResult<cluster::Request>(std::move(write));
    });
}

std::uint64_t WorldHarness::get(const std::string& pk, bool consistent, std::uint8_t zone) {
    return submit(
        "GetItem",
        [=, this](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            return ApiResult<cluster::Request>(
                cluster::ReadItem{catalog.find(caller, m_table), keyOf(pk), consistent});
        },
        zone);
}

std::uint64_t WorldHarness::scan(bool consistent, std::uint8_t zone) {
    return submit(
        "Scan",
        [=, this](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            cluster::ReadRange range;
            range.table = catalog.find(caller, m_table);
            range.begin = types::keySpaceBegin(range.table->space);
            range.end = types::keySpaceEnd(range.table->space);
            range.consistent = consistent;
            return ApiResult<cluster::Request>(std::move(range));
        },
        zone);
}

bool WorldHarness::turn(Instant until, std::size_t eventsMax) {
    const bool isDone = m_world->run(until, eventsMax);
    if (m_mayCommit && !m_mayCommit()) return true;
    m_world->endTurn();
    for (cluster::Answered& answered : m_world->takeAnswers()) {
        const std::uint64_t id = answered.id.value();
        CHECK(m_answers.emplace(id, std::move(answered)).second);
    }
    return isDone;
}

void WorldHarness::run(Duration by, std::size_t eventsMax) {
    const Instant until = m_world->now() + by;
    while (!turn(until, eventsMax)) {
    }
}

void WorldHarness::sync() {
    while (auto work = m_store->takeLogWork()) {
        work->run();
        m_store->finishLogWork(std::move(work));
    }
    if (m_storePrng.chance({1, 3})) m_store->runDeferred(m_storePrng.below(40));
    static_cast<void>(
        m_world->admit(cluster::StorageSynced{m_store->synced(), m_store->treesSynced()}));
}

void WorldHarness::flush() {
    sync();
    while (auto work = m_store->takeFlushWork(true)) {
        work->run();
        m_store->finishFlushWork(std::move(work));
        sync();
    }
    m_store->runDeferred(SIZE_MAX);
    sync();
}

void WorldHarness::reclaim() {
    for (int i = 0; i < 50; ++i) {
        flush();
        run(std::chrono::milliseconds(1));
    }
    sync();
}

void WorldHarness::setAccepts(cluster::Accepted accepted, std::uint64_t room) {
    static_cast<void>(m_world->admit(cluster::StorageAccepts{accepted, room}));
}

void WorldHarness::kill() {
    m_world.reset();
    m_store->crash();
    open();
}

void WorldHarness::reopen() {
    m_world.reset();
    m_store = m_store->reopened();
    open();
}

void WorldHarness::restart() {
    m_world->close();
    sync();
    kill();
}

const cluster::Answered* WorldHarness::answer(std::uint64_t id) const {
    const auto found = m_answers.find(id);
    return found == m_answers.end() ? nullptr : &found->second;
}

bool WorldHarness::failed(std::uint64_t id) const {
    const cluster::Answered* answered = answer(id);
    return answered != nullptr && !answered->result.has_value();
}

std::string WorldHarness::read(std::uint64_t id, const std::string& attribute) const {
    const cluster::Answered* answered = answer(id);
    CHECK(answered != nullptr && answered->result.has_value());
    const auto& item = std::get<cluster::ItemReply>(*answered->result).item;
    if (!item) return "";
    const auto value = types::EncodedItem(item.attributes()).find(attribute);
    return value ? *value->as<std::string>() : "";
}

std::vector<std::string> WorldHarness::keys(std::uint64_t id) const {
    const cluster::Answered* answered = answer(id);
    CHECK(answered != nullptr && answered->result.has_value());
    std::vector<std::string> keys;
    for (const auto& item : std::get<cluster::RangeReply>(*answered->result).items)
        keys.push_back(*types::EncodedItem(item.attributes()).find("pk")->as<std::string>());
    return keys;
}

cluster::TablePtr WorldHarness::find(std::string_view name) const {
    return m_world->catalog().find({m_account, "key", "us-east-1", ZoneIndex(0)}, name);
}

std::vector<int> WorldHarness::leaders() {
    std::vector<int> leaders;
    const auto snapshot = m_world->makeSnapshot();
    for (const auto& partition : snapshot->regions.at(0)->tables.at(0)->partitions) {
        leaders.push_back(-1);
        for (const auto& replica : partition.replicas) {
            if (replica.role == observe::Role::Leader) leaders.back() = replica.zone.value();
        }
    }
    return leaders;
}

cluster::SecondaryIndex colourIndex() {
    cluster::SecondaryIndex index;
    index.name = "ByColour";
    index.kind = cluster::IndexKind::Global;
    index.keys.partition = {"colour", types::AttributeType::String};
    return index;
}

}  // namespace orrery::test
