// Goal: a journal keeps a replica in each of three Regions, commits what two of them have, and has
// a leader as long as two reach each other.

#include <QTest>

#include "core/observe/region_places.h"
#include "tests/cluster/journal_world.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::JournalOptions;
using test::JournalWorld;
using test::kA;
using test::kB;
using test::kC;
using test::seatRegion;

namespace {

FaultRequest outage(const std::string& zone) {
    return {observe::FaultKind::ZoneOutage, {zone}, std::nullopt};
}

bool suspects(JournalWorld& t, ZoneIndex observer, ZoneIndex observed) {
    return t.world().suspects(t.journal(), observer, observed);
}

JournalOptions serviceLike() {
    JournalOptions options;
    options.profile = Profile::serviceLike();
    return options;
}

}  // namespace

class JournalTest : public QObject {
    Q_OBJECT
private slots:
    void hasAMemberInEachOfThreeRegions() {
        JournalWorld t;
        QCOMPARE(t.journal().servingLeader(t.world().now), std::optional(kA));
        for (const ZoneIndex zone : kZones) {
            const RegionId region = t.world().findRegion(seatRegion(zone))->id;
            QCOMPARE(t.journal().ref(zone).region.value(), region.value());
            QCOMPARE(t.at(zone).node, nodeOf(region, zone));
        }
        t.put(kA, "one");
        t.run(1s);
        QVERIFY(t.areEqual());
        for (const ZoneIndex zone : kZones)
            QVERIFY(t.stored(zone, "one") != nullptr);
    }

    // The members are apart as their Regions are.
    void commitsOnceTheNearerRegionHasARecord() {
        JournalWorld t(serviceLike());
        QVERIFY(t.awaitLeader() == kA);
        const Duration near = observe::delayBetweenRegions(seatRegion(kA), seatRegion(kB));
        const Duration far = observe::delayBetweenRegions(seatRegion(kA), seatRegion(kC));
        QVERIFY(near < far);
        const Lsn lsn = t.put(kA, "one");
        t.run(near * 2);
        QVERIFY(t.journal().committed < lsn);
        t.run(far);
        QCOMPARE(t.journal().committed.value(), lsn.value());
        QVERIFY(t.at(kC).mark.applied < lsn || near * 2 + far > far * 2);
        t.run(1s);
        QVERIFY(t.areEqual());
    }

    void holdsItsLeaseBetweenRegions() {
        JournalWorld t(serviceLike());
        for (int i = 0; i < 100; ++i) {
            t.wake();
            t.run(100ms);
            QVERIFY(t.journal().servingLeader(t.world().now) == kA);
        }
        QCOMPARE(t.replicator().totals().elections, 0U);
    }

    void goesOnWithoutOneRegion_data() {
        QTest::addColumn<bool>("isApart");
        QTest::newRow("drop-in") << false;
        QTest::newRow("service-like") << true;
    }
    void goesOnWithoutOneRegion() {
        QFETCH(const bool, isApart);
        JournalWorld t(isApart ? serviceLike() : JournalOptions());
        QVERIFY(t.awaitLeader() == kA);
        t.put(kA, "before");
        t.run(1s);
        const auto fault = t.begin(test::lost(seatRegion(kA)));
        QVERIFY(t.replicaAt(kA) == nullptr);
        const Instant lost = t.world().now;
        const auto leader = t.awaitLeader();
        QVERIFY(leader && *leader != kA);
        QVERIFY(t.world().now - lost < 5s);
        t.put(*leader, "meanwhile");
        t.run(1s);
        QVERIFY(t.stored(*leader, "meanwhile") != nullptr);
        t.heal(fault);
        t.run(10s);
        QVERIFY(t.areEqual());
        for (const char* name : {"before", "meanwhile"})
            QVERIFY(t.stored(kA, name) != nullptr);
    }

    // A member is in one zone of its Region; the others are none of its business.
    void losesAMemberOnlyWithItsOwnZone() {
        JournalWorld t;
        for (const char zone : {'b', 'c'})
            t.begin(outage(seatRegion(kA) + zone));
        t.run(5s);
        QVERIFY(t.replicaAt(kA) != nullptr && !suspects(t, kB, kA));
        t.begin(outage(seatRegion(kB) + 'b'));
        QVERIFY(t.replicaAt(kA) != nullptr && t.replicaAt(kB) == nullptr);
        t.run(5s);
        QVERIFY(suspects(t, kA, kB) && suspects(t, kC, kB) && !suspects(t, kA, kC));
        t.healAll();
        QVERIFY(t.replicaAt(kB) != nullptr);
        t.run(5s);
        QVERIFY(!suspects(t, kA, kB) && !suspects(t, kC, kB));
    }

