// Goal: clocks and links of Regions are shown and set, and refused in one sentence. Method: a world
// in memory with tables in two Regions, driven by the test.

#include <QJsonArray>
#include <QTest>

#include "tests/control/driven.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Driven;

namespace {

QJsonObject linkOf(Driven& world, const QString& from, const QString& to) {
    for (const auto& value : world.json("GET", "/links")["links"].toArray()) {
        const QJsonObject link = value.toObject();
        if (link["regions"].toArray()[0] == from && link["regions"].toArray()[1] == to) return link;
    }
    return {};
}

}  // namespace

class RegionVerbsTest : public QObject {
    Q_OBJECT
private slots:
    void showsRegions() {
        Driven world;
        world.createTableIn("eu-west-1", "Tab");
        const QJsonArray regions = world.json("GET", "/regions")["regions"].toArray();
        QCOMPARE(regions.size(), 2);
        const QJsonObject dublin = regions[1].toObject();
        QCOMPARE(dublin["region"].toString(), QString("eu-west-1"));
        QCOMPARE(dublin["city"].toString(), QString("Dublin"));
        QCOMPARE(dublin["clockOffsetMs"].toDouble(), 0.0);
        QCOMPARE(dublin["zones"].toArray()[2].toObject()["zone"].toString(), QString("eu-west-1c"));
        QVERIFY(dublin["zones"].toArray()[2].toObject()["up"].toBool());
    }

    void setsTheClockOfARegion() {
        Driven world;
        const auto set =
            world.json("PUT", "/regions", R"({"region":"us-east-1","clockOffset":"-1.5s"})");
        QCOMPARE(world.status, 200);
        QCOMPARE(set["regions"].toArray()[0].toObject()["clockOffsetMs"].toDouble(), -1500.0);
        world.json("PUT", "/regions", R"({"region":"us-east-1","clockOffset":"0s"})");
        QCOMPARE(world.world->regions().front().clockOffset, Duration::zero());
    }

    void linksTakeTheirTimeByTheProfileUnlessTheyAreSet() {
        Driven world;
        world.createTableIn("eu-west-1", "Tab");
        QCOMPARE(linkOf(world, "us-east-1", "eu-west-1")["delayMs"].toDouble(), 0.0);
        world.json("PUT", "/profile", R"({"profile":"service-like"})");
        const double delay = linkOf(world, "us-east-1", "eu-west-1")["delayMs"].toDouble();
        QVERIFY2(delay > 35 && delay < 43, qPrintable(QString::number(delay)));
        world.json("PUT", "/links",
                   R"({"regions":["us-east-1","eu-west-1"],"delay":"2s","loss":0.25})");
        QCOMPARE(world.status, 200);
        const QJsonObject set = linkOf(world, "us-east-1", "eu-west-1");
        QCOMPARE(set["delayMs"].toDouble(), 2000.0);
        QCOMPARE(set["jitterMs"].toDouble(), 0.0);
        QCOMPARE(set["loss"].toDouble(), 0.25);
        QVERIFY(set["isSet"].toBool());
        QCOMPARE(linkOf(world, "eu-west-1", "us-east-1")["delayMs"].toDouble(), delay);
        world.json("PUT", "/links", R"({"regions":["us-east-1","eu-west-1"]})");
        QCOMPARE(linkOf(world, "us-east-1", "eu-west-1")["delayMs"].toDouble(), delay);
        QVERIFY(!linkOf(world, "us-east-1", "eu-west-1")["isSet"].toBool());
    }

    void refusesInOneSentence_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* target, const char* body, const char* part) {
            QTest::addRow("%s %s", target, body) << target << body << part;
        };
        row("/regions", R"({"clockOffset":"1s"})", "\"region\" must be a Region");
        row("/regions", R"({"region":"us-east-1"})", "duration");
        row("/regions", R"({"region":"us-east-1","clockOffset":"--1s"})", "duration");
        row("/regions", R"({"region":"us-east-1","clockOffset":"61m"})", "at most one hour");
        row("/regions", R"({"region":"eu-west-9","clockOffset":"1s"})",
            "There is no Region eu-west-9. Regions: us-east-1.");
        row("/links", R"({"regions":["us-east-1"],"delay":"1s"})", "must be two Regions");
        row("/links", R"({"regions":["us-east-1","us-east-1"],"delay":"1s"})",
            "two different Regions");
        row("/links", R"({"regions":["us-east-1","eu-west-9"],"delay":"1s"})",
            "There is no Region");
        row("/links", R"({"regions":["us-east-1","eu-west-9"],"delay":"x"})", "duration");
        row("/links", R"({"regions":["us-east-1","eu-west-9"],"loss":1.1})", "from 0 to 1");
        row("/links", R"({"regions":["us-east-1","eu-west-9"],"loss":"1"})", "from 0 to 1");
        row("/links", R"({"regions":["us-east-1","eu-west-1"],"dely":"1s"})", "\"dely\"");
        row("/regions", R"({"region":"us-east-1","clockOffset":"1s","zone":"a"})", "\"zone\"");
    }
    void refusesInOneSentence() {
        QFETCH(QString, target);
        QFETCH(QString, body);
        QFETCH(QString, part);
        Driven world;
        const QString error =
            world.json("PUT", target.toStdString(), body.toStdString())["error"].toString();
        QCOMPARE(world.status, 400);
        QVERIFY2(error.contains(part), qPrintable(error));
        QVERIFY(error.endsWith('.'));
    }
};

ORRERY_TEST_CLASS(RegionVerbsTest)
#include "region_verbs_test.moc"
