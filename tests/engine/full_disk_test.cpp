// Goal: on a full disk reads continue, writes are refused with a body that says why, the operator
// is told once, and writes are accepted again as soon as there is room, without a restart. Method:
// a limit on file sizes stands in for the full disk; the same calls fail.

#include <QDeadlineTimer>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "tests/engine/engine_harness.h"
#include "tests/support/file_limit.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

namespace {

namespace fs = std::filesystem;

constexpr const char* kOnlyDeletions = "only deletions are accepted until 4 MB are free";

std::string largePut(int number) {
    std::string json = putJson(std::to_string(number));
    json.insert(json.rfind("}}"), R"(,"v":{"S":")" + std::string(50'000, 'x') + R"("})");
    return json;
}

// Collects the messages to the operator, on any thread.
class Told {
public:
    void add(const std::string& sentence) {
        const std::lock_guard lock(m_mutex);
        m_sentences.push_back(sentence);
    }
    std::vector<std::string> all() const {
        const std::lock_guard lock(m_mutex);
        return m_sentences;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<std::string> m_sentences;  // Guarded by m_mutex.
};

bool hasItem(RunningEngine& engine, int number) {
    const auto read = engine.call("GetItem", getJson(std::to_string(number)));
    return read.status == 200 && read.body.find("Item") != std::string::npos;
}

// A commit may find no room after a flush did. Then the world is opened again, and a read in
// progress is lost.
bool soonHasItem(RunningEngine& engine, int number) {
    const QDeadlineTimer patience(20'000);
    while (!patience.hasExpired()) {
        if (hasItem(engine, number)) return true;
    }
    return false;
}

// Retries until a write is accepted; reads must be answered all the time.
void waitForRoom(RunningEngine& engine, int number) {
    const QDeadlineTimer patience(20'000);
    int status = 0;
    while (status != 200 && !patience.hasExpired()) {
        QVERIFY(hasItem(engine, 0));
        status = engine.call("PutItem", putJson(std::to_string(number))).status;
    }
    QCOMPARE(status, 200);
}

bool soonSucceeds(RunningEngine& engine, const char* operation, const char* json) {
    const QDeadlineTimer patience(20'000);
    while (!patience.hasExpired()) {
        if (engine.call(operation, json).status == 200) return true;
    }
    return false;
}

// Puts items until only deletions are accepted; those from 0 to `count` are there. Before that, one
// may not fit as long as what was written is not flushed.
void fill(RunningEngine& engine, int& count) {
    for (int calls = 0; calls < 2000; ++calls) {
        const auto put = engine.call("PutItem", largePut(count));
        if (put.status == 200) ++count;
        if (put.body.find(kOnlyDeletions) != std::string::npos) return;
        const bool isTold = put.body.find("Too little room is left") != std::string::npos;
        QVERIFY2(put.status == 200 || isTold, put.body.c_str());
    }
    QFAIL("The disk does not get full.");
}

bool becomesReadOnly(RunningEngine& engine) {
    const QDeadlineTimer patience(20'000);
    while (!patience.hasExpired()) {
        const std::string status = engine.control("GET", "/status").body;
        if (status.find(R"("readOnly":true)") != std::string::npos) return true;
    }
    return false;
}

// The number after `name` in JSON; -1 if there is none.
long numberOf(const std::string& json, const std::string& name) {
    const std::size_t at = json.find("\"" + name + "\":");
    return at == std::string::npos ? -1 : std::stol(json.substr(at + name.size() + 3));
}

// Larger than the room that the engine keeps free.
const std::string kLargeBatch = [] {
    std::string json = R"({"RequestItems":{"Tab":[)";
    for (int i = 0; i < 25; ++i) {
        if (i > 0) json += ',';
        json += R"({"PutRequest":{"Item":{"pk":{"S":"batch)" + std::to_string(i) +
                R"("},"v":{"S":")" + std::string(200'000, 'x') + R"("}}}})";
    }
    return json + "]}}";
}();

constexpr const char* kAddIndex =
    R"({"TableName":"Tab","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],)"
    R"("GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"All",)"
    R"("KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],)"
    R"("Projection":{"ProjectionType":"ALL"}}}]})";

}  // namespace