    void servesNothingInARegionThatReachesNoOther() {
        JournalWorld t;
        const auto fault = t.begin(test::isolated(seatRegion(kA)));
        for (int i = 0; i < 60; ++i) {
            t.wake();
            t.run(100ms);
        }
        QVERIFY(t.replicaAt(kA) != nullptr);
        QVERIFY(!t.replicaAt(kA)->holdsLease(t.world().now));
        const auto leader = t.journal().servingLeader(t.world().now);
        QVERIFY(leader && *leader != kA);
        t.put(*leader, "one");
        t.run(1s);
        QVERIFY(t.stored(kA, "one") == nullptr);
        t.heal(fault);
        t.run(5s);
        QVERIFY(t.stored(kA, "one") != nullptr && t.areEqual());
    }

    void hasNoLeaderWhileNoTwoRegionsReachEachOther() {
        JournalWorld t;
        for (const ZoneIndex zone : kZones)
            t.begin(test::isolated(seatRegion(zone)));
        t.run(5s);
        QVERIFY(!t.awaitLeader());
        t.healAll();
        QVERIFY(t.awaitLeader().has_value());
    }

    // Nothing is due in a journal that nobody uses, and it learns of a fault all the same.
    void replacesALeaderAtRest() {
        JournalWorld t;
        t.run(20s);
        for (const ZoneIndex zone : kZones)
            QVERIFY(t.replicaAt(zone)->isAtRest());
        t.begin(test::lost(seatRegion(kA)));
        t.run(10s);
        QVERIFY(t.journal().leaderHint != kA);
    }

    // The leader must be told that a Region can be reached again: neither has anything to send.
    void bringsAMemberUpToDateOnceItsLinkHeals() {
        JournalWorld t;
        const auto fault = t.begin(test::regionCut(seatRegion(kA), seatRegion(kC), true));
        t.run(5s);
        QVERIFY(suspects(t, kC, kA) && suspects(t, kA, kC));
        const auto leader = t.awaitLeader();
        QVERIFY(leader == kA);
        t.put(kA, "one");
        t.run(20s);
        QVERIFY(t.replicaAt(kA)->isAtRest() && t.stored(kC, "one") == nullptr);
        t.heal(fault);
        t.run(5s);
        QVERIFY(t.stored(kC, "one") != nullptr && t.areEqual());
    }

    void electsALeaderOverSlowLinks() {
        JournalWorld t(serviceLike());
        RegionLink slow;
        slow.delay = 200ms;
        slow.jitter = 20ms;
        t.begin(test::regionSlow(seatRegion(kB), seatRegion(kC), slow));
        t.begin(test::lost(seatRegion(kA)));
        const auto leader = t.awaitLeader();
        QVERIFY(leader && *leader != kA);
    }

    void copiesATreeFromAnotherRegion() {
        JournalOptions options = serviceLike();
        options.bounds.stepRecords = 1;
        options.bounds.groupHeldBytesMax = 2000;
        options.bounds.rangeKeysMax = 3;
        JournalWorld t(options);
        const auto fault = t.begin(test::isolated(seatRegion(kC)));
        QVERIFY(t.awaitLeader() == kA);
        for (int i = 0; i < 100; ++i) {
            QVERIFY(t.awaitLeader() == kA);
            t.put(kA, std::to_string(i));
            t.run(100ms);
            t.flush();
        }
        QVERIFY(t.journal().log.trimMark > t.at(kC).mark.applied.next());
        t.heal(fault);
        t.run(1s);
        t.flush();
        t.run(60s);
        QVERIFY(t.areEqual());
        QVERIFY(t.stored(kC, "42") != nullptr);
    }

    void resumesAfterAKill() {
        JournalWorld t(serviceLike());
        QVERIFY(t.awaitLeader() == kA);
        t.put(kA, "one");
        t.run(1s);
        t.kill();
        QCOMPARE(t.awaitLeader(), std::optional(kA));
        t.run(1s);
        QVERIFY(t.areEqual());
        QVERIFY(t.stored(kB, "one") != nullptr);
    }

    // Faults outlive the process, and members learn of them anew.
    void resumesWithoutARegion() {
        JournalWorld t;
        t.put(kA, "one");
        t.run(1s);
        t.begin(test::lost(seatRegion(kA)));
        t.run(1ms);
        t.kill();
        QVERIFY(t.replicaAt(kA) == nullptr);
        const auto leader = t.awaitLeader();
        QVERIFY(leader && *leader != kA);
        QVERIFY(suspects(t, kB, kA) && suspects(t, kC, kA));
        QVERIFY(t.stored(*leader, "one") != nullptr);
        t.healAll();
        t.run(10s);
        QVERIFY(t.areEqual());
    }

    void isGoneOnceItIsRemoved() {
        JournalWorld t;
        t.begin(test::isolated(seatRegion(kA)));
        t.replicator().remove(t.journal().id);
        QVERIFY(t.world().journals.empty());
        t.run(10s);
        t.healAll();
        t.run(10s);
    }
};

ORRERY_TEST_CLASS(JournalTest)
#include "journal_test.moc"
