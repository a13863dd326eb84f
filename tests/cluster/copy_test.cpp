#include <QTest>

#include <algorithm>

#include "core/cluster/replicas/group_state.h"
#include "tests/cluster/copied_table.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

// Goal: logs end. Records that all replicas have are trimmed; a zone that was away for long
// recovers by a copy while its groups serve, and ends like the others whatever is killed or lost
// meanwhile. Method: worlds with small bounds, so that a few writes exceed them; stops at every
// moment of a copy; at the end all zones must hold the same data, by maintained and by scanned
// checksums.

using namespace orrery;
using namespace std::chrono_literals;
using test::CopiedTable;
using test::kItems;
using test::kZoneB;
using test::smallBounds;

class CopyTest : public QObject {
    Q_OBJECT
private slots:
    void comesBackByCopyWhileItsGroupsServe() {
        CopiedTable table;
        table.missMuch();
        test::healAll(table.t.world());
        int most = 0;
        for (int i = 0; i < 400; ++i) {
            const auto put = table.t.put("during", {{"v", std::to_string(i)}});
            table.t.run(5ms);
            most = std::max(most, table.copying());
            if (i < 40) continue;  // While leaders are elected.
            QVERIFY(table.t.done(put) && !table.t.failed(put));
        }
        QVERIFY2(most >= 2, qPrintable(QString::number(most)));
        table.t.run(10s);
        QCOMPARE(table.copying(), 0);
        QCOMPARE(table.difference(), std::string());
        const auto read = table.t.get("during", false, 1);
        table.t.run(1s);
        QCOMPARE(table.t.read(read), std::string("399"));
    }

    void countsWholeTreesWhileOneIsCopied() {
        for (const std::uint16_t zone : {0, 1, 2}) {
            CopiedTable table;
            const std::string away = std::string("us-east-1") + static_cast<char>('a' + zone);
            table.missMuch(away.c_str());
            test::healAll(table.t.world());
            int copies = 0;
            for (int i = 0; i < 100; ++i) {
                table.t.run(5ms);
                copies += table.copying(zone);
                const auto described = table.describe();
                QCOMPARE(described.itemCount, std::int64_t{kItems - 18});
                // Items 0, 4, … are not in the local index; 0, 7, 14, … were deleted.
                QCOMPARE(described.indexCounts.at(0).first, std::int64_t{77});
                const auto snapshot = table.t.world().makeSnapshot();
                const auto& shown = *snapshot->regions.at(0)->tables.at(0);
                QCOMPARE(shown.itemCount, std::int64_t{kItems - 18});
                QCOMPARE(shown.indexes.at(0).itemCount, std::int64_t{77});
            }
            QVERIFY(copies > 0);
        }
    }

    // Kills the process a little later each time, with more or less of the copy in the trees.
    void goesOnAfterAKillAtAnyMoment() {
        for (int moment = 0; moment < 60; ++moment) {
            CopiedTable table(cluster::Profile::serviceLike(), smallBounds(),
                              static_cast<std::uint64_t>(moment));
            table.missMuch();
            test::healAll(table.t.world());
            table.t.run(150ms);
            table.t.sync();  // Includes the fact that the zone is back.
            for (int step = 0; step < moment; ++step) {
                table.put(step % kItems, "during");
                table.t.run(3ms);
                if (step % 3 == moment % 3) table.t.sync();
                if (step % 5 == moment % 5) table.t.flush();
            }
            table.t.kill();
            table.write("after");
            table.t.run(20s);
            QCOMPARE(table.copying(), 0);
            QVERIFY2(table.difference().empty(),
                     qPrintable(QString("killed after step %1: %2")
                                    .arg(moment)
                                    .arg(QString::fromStdString(table.difference()))));
        }
    }

    void goesOnAfterALossOfPowerAtAnyMoment_data() {
        QTest::addColumn<QString>("zone");
        QTest::newRow("of the one that is copied to") << "us-east-1b";
        QTest::newRow("of one that it is copied from") << "us-east-1a";
    }
    void goesOnAfterALossOfPowerAtAnyMoment() {
        QFETCH(QString, zone);
        for (int moment = 0; moment < 40; ++moment) {
            CopiedTable table(cluster::Profile::serviceLike(), smallBounds(),
                              static_cast<std::uint64_t>(moment));
            table.missMuch();
            test::healAll(table.t.world());
            table.t.run(200ms);
            for (int step = 0; step < moment; ++step) {
                table.put(step % kItems, "during");
                table.t.run(500us);
            }
            QVERIFY(test::failZone(table.t.world(), zone.toStdString(), 4s).has_value());
            table.t.run(10s);
            table.write("after");
            table.t.run(20s);
            QCOMPARE(table.copying(), 0);
            QVERIFY2(table.difference().empty(),
                     qPrintable(QString("lost after step %1: %2")
                                    .arg(moment)
                                    .arg(QString::fromStdString(table.difference()))));
        }
    }

