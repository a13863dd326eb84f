#include "tests/cluster/repair_world.h"

#include "core/base/check.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"
#include "tests/cluster/world_inputs.h"

namespace orrery::test {
namespace {

constexpr int kItems = 400;
const CalendarTime kCalendar(std::chrono::seconds(1'800'000'000));

types::Key keyOf(int number) {
    // A fifth of the sort keys is longer than LMDB takes.
    std::string sortKey = "s" + std::to_string(number);
    if (number % 5 == 0) sortKey += std::string(700, 'x');
    return {types::AttributeValue::string("p" + std::to_string(number % 40)),
            types::AttributeValue::string(sortKey)};
}

types::Item itemOf(int number, const std::string& colour) {
    const types::Key key = keyOf(number);
    types::Item item;
    item.set("pk", key.partition);
    item.set("sk", *key.sort);
    item.set("colour", types::AttributeValue::string(colour));
    item.set("shade", types::AttributeValue::string(colour + "ish"));
    const std::size_t bytes = number % 37 == 0 ? 9000 : 30 + number % 7 * 40;
    item.set("text", types::AttributeValue::string(std::string(bytes, 't')));
    return item;
}

std::vector<cluster::SecondaryIndex> indexes() {
    cluster::SecondaryIndex local;
    local.name = RepairWorld::kLocalIndex;
    local.keys.partition = {"pk", types::AttributeType::String};
    local.keys.sort = {"shade", types::AttributeType::String};
    cluster::SecondaryIndex global;
    global.name = RepairWorld::kGlobalIndex;
    global.kind = cluster::IndexKind::Global;
    global.keys.partition = {"colour", types::AttributeType::String};
    return {local, global};
}

}  // namespace

std::unique_ptr<RepairWorld> RepairWorld::open(const std::filesystem::path& folder,
                                               std::string& problem) {
    storage::LmdbOptions options;
    options.mapBytes = 64u << 20;
    auto store = storage::openLmdbStore(folder, options);
    if (!store) {
        problem = store.error().message();
        return nullptr;
    }
    cluster::WorldOptions worldOptions;
    worldOptions.seed = 1;
    worldOptions.logBounds.stepRecords = 16;
    worldOptions.logBounds.segmentRecords = 50;
    auto world = cluster::World::open(**store, worldOptions, kCalendar);
    if (!world) {
        problem = world.error().message();
        return nullptr;
    }
    auto opened = std::make_unique<RepairWorld>();
    opened->m_store = std::move(*store);
    opened->m_world = std::move(*world);
    return opened;
}

cluster::TablePtr RepairWorld::table() const {
    return m_world->catalog().find({"000000000000", "key", "us-east-1", ZoneIndex(0)}, "T");
}

void RepairWorld::work(Flushes flushes) {
    while (auto log = m_store->takeLogWork()) {
        log->run();
        m_store->finishLogWork(std::move(log));
    }
    while (auto flush = flushes == Flushes::None
                            ? nullptr
                            : m_store->takeFlushWork(flushes == Flushes::All)) {
        flush->run();
        m_store->finishFlushWork(std::move(flush));
    }
    static_cast<void>(m_world->admit(cluster::StorageSynced{m_store->synced()}));
}

void RepairWorld::turn(Instant until) {
    while (!m_world->run(until, 1000)) {
        m_world->endTurn();
        work(Flushes::None);
    }
    m_world->endTurn();
    work(Flushes::None);
}

void RepairWorld::run(Duration by) {
    turn(m_world->now() + by);
}

void RepairWorld::flush() {
    work(Flushes::All);
}

void RepairWorld::writeArchive() {
    work(Flushes::Archive);
}

void RepairWorld::close() {
    m_world->close();
    work(Flushes::None);
    m_world.reset();
    m_store.reset();
}

// Until it is acknowledged: while a zone has just failed, requests do.
std::optional<cluster::Reply> RepairWorld::submit(const std::string& name,
                                                  const RequestCall::Bind& bind, int attempts) {
    for (int attempt = 0; attempt < attempts; ++attempt) {
        static_cast<void>(
            m_world->admit(cluster::CallInput{cluster::CallId(m_next++),
                                              std::make_unique<RequestCall>(name, bind),
                                              {"000000000000", "key", "us-east-1", ZoneIndex(0)}}));
        run(std::chrono::milliseconds(1));
        while (m_world->pendingCalls() > 0)
            run(std::chrono::milliseconds(10));
        auto answers = m_world->takeAnswers();
        CHECK(answers.size() == 1);
        if (answers[0].result.has_value()) return *std::move(answers[0].result);
        run(std::chrono::seconds(1));
    }
    return std::nullopt;
}

void RepairWorld::createTable(std::optional<cluster::StreamView> stream) {
    const auto done = submit("CreateTable", [=](const auto&, const auto&) {
        cluster::CreateTable create;
        create.table.name = "T";
        create.table.keys.partition = {"pk", types::AttributeType::String};
        create.table.keys.sort = {"sk", types::AttributeType::String};
        create.table.billing = cluster::BillingMode::PayPerRequest;
        create.table.indexes = indexes();
        create.table.stream = stream;
        return ApiResult<cluster::Request>(create);
    });
    CHECK(done.has_value());
}

void RepairWorld::put(int number, const std::string& colour) {
    const auto done =
        submit("PutItem", [=](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            cluster::WriteItem write;
            write.table = catalog.find(caller, "T");
            write.key = keyOf(number);
            write.action = cluster::PutAction{itemOf(number, colour)};
            return ApiResult<cluster::Request>(std::move(write));
        });
    CHECK(done.has_value());
}

void RepairWorld::remove(int number) {
    const auto done =
        submit("DeleteItem", [=](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            cluster::WriteItem write;
            write.table = catalog.find(caller, "T");
            write.key = keyOf(number);
            write.action = cluster::DeleteAction{};
            return ApiResult<cluster::Request>(std::move(write));
        });
    CHECK(done.has_value());
}

std::optional<std::vector<std::string>> RepairWorld::streamedColours() {
    const auto streams = m_world->catalog().streams().ofTable(table()->space);
    CHECK(streams.size() == 1);
    std::vector<std::string> colours;
    for (const cluster::StreamShard& shard : streams.front()->shards) {
        cluster::ReadStream read;
        read.stream = streams.front();
        read.shard = shard.name();
        read.limit = 1000;
        for (bool more = true; more;) {
            const auto reply = submit(
                "GetRecords",
                [=](const auto&, const auto&) { return ApiResult<cluster::Request>(read); }, 3);
            if (!reply) return std::nullopt;
            const auto& page = std::get<cluster::StreamReply>(*reply);
            for (const cluster::StreamEntry& entry : page.entries)
                colours.push_back(
                    *types::EncodedItem(*entry.newImage).find("colour")->as<std::string>());
            more = !page.entries.empty();
            read.start = cluster::StreamStart::Position;
            read.position = page.position;
        }
    }
    return colours;
}

std::string RepairWorld::storageKeyOf(int number) const {
    return types::storageKey(table()->space, keyOf(number));
}

std::map<std::string, std::string> RepairWorld::contents(const std::string& index,
                                                         std::uint8_t zone) {
    std::map<std::string, std::string> found;
    cluster::ItemsLookRequest request{"us-east-1", "T", index, ZoneIndex(zone), "", 0, 1000, false};
    for (bool more = true; more;) {
        const auto look = m_world->lookItems(request);
        CHECK(look.has_value());
        for (const auto& row : look->rows) {
            request.after = row.storageKey;
            const types::EncodedItem item(row.item.attributes());
            const types::Key key{
                types::AttributeValue::string(*item.find("pk")->as<std::string>()),
                types::AttributeValue::string(*item.find("sk")->as<std::string>())};
            found.emplace(types::storageKey(table()->space, key),
                          *item.find("colour")->as<std::string>());
        }
        more = look->more;
    }
    return found;
}

std::map<std::string, std::string> writeRepairFolder(const std::filesystem::path& folder,
                                                     std::uint64_t seed) {
    std::string problem;
    const auto world = RepairWorld::open(folder, problem);
    CHECK(world != nullptr);
    world->createTable();
    std::map<std::string, std::string> expected;
    Prng prng(seed);
    const auto write = [&](int number) {
        const std::string colour = "c" + std::to_string(prng.below(1000));
        world->put(number, colour);
        expected[world->storageKeyOf(number)] = colour;
    };
    const auto writeSome = [&](int count) {
        for (int i = 0; i < count; ++i) {
            const int number = static_cast<int>(prng.below(kItems));
            if (prng.chance({1, 4})) {
                world->remove(number);
                expected.erase(world->storageKeyOf(number));
            } else {
                write(number);
            }
        }
    };
    for (int number = 0; number < kItems; ++number)
        write(number);
    world->flush();
    writeSome(100);
    world->flush();
    static_cast<void>(failZone(world->world(), "us-east-1c", std::nullopt));
    writeSome(100);
    world->flush();
    writeSome(100);
    world->close();
    return expected;
}

}  // namespace orrery::test
