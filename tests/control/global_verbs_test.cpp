// Goal: global tables, their replication and their items in all Regions are shown by requests and
// in the metrics, and a table that is not global is shown as ever. Method: a world in memory,
// driven by the test, whose table of three items gets a replica.

#include <QJsonArray>
#include <QTest>

#include "tests/control/driven.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Driven;

namespace {

constexpr const char* kItemB = "/item?table=Tab&key=%7B%22pk%22:%7B%22S%22:%22b%22%7D%7D";

void pass(Driven& world, Duration by) {
    world.world->run(world.world->now() + by);
    world.settle();
}

void addReplica(Driven& world) {
    world.call("UpdateTable",
               R"({"TableName":"Tab","ReplicaUpdates":[{"Create":{"RegionName":"eu-west-1"}}]})");
    pass(world, 5s);
}

QString metrics(Driven& world) {
    return QString::fromStdString(world.ask("GET", "/metrics").body);
}

QJsonObject pairFrom(Driven& world, const QString& region) {
    for (const auto& pair : world.json("GET", "/replication")["replication"].toArray())
        if (pair.toObject()["from"] == region) return pair.toObject();
    return {};
}

}  // namespace

class GlobalVerbsTest : public QObject {
    Q_OBJECT
private slots:
    void aTableThatIsNotGlobalIsInNoList() {
        Driven world;
        QVERIFY(world.json("GET", "/global-tables")["globalTables"].isArray());
        QCOMPARE(world.status, 200);
        QVERIFY(world.json("GET", "/global-tables")["globalTables"].toArray().isEmpty());
        QVERIFY(world.json("GET", "/replication")["replication"].toArray().isEmpty());
        QVERIFY(!metrics(world).contains("replication"));
        const QJsonObject snapshot = world.json("GET", "/snapshot");
        QVERIFY(snapshot["globalTables"].toArray().isEmpty());
        QVERIFY(snapshot["regionLinks"].toArray().isEmpty());
        const QJsonObject item = world.json("GET", kItemB + std::string("&regions=all"));
        QVERIFY(item == world.json("GET", kItemB));
        QVERIFY(!item["versions"].toArray()[0].toObject().contains("version"));
    }

    void showsGlobalTables() {
        Driven world;
        addReplica(world);
        const QJsonArray tables = world.json("GET", "/global-tables")["globalTables"].toArray();
        QCOMPARE(tables.size(), 1);
        const QJsonObject table = tables[0].toObject();
        QCOMPARE(table["name"].toString(), QString("Tab"));
        QCOMPARE(table["account"].toString(), QString("000000000000"));
        QCOMPARE(table["consistency"].toString(), QString("EVENTUAL"));
        QCOMPARE(table["replicas"].toArray().size(), 2);
        QCOMPARE(table["replicas"].toArray()[1].toObject()["region"].toString(),
                 QString("eu-west-1"));
        QCOMPARE(table["replicas"].toArray()[1].toObject()["status"].toString(), QString("ACTIVE"));
        const QJsonObject snapshot = world.json("GET", "/snapshot");
        QVERIFY(snapshot["globalTables"].toArray() == tables);
        QCOMPARE(snapshot["replication"].toArray().size(), 2);
        QCOMPARE(snapshot["regionLinks"].toArray().size(), 2);
        QCOMPARE(snapshot["regions"].toArray()[1].toObject()["city"].toString(), QString("Dublin"));
        QCOMPARE(snapshot["regions"].toArray()[1].toObject()["clockOffsetMs"].toDouble(-1), 0.0);
    }

