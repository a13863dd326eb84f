#include <QtTest>

#include <algorithm>

#include "core/cluster/replicas/group_state.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

// Goal: logs end. Records that all replicas have are trimmed; a zone that was away for long
// recovers by a copy while its groups serve, and ends like the others whatever is killed or lost
// meanwhile. Method: worlds with small bounds, so that a few writes exceed them; stops at every
// moment of a copy; at the end all zones must hold the same data, by maintained and by scanned
// checksums.

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

constexpr const char* kZoneB = "us-east-1b";
constexpr int kItems = 120;

cluster::LogBounds smallBounds() {
    cluster::LogBounds bounds;
    bounds.groupHeldBytesMax = 2000;
    bounds.stepRecords = 8;
    bounds.rangeKeysMax = 4;
    return bounds;
}

class Table {
public:
    explicit Table(const cluster::Profile& profile = cluster::Profile::serviceLike(),
                   const cluster::LogBounds& bounds = smallBounds(), std::uint64_t seed = 1,
                   bool hasGlobalIndex = true)
        : t(profile, seed, 16'384, bounds) {
        cluster::SecondaryIndex local;
        local.name = "byColour";
        local.keys.partition = {"pk", types::AttributeType::String};
        local.keys.sort = {"colour", types::AttributeType::String};
        cluster::SecondaryIndex global;
        global.name = "ofColour";
        global.global = true;
        global.keys.partition = {"colour", types::AttributeType::String};
        t.createTable(false, hasGlobalIndex ? std::vector{local, global} : std::vector{local});
        write("first");
    }

    /// Rewrites every item and deletes every seventh.
    void write(const std::string& value) {
        for (int i = 0; i < kItems; ++i) {
            put(i, value);
            t.run(2ms);
        }
        for (int i = 0; i < kItems; i += 7) {
            t.remove(key(i));
            t.run(2ms);
        }
    }
    void put(int item, const std::string& value) {
        std::map<std::string, std::string> attributes{{"v", value + std::string(100, '.')}};
        if (item % 4 != 0) attributes["colour"] = value.substr(0, 1);
        t.put(key(item), attributes);
    }
    /// Keeps a zone away until its replicas lack trimmed records.
    void missMuch(const char* zone = kZoneB) {
        QVERIFY(test::failZone(t.world(), zone, std::nullopt).has_value());
        t.run(3s);
        write("second");
        write("third");
        t.flush();
    }
    /// Empty if the zones agree, otherwise how they differ.
    std::string difference() {
        const auto sums = t.world().checksums("T", "us-east-1", true);
        for (const auto& partition : *sums) {
            for (const auto& zone : partition.zones) {
                const std::string where = "group " + std::to_string(partition.group.value()) +
                                          " zone " + std::to_string(zone.zone.value());
                if (zone.applied != partition.zones[0].applied) return where + ": applied";
                if (zone.checksum != partition.zones[0].checksum) return where + ": checksum";
                if (zone.itemCount != partition.zones[0].itemCount) return where + ": count";
                if (*zone.scanned != zone.checksum) return where + ": scanned";
                if (zone.localIndexes != zone.scannedLocalIndexes) return where + ": local index";
            }
        }
        return {};
    }
    /// The number of groups whose tree is being copied to zone b, or to another.
    int copying(std::uint16_t zone = 1) const {
        int count = 0;
        for (const GroupId group : groups()) {
            const auto mark = t.store().mark(VolumeId(zone), group);
            if (mark->copiedTo) ++count;
        }
        return count;
    }
    /// The records after the trim marks of all groups, in the longer of the logs of zones a and c.
    std::uint64_t recordsKept() const {
        std::uint64_t kept = 0;
        for (const GroupId group : groups()) {
            std::uint64_t most = 0;
            for (const VolumeId volume : {VolumeId(0), VolumeId(2)}) {
                const Lsn mark = *t.store().trimMark(volume, group);
                const Lsn last = *t.store().lastLsn(volume, group);
                most = std::max(most, last.value() - mark.value() + 1);
            }
            kept += most;
        }
        return kept;
    }
    cluster::TableReply describe() {
        const auto call = t.submit("DescribeTable", [this](const auto&, const auto&) {
            return ApiResult<cluster::Request>(cluster::DescribeTable{t.table()});
        });
        t.run(1ms);
        return std::get<cluster::TableReply>(*t.answer(call)->result);
    }
    std::vector<GroupId> groups() const {
        std::vector<GroupId> groups;
        const auto snapshot = t.world().makeSnapshot();
        for (const auto& partition : snapshot->regions.at(0)->tables.at(0)->partitions)
            groups.push_back(partition.group);
        return groups;
    }
    static std::string key(int item) { return "k" + std::to_string(item); }

