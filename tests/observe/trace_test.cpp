#include "core/observe/trace.h"

#include <QTest>

#include <thread>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::observe;

namespace {

Event eventOf(std::uint64_t id) {
    return {EventId(id), EventId(), Instant(), StorageFailed{"x"}};
}

}  // namespace

class TraceTest : public QObject {
    Q_OBJECT
private slots:
    void givesWhatCameAfter() {
        Trace trace(10);
        for (std::uint64_t id = 1; id <= 5; ++id)
            trace.add(eventOf(id));
        const auto events = trace.since(EventId(2), 2);
        QCOMPARE(events.size(), std::size_t{2});
        QCOMPARE(events[0].id.value(), std::uint64_t{3});
        QCOMPARE(events[1].id.value(), std::uint64_t{4});
        QVERIFY(trace.since(EventId(5), 10).empty());
        QCOMPARE(trace.last().value(), std::uint64_t{5});
    }

    void forgetsTheOldestWhenItIsFull() {
        Trace trace(3);
        for (std::uint64_t id = 1; id <= 8; ++id)
            trace.add(eventOf(id));
        const auto events = trace.since(EventId(1), 10);
        QCOMPARE(events.size(), std::size_t{3});
        QCOMPARE(events[0].id.value(), std::uint64_t{6});
    }

    void isEmptyBeforeTheFirstEvent() {
        Trace trace(3);
        QCOMPARE(trace.last().value(), std::uint64_t{0});
        QVERIFY(trace.since(EventId(), 10).empty());
    }

    // The window reads while the world writes; a reader sees each event once and in order.
    void isReadByAnotherThread() {
        constexpr std::uint64_t kEvents = 20'000;
        Trace trace(kEvents);
        std::jthread writer([&] {
            for (std::uint64_t id = 1; id <= kEvents; ++id)
                trace.add(eventOf(id));
        });
        EventId seen;
        std::uint64_t count = 0;
        while (count < kEvents) {
            for (const Event& event : trace.since(seen, 500)) {
                QCOMPARE(event.id.value(), seen.value() + 1);
                seen = event.id;
                ++count;
            }
        }
    }
};

ORRERY_TEST_CLASS(TraceTest)
#include "trace_test.moc"
