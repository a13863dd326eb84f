#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <memory>
#include <string>

#include "core/api/api.h"
#include "core/control/control.h"
#include "core/storage/stores.h"
#include "tests/cluster/world_inputs.h"

namespace orrery::test {

inline constexpr Duration kWall = std::chrono::seconds(100);

/// A world in memory with one table of three items, driven by the test. Control calls are answered
/// once everything that they wait for has happened.
class Driven : public control::Host {
public:
    Driven() {
        store = storage::MemoryStore::create();
        world =
            *cluster::World::open(*store, {}, CalendarTime(std::chrono::seconds(1'795'263'330)));
        createTable("Tab");
        for (const char* key : {"a", "b", "c"})
            put(key, "1");
    }
    Facts facts() const override {
        Facts facts;
        facts.version = "1.2.3";
        facts.dataFolder = folder;
        facts.durability = "memory";
        facts.waitingCalls = 4;
        facts.readOnly = readOnly;
        facts.acceptsChanges = !readOnly;
        if (readOnly) facts.storageProblem = "The disk failed.";
        facts.uptime = std::chrono::milliseconds(1500);
        return facts;
    }
    Duration wall() const override { return kWall + idle; }
    bool stepOneEvent() override {
        ++steps;
        return steps < 3;
    }

    void settle() {
        world->run(world->now());
        world->endTurn();
        while (auto work = store->takeLogWork()) {
            work->run();
            store->finishLogWork(std::move(work));
        }
        static_cast<void>(world->admit(cluster::StorageSynced{store->synced()}));
    }
    void call(const std::string& operation, const std::string& json,
              const std::string& region = "us-east-1") {
        auto parsed = api::parseCall("DynamoDB_20120810." + operation, json, region);
        QVERIFY(parsed.has_value());
        static_cast<void>(
            world->admit(cluster::CallInput{cluster::CallId(++calls),
                                            *std::move(parsed),
                                            {"000000000000", "test", region, ZoneIndex(0)}}));
        settle();
        for (const auto& answered : world->takeAnswers())
            QVERIFY(answered.result.has_value());
    }
    void createTable(const std::string& name) { createTableIn("us-east-1", name); }
    void createTableIn(const std::string& region, const std::string& name) {
        call("CreateTable",
             R"({"TableName":")" + name +
                 R"(","BillingMode":"PAY_PER_REQUEST",)"
                 R"("AttributeDefinitions":[{"AttributeName":"pk",)"
                 R"("AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk",)"
                 R"("KeyType":"HASH"}]})",
             region);
    }
    void put(const std::string& key, const std::string& value) {
        call("PutItem", R"({"TableName":"Tab","Item":{"pk":{"S":")" + key + R"("},"v":{"N":")" +
                            value + R"("}}})");
    }

    control::Response ask(const char* method, const std::string& target,
                          const std::string& body = "") {
        control::Response response = control::handle(*world, clock, *this, method, target, body);
        settle();
        while (response.later) {
            test::stepChecksums(*world);
            if (auto answer = response.later(*world)) response = *std::move(answer);
        }
        while (response.pieces && response.pieces(response.body)) {
        }
        return response;
    }
    QJsonObject json(const char* method, const std::string& target, const std::string& body = "") {
        const control::Response response = ask(method, target, body);
        status = response.status;
        return QJsonDocument::fromJson(QByteArray::fromStdString(response.body)).object();
    }

    std::unique_ptr<storage::MemoryStore> store;
    std::unique_ptr<cluster::World> world;
    sim::LiveClock clock{Instant(), kWall};
    std::string folder = "/data";
    Duration idle{};  ///< Since the world was made.
    bool readOnly = false;
    int status = 0;
    int steps = 0;
    std::uint64_t calls = 0;
};

}  // namespace orrery::test
