// Goal: a disk that a table with a stream has filled is no dead end: all its items can be deleted,
// and as soon as the stream's records have expired there is room for as many again. Method: a limit
// on file sizes stands in for the full disk.

#include <QDeadlineTimer>
#include <QTemporaryDir>
#include <QTest>

#include "tests/engine/engine_harness.h"
#include "tests/support/file_limit.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

namespace {

constexpr const char* kCreateWithStream =
    R"({"TableName":"Tab","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":)"
    R"([{"AttributeName":"pk","AttributeType":"S"}],)"
    R"("KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],)"
    R"("StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}})";

std::string largePut(int number) {
    std::string json = putJson(std::to_string(number));
    json.insert(json.rfind("}}"), R"(,"v":{"S":")" + std::string(50'000, 'x') + R"("})");
    return json;
}

/// Puts items until one is refused for lack of room. Returns how many there are.
int fill(RunningEngine& engine) {
    for (int count = 0; count < 5000; ++count) {
        const auto put = engine.call("PutItem", largePut(count));
        if (put.body.find("room is left") != std::string::npos) return count;
        if (put.status != 200) qFatal("%s", put.body.c_str());
    }
    return 0;
}

/// What is written may have to be archived before more fits.
bool soonSucceeds(RunningEngine& engine, const char* operation, const std::string& json) {
    const QDeadlineTimer patience(20'000);
    while (!patience.hasExpired()) {
        if (engine.call(operation, json).status == 200) return true;
    }
    return false;
}

}  // namespace

class FullDiskStreamTest : public QObject {
    Q_OBJECT
private slots:
    void isNoDeadEnd_data() {
        QTest::addColumn<bool>("restarts");
        QTest::newRow("the clock is advanced") << false;
        QTest::newRow("also over a restart") << true;
    }
    void isNoDeadEnd() {
        QFETCH(bool, restarts);
        const QTemporaryDir folder;
        const engine::EngineOptions options{.dataFolder = folder.path().toStdString()};
        const FileLimit limit(12u << 20);
        auto engine = std::make_unique<RunningEngine>(options);
        QCOMPARE(engine->call("CreateTable", kCreateWithStream).status, 200);
        const int count = fill(*engine);
        QVERIFY(count > 10);
        if (restarts) {
            engine.reset();
            engine = std::make_unique<RunningEngine>(options);
        }
        for (int i = 0; i < count; ++i)
            QVERIFY(soonSucceeds(*engine, "DeleteItem", deleteJson(std::to_string(i))));
        QCOMPARE(engine->control("POST", "/clock/advance", R"({"by":"26h"})").status, 200);
        if (restarts) {
            engine.reset();
            engine = std::make_unique<RunningEngine>(options);
        }
        for (int i = 0; i < count * 3 / 4; ++i)
            QVERIFY(soonSucceeds(*engine, "PutItem", largePut(i)));
    }
};

ORRERY_TEST_CLASS(FullDiskStreamTest)
#include "full_disk_stream_test.moc"
