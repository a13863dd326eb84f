// Goal: a disk that the tables alone have filled is no dead end, whatever else writes on it: the
// records of a stream, an index or an expiry that is filled, a zone that comes back. Method: a
// small file system, filled with items; then the other thing happens, and the items are deleted.

#include <QDateTime>
#include <QTest>
#include <string>

#include "tests/live/daemon.h"
#include "tests/live/small_disk.h"
#include "tests/support/test_main.h"

using namespace orrery::live;

namespace {

const std::string kTable = R"("TableName":"Low")";

std::string createJson(bool hasStream) {
    const std::string stream = R"(,"StreamSpecification":{"StreamEnabled":true,)"
                               R"("StreamViewType":"NEW_AND_OLD_IMAGES"})";
    return "{" + kTable +
           R"(,"BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":)"
           R"([{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":)"
           R"([{"AttributeName":"pk","KeyType":"HASH"}])" +
           (hasStream ? stream : "") + "}";
}

constexpr const char* kAddIndex =
    R"({"TableName":"Low","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},)"
    R"({"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":)"
    R"({"IndexName":"All","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],)"
    R"("Projection":{"ProjectionType":"ALL"}}}]})";

constexpr const char* kAddStream =
    R"({"TableName":"Low","StreamSpecification":{"StreamEnabled":true,)"
    R"("StreamViewType":"KEYS_ONLY"}})";

constexpr const char* kAddReplica =
    R"({"TableName":"Low","ReplicaUpdates":[{"Create":{"RegionName":"eu-west-1"}}]})";

constexpr const char* kAddExpiry =
    R"({"TableName":"Low","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"e"}})";

std::string keyJson(int number) {
    return R"("pk":{"S":")" + std::to_string(number) + R"("})";
}

/// Puts an item that expires as soon as its table has a time to live.
HttpClient::Answer put(HttpClient& client, int number, std::size_t bytes) {
    const auto expiry = std::to_string(QDateTime::currentSecsSinceEpoch() - 100);
    return client.call("PutItem", "{" + kTable + R"(,"Item":{)" + keyJson(number) +
                                      R"(,"g":{"S":"a"},"e":{"N":")" + expiry + R"("},"d":{"S":")" +
                                      std::string(bytes, 'x') + R"("}}})");
}

/// Puts items until there is no room for one. Returns how many there are.
int fill(HttpClient& client) {
    int count = 0;
    const QDeadlineTimer patience(120'000);
    while (!patience.hasExpired()) {
        const auto answer = put(client, count, 20'000);
        if (answer.body.find("room is left") != std::string::npos) return count;
        // Leaders may have been in the zone that has failed.
        count += answer.status == 200 ? 1 : 0;
    }
    return 0;
}

/// Deletes all items. One may wait until what was deleted before is archived.
void deleteItems(HttpClient& client, int count) {
    int refused = 0;
    for (int i = 0; i < count; ++i) {
        const std::string json = "{" + kTable + R"(,"Key":{)" + keyJson(i) + "}}";
        const auto answer = client.call("DeleteItem", json);
        if (answer.status == 200) continue;
        ++refused;
        const bool isTold = answer.body.find("log this deletion") != std::string::npos;
        QVERIFY2(isTold, answer.body.c_str());
        QVERIFY(soonSucceeds(client, "DeleteItem", json));
    }
    qInfo("%d items, of which %d had to wait", count, refused);
}

/// What is deleted later would need more room than there is.
void isRefusedForRoom(HttpClient& client, const char* update) {
    const auto answer = client.call("UpdateTable", update);
    QVERIFY2(answer.body.find("keep a stream") != std::string::npos, answer.body.c_str());
}

/// A day later nothing is left of the items but their room.
void putAgain(HttpClient& client, int count) {
    QCOMPARE(client.control("POST", "/clock/advance", R"({"by":"26h"})").status, 200);
    recoversByItself(client);
    for (int i = 0; i < count; ++i)
        QCOMPARE(put(client, i, 20'000).status, 200);
}

}  // namespace

class LowDiskTest : public QObject {
    Q_OBJECT
private slots:
    void isNoDeadEnd_data() {
        QTest::addColumn<QString>("what");
        QTest::newRow("nothing else") << "nothing";
        QTest::newRow("an index is filled") << "index";
        QTest::newRow("it gets a stream") << "new stream";
        QTest::newRow("it gets a replica") << "replica";
        QTest::newRow("its items expire") << "expiry";
        QTest::newRow("a stream keeps what is deleted") << "stream";
        QTest::newRow("a zone comes back") << "zone";
    }
    void isNoDeadEnd() {
        QFETCH(QString, what);
        SmallDisk disk("size=32m");
        if (!disk.isMounted()) QSKIP("This process may not mount a file system.");
        Daemon daemon({"--data", disk.path()});
        QVERIFY(daemon.isReady());
        HttpClient client(daemon.port());
        QCOMPARE(client.call("CreateTable", createJson(what == "stream")).status, 200);
        if (what == "zone")
            client.control("POST", "/faults", R"({"kind":"zone-outage","zone":"us-east-1c"})");
        const int count = fill(client);
        QVERIFY(count > 50);
        if (what == "zone") client.control("DELETE", "/faults", "");
        if (what == "index") QCOMPARE(client.call("UpdateTable", kAddIndex).status, 200);
        if (what == "replica") isRefusedForRoom(client, kAddReplica);
        if (what == "new stream") isRefusedForRoom(client, kAddStream);
        if (what == "expiry") QCOMPARE(client.call("UpdateTimeToLive", kAddExpiry).status, 200);
        if (what == "expiry")
            recoversByItself(client);
        else
            deleteItems(client, count);
        if (QTest::currentTestFailed()) return;
        QVERIFY(storageProblem(client).find("the disk is full") == std::string::npos);
        if (what == "stream") putAgain(client, count / 2);
        if (QTest::currentTestFailed()) return;
        QVERIFY(soonSucceeds(client, "DeleteTable", "{" + kTable + "}"));
        QCOMPARE(client.control("POST", "/reset", "{}").status, 200);
        recoversByItself(client);
        if (QTest::currentTestFailed()) return;
        QVERIFY(soonSucceeds(client, "CreateTable", createJson(false)));
        for (int i = 0; i < 20; ++i)
            QCOMPARE(put(client, i, 20'000).status, 200);
        QCOMPARE(daemon.terminate().value_or(-1), 0);
    }
};

ORRERY_TEST_CLASS(LowDiskTest)
#include "low_disk_test.moc"
