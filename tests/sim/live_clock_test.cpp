#include "core/sim/live_clock.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::sim;
using namespace std::chrono_literals;

namespace {

constexpr Instant kNever = Instant::never();
// Wall clocks start at any value.
constexpr Duration kBoot = 4711s;

Instant at(Duration sinceStart) {
    return Instant(sinceStart);
}

}  // namespace

class LiveClockTest : public QObject {
    Q_OBJECT
private slots:
    void followsTheWallClock() {
        LiveClock clock(at(1s), kBoot);
        QVERIFY(clock.next(kBoot + 10ms, kNever).until == at(1s + 10ms));
        QVERIFY(clock.next(kBoot + 25ms, kNever).until == at(1s + 25ms));
        QVERIFY(clock.wallAt(at(2s), kBoot + 25ms) == kBoot + 1s + 1ns);
        QVERIFY(clock.wallAt(at(1s), kBoot + 25ms) == kBoot + 25ms);
        QVERIFY(!clock.wallAt(kNever, kBoot + 25ms));
    }

    void runsAtItsSpeed() {
        LiveClock clock(at(0s), kBoot);
        clock.setSpeed(LiveClock::kNormalSpeed / 10, kBoot + 1s);
        QVERIFY(clock.next(kBoot + 2s, kNever).until == at(1s + 100ms));
        clock.setSpeed(LiveClock::kNormalSpeed * 100, kBoot + 2s);
        QVERIFY(clock.next(kBoot + 3s, kNever).until == at(101s + 100ms));
    }

    void isAskedAgainHoweverSlowItIs() {
        LiveClock clock(at(0s), kBoot);
        clock.setSpeed(1, kBoot);
        for (const Duration due : {Duration(3h), Duration(36'500 * 24h)}) {
            const auto wall = clock.wallAt(at(0s) + due, kBoot + 1s);
            QVERIFY(wall && *wall > kBoot + 1s && *wall <= kBoot + 1s + 2h);
        }
    }

    void staysExactForACenturyAtTheHighestSpeed() {
        LiveClock clock(at(0s), kBoot);
        clock.setSpeed(LiveClock::kSpeedMax, kBoot);
        const Duration month = 30 * 24h;
        QVERIFY(clock.next(kBoot + month, kNever).until == at(1000 * month));
        clock.setSpeed(1, kBoot + month);
        QVERIFY(clock.next(kBoot + month + 1s, kNever).until == at(1000 * month + 1us));
    }

    void standsStillWhilePaused() {
        LiveClock clock(at(0s), kBoot);
        clock.pause(kBoot + 1s);
        QVERIFY(clock.next(kBoot + 50s, kNever).until == at(1s));
        QVERIFY(!clock.wallAt(at(2s), kBoot + 50s));
        clock.step(10ms);
        const LiveClock::Step step = clock.next(kBoot + 60s, at(1s + 1ms));
        QVERIFY(step.until == at(1s + 10ms));
        QVERIFY(!step.jumped);
        clock.resume(kBoot + 100s);
        QVERIFY(clock.next(kBoot + 101s, kNever).until == at(2s + 10ms));
    }

    void doesNotStepWhileRunning() {
        LiveClock clock(at(0s), kBoot);
        clock.step(1h);
        QVERIFY(clock.next(kBoot + 1s, kNever).until == at(1s));
    }

    // An idle world that sleeps for an hour is not late.
    void isNotBehindWhenNothingWasDue() {
        LiveClock clock(at(0s), kBoot);
        const LiveClock::Step step = clock.next(kBoot + 1h, kNever);
        QVERIFY(step.until == at(1h));
        QVERIFY(!step.jumped);
        QVERIFY(!clock.stretched(kBoot + 1h));
    }

    void catchesUpWithASmallDelay() {
        LiveClock clock(at(0s), kBoot);
        clock.next(kBoot + 1s, kNever);
        QVERIFY(clock.next(kBoot + 1s + 240ms, at(1s + 1ms)).until == at(1s + 240ms));
        QVERIFY(!clock.stretched(kBoot + 1s + 240ms));
    }

    void stretchesTimeUnderLoad() {
        LiveClock clock(at(0s), kBoot);
        // Each turn of 2 ms advances the world by 1 ms.
        Duration wall = kBoot;
        Duration done = 0ms;
        for (int turn = 0; turn < 1000; ++turn) {
            wall += 2ms;
            done += 1ms;
            const LiveClock::Step step = clock.next(wall, at(done));
            QVERIFY(!step.jumped);
            QVERIFY(step.until <= at(done) + LiveClock::kBehindMax);
        }
        QVERIFY(clock.stretched(wall));
        QVERIFY(clock.next(wall, at(done)).until == at(done) + LiveClock::kBehindMax);
        // When the load is over, time continues from where it is.
        QVERIFY(clock.next(wall + 5s, kNever).until == at(done) + LiveClock::kBehindMax + 5s);
        QVERIFY(!clock.stretched(wall + 5s));
    }

    void jumpsAfterASleepOfTheProcess() {
        LiveClock clock(at(0s), kBoot);
        clock.next(kBoot + 1s, at(1s + 10ms));
        const LiveClock::Step step = clock.next(kBoot + 1h, at(1s + 10ms));
        QVERIFY(step.jumped);
        QVERIFY(step.until == at(1s + 10ms) + LiveClock::kBehindMax);
        QVERIFY(!clock.next(kBoot + 1h + 1ms, at(1s + 11ms)).jumped);
    }

    // The driver wakes for an event, which is then just due: nothing to catch up.
    void jumpsAfterASleepThatBeganAtAnEvent() {
        LiveClock clock(at(0s), kBoot);
        clock.next(kBoot + 1s, at(1s - 1ms));
        QVERIFY(clock.next(kBoot + 1h, at(1s + 10ms)).jumped);
    }

    void movesOnByDaysWithoutStretching() {
        LiveClock clock(at(0s), kBoot);
        const Duration days = 35 * 24h;
        clock.advance(days, kBoot + 1s);
        // The world works through the events that are due on the way.
        for (Duration due = 1h; due < days; due += 24h) {
            QVERIFY(clock.next(kBoot + 1s, at(due)).until == at(1s) + days);
        }
        QVERIFY(!clock.stretched(kBoot + 1s));
        QVERIFY(clock.next(kBoot + 2s, kNever).until == at(2s) + days);
    }

    void movesOnWhilePaused() {
        LiveClock clock(at(0s), kBoot);
        clock.pause(kBoot);
        clock.advance(24h, kBoot + 5s);
        QVERIFY(clock.next(kBoot + 6s, kNever).until == at(24h));
        clock.resume(kBoot + 10s);
        QVERIFY(clock.next(kBoot + 11s, kNever).until == at(24h + 1s));
    }

    void neverGoesBack() {
        LiveClock clock(at(0s), kBoot);
        Instant before;
        Duration wall = kBoot;
        for (int i = 0; i < 1000; ++i) {
            wall += std::chrono::milliseconds(i % 7);
            if (i % 50 == 3) clock.pause(wall);
            if (i % 50 == 9) clock.step(1ms);
            if (i % 50 == 20) clock.resume(wall);
            if (i % 50 == 30) clock.setSpeed(1 + static_cast<std::uint64_t>(i) * 10'000, wall);
            const Instant due = i % 3 == 0 ? before + 1ms : kNever;
            const Instant until = clock.next(wall, due).until;
            QVERIFY(until >= before);
            before = until;
        }
    }
};

ORRERY_TEST_CLASS(LiveClockTest)
#include "live_clock_test.moc"