class FullDiskTest : public QObject {
    Q_OBJECT
private slots:
    void readsOnAndTakesWritesAgainWhenThereIsRoom() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        // With less than a gigabyte the engine looks for room before each turn.
        const FileLimit wide(512u << 20);
        const auto told = std::make_shared<Told>();
        RunningEngine engine(
            {.dataFolder = path,
             .onStorageChange = [told](const std::string& sentence) { told->add(sentence); }});
        QCOMPARE(engine.call("CreateTable", kCreateTable).status, 200);
        int count = 0;
        while (count < 5)
            QCOMPARE(engine.call("PutItem", largePut(count++)).status, 200);
        {
            const FileLimit limit(fs::file_size(path / "log.mdb") + (6u << 20));
            // What there is no room for is left out, and nothing fails for it.
            const auto batch = engine.call("BatchWriteItem", kLargeBatch);
            QCOMPARE(batch.status, 200);
            QVERIFY(batch.body.find("batch24") != std::string::npos);
            fill(engine, count);
            QVERIFY(engine.control("GET", "/status").body.find(R"("readOnly":true)") !=
                    std::string::npos);
            for (int i = 0; i < count; ++i)
                QVERIFY(hasItem(engine, i));
            const auto put = engine.call("PutItem", putJson("x"));
            QCOMPARE(put.status, 500);
            QVERIFY2(put.body.find(kOnlyDeletions) != std::string::npos, put.body.c_str());
            QTRY_VERIFY(engine.engine->snapshot()->writesRefused.find(kOnlyDeletions) !=
                        std::string::npos);
            QCOMPARE(engine.call("DeleteItem", deleteJson(std::to_string(--count))).status, 200);
            QCOMPARE(engine.call("ListTables", "{}").status, 200);
            QCOMPARE(told->all().size(), std::size_t{1});
        }
        waitForRoom(engine, 1000);
        QVERIFY(engine.control("GET", "/status").body.find(R"("readOnly":false)") !=
                std::string::npos);
        QTRY_VERIFY(engine.engine->snapshot()->writesRefused.empty());
        for (int i = 0; i < count; ++i)
            QVERIFY(hasItem(engine, i));
        QVERIFY(hasItem(engine, 1000));
        const auto sentences = told->all();
        QCOMPARE(sentences.size(), std::size_t{2});
        QCOMPARE(sentences.back(), std::string("Disk space is free again; writes are accepted."));
    }

    // A disk filled with data of the engine's own must be no dead end.
    void acceptsDeletionsAndThenWritesAgain() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        const engine::EngineOptions options{.dataFolder = path};
        const FileLimit limit(12u << 20);
        auto engine = std::make_unique<RunningEngine>(options);
        QCOMPARE(engine->call("CreateTable", kCreateTable).status, 200);
        int count = 0;
        fill(*engine, count);
        QCOMPARE(engine->call("DeleteItem", deleteJson("1")).status, 200);
        QVERIFY(!hasItem(*engine, 1));
        QCOMPARE(engine->control("POST", "/clock/advance", R"({"by":"1h"})").status, 200);
        engine.reset();
        engine = std::make_unique<RunningEngine>(options);
        for (int i = 0; i < count; ++i)
            QCOMPARE(hasItem(*engine, i), i != 1);
        QCOMPARE(engine->call("DeleteTable", R"({"TableName":"Tab"})").status, 200);
        QVERIFY(soonSucceeds(*engine, "CreateTable", kCreateTable));
        // What was written may have to be flushed before more fits.
        for (int i = 0; i < count / 2; ++i)
            QVERIFY(soonSucceeds(*engine, "PutItem", largePut(i).c_str()));
    }

    // The world fills an index by itself. It must not go on in memory, without bound.
    void backgroundWorkWaitsForRoom() {
        constexpr int kItems = 16;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        // The engine looks for room before each turn, so also before the filling begins. The log
        // alone could take it all.
        const FileLimit wide(512u << 20);
        auto engine = std::make_unique<RunningEngine>(engine::EngineOptions{.dataFolder = path});
        QCOMPARE(engine->call("CreateTable", kCreateTable).status, 200);
        for (int i = 0; i < kItems; ++i)
            QCOMPARE(engine->call("PutItem", largePut(i)).status, 200);
        const auto status = [&] { return engine->control("GET", "/status").body; };
        {
            // So little that the engine's look for room finds none either.
            const std::uintmax_t bytes = fs::file_size(path / "log.mdb") + (1u << 20);
            QVERIFY(bytes < (4u << 20));
            const FileLimit limit(bytes);
            QCOMPARE(engine->call("UpdateTable", kAddIndex).status, 200);
            QVERIFY(becomesReadOnly(*engine));
            QVERIFY(soonHasItem(*engine, kItems - 1));
            const long filled = numberOf(engine->control("GET", "/jobs").body, "done");
            const long inMemory = numberOf(status(), "overlayBytes");
            QVERIFY2(filled >= 0 && filled < kItems, qPrintable(QString::number(filled)));
            for (int i = 0; i < kItems; ++i)
                QVERIFY(soonHasItem(*engine, i));
            QVERIFY(numberOf(engine->control("GET", "/jobs").body, "done") <= filled);
            QVERIFY(numberOf(status(), "overlayBytes") < inMemory + (4L << 20));
            QVERIFY(status().find(R"("readOnly":true)") != std::string::npos);
            // Neither does a start on the full disk.
            engine.reset();
            engine = std::make_unique<RunningEngine>(engine::EngineOptions{.dataFolder = path});
            QVERIFY(becomesReadOnly(*engine));
            for (int i = 0; i < kItems; ++i)
                QVERIFY(soonHasItem(*engine, i));
            QVERIFY(numberOf(engine->control("GET", "/jobs").body, "done") < kItems);
        }
        waitForRoom(*engine, 1000);
        const QDeadlineTimer patience(60'000);
        std::string table;
        while (table.find(R"("IndexStatus":"ACTIVE")") == std::string::npos &&
               !patience.hasExpired())
            table = engine->call("DescribeTable", R"({"TableName":"Tab"})").body;
        QVERIFY2(table.find(R"("IndexStatus":"ACTIVE")") != std::string::npos, table.c_str());
    }

    void startsOnAFullDiskAndServesReads() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        {
            RunningEngine engine({.dataFolder = path});
            QCOMPARE(engine.call("CreateTable", kCreateTable).status, 200);
            for (int i = 0; i < 5; ++i)
                QCOMPARE(engine.call("PutItem", largePut(i)).status, 200);
        }
        auto limit = std::make_unique<FileLimit>(0);
        RunningEngine engine({.dataFolder = path});
        // The first commit discovers it; a read in progress may then be lost.
        const QDeadlineTimer patience(20'000);
        while (engine.control("GET", "/status").body.find(R"("readOnly":true)") ==
                   std::string::npos &&
               !patience.hasExpired())
            engine.call("PutItem", putJson("x"));
        for (int round = 0; round < 20; ++round) {
            for (int i = 0; i < 5; ++i)
                QVERIFY(hasItem(engine, i));
        }
        QCOMPARE(engine.call("PutItem", putJson("x")).status, 500);
        limit.reset();
        waitForRoom(engine, 1000);
    }

    // The new format is written with the first change, so there is nothing to write before it.
    void opensAFolderOfAnEarlierFormatOnAFullDisk() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        {
            RunningEngine engine({.dataFolder = path});
            QCOMPARE(engine.call("CreateTable", kCreateTable).status, 200);
            QCOMPARE(engine.call("PutItem", putJson("0")).status, 200);
        }
        std::ofstream(path / "format") << "orrery data folder, format 1\n";
        auto limit = std::make_unique<FileLimit>(0);
        const auto told = std::make_shared<Told>();
        RunningEngine engine(
            {.dataFolder = path,
             .onStorageChange = [told](const std::string& sentence) { told->add(sentence); }});
        const QDeadlineTimer patience(20'000);
        while (engine.control("GET", "/status").body.find(R"("readOnly":true)") ==
                   std::string::npos &&
               !patience.hasExpired())
            engine.call("PutItem", putJson("x"));
        QVERIFY(hasItem(engine, 0));
        const auto put = engine.call("PutItem", putJson("x"));
        QCOMPARE(put.status, 500);
        QVERIFY2(put.body.find(
                     "A file cannot grow; deletions are refused until it may grow by 512 KB") !=
                     std::string::npos,
                 put.body.c_str());
        QCOMPARE(told->all().size(), std::size_t{1});
        limit.reset();
        waitForRoom(engine, 1000);
        QVERIFY(hasItem(engine, 1000));
    }

    void saysThatThereIsNoRoomForANewFolder() {
        for (const std::uintmax_t bytes : {0, 100, 4096, 8192, 12'288}) {
            const QTemporaryDir folder;
            const FileLimit limit(bytes);
            const auto opened =
                engine::Engine::open({.dataFolder = folder.path().toStdString(), .port = 0});
            QVERIFY(!opened.has_value());
            QVERIFY2(opened.error().find("the file has reached the limit on file sizes") !=
                         std::string::npos,
                     opened.error().c_str());
        }
    }
};

ORRERY_TEST_CLASS(FullDiskTest)
#include "full_disk_test.moc"
