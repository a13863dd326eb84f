#include "core/engine/live_driver.h"

#include <QTemporaryDir>
#include <QTest>

#include "core/api/api.h"
#include "tests/cluster/world_inputs.h"
#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;

namespace {

using cluster::ClockSetting;

const CalendarTime kCalendar(1'800'000'000s);

/// A driver whose turns the test runs, one millisecond after the other.
class Driven {
public:
    explicit Driven(const engine::DriverOptions& options = {}) {
        auto opened = engine::LiveDriver::open(options, 0s, kCalendar, [] {});
        if (!opened) qFatal("%s", opened.error().c_str());
        driver = *std::move(opened);
    }
    void turn() {
        wall += 1ms;
        driver->turn(wall, CalendarTime(kCalendar.sinceEpoch() + wall));
        std::vector<cluster::Answered> released;
        driver->takeReleased(released);
        for (const cluster::Answered& one : released)
            answered.push_back({one.id.value(), one.result.has_value()});
    }
    std::uint64_t submit(const std::string& operation, const std::string& json) {
        auto call = api::parseCall("DynamoDB_20120810." + operation, json, "us-east-1");
        if (!call) qFatal("%s", operation.c_str());
        driver->submit(cluster::CallId(++calls), *std::move(call),
                       {"000000000000", "test", "us-east-1", ZoneIndex(0)});
        return calls;
    }
    bool isAnswered(std::uint64_t id) const {
        return std::ranges::find(answered, std::pair(id, true)) != answered.end();
    }
    void call(const std::string& operation, const std::string& json) {
        const std::uint64_t id = submit(operation, json);
        for (int turns = 0; turns < 10'000'000 && !isAnswered(id); ++turns)
            turn();
        QVERIFY(isAnswered(id));
    }
    void set(const ClockSetting& setting) {
        driver->clock().setSpeed(setting.speed, wall);
        if (setting.paused) driver->clock().pause(wall);
        test::setClockSetting(driver->world(), setting);
    }

    std::unique_ptr<engine::LiveDriver> driver;
    Duration wall{};
    std::uint64_t calls = 0;
    std::vector<std::pair<std::uint64_t, bool>> answered;
};

bool isSet(const engine::LiveDriver& driver, const ClockSetting& setting) {
    return driver.clock().paused() == setting.paused && driver.clock().speed() == setting.speed &&
           driver.world().clockSetting() == setting;
}

}  // namespace

class LiveDriverTest : public QObject {
    Q_OBJECT
private slots:
    // However many calls wait, a turn admits only some of them, in order.
    void admitsAFloodOfCallsInParts() {
        Driven t;
        for (int i = 0; i < 5000; ++i)
            t.submit("ListTables", "{}");
        t.turn();
        QVERIFY(t.driver->waitingCalls() >= 4000);
        QVERIFY(t.driver->waitingCalls() < 5000);
        for (int turns = 0; turns < 1000 && t.answered.size() < 5000; ++turns)
            t.turn();
        QCOMPARE(t.answered.size(), std::size_t{5000});
        QVERIFY(std::ranges::is_sorted(t.answered));
    }

    // A paused world applies a fault at once, without a step.
    void tellsGroupsOfAFaultWhileTheClockIsPaused() {
        Driven t;
        t.call("CreateTable", test::kCreateTable);
        t.set({.paused = true});
        t.turn();
        QVERIFY(test::failZone(t.driver->world(), "us-east-1a", std::nullopt).has_value());
        QVERIFY(t.driver->world().isSweeping());
        QVERIFY(t.driver->dueAt(t.wall) == t.wall);
        const Instant now = t.driver->world().now();
        t.turn();
        QVERIFY(!t.driver->world().isSweeping());
        QCOMPARE(t.driver->world().now().sinceStart(), now.sinceStart());
    }

