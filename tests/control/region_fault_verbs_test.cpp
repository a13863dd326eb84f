// Goal: faults of Regions begin, are shown and heal by requests, and are refused in one sentence.
// Method: a world in memory with tables in two Regions, driven by the test.

#include <QJsonArray>
#include <QTest>

#include "core/observe/fault_spec.h"
#include "tests/control/driven.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Driven;

namespace {

bool isCut(Driven& world, int link) {
    return world.json("GET", "/links")["links"].toArray()[link].toObject()["isCut"].toBool();
}

}  // namespace

class RegionFaultVerbsTest : public QObject {
    Q_OBJECT
private slots:
    void beginAndHeal_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("regions");
        const auto row = [](const char* body, const char* target, const char* regions) {
            QTest::newRow(body) << body << target << regions;
        };
        row(R"({"kind":"region-isolation","region":"eu-west-1"})", "eu-west-1", "eu-west-1");
        row(R"({"kind":"region-loss","region":"eu-west-1","duration":"20s"})", "eu-west-1",
            "eu-west-1");
        row(R"({"kind":"region-link-cut","regions":["us-east-1","eu-west-1"]})",
            "us-east-1 - eu-west-1", "us-east-1,eu-west-1");
        row(R"({"kind":"region-link-cut","regions":["eu-west-1","us-east-1"],"oneWay":true})",
            "eu-west-1 to us-east-1", "eu-west-1,us-east-1");
        row(R"({"kind":"region-link-slow","regions":["us-east-1","eu-west-1"],"delay":"200ms"})",
            "us-east-1 - eu-west-1", "us-east-1,eu-west-1");
        row(R"({"kind":"replication-pause"})", "all Regions", "");
        row(R"({"kind":"replication-pause","region":"us-east-1","table":"Tab"})", "Tab, us-east-1",
            "us-east-1");
        row(R"({"kind":"replication-pause","regions":["us-east-1","eu-west-1"]})",
            "us-east-1 - eu-west-1", "us-east-1,eu-west-1");
    }
    void beginAndHeal() {
        QFETCH(QString, body);
        QFETCH(QString, target);
        QFETCH(QString, regions);
        Driven world;
        world.createTableIn("eu-west-1", "Tab");
        const QJsonObject fault = world.json("POST", "/faults", body.toStdString());
        QCOMPARE(world.status, 201);
        QVERIFY(fault["active"].toBool());
        QCOMPARE(fault["target"].toString(), target);
        QStringList shown;
        for (const auto& region : fault["regions"].toArray())
            shown << region.toString();
        QCOMPARE(shown.join(','), regions);
        const QJsonObject healed =
            world.json("DELETE", "/faults/" + std::to_string(fault["id"].toInt()));
        QCOMPARE(world.status, 200);
        QVERIFY(!healed["active"].toBool());
    }

    void showsHowSlowALinkIs() {
        Driven world;
        world.createTableIn("eu-west-1", "Tab");
        const QJsonObject fault = world.json(
            "POST", "/faults",
            R"({"kind":"region-link-slow","regions":["us-east-1","eu-west-1"],"delay":"200ms",)"
            R"("jitter":"10ms","loss":"1/4","oneWay":true})");
        QCOMPARE(fault["delayMs"].toDouble(), 200.0);
        QCOMPARE(fault["jitterMs"].toDouble(), 10.0);
        QCOMPARE(fault["loss"].toDouble(), 0.25);
        QVERIFY(fault["oneWay"].toBool());
        const auto link = world.json("GET", "/links")["links"].toArray()[0].toObject();
        QCOMPARE(link["delayMs"].toDouble(), 200.0);
        QVERIFY(!link["isSet"].toBool() && !link["isCut"].toBool());
    }

    void showsWhichLinksAreCut() {
        Driven world;
        world.createTableIn("eu-west-1", "Tab");
        world.json("POST", "/faults",
                   R"({"kind":"region-link-cut","regions":["us-east-1","eu-west-1"],)"
                   R"("oneWay":true})");
        QVERIFY(isCut(world, 0) && !isCut(world, 1));
        world.json("POST", "/faults", R"({"kind":"region-isolation","region":"us-east-1"})");
        QVERIFY(isCut(world, 0) && isCut(world, 1));
        world.json("DELETE", "/faults");
        QVERIFY(!isCut(world, 0) && !isCut(world, 1));
    }

    // Its zones are shown as down, like those that have failed one by one.
    void showsALostRegion() {
        Driven world;
        world.createTableIn("eu-west-1", "Tab");
        const auto fault =
            world.json("POST", "/faults", R"({"kind":"region-loss","region":"eu-west-1"})");
        const auto zones = [&] {
            const QJsonObject region =
                world.json("GET", "/regions")["regions"].toArray()[1].toObject();
            return region["zones"].toArray();
        };
        for (const auto& zone : zones())
            QVERIFY(!zone.toObject()["up"].toBool());
        const observe::FaultView view = world.world->faults().front();
        QCOMPARE(view.zones.size(), std::size_t{3});
        const auto& spec = observe::specOf(observe::FaultKind::RegionLoss);
        QCOMPARE(observe::faultText(spec.shown, view.target), std::string("eu-west-1 is lost"));
        world.json("DELETE", "/faults");
        for (const auto& zone : zones())
            QVERIFY(zone.toObject()["up"].toBool());
    }

    void areRefusedInOneSentence_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* body, const char* part) {
            QTest::newRow(body) << body << part;
        };
        row(R"({"kind":"region-lost","region":"us-east-1"})", "\"region-loss\"");
        row(R"({"kind":"region-loss"})", "\"region\" must be a Region such as");
        row(R"({"kind":"region-loss","region":7})", "\"region\" must be a Region such as");
        row(R"({"kind":"region-isolation","region":"eu-west-9"})",
            "There is no Region eu-west-9. Regions: us-east-1, eu-west-1.");
        row(R"({"kind":"region-isolation","region":"us-east-1","duration":"x"})", "a duration");
        row(R"({"kind":"region-link-cut","regions":["us-east-1"]})", "must be two Regions");
        row(R"({"kind":"region-link-cut","regions":["us-east-1","us-east-1"]})",
            "two different Regions");
        row(R"({"kind":"region-link-cut","regions":["us-east-1","eu-west-1"],"oneWay":"yes"})",
            "\"oneWay\" must be true or false.");
        row(R"({"kind":"region-link-slow","regions":["us-east-1","eu-west-1"]})",
            "greater than zero");
        row(R"({"kind":"region-link-slow","regions":["us-east-1","eu-west-1"],"loss":0})",
            "greater than zero");
        row(R"({"kind":"region-link-slow","regions":["us-east-1","eu-west-1"],"delay":"x"})",
            "a duration");
        row(R"({"kind":"region-link-slow","regions":["us-east-1","eu-west-1"],"delay":"11m"})",
            "at most ten minutes");
        row(R"({"kind":"region-link-slow","regions":["us-east-1","eu-west-1"],"loss":"3/2"})",
            "from 0 to 1");
        row(R"({"kind":"region-link-slow","regions":["us-east-1","eu-west-1"],"loss":"1/0"})",
            "from 0 to 1");
        row(R"({"kind":"region-link-slow","regions":["us-east-1","eu-west-1"],"loss":"-1/2"})",
            "from 0 to 1");
        row(R"({"kind":"replication-pause","region":"us-east-1","regions":[]})", "not both");
        row(R"({"kind":"replication-pause","regions":[]})", "must be two Regions");
        row(R"({"kind":"replication-pause","table":7})", "\"table\" must be the name");
        // What is spelt wrong, or belongs to another fault, must not make a larger one.
        row(R"({"kind":"replication-pause","tabel":"Tab"})",
            R"("tabel" is unknown; this call takes "kind", "duration", "region", )"
            R"("regions", "table".)");
        row(R"({"kind":"region-isolation","region":"us-east-1","duratoin":"2s"})", "\"duratoin\"");
        row(R"({"kind":"replication-pause","table":"Tab","oneWay":true})", "\"oneWay\"");
        row(R"({"kind":"zone-outage","zone":"us-east-1a","region":"eu-west-1"})", "\"region\"");
    }
    void areRefusedInOneSentence() {
        QFETCH(QString, body);
        QFETCH(QString, part);
        Driven world;
        world.createTableIn("eu-west-1", "Tab");
        const QString error = world.json("POST", "/faults", body.toStdString())["error"].toString();
        QCOMPARE(world.status, 400);
        QVERIFY2(error.contains(part), qPrintable(error));
        QVERIFY(error.endsWith('.'));
        QVERIFY(world.world->faults().empty());
    }
};

ORRERY_TEST_CLASS(RegionFaultVerbsTest)
#include "region_fault_verbs_test.moc"
