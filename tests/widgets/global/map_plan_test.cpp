// Goal: whatever Regions there are, no mark overlaps another one or stands over the edge. Method:
// plans for the sizes of docks, with sets of Regions that lie close together.

#include "widgets/global/map_plan.h"

#include <QTest>
#include <algorithm>

#include "core/observe/region_places.h"
#include "tests/support/test_main.h"
#include "widgets/global/land_outline.h"

using namespace orrery;

namespace {

widgets::MapRequest requestOf(const std::vector<std::string>& regions, const QSizeF& canvas) {
    widgets::MapRequest request;
    request.canvas = canvas;
    for (const std::string& region : regions) {
        std::optional<QPointF> place;
        if (const auto* known = observe::placeOf(region))
            place = QPointF(known->onMap[0] / 1000.0, known->onMap[1] / 1000.0);
        request.regions.push_back({place, QSizeF(100, 44)});
    }
    for (std::size_t a = 0; a < regions.size(); ++a)
        for (std::size_t b = a + 1; b < regions.size(); ++b)
            request.links.push_back({a, b, QSizeF(144, 40)});
    return request;
}

bool nothingOverlaps(const widgets::MapPlan& plan, const QSizeF& canvas) {
    std::vector<QRectF> all = plan.regions;
    all.insert(all.end(), plan.links.begin(), plan.links.end());
    const QRectF inside(QPointF(0, 0), canvas);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!inside.contains(all[i])) return false;
        for (std::size_t j = i + 1; j < all.size(); ++j)
            if (all[i].intersects(all[j])) return false;
        for (const QPointF& anchor : plan.anchors)
            if (all[i].adjusted(1, 1, -1, -1).contains(anchor)) return false;
    }
    return true;
}

}  // namespace

class MapPlanTest : public QObject {
    Q_OBJECT
private slots:
    void nothingOverlapsOrStandsOverTheEdge_data() {
        QTest::addColumn<QStringList>("regions");
        QTest::addColumn<QSizeF>("canvas");
        const QSizeF dock(700, 200);
        QTest::newRow("three continents")
            << QStringList{"us-east-1", "eu-west-1", "ap-northeast-1"} << dock;
        QTest::newRow("one continent")
            << QStringList{"eu-west-1", "eu-west-2", "eu-central-1"} << QSizeF(700, 240);
        QTest::newRow("at one place") << QStringList{"us-east-2", "us-gov-east-1"} << dock;
        QTest::newRow("unknown ones") << QStringList{"us-east-1", "moon-1", "mars-1"} << dock;
        QTest::newRow("only unknown ones") << QStringList{"moon-1", "mars-1"} << dock;
        QTest::newRow("six") << QStringList{"us-east-1", "us-west-2",      "sa-east-1",
                                            "eu-west-1", "ap-southeast-2", "ap-south-1"}
                             << QSizeF(1800, 900);
    }
    void nothingOverlapsOrStandsOverTheEdge() {
        QFETCH(const QStringList, regions);
        QFETCH(const QSizeF, canvas);
        std::vector<std::string> names;
        for (const QString& region : regions)
            names.push_back(region.toStdString());
        const auto plan = widgets::planMap(requestOf(names, canvas));
        QVERIFY(plan.fits);
        QVERIFY(nothingOverlaps(plan, canvas));
    }

    void saysWhenThereIsNoRoom() {
        const auto request = requestOf({"eu-west-1", "eu-west-2", "eu-west-3"}, {200, 90});
        QVERIFY(!widgets::planMap(request).fits);
    }

    void bothDirectionsStandApart() {
        const auto plan = widgets::planMap(requestOf({"us-east-1", "eu-west-1"}, {700, 200}));
        const QPointF forth = plan.arcs[0][0].at(0.5);
        const QPointF back = plan.arcs[0][1].at(0.5);
        QVERIFY(std::abs(forth.y() - back.y()) > 7);
        QCOMPARE(plan.arcs[0][0].at(1), plan.anchors[1]);
        QCOMPARE(plan.arcs[0][1].at(1), plan.anchors[0]);
    }

    void theLandIsCoarseAndOnTheMap() {
        qsizetype points = 0;
        for (const QPolygonF& polygon : widgets::landOutline()) {
            points += polygon.size();
            QVERIFY(QRectF(0, 0, 1, 1).contains(polygon.boundingRect()));
        }
        QVERIFY(points > 200 && points <= 400);
        const auto isLand = [](double longitude, double latitude) {
            const QPointF place((longitude + 180) / 360, (90 - latitude) / 180);
            return std::ranges::any_of(widgets::landOutline(), [&place](const QPolygonF& polygon) {
                return polygon.containsPoint(place, Qt::OddEvenFill);
            });
        };
        QVERIFY(isLand(-100, 40) && isLand(-60, -10) && isLand(20, 0) && isLand(100, 60));
        QVERIFY(isLand(10, 50) && isLand(135, -25) && isLand(-42, 72));
        QVERIFY(!isLand(-40, 30) && !isLand(-150, 0) && !isLand(80, -20));
    }
};

ORRERY_TEST_CLASS(MapPlanTest)
#include "map_plan_test.moc"
