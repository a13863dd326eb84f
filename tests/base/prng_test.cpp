#include <QTest>

#include "core/base/prng.h"
#include "tests/support/test_main.h"

using namespace orrery;

class PrngTest : public QObject {
    Q_OBJECT
private slots:
    // A change here invalidates every seed ever written down.
    void drawsTheSameNumbersForEver() {
        Prng prng(42);
        QCOMPARE(prng.below(1000), std::uint64_t{413});
        QCOMPARE(prng.below(1000), std::uint64_t{291});
        QCOMPARE(prng.below(1000), std::uint64_t{858});
    }

    void givesEachPurposeItsOwnStream() {
        Prng network = Prng::stream(1, "network");
        Prng faults = Prng::stream(1, "faults");
        Prng otherLink = Prng::stream(1, "network", 1);
        const std::uint64_t drawn = network.below(UINT64_MAX);
        QVERIFY(drawn != faults.below(UINT64_MAX));
        QVERIFY(drawn != otherLink.below(UINT64_MAX));
    }

    void drawsExponentialsOfTheRightMean() {
        Prng prng(7);
        std::uint64_t sum = 0;
        std::uint64_t longest = 0;
        constexpr int kDraws = 1'000'000;
        for (int i = 0; i < kDraws; ++i) {
            const std::uint64_t drawn = prng.exponential(300'000);
            sum += drawn;
            longest = std::max(longest, drawn);
        }
        const std::uint64_t mean = sum / kDraws;
        QVERIFY2(mean > 297'000 && mean < 303'000, qPrintable(QString::number(mean)));
        QVERIFY2(longest > 3'000'000 && longest < 4'000'000, qPrintable(QString::number(longest)));
    }
};

ORRERY_TEST_CLASS(PrngTest)
#include "prng_test.moc"
