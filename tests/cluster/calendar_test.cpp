// Goal: the calendar is the wall clock plus all advances, never goes back, and does not follow the
// instant to its bound when the process stops. Method: one store, opened repeatedly at wall times
// that the test chooses.

#include <QTest>

#include <algorithm>

#include "core/cluster/world/world.h"
#include "core/storage/stores.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using cluster::Pace;

namespace {

class Life {
public:
    Life() : m_store(storage::MemoryStore::create()) { open(); }

    /// Lets time pass for the world and for the wall, in turns of 100 ms of the world's time.
    void run(Duration instants, Duration wall, Pace pace) {
        const auto turns = std::max<std::int64_t>(1, instants / 100ms);
        for (std::int64_t turn = 0; turn < turns; ++turn) {
            m_wall = CalendarTime(m_wall.sinceEpoch() + wall / turns);
            test::noteWallClock(*m_world, m_wall, pace);
            m_world->run(m_world->now() + instants / turns);
            m_world->endTurn();
            sync();
        }
    }
    void stop() {
        m_world->close();
        sync();
        again();
    }
    void kill() { again(); }
    void set(const cluster::ClockSetting& setting) { test::setClockSetting(*m_world, setting); }
    /// Lets time pass for the wall alone.
    void away(Duration by) { m_wall = CalendarTime(m_wall.sinceEpoch() + by); }
    void suspend(Duration by) {
        m_wall = CalendarTime(m_wall.sinceEpoch() + by);
        test::setCalendar(*m_world, m_wall);
    }

    CalendarTime calendar() const { return m_world->calendar(); }
    Instant now() const { return m_world->now(); }
    Duration ahead() const { return calendar().sinceEpoch() - m_wall.sinceEpoch(); }

private:
    void open() {
        auto world = cluster::World::open(*m_store, {}, m_wall);
        QVERIFY(world.has_value());
        m_world = *std::move(world);
    }
    void again() {
        m_world.reset();
        m_store->crash();
        open();
    }
    void sync() {
        while (auto work = m_store->takeLogWork()) {
            work->run();
            m_store->finishLogWork(std::move(work));
        }
    }

    std::unique_ptr<storage::MemoryStore> m_store;
    std::unique_ptr<cluster::World> m_world;
    CalendarTime m_wall{1'800'000'000s};
};

}  // namespace

class CalendarTest : public QObject {
    Q_OBJECT
private slots:
    void staysWithTheWallOverStops_data() {
        QTest::addColumn<bool>("clean");
        QTest::newRow("clean") << true;
        QTest::newRow("killed") << false;
    }
    void staysWithTheWallOverStops() {
        QFETCH(bool, clean);
        Life life;
        for (int i = 0; i < 3; ++i) {
            const CalendarTime before = life.calendar();
            life.run(300ms, 300ms, Pace::Normal);
            clean ? life.stop() : life.kill();
            QVERIFY(life.calendar() >= before);
            QVERIFY2(life.ahead() < 1s && life.ahead() > -1s,
                     qPrintable(QString::number(life.ahead().count())));
        }
    }

    void resumesWhereACleanStopLeftIt() {
        Life life;
        life.run(300ms, 300ms, Pace::Normal);
        const Instant before = life.now();
        life.stop();
        QCOMPARE(life.now().sinceStart(), before.sinceStart());
    }

    // A time shown before a kill stays true after it.
    void neverGoesBack_data() {
        QTest::addColumn<int>("milliseconds");
        for (const int shown : {100, 5'000, 9'900, 10'100, 19'900, 3'600'000})
            QTest::addRow("%d ms", shown) << shown;
    }
    void neverGoesBack() {
        QFETCH(int, milliseconds);
        Life life;
        life.run(15s, 15s, Pace::Normal);
        life.run(Duration(1ms) * milliseconds, 1ms, Pace::Ahead);
        const CalendarTime shown = life.calendar();
        life.kill();
        QVERIFY(life.calendar() >= shown);
        life.run(100ms, 100ms, Pace::Normal);
        const CalendarTime later = life.calendar();
        life.kill();
        QVERIFY(life.calendar() >= later);
    }

    void keepsWhatWasAdvanced() {
        Life life;
        life.run(3600s, 1ms, Pace::Ahead);
        life.run(100ms, 100ms, Pace::Normal);
        life.stop();
        QVERIFY(life.ahead() > 3599s && life.ahead() < 3601s);
        life.stop();
        QVERIFY(life.ahead() > 3599s && life.ahead() < 3601s);
        life.suspend(7200s);
        QVERIFY(life.ahead() > 3599s && life.ahead() < 3601s);
    }

    // A paused clock stays where it was, whatever the wall clock shows.
    void doesNotJumpWhileItIsPaused_data() { staysWithTheWallOverStops_data(); }
    void doesNotJumpWhileItIsPaused() {
        QFETCH(bool, clean);
        Life life;
        life.run(15s, 15s, Pace::Normal);
        life.set({true});
        for (const Duration step : {1ms, 0ms, 25'000ms}) {
            life.run(step, 3600s, Pace::Stopped);  // Stepped.
            const CalendarTime calendar = life.calendar();
            const Instant now = life.now();
            clean ? life.stop() : life.kill();
            QVERIFY(life.calendar() == calendar);
            QVERIFY(life.now() == now);
            life.away(3600s);
            clean ? life.stop() : life.kill();
            QVERIFY(life.calendar() == calendar);
        }
        life.set({});
        life.run(100ms, 100ms, Pace::Normal);
        const CalendarTime before = life.calendar();
        life.stop();
        QVERIFY(life.calendar() > before);
        QCOMPARE(life.ahead(), Duration(0));
    }

    // A slowed clock continues where it was: after a kill slightly later, never earlier.
    void doesNotJumpWhileItIsSlow_data() { staysWithTheWallOverStops_data(); }
    void doesNotJumpWhileItIsSlow() {
        QFETCH(bool, clean);
        Life life;
        life.run(15s, 15s, Pace::Normal);
        life.set({false, sim::LiveClock::kNormalSpeed / 10});
        for (int i = 0; i < 5; ++i) {
            life.run(1700ms, 17s, Pace::Slower);
            const CalendarTime shown = life.calendar();
            clean ? life.stop() : life.kill();
            QVERIFY(life.calendar() >= shown);
            QVERIFY(life.calendar().sinceEpoch() - shown.sinceEpoch() <= (clean ? 0s : 2s));
        }
        QVERIFY(life.ahead() < -60s);
    }

    // A world that was slowed, and runs at normal speed again, catches up when it is reopened.
    void isSetToTheWallAfterItWasSlow() {
        Life life;
        life.run(1s, 3600s, Pace::Slower);
        QVERIFY(life.ahead() < -3500s);
        life.stop();
        QCOMPARE(life.ahead(), Duration(0));
    }
};

ORRERY_TEST_CLASS(CalendarTest)
#include "calendar_test.moc"