    mutable WorldHarness t;
};

}  // namespace

class CopyTest : public QObject {
    Q_OBJECT
private slots:
    void comesBackByCopyWhileItsGroupsServe() {
        Table table;
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
            Table table;
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
            Table table(cluster::Profile::serviceLike(), smallBounds(),
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
            Table table(cluster::Profile::serviceLike(), smallBounds(),
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
        Table table(cluster::Profile::dropIn(), {});
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
        Table table(cluster::Profile::serviceLike(), bounds);
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
        Table table;
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
        const auto read = table.t.get(Table::key(1), true);
        table.t.run(1s);
        QVERIFY(table.t.done(read) && !table.t.failed(read));
        QCOMPARE(table.t.read(read), "fifth" + std::string(100, '.'));
    }

    // Only the leader sends the log, so one cut link keeps a replica away from it although another
    // zone still hears it.
    void holdsBackLittleBehindOneCutLink_data() {
        QTest::addColumn<QString>("one");
        QTest::addColumn<QString>("other");
        QTest::addColumn<bool>("isGroupsBound");
        for (const bool isGroups : {true, false}) {
            const QByteArray bound = isGroups ? ", bound of a group" : ", bound of all";
            QTest::newRow("a and b" + bound) << "us-east-1a" << "us-east-1b" << isGroups;
            QTest::newRow("b and c" + bound) << "us-east-1b" << "us-east-1c" << isGroups;
            QTest::newRow("c and a" + bound) << "us-east-1c" << "us-east-1a" << isGroups;
        }
    }
    void holdsBackLittleBehindOneCutLink() {
        QFETCH(QString, one);
        QFETCH(QString, other);
        QFETCH(bool, isGroupsBound);
        cluster::LogBounds bounds = smallBounds();
        if (!isGroupsBound) {
            bounds.groupHeldBytesMax = 1u << 30;
            bounds.heldBytesMax = 10'000;
        }
        Table table(cluster::Profile::serviceLike(), bounds, 1, false);
        QVERIFY(test::cutLink(table.t.world(), one.toStdString(), other.toStdString(), std::nullopt)
                    .has_value());
        table.t.run(3s);
        table.write("second");
        table.write("third");
        table.t.flush();
        QVERIFY2(table.recordsKept() < 100,
                 qPrintable(QString::number(table.recordsKept())));  // Of 400.
        test::healAll(table.t.world());
        table.t.run(20s);
        QCOMPARE(table.copying(), 0);
        QCOMPARE(table.difference(), std::string());
    }

    // A copy that a cut link interrupts holds back no more than one that has not begun.
    void holdsBackLittleForACopyBehindACutLink() {
        Table table(cluster::Profile::serviceLike(), smallBounds(), 1, false);
        table.missMuch();
        test::healAll(table.t.world());
        for (int i = 0; i < 1000 && table.copying() < 2; ++i)
            table.t.run(1ms);
        QVERIFY(table.copying() > 0);
        for (const char* zone : {"us-east-1a", "us-east-1c"}) {
            QVERIFY(test::cutLink(table.t.world(), kZoneB, zone, std::nullopt).has_value());
            table.t.flush();
            table.t.run(3s);
            table.write("fourth");
            table.write("fifth");
            table.t.flush();
            QVERIFY2(table.recordsKept() < 100, qPrintable(QString::number(table.recordsKept())));
        }
        test::healAll(table.t.world());
        table.t.run(20s);
        QCOMPARE(table.copying(), 0);
        QCOMPARE(table.difference(), std::string());
    }

    // Of all groups together, too, replicas that are away hold back little.
    void holdsBackNoMoreThanTheBoundOfAll() {
        cluster::LogBounds bounds = smallBounds();
        bounds.groupHeldBytesMax = 1u << 30;
        bounds.heldBytesMax = 10'000;
        Table table(cluster::Profile::serviceLike(), bounds);
        table.missMuch();
        const std::uint64_t kept = table.recordsKept();
        QVERIFY2(kept < 100,
                 qPrintable(QString::number(kept)));  // Of 400 records, some 300 bytes each.
        test::healAll(table.t.world());
        table.t.run(20s);
        QCOMPARE(table.difference(), std::string());
    }
};

ORRERY_TEST_CLASS(CopyTest)
#include "copy_test.moc"