    void keepsNoRecordsAtRest() {
        CopiedTable table(cluster::Profile::dropIn(), {});
        table.t.run(30s);
        table.t.flush();
        for (const GroupId group : table.groups()) {
            for (std::uint16_t zone = 0; zone < 3; ++zone) {
                const VolumeId volume(zone);
                const Lsn last = *table.t.store().lastLsn(volume, group);
                QVERIFY(last > Lsn(10));
                QCOMPARE(*table.t.store().trimMark(volume, group), last.next());
                QCOMPARE(*table.t.store().record(volume, group, last), SharedBytes());
            }
        }
        table.t.kill();
        table.write("after");
        table.t.run(5s);
        QCOMPARE(table.difference(), std::string());
    }

    // Elections without writes are few bytes, and each is a term that a log's shape remembers.
    void electionsLeaveNothingBehindWhileAZoneIsAway() {
        cluster::LogBounds bounds;
        bounds.heldTermsMax = 6;
        bounds.stepRecords = 1;
        CopiedTable table(cluster::Profile::serviceLike(), bounds);
        table.t.flush();
        QVERIFY(test::failZone(table.t.world(), "us-east-1c", std::nullopt).has_value());
        for (int round = 0; round < 15; ++round) {
            QVERIFY(test::failZone(table.t.world(), kZoneB, 100ms).has_value());
            table.t.run(1s);
            QVERIFY(test::failZone(table.t.world(), "us-east-1a", 100ms).has_value());
            table.t.run(4s);
            table.put(round, "once");
            table.t.run(1s);
        }
        std::uint64_t terms = 0;
        std::size_t runs = 0;
        for (const GroupId group : table.groups()) {
            const auto bytes = table.t.store().groupState(VolumeId(0), group);
            const auto state = cluster::decodeGroupState(bytes->value());
            for (const auto& replica : state->replicas) {
                terms = std::max(terms, replica.term.value());
                runs = std::max(runs, replica.log.runs().size());
            }
        }
        QVERIFY2(terms > 10, qPrintable(QString::number(terms)));
        QVERIFY2(runs <= 8, qPrintable(QString::number(runs)));
        test::healAll(table.t.world());
        table.t.run(20s);
        QCOMPARE(table.difference(), std::string());
    }

    // Until the trees on the disk have the copy, a kill undoes it: the log that another lacks must
    // not go before.
    void leavesNobodyBehindBeforeACopyIsOnTheDisk() {
        CopiedTable table;
        table.missMuch();
        test::healAll(table.t.world());
        table.t.run(10s);
        QCOMPARE(table.copying(), 0);
        QCOMPARE(table.difference(), std::string());
        table.t.sync();
        QVERIFY(test::failZone(table.t.world(), "us-east-1c", std::nullopt).has_value());
        table.t.run(3s);
        table.write("fourth");
        table.write("fifth");
        table.t.sync();
        table.t.kill();
        test::healAll(table.t.world());
        table.t.run(20s);
        QCOMPARE(table.difference(), std::string());
        const auto read = table.t.get(CopiedTable::key(1), true);
        table.t.run(1s);
        QVERIFY(table.t.done(read) && !table.t.failed(read));
        QCOMPARE(table.t.read(read), "fifth" + std::string(100, '.'));
    }

    // A leader that cannot commit anything without a replica copies its tree to it before that.
    void twoZonesServeAlthoughOneNeedsACopy_data() {
        QTest::addColumn<QString>("lost");
        QTest::addColumn<bool>("isCut");
        QTest::addColumn<bool>("hasGlobalIndex");
        for (const char* zone : {"us-east-1a", "us-east-1c"}) {
            for (const bool isCut : {false, true}) {
                for (const bool hasIndex : {false, true})
                    QTest::addRow("%s %s%s", zone, isCut ? "is cut off" : "loses power",
                                  hasIndex ? ", with a global index" : "")
                        << zone << isCut << hasIndex;
            }
        }
    }
    void twoZonesServeAlthoughOneNeedsACopy() {
        QFETCH(QString, lost);
        QFETCH(bool, isCut);
        QFETCH(bool, hasGlobalIndex);
        CopiedTable table(cluster::Profile::serviceLike(), smallBounds(), 1, hasGlobalIndex);
        cluster::World& world = table.t.world();
        table.missMuch();
        // The global index shows these later than the zones have them.
        for (int i = 0; i < kItems; ++i)
            table.put(i, "fourth");
        table.t.run(2ms);
        test::healAll(world);
        if (isCut) {
            for (const char* other : {"us-east-1a", kZoneB, "us-east-1c"}) {
                if (lost != other)
                    QVERIFY(test::cutLink(world, lost.toStdString(), other, std::nullopt));
            }
        } else {
            QVERIFY(test::failZone(world, lost.toStdString(), std::nullopt));
        }
        table.t.run(15s);
        for (int i = 0; i < kItems; ++i) {
            const auto put = table.t.put(CopiedTable::key(i), {{"v", "fifth"}, {"colour", "f"}}, 1);
            table.t.run(20ms);
            QVERIFY2(table.t.done(put) && !table.t.failed(put), qPrintable(QString::number(i)));
        }
        test::healAll(world);
        table.t.run(20s);
        QCOMPARE(table.difference(), std::string());
    }
};

ORRERY_TEST_CLASS(CopyTest)
#include "copy_test.moc"
