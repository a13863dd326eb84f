#include <QTest>

#include "tests/cluster/region_calls.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

class RegionsTest : public QObject {
    Q_OBJECT
private slots:
    // The number of a Region is one byte, on disk too.
    void refusesTheRegionThatHasNoNumber() {
        WorldHarness t;
        const auto createIn = [&](int region) {
            return test::createTableIn(t, "r-" + std::to_string(region));
        };
        for (int region = 0; region < 256; ++region)
            QVERIFY(!t.failed(createIn(region)));
        const auto refused = createIn(256);
        QVERIFY(t.failed(refused));
        const ApiError& error = t.answer(refused)->result.error();
        QCOMPARE(error.type, ErrorType::LimitExceeded);
        QVERIFY2(error.message.find("256") != std::string::npos, error.message.c_str());
        QCOMPARE(t.world().makeSnapshot()->regions.size(), std::size_t{256});
        t.sync();
        t.kill();
        QCOMPARE(t.world().makeSnapshot()->regions.size(), std::size_t{256});
        QVERIFY(t.failed(createIn(256)));
    }
};

ORRERY_TEST_CLASS(RegionsTest)
#include "regions_test.moc"
