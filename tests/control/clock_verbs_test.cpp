// Goal: the verbs of the clock stop it, set its speed and step it, and refuse what it cannot do.

#include <QTest>

#include "tests/control/driven.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Driven;

class ClockVerbsTest : public QObject {
    Q_OBJECT
private slots:
    void movesTheClock() {
        Driven world;
        QCOMPARE(world.json("PUT", "/clock", R"({"speed":0.1})")["speed"].toDouble(), 0.1);
        QVERIFY(!world.clock.paused());
        const QJsonObject paused = world.json("PUT", "/clock", R"({"state":"paused"})");
        QCOMPARE(paused["state"].toString(), QString("paused"));
        QVERIFY(world.clock.paused());
        QCOMPARE(world.json("GET", "/clock")["state"].toString(), QString("paused"));
        const Instant before = world.clock.target();
        const control::Response stepped = world.ask("POST", "/clock/step", R"({"by":"10ms"})");
        QCOMPARE(stepped.status, 200);
        QVERIFY(stepped.holdUntil == before + 10ms);
        QCOMPARE(world.ask("POST", "/clock/step").status, 200);
        QCOMPARE(world.ask("POST", "/clock/step", "{}").status, 200);
        QCOMPARE(world.ask("POST", "/clock/step").status, 400);
        QCOMPARE(world.steps, 3);
        world.json("PUT", "/clock", R"({"state":"running","speed":1})");
        QVERIFY(!world.clock.paused());
        QCOMPARE(world.ask("POST", "/clock/step").status, 400);
    }

    // The answer waits for the moment, even though the clock runs.
    void advancesARunningOrPausedClock() {
        Driven world;
        for (const char* state : {R"({"state":"running"})", R"({"state":"paused"})"}) {
            world.json("PUT", "/clock", state);
            const Instant before = world.clock.target();
            const control::Response advanced =
                world.ask("POST", "/clock/advance", R"({"by":"2h"})");
            QCOMPARE(advanced.status, 200);
            QVERIFY(advanced.holdUntil == before + 2h);
            QVERIFY(advanced.holdsWhileRunning);
            QVERIFY(world.clock.target() >= before + 2h);
        }
        world.readOnly = true;
        QCOMPARE(world.ask("POST", "/clock/advance", R"({"by":"2h"})").status, 503);
    }

    // The answer tells of the moment at which it leaves.
    void answersWithTheTimeThatWasReached() {
        Driven world;
        const auto shown = [](const std::string& body) {
            return QJsonDocument::fromJson(QByteArray::fromStdString(body))
                .object()[QLatin1String("nowMs")]
                .toDouble();
        };
        const double before = shown(world.ask("GET", "/clock").body);
        const control::Response advanced = world.ask("POST", "/clock/advance", R"({"by":"2h"})");
        world.world->run(*advanced.holdUntil);
        QCOMPARE(shown(advanced.bodyThen()), before + 7'200'000);
        world.json("PUT", "/clock", R"({"state":"paused"})");
        const control::Response stepped = world.ask("POST", "/clock/step", R"({"by":"3s"})");
        world.world->run(*stepped.holdUntil);
        QCOMPARE(shown(stepped.bodyThen()), before + 7'203'000);
    }

    // Nothing was due, so the world has not moved, but its clock runs.
    void runsOnInAWorldAtRest() {
        Driven world;
        const double before = world.json("GET", "/clock")[QLatin1String("nowMs")].toDouble();
        const QString calendar = world.json("GET", "/clock")[QLatin1String("calendar")].toString();
        world.idle = 5s;
        const QJsonObject later = world.json("GET", "/clock");
        QCOMPARE(later[QLatin1String("nowMs")].toDouble(), before + 5000);
        QVERIFY(later[QLatin1String("calendar")].toString() > calendar);
    }

    void stepsNoFurtherThanTheCalendarGoes() {
        Driven world;
        world.json("PUT", "/clock", R"({"state":"paused"})");
        int steps = 0;
        control::Response last;
        do {
            const Instant before = world.clock.target();
            last = world.ask("POST", "/clock/step", R"({"by":"36500d"})");
            QVERIFY(world.clock.target() >= before);
        } while (last.status == 200 && ++steps < 5);
        QCOMPARE(last.status, 400);
        QVERIFY2(last.body.find("2200") != std::string::npos, last.body.c_str());
        QVERIFY(steps >= 1 && steps < 3);
        QCOMPARE(world.ask("POST", "/clock/step", R"({"by":"10ms"})").status, 200);
    }
};

ORRERY_TEST_CLASS(ClockVerbsTest)
#include "clock_verbs_test.moc"