    void showsWhatWaitsAndHowLongItTook() {
        Driven world;
        addReplica(world);
        world.json("PUT", "/links", R"({"regions":["us-east-1","eu-west-1"],"delay":"80ms"})");
        const QString labels =
            "{region=\"us-east-1\",table_name=\"Tab\",receiving_region=\"eu-west-1\"} ";
        QVERIFY(!pairFrom(world, "us-east-1").contains("latencyMs"));
        QVERIFY(!metrics(world).contains("replication_latency_milliseconds_sum{"));
        QVERIFY(!metrics(world).contains("replication_latency_last_milliseconds{"));
        for (const char* key : {"b", "c"}) {
            world.put(key, "2");
            QCOMPARE(pairFrom(world, "us-east-1")["pending"].toInt(), 1);
            QVERIFY(
                metrics(world).contains("aws_dynamodb_pending_replication_count" + labels + "1\n"));
            pass(world, 1s);
        }
        const QJsonObject pair = pairFrom(world, "us-east-1");
        QCOMPARE(pair["to"].toString(), QString("eu-west-1"));
        QCOMPARE(pair["table"].toString(), QString("Tab"));
        QCOMPARE(pair["pending"].toInt(-1), 0);
        QCOMPARE(pair["latencyMs"].toDouble(), 80.0);
        QCOMPARE(pair["latencySumMs"].toDouble(), 160.0);
        QCOMPARE(pair["changes"].toInt(), 2);
        QCOMPARE(pair["lost"].toInt(-1), 0);
        QVERIFY(!pair["isPaused"].toBool(true) && !pair["isFilling"].toBool(true));
        QVERIFY(!pairFrom(world, "eu-west-1").contains("latencyMs"));
        const QString text = metrics(world);
        for (const QString& line :
             {"aws_dynamodb_replication_latency_milliseconds_sum" + labels + "160",
              "aws_dynamodb_replication_latency_milliseconds_count" + labels + "2",
              "aws_dynamodb_replication_latency_last_milliseconds" + labels + "80",
              "aws_dynamodb_pending_replication_count" + labels + "0",
              "orrery_replication_lost_total" + labels + "0"})
            QVERIFY2(text.contains("\n" + line + "\n"), qPrintable(line + " in " + text));
        QVERIFY(text.contains("ReplicationLatency") && text.contains("PendingReplicationCount"));
    }

    void looksAtAnItemInAllRegions() {
        Driven world;
        addReplica(world);
        world.put("b", "2");
        pass(world, 1s);
        const QJsonObject answer = world.json("GET", kItemB + std::string("&regions=all"));
        QCOMPARE(world.status, 200);
        const QJsonArray regions = answer["regions"].toArray();
        QCOMPARE(regions.size(), 2);
        QCOMPARE(regions[0].toObject()["region"].toString(), QString("us-east-1"));
        QCOMPARE(regions[1].toObject()["region"].toString(), QString("eu-west-1"));
        const QJsonObject home = regions[0].toObject()["versions"].toArray()[0].toObject();
        for (const auto& region : regions) {
            QCOMPARE(region.toObject()["versions"].toArray().size(), 3);
            for (const auto& value : region.toObject()["versions"].toArray()) {
                const QJsonObject version = value.toObject();
                QCOMPARE(version["origin"].toString(), QString("us-east-1"));
                QVERIFY(version["version"] == home["version"]);
                QCOMPARE(version["version"].toString().size(), 30);
                QVERIFY(version["heads"] == home["heads"]);
                QVERIFY(!version["tombstone"].toBool(true));
                QCOMPARE(version["item"].toObject()["v"].toObject()["N"].toString(), QString("2"));
            }
        }
        const QJsonObject head = home["heads"].toArray()[0].toObject();
        QCOMPARE(head["region"].toString(), QString("us-east-1"));
        QCOMPARE(head["number"].toInt(), 2);
        QCOMPARE(head["at"].toString().size(), 30);
        // Without it, the Region must be named, and the answer is as ever.
        world.json("GET", kItemB);
        QCOMPARE(world.status, 404);
        const QJsonObject one = world.json("GET", kItemB + std::string("&region=eu-west-1"));
        QVERIFY(!one["versions"].toArray()[0].toObject().contains("version"));
        world.json("GET", kItemB + std::string("&regions=some"));
        QCOMPARE(world.status, 404);
        world.json("GET", kItemB + std::string("&region=eu-west-1&regions=some"));
        QCOMPARE(world.status, 400);
    }

    void showsATombstone() {
        Driven world;
        addReplica(world);
        world.call("DeleteItem", R"({"TableName":"Tab","Key":{"pk":{"S":"b"}}})");
        pass(world, 1s);
        const QJsonArray regions =
            world.json("GET", kItemB + std::string("&regions=all"))["regions"].toArray();
        for (const auto& region : regions) {
            const QJsonObject version = region.toObject()["versions"].toArray()[0].toObject();
            QVERIFY(version["item"].isNull() && version["tombstone"].toBool());
            QCOMPARE(version["origin"].toString(), QString("us-east-1"));
        }
        QCOMPARE(regions.size(), 2);
        const std::string none = "/item?table=Tab&key=%7B%22pk%22:%7B%22S%22:%22zz%22%7D%7D";
        const QJsonObject absent = world.json("GET", none + "&regions=all")["regions"]
                                       .toArray()[0]
                                       .toObject()["versions"]
                                       .toArray()[0]
                                       .toObject();
        QVERIFY(absent["item"].isNull() && !absent.contains("version"));
    }
};

ORRERY_TEST_CLASS(GlobalVerbsTest)
#include "global_verbs_test.moc"
