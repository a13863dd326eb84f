// Goal: the writes that lost are listed by requests, as JSON and as CSV, in pages, and whoever
// follows gets the next one. Method: a world in memory with a table in two Regions, driven by the
// test.

#include <QJsonArray>
#include <QTest>

#include "tests/control/driven.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Driven;

namespace {

class TwoRegions : public Driven {
public:
    TwoRegions() {
        call("UpdateTable",
             R"({"TableName":"Tab","ReplicaUpdates":[{"Create":{"RegionName":"eu-west-1"}}]})");
        pass(1s);
        for (const char* way : {R"(["us-east-1","eu-west-1"])", R"(["eu-west-1","us-east-1"])"})
            json("PUT", "/links", std::string(R"({"delay":"1s","regions":)") + way + "}");
    }
    void pass(Duration time) {
        world->run(world->now() + time);
        settle();
    }
    /// Both Regions write an item before they know of one another.
    void conflict(const std::string& key) {
        const std::string item = R"({"TableName":"Tab","Item":{"pk":{"S":")" + key + R"("},)";
        call("PutItem", item + R"("color":{"S":"red, \u0022bright\u0022"}}})", "us-east-1");
        pass(10ms);
        call("PutItem", item + R"("size":{"S":"XL"}}})", "eu-west-1");
    }
};

}  // namespace

class ConflictVerbsTest : public QObject {
    Q_OBJECT
private slots:
    void showsBothItems() {
        TwoRegions world;
        QVERIFY(world.json("GET", "/conflicts?table=Tab")["conflicts"].toArray().isEmpty());
        world.json("PUT", "/regions", R"({"region":"eu-west-1","clockOffset":"5s"})");
        world.conflict("x");
        world.pass(3s);
        const QJsonObject reply = world.json("GET", "/conflicts?table=Tab");
        QCOMPARE(world.status, 200);
        QVERIFY(!reply["more"].toBool() && !reply.contains("forgotten"));
        QCOMPARE(reply["conflicts"].toArray().size(), 1);
        const QJsonObject row = reply["conflicts"].toArray()[0].toObject();
        QCOMPARE(row["id"], reply["next"]);
        QCOMPARE(row["region"].toString(), "us-east-1");
        QCOMPARE(row["lostWrites"].toInt(), 1);
        QCOMPARE(row["key"].toObject()["pk"].toObject()["S"].toString(), "x");
        const QJsonObject lost = row["lost"].toObject();
        const QJsonObject winner = row["winner"].toObject();
        QCOMPARE(lost["region"].toString() + winner["region"].toString(), "us-east-1eu-west-1");
        QCOMPARE(lost["item"].toObject()["color"].toObject()["S"].toString(), "red, \"bright\"");
        QCOMPARE(winner["item"].toObject()["size"].toObject()["S"].toString(), "XL");
        QCOMPARE(winner["clockOffsetMs"].toDouble(), 5000.0);
        QCOMPARE(row["attributes"].toArray(), QJsonArray{"color"});
        // It was written later by any clock.
        QCOMPARE(row["ifClocksWereRight"].toString(), "winner");
    }

    void saysWhoWouldHaveWon() {
        TwoRegions world;
        world.json("PUT", "/regions", R"({"region":"us-east-1","clockOffset":"5s"})");
        world.conflict("x");
        world.pass(3s);
        const QJsonObject row =
            world.json("GET", "/conflicts?table=Tab")["conflicts"].toArray()[0].toObject();
        QCOMPARE(row["region"].toString(), "eu-west-1");
        QCOMPARE(row["ifClocksWereRight"].toString(), "lost");
    }

    void pagesOn() {
        TwoRegions world;
        for (const char* key : {"x", "y", "z"})
            world.conflict(key);
        world.pass(3s);
        QJsonObject page = world.json("GET", "/conflicts?table=Tab&limit=2");
        QVERIFY(page["more"].toBool());
        QCOMPARE(page["conflicts"].toArray().size(), 2);
        page = world.json(
            "GET", "/conflicts?table=Tab&limit=2&after=" + page["next"].toString().toStdString());
        QVERIFY(!page["more"].toBool());
        QCOMPARE(page["conflicts"].toArray().size(), 1);
        page = world.json("GET", "/conflicts?table=Tab&region=eu-west-1");
        QVERIFY(page["conflicts"].toArray().isEmpty() && !page.contains("next"));
    }

    void isATableForOthersToo() {
        TwoRegions world;
        world.conflict("x");
        world.pass(3s);
        const auto response = world.ask("GET", "/conflicts?table=Tab&format=csv");
        QCOMPARE(response.contentType, "text/csv; charset=utf-8");
        const QStringList lines = QString::fromStdString(response.body).split("\r\n");
        QCOMPARE(lines.size(), 3);
        QVERIFY(lines[0].startsWith("id,region,key,lostWrites,"));
        QVERIFY2(lines[1].contains(R"(,us-east-1,"{""pk"":{""S"":""x""}}",1,)"),
                 qPrintable(lines[1]));
        // moc would miss the class after a raw string with a backslash before a quote.
        const QString red = "{\"\"S\"\":\"\"red, \\\"\"bright\\\"\"\"\"}";
        QVERIFY2(lines[1].contains(red), qPrintable(lines[1]));
        QVERIFY(lines[1].endsWith(",winner"));
    }

    void aFollowerGetsTheNextOne() {
        TwoRegions world;
        auto response = control::handle(*world.world, world.clock, world, "GET",
                                        "/conflicts?table=Tab&follow=true", "");
        QVERIFY(response.later != nullptr);
        world.settle();
        QVERIFY(!response.later(*world.world));
        world.conflict("x");
        world.pass(500ms);
        QVERIFY(!response.later(*world.world));
        world.pass(2s);
        const auto found = response.later(*world.world);
        QVERIFY(found && found->status == 200 && found->gate);
        QVERIFY(found->body.find("us-east-1") != std::string::npos);
        // One that is there already is told at once.
        QVERIFY(world.json("GET", "/conflicts?table=Tab&follow=true").contains("next"));
    }

    void refusesInASentence_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* query, int status, const char* part) {
            QTest::newRow(query) << query << status << part;
        };
        row("", 400, "\"table\"");
        row("?table=Tab&after=x", 400, "\"after\"");
        row("?table=Tab&limit=0", 400, "\"limit\"");
        row("?table=Tab&limit=1001", 400, "\"limit\"");
        row("?table=Tab&format=xml", 400, "\"format\"");
        row("?table=Tab&account=x", 400, "account");
        row("?table=Tab&follow=maybe", 400, "\"follow\"");
        row("?table=Tab&region=eu-west-9", 404, "no replica in Region \"eu-west-9\".");
        row("?table=None", 404, "There is no table \"None\".");
        row("?table=Local", 404, "one Region only");
    }
    void refusesInASentence() {
        QFETCH(QString, query);
        QFETCH(int, status);
        QFETCH(QString, part);
        TwoRegions world;
        world.createTable("Local");
        const QJsonObject reply = world.json("GET", "/conflicts" + query.toStdString());
        QCOMPARE(world.status, status);
        QVERIFY2(reply["error"].toString().contains(part), qPrintable(reply["error"].toString()));
    }
};

ORRERY_TEST_CLASS(ConflictVerbsTest)
#include "conflict_verbs_test.moc"
