#include "widgets/global/world_links.h"

#include <QTest>

#include "tests/support/test_main.h"
#include "tests/widgets/global/global_snapshots.h"

using namespace orrery;
using namespace std::chrono_literals;

class WorldLinksTest : public QObject {
    Q_OBJECT
private slots:
    void aReplicaThatIsBeingRemovedIsSaid() {
        auto snapshot = test::makeThreeRegions();
        snapshot->globalTables[0].replicas[0].status = "DELETING";  // us-east-1
        const auto& there = test::pairOf(*snapshot, "us-east-1", "eu-west-1");
        QCOMPARE(widgets::directionOf(*snapshot, there).states(),
                 QStringList{"replica being removed"});
        const auto& others = test::pairOf(*snapshot, "eu-west-1", "ap-northeast-1");
        QVERIFY(widgets::directionOf(*snapshot, others).states().isEmpty());
        test::addGlobalTable(*snapshot, "Art", {"us-east-1", "eu-west-1"});
        QVERIFY(widgets::worldLinks(*snapshot)[0].forth.text().startsWith(
            "1 of 2 tables being removed · "));
    }

    void aLinkIsBetweenRegionsWithACommonTable() {
        auto snapshot = test::makeThreeRegions();
        snapshot->globalTables.clear();
        snapshot->replication.clear();
        test::addGlobalTable(*snapshot, "Music", {"eu-west-1", "us-east-1"});
        const auto links = widgets::worldLinks(*snapshot);
        QCOMPARE(links.size(), 1u);
        QCOMPARE(links[0].forth.from, QStringLiteral("us-east-1"));
        QCOMPARE(links[0].forth.to, QStringLiteral("eu-west-1"));
        QCOMPARE(links[0].back.from, QStringLiteral("eu-west-1"));
    }

    void sumsUpTheTablesOfEachDirection() {
        auto snapshot = test::makeThreeRegions();
        test::addGlobalTable(*snapshot, "Films", {"us-east-1", "eu-west-1"});
        auto& music = test::pairOf(*snapshot, "us-east-1", "eu-west-1");
        music.pending = 200;
        music.latency = 300ms;
        auto& films = test::pairOf(*snapshot, "us-east-1", "eu-west-1", "Films");
        films.pending = 14;
        films.latency = 800ms;
        const auto links = widgets::worldLinks(*snapshot);
        QCOMPARE(links[0].forth.text(), QStringLiteral("214 changes behind · 800 ms"));
        QCOMPARE(links[0].back.text(), QStringLiteral("0 changes behind"));
    }

    void saysWhatIsWrongInWords() {
        auto snapshot = test::makeThreeRegions();
        auto& pair = test::pairOf(*snapshot, "us-east-1", "eu-west-1");
        pair.pending = 3;
        pair.latency = 80ms;
        auto& link = test::linkOf(*snapshot, "us-east-1", "eu-west-1");
        link.isCut = true;
        const auto text = [&snapshot] { return widgets::worldLinks(*snapshot)[0].forth.text(); };
        // The last change that arrived says nothing of a link that is cut.
        QCOMPARE(text(), QStringLiteral("cut · 3 changes behind"));
        link.isCut = false;
        link.loss = 0.01;
        QCOMPARE(text(), QStringLiteral("loses 1.0 % · 3 changes behind · 80 ms"));
        link.loss = 0;
        pair.isPaused = true;
        QCOMPARE(text(), QStringLiteral("paused · 3 changes behind"));
        test::addGlobalTable(*snapshot, "Films", {"us-east-1", "eu-west-1"});
        QCOMPARE(text(), QStringLiteral("1 of 2 tables paused · 3 changes behind"));
        pair.isPaused = false;
        pair.isFilling = true;
        pair.done = 419;
        pair.total = 1000;
        QCOMPARE(text(), QStringLiteral("filling 41 % · 3 changes behind · 80 ms"));
    }

    void aSlowLinkMayBeSlowOneWay() {
        auto snapshot = test::makeThreeRegions();
        auto slow = test::makeRegionFault(4, "region-link-slow", {"eu-west-1", "us-east-1"});
        slow.delay = 200ms;
        snapshot->faults = {slow};
        QCOMPARE(widgets::worldLinks(*snapshot)[0].forth.text(),
                 QStringLiteral("slow by 200 ms · 0 changes behind"));
        snapshot->faults[0].oneWay = true;
        QVERIFY(!widgets::worldLinks(*snapshot)[0].forth.isSlow());
        QVERIFY(widgets::worldLinks(*snapshot)[0].back.isSlow());
    }

    void listsTheFaultsThatCanBeHealedHere() {
        auto snapshot = test::makeThreeRegions();
        auto healed = test::makeRegionFault(1, "region-link-cut", {"us-east-1", "eu-west-1"});
        healed.active = false;
        auto outage = test::makeRegionFault(2, "zone-outage", {});
        snapshot->faults = {
            healed,
            outage,
            test::makeRegionFault(3, "region-link-cut", {"eu-west-1", "us-east-1"}),
            test::makeRegionFault(4, "region-isolation", {"eu-west-1"}),
            test::makeRegionFault(5, "region-link-cut", {"ap-northeast-1", "us-east-1"}),
            test::makeRegionFault(6, "replication-pause", {})};
        std::vector<std::uint64_t> ids;
        const auto links = widgets::worldLinks(*snapshot);
        for (const auto& fault : links[0].faults)
            ids.push_back(fault.id);
        QCOMPARE(ids, (std::vector<std::uint64_t>{3, 4, 6}));
        const auto region = widgets::regionFaults(*snapshot, "eu-west-1");
        QCOMPARE(region.size(), 1u);
        QCOMPARE(region[0].text, QStringLiteral("eu-west-1 is isolated"));
    }

    void aReplicaInARegionThatIsNotThereYetHasNoLink() {
        auto snapshot = test::makeWorld({"us-east-1"});
        test::addGlobalTable(*snapshot, "Films", {"us-east-1", "eu-west-1"});
        QVERIFY(widgets::worldLinks(*snapshot).empty());
    }
};

ORRERY_TEST_CLASS(WorldLinksTest)
#include "world_links_test.moc"
