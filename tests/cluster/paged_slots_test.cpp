// Goal: what is kept by number follows a plain map, and its memory follows what there is.

#include "core/cluster/kernel/paged_slots.h"

#include <QTest>
#include <map>

#include "core/base/prng.h"
#include "tests/support/test_main.h"

using namespace orrery;
using cluster::PagedSlots;

class PagedSlotsTest : public QObject {
    Q_OBJECT
private slots:
    void followsAMap() {
        Prng prng = Prng::stream(1, "paged-slots");
        PagedSlots<int> kept;
        std::map<std::uint64_t, int> model;
        std::uint64_t end = 0;
        for (int step = 0; step < 20'000; ++step) {
            const std::uint64_t number = prng.below(3000) * (prng.chance({1, 10}) ? 100 : 1);
            if (prng.chance({1, 2})) {
                QCOMPARE(kept.put(number, std::make_unique<int>(step)), step);
                model[number] = step;
                end = std::max(end, number + 1);
            } else {
                kept.erase(number);
                model.erase(number);
            }
            const std::uint64_t asked = prng.below(4000);
            const auto known = model.find(asked);
            const int* found = kept.find(asked);
            QCOMPARE(found != nullptr, known != model.end());
            if (found != nullptr) QCOMPARE(*found, known->second);
            const auto next = model.lower_bound(asked);
            QCOMPARE(kept.firstFrom(asked), next == model.end() ? end : next->first);
            QCOMPARE(kept.end(), end);
        }
    }

    void anEmptyOneHasNothing() {
        PagedSlots<int> kept;
        kept.erase(7);
        QVERIFY(kept.find(0) == nullptr && kept.find(1'000'000) == nullptr);
        QCOMPARE(kept.end(), std::uint64_t{0});
        QCOMPARE(kept.firstFrom(0), std::uint64_t{0});
    }

    void objectsThatCameAndWentAreSkippedAtOnce() {
        PagedSlots<int> kept;
        constexpr std::uint64_t kLast = 50'000'000;
        kept.put(kLast, std::make_unique<int>(1));
        QCOMPARE(kept.firstFrom(0), kLast);
        kept.erase(kLast);
        QCOMPARE(kept.firstFrom(0), kLast + 1);
    }
};

ORRERY_TEST_CLASS(PagedSlotsTest)
#include "paged_slots_test.moc"
