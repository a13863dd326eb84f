// Goal: another thread of the program, such as the window's, calls, controls and looks into a
// running engine, and neither waits for the other.

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;
using namespace std::chrono_literals;

class DoorTest : public QObject {
    Q_OBJECT
private slots:
    /// A step of one event may be a timer that changes nothing that anybody sees.
    void stepsToWhatAPersonCanSee() {
        engine::EngineOptions options;
        options.profile = cluster::Profile::serviceLike();
        RunningEngine engine(std::move(options));
        engine.call("CreateTable", kCreateTable);
        const auto isActive = [&] {
            return engine.call("DescribeTable", R"({"TableName":"Tab"})").body.find("ACTIVE") !=
                   std::string::npos;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isActive(), 30'000);
        QCOMPARE(engine.control("PUT", "/clock", R"({"state":"paused"})").status, 200);
        auto put = engine.callLater("PutItem", putJson("a"));
        const auto step = [&engine](const std::string& to) {
            const auto answer = engine.control("POST", "/clock/step", "{\"to\":\"" + to + "\"}");
            const QJsonObject body =
                QJsonDocument::fromJson(QByteArray::fromStdString(answer.body)).object();
            return body["event"].toObject()["kind"].toString();
        };
        QCOMPARE(step("message"), QString("message delivered"));
        QCOMPARE(step("commit"), QString("log committed"));
        const QString next = step("visible");
        QVERIFY2(next == "message delivered" || next == "log committed" || next == "request served",
                 qPrintable(next));
        if (next != "request served") QCOMPARE(step("answer"), QString("request served"));
        QCOMPARE(put.get().status, 200);
        QCOMPARE(engine.control("POST", "/clock/step", R"({"to":"tea"})").status, 400);
    }

    void callsFromInside() {
        RunningEngine engine;
        QCOMPARE(engine.call("CreateTable", kCreateTable).status, 200);
        QCOMPARE(engine.call("PutItem", putJson("a")).status, 200);
        const auto read = engine.call("GetItem", getJson("a"));
        QCOMPARE(QString::fromStdString(read.body), QString(R"({"Item":{"pk":{"S":"a"}}})"));
        QCOMPARE(read.headers[0].first, std::string("x-orrery-replica"));
        QCOMPARE(engine.call("GetItem", "{").status, 400);
        QCOMPARE(engine.call("NoSuchOperation", "{}").status, 400);
    }

    void showsWhatHasHappened() {
        RunningEngine engine;
        const auto before = engine.engine->snapshot();
        QVERIFY(before != nullptr);
        engine.call("CreateTable", kCreateTable);
        // Asking makes the next snapshot; it is there a frame later.
        observe::SnapshotPtr now = engine.engine->snapshot();
        for (int looks = 0; now->regions.empty() && looks < 100'000; ++looks) {
            engine.call("ListTables", "{}");
            now = engine.engine->snapshot();
        }
        QCOMPARE(now->regions.size(), std::size_t{1});
        QCOMPARE(now->regions[0]->tables[0]->name, std::string("Tab"));
        const auto events = engine.engine->events(EventId(), 1'000);
        QVERIFY(!events.empty());
        QVERIFY(engine.engine->events(events.back().id, 1'000).empty() ||
                engine.engine->events(events.back().id, 1'000)[0].id > events.back().id);
    }

    void holdsRequestsWhileTheClockIsPaused() {
        RunningEngine engine;
        engine.call("CreateTable", kCreateTable);
        QCOMPARE(engine.control("PUT", "/clock", R"({"state":"paused"})").status, 200);
        auto put = engine.callLater("PutItem", putJson("a"));
        auto read = engine.callLater("GetItem", getJson("a"));
        const auto status = engine.control("GET", "/status");
        QVERIFY(status.body.find(R"("waitingRequests":2)") != std::string::npos);
        QVERIFY(put.wait_for(0s) == std::future_status::timeout);
        engine.control("PUT", "/clock", R"({"state":"running"})");
        QCOMPARE(put.get().status, 200);
        QCOMPARE(read.get().status, 200);
    }

    // Control answers wait for the disk, but not for the clock.
    void looksAndFailsZonesWhileTheClockIsPaused() {
        const QTemporaryDir folder;
        RunningEngine engine({.dataFolder = folder.path().toStdString()});
        engine.call("CreateTable", kCreateTable);
        engine.call("PutItem", putJson("a"));
        QCOMPARE(engine.control("PUT", "/clock", R"({"state":"paused"})").status, 200);
        QVERIFY(engine.control("GET", "/items?table=Tab").body.find(R"("S":"a")") !=
                std::string::npos);
        QCOMPARE(engine.control("GET", "/item?table=Tab&key=%7B%22pk%22:%7B%22S%22:%22a%22%7D%7D")
                     .status,
                 200);
        const auto sums = engine.control("GET", "/checksums?table=Tab&scan=true");
        QVERIFY2(sums.body.find(R"("scannedCount":1)") != std::string::npos, sums.body.c_str());
        const auto fault =
            engine.control("POST", "/faults", R"({"kind":"zone-outage","zone":"us-east-1b"})");
        QCOMPARE(fault.status, 201);
        QCOMPARE(engine.control("DELETE", "/faults").status, 200);
        QCOMPARE(engine.control("POST", "/clock/step", R"({"by":"5ms"})").status, 200);
        QCOMPARE(engine.control("PUT", "/profile", R"({"profile":"service-like"})").status, 200);
        QCOMPARE(engine.control("GET", "/checksums?table=No&scan=true").status, 404);
    }

    void endsWhileATableIsRead() {
        RunningEngine engine;
        engine.call("CreateTable", kCreateTable);
        for (int i = 0; i < 2000; ++i)
            engine.call("PutItem", putJson(std::to_string(i)));
        std::promise<int> status;
        engine.engine->control(
            "GET", "/checksums?table=Tab&scan=true", "",
            [&](const engine::Engine::Answer& answer) { status.set_value(answer.status); });
        engine.engine->stop();
        const int told = status.get_future().get();
        QVERIFY(told == 200 || told == 503);
    }

    // Each step traces one more event; at the end the oldest request is answered and the next one
    // waits.
    void stepsEventByEvent() {
        RunningEngine engine({.detailedTrace = true});
        engine.call("CreateTable", kCreateTable);
        engine.control("PUT", "/clock", R"({"state":"paused"})");
        auto first = engine.callLater("PutItem", putJson("a"));
        auto second = engine.callLater("PutItem", putJson("b"));
        EventId seen = engine.engine->events(EventId(), 100'000).back().id;
        int steps = 0;
        while (first.wait_for(0s) == std::future_status::timeout && steps < 1'000) {
            QCOMPARE(engine.control("POST", "/clock/step").status, 200);
            const auto events = engine.engine->events(seen, 100);
            QVERIFY(!events.empty());
            seen = events.back().id;
            ++steps;
            if (std::holds_alternative<observe::RequestServed>(events.back().body)) break;
        }
        QCOMPARE(first.get().status, 200);
        QVERIFY(steps > 1);
        QVERIFY(second.wait_for(0s) == std::future_status::timeout);
        engine.control("PUT", "/clock", R"({"state":"running"})");
        QCOMPARE(second.get().status, 200);
    }

    // The request list shows what each request was about, in a text of whole characters.
    void tracesTheKeysOfARequest() {
        RunningEngine engine;
        engine.call("CreateTable", kCreateTable);
        const auto keyOf = [&](const std::string& operation, const std::string& json) {
            const auto answer = engine.call(operation, json);
            const auto events = engine.engine->events(EventId(), 100'000);
            const auto* served = std::get_if<observe::RequestServed>(&events.back().body);
            return answer.status == 200 && served != nullptr ? served->key : "no";
        };
        const std::string table = R"({"TableName": "Tab", )";
        QCOMPARE(keyOf("Query", table + R"("KeyConditionExpression": "pk = :a",
                                "ExpressionAttributeValues": {":a": {"S": "a"}}})"),
                 std::string("a"));
        QCOMPARE(keyOf("Scan", R"({"TableName": "Tab"})"), std::string());
        QCOMPARE(keyOf("BatchGetItem", R"({"RequestItems": {"Tab": {"Keys": [
                           {"pk": {"S": "a"}}, {"pk": {"S": "b"}}]}}})"),
                 std::string("2 keys"));
        std::string umlauts;
        for (int i = 0; i < 60; ++i)
            umlauts += "\u00fc";
        const std::string text = keyOf("PutItem", putJson("x" + umlauts));
        QVERIFY(text.size() > 70 && text.size() <= 80);
        QVERIFY(!QString::fromStdString(text).contains(QChar::ReplacementCharacter));
    }

    // A step must not depend on who follows the trace.
    void stepsAsFarWhoeverFollows() {
        std::vector<int> steps;
        for (const bool detailed : {false, true}) {
            RunningEngine engine({.detailedTrace = detailed});
            engine.call("CreateTable", kCreateTable);
            engine.control("PUT", "/clock", R"({"state":"paused"})");
            auto put = engine.callLater("PutItem", putJson("a"));
            int count = 0;
            for (; put.wait_for(0s) == std::future_status::timeout && count < 1'000; ++count) {
                QCOMPARE(engine.control("POST", "/clock/step").status, 200);
                const auto events = engine.engine->events(EventId(), 100'000);
                const auto* served = std::get_if<observe::RequestServed>(&events.back().body);
                if (served != nullptr && served->operation == "PutItem") break;
            }
            QCOMPARE(put.get().status, 200);
            steps.push_back(count);
        }
        QVERIFY(steps[0] > 1);
        QCOMPARE(steps[0], steps[1]);
    }

    // The request list names the target even if it is no item or the request was refused.
    void tellsWhatARequestWasAbout() {
        RunningEngine engine;
        engine.call("CreateTable", kCreateTable);
        engine.call("PutItem", putJson("a"));
        engine.call("DescribeTable", R"({"TableName":"Tab"})");
        engine.call("DescribeTable", R"({"TableName":"Missing"})");
        engine.call("ListTables", "{}");
        using observe::RequestKind;
        const std::vector<std::tuple<std::string, std::string, RequestKind, int>> expected{
            {"CreateTable", "Tab", RequestKind::Control, 200},
            {"PutItem", "Tab", RequestKind::Write, 200},
            {"DescribeTable", "Tab", RequestKind::Control, 200},
            {"DescribeTable", "Missing", RequestKind::Unknown, 400},
            {"ListTables", "", RequestKind::Control, 200}};
        std::vector<std::tuple<std::string, std::string, RequestKind, int>> served;
        const auto take = [&] {
            served.clear();
            for (const auto& event : engine.engine->events({}, 10'000))
                if (const auto* one = std::get_if<observe::RequestServed>(&event.body))
                    served.emplace_back(one->operation, one->table, one->kind, one->httpStatus);
            return served.size();
        };
        QTRY_COMPARE(take(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(std::get<0>(served[i]), std::get<0>(expected[i]));
            QCOMPARE(std::get<1>(served[i]), std::get<1>(expected[i]));
            QCOMPARE(std::get<2>(served[i]), std::get<2>(expected[i]));
            QCOMPARE(std::get<3>(served[i]), std::get<3>(expected[i]));
        }
    }

    void answersAStepWhenItIsDone() {
        RunningEngine engine;
        engine.control("PUT", "/clock", R"({"state":"paused"})");
        const auto before = engine.control("GET", "/clock").body;
        QCOMPARE(engine.control("POST", "/clock/step", R"({"by":"1h"})").status, 200);
        QVERIFY(engine.control("GET", "/clock").body != before);
    }

    void refusesWhatIsTooMuch() {
        RunningEngine engine;
        engine.call("CreateTable", kCreateTable);
        engine.control("PUT", "/clock", R"({"state":"paused"})");
        std::vector<std::future<engine::Engine::Answer>> answers;
        constexpr int kMore = 17'000;
        for (int i = 0; i < kMore; ++i) {
            answers.push_back(engine.callLater("PutItem", putJson("a")));
            if (i % 1'000 == 0) engine.control("GET", "/status");
        }
        engine.control("GET", "/status");
        int refused = 0;
        for (auto& answer : answers) {
            if (answer.wait_for(0s) == std::future_status::timeout) continue;
            QCOMPARE(answer.get().status, 503);
            ++refused;
        }
        QVERIFY(refused >= kMore - 16'384);
        engine.control("PUT", "/clock", R"({"state":"running"})");
    }

    void servesManyThreads() {
        RunningEngine engine;
        engine.call("CreateTable", kCreateTable);
        std::atomic<int> good = 0;
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < 4; ++t) {
                threads.emplace_back([&, t] {
                    for (int i = 0; i < 50; ++i) {
                        const std::string key = std::to_string(t) + "-" + std::to_string(i);
                        if (engine.call("PutItem", putJson(key)).status != 200) return;
                        if (engine.call("GetItem", getJson(key)).body.find(key) !=
                            std::string::npos)
                            ++good;
                        engine.engine->snapshot();
                        engine.engine->events(EventId(), 10);
                    }
                });
            }
        }
        QCOMPARE(good.load(), 200);
    }

    void endsWhileRequestsWait() {
        std::future<engine::Engine::Answer> waiting;
        {
            RunningEngine engine;
            engine.call("CreateTable", kCreateTable);
            engine.control("PUT", "/clock", R"({"state":"paused"})");
            waiting = engine.callLater("PutItem", putJson("a"));
            engine.control("GET", "/status");
            engine.engine->stop();
        }
        // Never answered: the engine destroys the handler.
        QVERIFY_THROWS_EXCEPTION(std::future_error, waiting.get());
    }

    void runsWithoutAPortThatIsTaken() {
        RunningEngine first;
        const auto second = engine::Engine::open({.port = first.port(), .portRequired = false});
        QVERIFY(second.has_value());
        QVERIFY((*second)->endpoint().empty());
        QVERIFY((*second)->endpointProblem().find("another program") != std::string::npos);
        QVERIFY(!engine::Engine::open({.port = first.port()}).has_value());
    }
};

ORRERY_TEST_CLASS(DoorTest)
#include "door_test.moc"
