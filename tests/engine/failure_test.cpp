// Goal: whatever the disk does, the engine gives no answer that the disk does not keep, and
// continues as far as it can. Method: stores that fail at a given turn, and folders that are
// reopened.

#include <QDeadlineTimer>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <set>

#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

namespace {

/// Makes the first letter of each `text` in a file a capital. Returns how many there are.
int capitalizeEach(const QString& path, const QByteArray& text) {
    QFile file(path);
    if (!file.open(QIODevice::ReadWrite)) return 0;
    const QByteArray content = file.readAll();
    int found = 0;
    for (auto at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) {
        file.seek(at);
        file.putChar(text.toUpper().front());
        ++found;
    }
    return found;
}

}  // namespace

class FailureTest : public QObject {
    Q_OBJECT
private slots:
    void keepsItsDataWhenItEnds() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        {
            RunningEngine engine({.dataFolder = path});
            QCOMPARE(engine.call("CreateTable", kCreateTable).status, 200);
            for (int i = 0; i < 100; ++i)
                QCOMPARE(engine.call("PutItem", putJson(std::to_string(i))).status, 200);
        }
        RunningEngine engine({.dataFolder = path});
        for (int i = 0; i < 100; ++i) {
            const auto read = engine.call("GetItem", getJson(std::to_string(i)));
            QVERIFY2(read.body.find("Item") != std::string::npos, read.body.c_str());
        }
    }

    void refusesAFolderThatIsInUse() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        RunningEngine engine({.dataFolder = path});
        const auto second = engine::Engine::open({.dataFolder = path, .port = 0});
        QVERIFY(!second.has_value());
        QVERIFY2(second.error().ends_with('.'), second.error().c_str());
    }

    void goesOnAfterACommitThatFailed_data() {
        QTest::addColumn<bool>("onDisk");
        QTest::addColumn<int>("turn");
        for (const bool onDisk : {false, true}) {
            for (int turn = 2; turn <= 12; turn += 2) {
                QTest::addRow("%s, turn %d", onDisk ? "disk" : "memory", turn) << onDisk << turn;
            }
        }
    }
    void goesOnAfterACommitThatFailed() {
        QFETCH(bool, onDisk);
        QFETCH(int, turn);
        const QTemporaryDir folder;
        engine::EngineOptions options;
        if (onDisk) options.dataFolder = folder.path().toStdString();
        options.failure = {storage::PlannedFailure::Kind::CommitFails,
                           static_cast<std::uint64_t>(turn)};
        RunningEngine engine(options);
        std::set<int> acknowledged;
        int failed = 0;
        bool hasTable = false;
        // The engine may need a moment to recover; clients that retry find it.
        const QDeadlineTimer patience(20'000);
        for (int i = 0; acknowledged.size() < 20 && !patience.hasExpired(); ++i) {
            if (!hasTable) hasTable = engine.call("CreateTable", kCreateTable).status == 200;
            const auto put = engine.call("PutItem", putJson(std::to_string(i)));
            if (put.status == 200) acknowledged.insert(i);
            if (put.status == 500) ++failed;
        }
        QCOMPARE(acknowledged.size(), std::size_t{20});
        for (const int i : acknowledged) {
            const auto read = engine.call("GetItem", getJson(std::to_string(i)));
            QVERIFY2(read.body.find("Item") != std::string::npos, read.body.c_str());
        }
        const auto status = engine.control("GET", "/status");
        const bool told = status.body.find("A commit to the disk failed") != std::string::npos;
        QVERIFY(told);
        // In the second turn nothing of a client need be under way.
        QVERIFY(failed > 0 || turn == 2);
    }

    // The failure is an event of the next world, with an id of its own; otherwise followers would
    // miss it.
    void tracesAFailureAsAnEventOfItsOwn() {
        RunningEngine engine({.failure = {storage::PlannedFailure::Kind::CommitFails, 4}});
        const QDeadlineTimer patience(20'000);
        const auto events = [&] { return engine.engine->events(EventId(), 100'000); };
        const auto isFailure = [](const observe::Event& event) {
            return std::holds_alternative<observe::StorageFailed>(event.body);
        };
        while (std::ranges::none_of(events(), isFailure) && !patience.hasExpired()) {
            engine.call("CreateTable", kCreateTable);
            engine.call("PutItem", putJson("a"));
        }
        engine.call("ListTables", "{}");
        const auto after = events();
        QCOMPARE(std::ranges::count_if(after, isFailure), 1);
        QVERIFY(after.size() >= 2);
        for (std::size_t i = 1; i < after.size(); ++i)
            QVERIFY(after[i].id > after[i - 1].id);
    }

    // Whatever a control call was told is true after a restart, whichever turn fails. Lost changes
    // were not acknowledged.
    void acknowledgesNoLostChange_data() {
        QTest::addColumn<int>("turn");
        for (int turn = 2; turn <= 14; ++turn)
            QTest::addRow("turn %d", turn) << turn;
    }
    void acknowledgesNoLostChange() {
        QFETCH(int, turn);
        const QTemporaryDir folder;
        engine::EngineOptions options;
        options.dataFolder = folder.path().toStdString();
        std::set<std::string> told;
        {
            RunningEngine engine(options);
            QCOMPARE(engine.call("CreateTable", kCreateTable).status, 200);
        }
        options.failure = {.kind = storage::PlannedFailure::Kind::CommitFails,
                           .atTurn = static_cast<std::uint64_t>(turn),
                           .atEachOpening = true};
        {
            RunningEngine engine(options);
            const auto change = [&](const std::string& what, const char* method, const char* target,
                                    const std::string& body) {
                const auto answer = engine.control(method, target, body);
                if (answer.status / 100 == 2) told.insert(what);
                const bool clear = answer.body.find("failed") != std::string::npos;
                QVERIFY2(answer.status / 100 == 2 || (answer.status == 503 && clear),
                         answer.body.c_str());
            };
            for (const std::string zone : {"us-east-1a", "us-east-1b", "us-east-1c"}) {
                change(zone, "POST", "/faults",
                       R"({"kind":"zone-outage","zone":")" + zone + R"("})");
                change("clock", "PUT", "/clock", R"({"speed":0.5})");
                change("profile", "PUT", "/profile", R"({"profile":"service-like"})");
            }
        }
        options.failure = {};
        RunningEngine engine(options);
        const auto shows = [&](const char* target, const char* text) {
            return engine.control("GET", target).body.find(text) != std::string::npos;
        };
        for (const char* zone : {"us-east-1a", "us-east-1b", "us-east-1c"})
            QCOMPARE(shows("/faults", zone), told.contains(zone));
        QCOMPARE(shows("/clock", R"("speed":0.5)"), told.contains("clock"));
        QCOMPARE(shows("/profile", "service-like"), told.contains("profile"));
    }

    void onlyReadsAfterASyncThatFailed() {
        const QTemporaryDir folder;
        engine::EngineOptions options;
        options.dataFolder = folder.path().toStdString();
        options.failure = {storage::PlannedFailure::Kind::SyncFails, 6};
        RunningEngine engine(options);
        engine.call("CreateTable", kCreateTable);
        std::string last;
        int failedAt = -1;
        for (int i = 0; i < 20 && failedAt < 0; ++i) {
            const auto put = engine.call("PutItem", putJson(std::to_string(i)));
            last = put.body;
            if (put.status == 500) failedAt = i;
        }
        QVERIFY2(failedAt >= 0, last.c_str());
        const auto refused = engine.call("PutItem", putJson("x"));
        QCOMPARE(refused.status, 500);
        QVERIFY2(refused.body.find("writes are refused") != std::string::npos,
                 refused.body.c_str());
        QVERIFY(engine.control("GET", "/status").body.find(R"("readOnly":true)") !=
                std::string::npos);
        const auto fault =
            engine.control("POST", "/faults", R"({"kind":"zone-outage","zone":"us-east-1b"})");
        QCOMPARE(fault.status, 503);
        QVERIFY2(fault.body.find("writes are refused") != std::string::npos, fault.body.c_str());
        QCOMPARE(engine.control("GET", "/items?table=Tab").status, 200);
        QCOMPARE(engine.control("GET", "/checksums?table=Tab&scan=true").status, 200);
        QCOMPARE(engine.call("ListTables", "{}").status, 200);
        for (int i = 0; i < failedAt; ++i) {
            const auto read = engine.call("GetItem", getJson(std::to_string(i)));
            QVERIFY2(read.body.find("Item") != std::string::npos, read.body.c_str());
        }
    }

    // One bit of one item is wrong in items.mdb, in the tree of every zone.
    void readsWhatIsSoundInADamagedFolder() {
        const QTemporaryDir folder;
        engine::EngineOptions options;
        options.dataFolder = folder.path().toStdString();
        {
            RunningEngine engine(options);
            engine.call("CreateTable", kCreateTable);
            QCOMPARE(engine.call("PutItem", putJson("sound")).status, 200);
            QCOMPARE(engine.call("PutItem", putJson("the damaged item")).status, 200);
            // Once the trees have it, reads no longer use the log.
            QTRY_VERIFY_WITH_TIMEOUT(
                engine.control("GET", "/metrics").body.find("\norrery_overlay_bytes 0\n") !=
                    std::string::npos,
                20'000);
        }
        QVERIFY(capitalizeEach(folder.filePath("items.mdb"), "the damaged item") >= 3);

        RunningEngine engine(options);
        const auto bad = engine.call("GetItem", getJson("the damaged item"));
        QCOMPARE(bad.status, 500);
        QVERIFY2(bad.body.find("is corrupt in items.mdb") != std::string::npos, bad.body.c_str());
        const auto sound = engine.call("GetItem", getJson("sound"));
        QVERIFY2(sound.body.find("Item") != std::string::npos, sound.body.c_str());
        QCOMPARE(engine.call("Scan", R"({"TableName":"Tab"})").status, 500);
        const auto refused = engine.call("PutItem", putJson("x"));
        QCOMPARE(refused.status, 500);
        QVERIFY2(refused.body.find("Writes are refused") != std::string::npos,
                 refused.body.c_str());
        const auto status = engine.control("GET", "/status");
        QVERIFY2(status.body.find(R"("readOnly":true)") != std::string::npos, status.body.c_str());
        QVERIFY2(status.body.find("is corrupt in items.mdb") != std::string::npos,
                 status.body.c_str());
    }

    // A zone has been down; what it missed is corrupt in every log, but the other trees have it.
    void servesOnWhenARecordForAHealedZoneIsCorrupt() {
        const QTemporaryDir folder;
        engine::EngineOptions options;
        options.dataFolder = folder.path().toStdString();
        constexpr int kItems = 100;
        {
            RunningEngine engine(options);
            QCOMPARE(engine.call("CreateTable", kCreateTable).status, 200);
            engine.control("POST", "/faults", R"({"kind":"zone-outage","zone":"us-east-1b"})");
            const QDeadlineTimer patience(20'000);
            for (int i = 0; i < kItems && !patience.hasExpired();)
                i += engine.call("PutItem", putJson(std::to_string(i))).status == 200 ? 1 : 0;
            QVERIFY(!patience.hasExpired());
            QCOMPARE(engine.call("PutItem", putJson("the damaged item")).status, 200);
            QTRY_VERIFY_WITH_TIMEOUT(
                engine.control("GET", "/metrics").body.find("\norrery_overlay_bytes 0\n") !=
                    std::string::npos,
                20'000);
        }
        QVERIFY(capitalizeEach(folder.filePath("log.mdb"), "the damaged item") >= 2);

        RunningEngine engine(options);
        QCOMPARE(engine.control("DELETE", "/faults").status, 200);
        QTRY_VERIFY_WITH_TIMEOUT(
            engine.control("GET", "/status").body.find("in log.mdb") != std::string::npos, 20'000);
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < kItems; ++i) {
                const auto read = engine.call("GetItem", getJson(std::to_string(i)));
                QVERIFY2(read.body.find("Item") != std::string::npos, read.body.c_str());
            }
            const auto read = engine.call("GetItem", getJson("the damaged item"));
            QVERIFY2(read.body.find("Item") != std::string::npos, read.body.c_str());
        }
        QCOMPARE(engine.call("Scan", R"({"TableName":"Tab","ConsistentRead":true})").status, 200);
        QCOMPARE(engine.call("PutItem", putJson("x")).status, 500);
    }

    // A zone's catch-up waits for a disk that will never accept it.
    void servesReadsWhileTheDiskIsStuck() {
        const QTemporaryDir folder;
        engine::EngineOptions options;
        options.dataFolder = folder.path().toStdString();
        options.failure = {storage::PlannedFailure::Kind::SyncFails, 400};
        RunningEngine engine(options);
        engine.call("CreateTable", kCreateTable);
        engine.control("POST", "/faults", R"({"kind":"zone-outage","zone":"us-east-1b"})");
        const std::string large(390'000, 'x');
        // The partitions that this zone led must elect new leaders first.
        const QDeadlineTimer patience(20'000);
        for (int i = 0; i < 45 && !patience.hasExpired();) {
            std::string item = putJson(std::to_string(i));
            item.insert(item.rfind("}}"), ",\"v\":{\"S\":\"" + large + "\"}");
            const auto put = engine.call("PutItem", item);
            if (put.status == 200) ++i;
        }
        QVERIFY(!patience.hasExpired());
        bool failed = false;
        for (int i = 0; i < 2000 && !failed; ++i)
            failed = engine.call("PutItem", putJson("small")).status == 500;
        QVERIFY(failed);
        QCOMPARE(engine.control("DELETE", "/faults").status, 200);
        for (int i = 0; i < 200; ++i) {
            auto read = engine.callLater("GetItem", getJson(std::to_string(i % 45)));
            QVERIFY(read.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
            QCOMPARE(read.get().status, 200);
        }
    }
};

ORRERY_TEST_CLASS(FailureTest)
#include "failure_test.moc"
