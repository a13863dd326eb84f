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
        const auto told = std::make_shared<Told>();
        RunningEngine engine(
            {.dataFolder = path,
             .onStorageChange = [told](const std::string& sentence) { told->add(sentence); }});
        QCOMPARE(engine.call("CreateTable", kCreateTable).status, 200);
        int count = 0;
        while (count < 5)
            QCOMPARE(engine.call("PutItem", largePut(count++)).status, 200);
        {
            const FileLimit limit(fs::file_size(path / "log.mdb"));
            std::string refused;
            while (count < 500 && refused.empty()) {
                const auto put = engine.call("PutItem", largePut(count));
                if (put.status == 200)
                    ++count;
                else
                    refused = put.body;
            }
            QVERIFY2(
                refused.find("A file cannot grow; writes are refused until it may grow by 4 MB") !=
                    std::string::npos,
                refused.c_str());
            // A write that was cut short at the limit was told as a full disk.
            QVERIFY2(refused.find("log.mdb: the file has reached the limit on file sizes") !=
                         std::string::npos,
                     refused.c_str());
            for (int i = 0; i < count; ++i)
                QVERIFY(hasItem(engine, i));
            const auto put = engine.call("PutItem", putJson("x"));
            QCOMPARE(put.status, 500);
            QVERIFY2(
                put.body.find("A file cannot grow; writes are refused until it may grow by 4 MB") !=
                    std::string::npos,
                put.body.c_str());
            QVERIFY(engine.control("GET", "/status").body.find(R"("readOnly":true)") !=
                    std::string::npos);
            QTRY_VERIFY(engine.engine->snapshot()->writesRefused.starts_with(
                "A file cannot grow; writes are refused until it may grow by 4 MB"));
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

    // The world fills an index by itself. It must not go on in memory, without bound.
    void backgroundWorkWaitsForRoom() {
        constexpr int kItems = 16;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
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
        QVERIFY2(
            put.body.find("A file cannot grow; writes are refused until it may grow by 4 MB") !=
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
