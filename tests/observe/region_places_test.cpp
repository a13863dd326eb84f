// Goal: the delay between two Regions is that of their distance, and the same in both directions.
// Method: a few distances that atlases give, and properties over many pairs.

#include <QTest>
#include <array>
#include <chrono>
#include <string_view>

#include "core/observe/region_places.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::observe;
using namespace std::chrono_literals;

namespace {

constexpr std::array<std::string_view, 8> kSome = {"us-east-1",      "us-west-2", "eu-west-1",
                                                   "eu-central-1",   "sa-east-1", "ap-northeast-1",
                                                   "ap-southeast-2", "af-south-1"};

}  // namespace

class RegionPlacesTest : public QObject {
    Q_OBJECT
private slots:
    void theDelayIsThatOfTheDistance_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<int>("km");
        QTest::newRow("Virginia, Dublin") << "us-east-1" << "eu-west-1" << 5470;
        QTest::newRow("Dublin, Frankfurt") << "eu-west-1" << "eu-central-1" << 1090;
        QTest::newRow("Tokyo, Osaka") << "ap-northeast-1" << "ap-northeast-3" << 400;
        QTest::newRow("Virginia, Tokyo") << "us-east-1" << "ap-northeast-1" << 10'910;
        QTest::newRow("Sydney, Sao Paulo") << "ap-southeast-2" << "sa-east-1" << 13'360;
        QTest::newRow("Sao Paulo, Osaka") << "sa-east-1" << "ap-northeast-3" << 18'730;
        QTest::newRow("one place") << "us-east-2" << "us-gov-east-1" << 0;
    }
    void theDelayIsThatOfTheDistance() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(int, km);
        const Duration delay = delayBetweenRegions(from.toStdString(), to.toStdString());
        const Duration expected = 500us + km * 7us;
        const Duration apart = delay > expected ? delay - expected : expected - delay;
        QVERIFY2(apart <= 500us + km * 70ns, qPrintable(QString::number(delay / 1us)));
    }

    void isTheSameInBothDirectionsAndNeverZero() {
        for (const std::string_view from : kSome) {
            for (const std::string_view to : kSome) {
                QCOMPARE(delayBetweenRegions(from, to), delayBetweenRegions(to, from));
                QCOMPARE(delayBetweenRegions(from, to) == Duration::zero(), from == to);
            }
        }
    }

    void knowsRegionsByName() {
        const RegionPlace* dublin = placeOf("eu-west-1");
        QVERIFY(dublin != nullptr);
        QCOMPARE(dublin->city, std::string_view("Dublin"));
        QVERIFY(placeOf("eu-west-9") == nullptr);
        QVERIFY(placeOf("") == nullptr);
        QVERIFY(placeOf("zz") == nullptr);
        QCOMPARE(delayBetweenRegions("us-east-1", "moon-1"), Duration(40ms));
        QCOMPARE(delayBetweenRegions("moon-1", "moon-1"), Duration::zero());
    }
};

ORRERY_TEST_CLASS(RegionPlacesTest)
#include "region_places_test.moc"
