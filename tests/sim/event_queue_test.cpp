#include <QtTest>

#include <memory>

#include "core/base/prng.h"
#include "core/sim/event_queue.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;

class EventQueueTest : public QObject {
    Q_OBJECT
private slots:
    void givesEventsInTheOrderOfTime() {
        sim::EventQueue<int> queue;
        QVERIFY(queue.empty());
        QVERIFY(queue.nextAt() == Instant::never());
        queue.add(Instant(3ms), 3);
        queue.add(Instant(1ms), 1);
        queue.add(Instant(2ms), 2);
        QVERIFY(queue.nextAt() == Instant(1ms));
        for (int expected = 1; expected <= 3; ++expected)
            QCOMPARE(queue.take().second, expected);
        QVERIFY(queue.empty());
    }

    // Even when slots are reused, and however the heap treats equal keys.
    void keepsTheOrderOfAddingWithinAnInstant() {
        sim::EventQueue<int> queue;
        Prng prng(1);
        for (int round = 0; round < 50; ++round) {
            for (int i = 0; i < 100; ++i)
                queue.add(Instant(Duration(static_cast<std::int64_t>(prng.below(3)))), i);
            std::pair<Instant, int> before{Instant(-1ns), -1};
            while (!queue.empty()) {
                const std::pair<Instant, int> event = queue.take();
                QVERIFY(event > before);
                before = event;
            }
        }
    }

    void letsGoOfWhatIsTaken() {
        sim::EventQueue<std::shared_ptr<int>> queue;
        const auto shared = std::make_shared<int>(7);
        queue.add(Instant(), shared);
        QCOMPARE(shared.use_count(), 2L);
        queue.take();
        QCOMPARE(shared.use_count(), 1L);
        queue.add(Instant(), shared);
        queue.clear();
        QCOMPARE(shared.use_count(), 1L);
        QCOMPARE(queue.size(), std::size_t{0});
    }
};

ORRERY_TEST_CLASS(EventQueueTest)
#include "event_queue_test.moc"
