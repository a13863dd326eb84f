#include "core/engine/live_driver.h"

#include <QtTest>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;

class LiveDriverTest : public QObject {
    Q_OBJECT
private slots:
    // Whoever looks at the world from another thread is told while it is still there.
    void saysThatAWorldEndsBeforeItDoes() {
        const CalendarTime calendar(1'800'000'000s);
        std::unique_ptr<engine::LiveDriver> driver;
        int ended = 0;
        std::optional<EventId> lookedAt;
        engine::DriverOptions options;
        options.failure = {storage::PlannedFailure::Kind::CommitFails, 1};
        options.worldEnds = [&] {
            if (driver->isUp()) lookedAt = driver->world().trace().last();
            ++ended;
        };
        auto opened = engine::LiveDriver::open(options, 0s, calendar, [] {});
        QVERIFY(opened.has_value());
        driver = *std::move(opened);
        for (int turn = 1; turn <= 5; ++turn)
            driver->turn(1ms * turn, calendar);
        QCOMPARE(driver->generation(), std::uint64_t{1});
        QVERIFY(driver->isUp());
        QCOMPARE(ended, 1);
        QVERIFY(lookedAt.has_value());
        driver->close();
        QCOMPARE(ended, 2);
        QVERIFY(!driver->isUp());
    }
};

ORRERY_TEST_CLASS(LiveDriverTest)
#include "live_driver_test.moc"
