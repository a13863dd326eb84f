#include <QTest>

#include <map>
#include <memory>
#include <string>

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

    // Growing by tens of thousands of events must not cost a turn milliseconds.
    void movesNoEventThatWaits() {
        struct Counted {
            int* moves = nullptr;
            Counted() = default;
            explicit Counted(int* count) : moves(count) {}
            Counted(Counted&& other) noexcept : moves(other.moves) { count(); }
            Counted& operator=(Counted&& other) noexcept {
                moves = other.moves;
                count();
                return *this;
            }
            void count() const {
                if (moves != nullptr) ++*moves;
            }
        };
        sim::EventQueue<Counted> queue;
        int movesOfFirst = 0;
        queue.add(Instant(), Counted(&movesOfFirst));
        const int toAdd = movesOfFirst;
        for (int i = 0; i < 10'000; ++i)
            queue.add(Instant(1ms), Counted());
        QCOMPARE(movesOfFirst, toAdd);
    }

    // Against a sorted map, with times around the present one and behind it.
    void isWhatASortedMapSays() {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Prng prng(seed);
            sim::EventQueue<int> queue;
            std::multimap<Instant, int> expected;
            Instant now;
            for (int i = 0; i < 3000; ++i) {
                if (prng.chance({3, 5})) {
                    const auto wait = static_cast<std::int64_t>(prng.below(6));
                    const Instant due = now + Duration(prng.chance({1, 2}) ? 0 : wait - 2);
                    queue.add(due, i);
                    expected.emplace(due, i);
                } else if (!expected.empty()) {
                    const auto first = expected.begin();
                    QVERIFY(queue.take() == std::pair(first->first, first->second));
                    now = first->first;
                    expected.erase(first);
                }
                QCOMPARE(queue.size(), expected.size());
                const bool none = expected.empty();
                QVERIFY(queue.nextAt() == (none ? Instant::never() : expected.begin()->first));
            }
        }
    }

    void mayGrowWhileAnEventIsUsed() {
        sim::EventQueue<std::string> queue;
        queue.add(Instant(), "the first of all, and too long to lie in its string");
        queue.takeInPlace([&](Instant, std::string& event) {
            for (int i = 0; i < 1000; ++i)
                queue.add(Instant(), std::to_string(i));
            QCOMPARE(event, std::string("the first of all, and too long to lie in its string"));
        });
        for (int i = 0; i < 1000; ++i)
            QCOMPARE(queue.take().second, std::to_string(i));
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