    // A commit fails some turns after the clock was set: the world is reopened with the saved
    // settings.
    void restoresClockAndProfileWhenTheWorldIsReopened() {
        engine::DriverOptions options;
        options.failure = {storage::PlannedFailure::Kind::CommitFails, 8};
        options.world.profile = cluster::Profile::dropIn();
        options.world.profileIsChosen = true;
        Driven t(options);
        t.call("CreateTable", test::kCreateTable);
        t.set({false, 100'000});
        test::setProfile(t.driver->world(), cluster::Profile::serviceLike());
        for (int i = 0; i < 100 && t.driver->generation() == 0; ++i) {
            t.submit("PutItem", test::putJson(std::to_string(i)));
            t.turn();
        }
        QCOMPARE(t.driver->generation(), std::uint64_t{1});
        QVERIFY(isSet(*t.driver, {false, 100'000}));
        QCOMPARE(t.driver->world().profile().name, std::string("service-like"));
    }

    // The profile chosen at the start overrides the folder's, even if the turn that would save it
    // is lost.
    void startsWithTheChosenProfileEvenAfterAFailure() {
        const QTemporaryDir folder;
        engine::DriverOptions options;
        options.dataFolder = folder.path().toStdString();
        {
            Driven t(options);
            test::setProfile(t.driver->world(), cluster::Profile::serviceLike());
            t.turn();
            t.driver->close();
        }
        QCOMPARE(Driven(options).driver->world().profile().name, std::string("service-like"));
        options.world.profileIsChosen = true;
        options.failure = {storage::PlannedFailure::Kind::CommitFails, 1};
        Driven t(options);
        QCOMPARE(t.driver->world().profile().name, std::string("drop-in"));
        for (int turns = 0; turns < 10'000'000 && t.driver->generation() == 0; ++turns)
            t.turn();
        QCOMPARE(t.driver->generation(), std::uint64_t{1});
        QCOMPARE(t.driver->world().profile().name, std::string("drop-in"));
    }

    void staysPausedWhenItIsOpenedAgain() {
        const QTemporaryDir folder;
        engine::DriverOptions options;
        options.dataFolder = folder.path().toStdString();
        CalendarTime calendar;
        {
            Driven t(options);
            t.call("CreateTable", test::kCreateTable);
            t.set({true, 500'000});
            t.turn();
            calendar = t.driver->world().calendar();
            t.driver->close();
        }
        Driven t(options);
        QVERIFY(isSet(*t.driver, {true, 500'000}));
        const auto put = t.submit("PutItem", test::putJson("a"));
        for (int turns = 0; turns < 1000; ++turns)
            t.turn();
        QVERIFY(!t.isAnswered(put));
        QCOMPARE(t.driver->waitingCalls(), std::size_t{1});
        QVERIFY(t.driver->world().calendar() == calendar);
        t.driver->clock().resume(t.wall);
        for (int turns = 0; turns < 10'000'000 && !t.isAnswered(put); ++turns)
            t.turn();
        QVERIFY(t.isAnswered(put));
    }

    // After a suspend, a clock that was slowed on purpose does not catch up.
    void leavesASlowCalendarAloneAfterASuspend() {
        Driven t;
        t.call("CreateTable", test::kCreateTable);
        test::setProfile(t.driver->world(), cluster::Profile::serviceLike());
        t.set({false, 1'000});
        t.turn();
        t.submit("PutItem", test::putJson("a"));
        t.turn();  // Its messages are due later.
        const CalendarTime before = t.driver->world().calendar();
        t.wall += 3600s;
        t.turn();
        t.turn();
        QVERIFY(t.driver->world().calendar().sinceEpoch() - before.sinceEpoch() < 60s);
    }

    // A scan of a table takes many steps: others are served in between, and a paused clock does not
    // stop it.
    void servesOthersWhileItReadsATable_data() {
        QTest::addColumn<bool>("paused");
        QTest::newRow("running") << false;
        QTest::newRow("paused") << true;
    }
    void servesOthersWhileItReadsATable() {
        QFETCH(bool, paused);
        Driven t;
        t.call("CreateTable", test::kCreateTable);
        for (int i = 0; i < 1500; ++i)
            t.submit("PutItem", test::putJson(std::to_string(i)));
        t.call("PutItem", test::putJson("last"));
        if (paused) t.set({true});
        t.turn();
        const auto look = test::startChecksums(t.driver->world(), "Tab", "us-east-1");
        QVERIFY(look.has_value());
        const auto get = t.submit("GetItem", test::getJson("7"));
        int turns = 0;
        std::optional<cluster::World::ChecksumsResult> result;
        while (!result) {
            QVERIFY(t.driver->dueAt(t.wall) == t.wall);
            t.turn();
            result = t.driver->world().takeChecksums(*look);
            if (++turns == 3) {
                QVERIFY(!result);
                QCOMPARE(t.isAnswered(get), !paused);
            }
        }
        QVERIFY2(turns >= 4500 / 500, qPrintable(QString::number(turns)));
        for (const auto& row : **result) {
            for (const auto& zone : row.zones)
                QCOMPARE(*zone.scanned, zone.checksum);
        }
    }

    // Before a world ends, threads that look at it are told.
    void announcesTheEndOfAWorld() {
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
