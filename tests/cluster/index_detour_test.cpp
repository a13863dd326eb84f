// Goal: a cut link between the leaders of a table and of its index holds up nothing: neither the
// index, nor its filling, nor the log of the table. Method: each of the three links is cut and
// stays cut; leaders are in all zones.

#include <QTest>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::WorldHarness;

namespace {

constexpr int kItems = 600;

LogBounds smallBounds() {
    LogBounds bounds;
    bounds.groupHeldBytesMax = 20'000;
    bounds.stepRecords = 8;
    return bounds;
}

QString nameOf(int zone) {
    return QString("us-east-1") + QChar('a' + zone % 3);
}

/// A world with a link cut: between this zone and the next.
class CutWorld {
public:
    CutWorld(int zone, const Profile& profile)
        : t(profile, 1, 16'384, smallBounds()), m_zone(zone) {}

    void cut() {
        const auto fault = test::cutLink(t.world(), nameOf(m_zone).toStdString(),
                                         nameOf(m_zone + 1).toStdString(), std::nullopt);
        QVERIFY(fault.has_value());
        t.run(3s);
    }
    /// From the zone that hears both others.
    void write(const std::string& colour) {
        for (int i = 0; i < kItems; ++i) {
            t.put("k" + std::to_string(i), {{"colour", colour + std::to_string(i)}},
                  static_cast<std::uint8_t>((m_zone + 2) % 3));
            if (i % 50 == 0) t.run(10ms);
        }
        t.run(2s);
        t.flush();
    }
    /// The records in the longest logs of the table's partitions.
    std::uint64_t recordsKept() {
        std::uint64_t kept = 0;
        const auto snapshot = t.world().makeSnapshot();
        for (const auto& partition : snapshot->regions.at(0)->tables.at(0)->partitions) {
            std::uint64_t most = 0;
            for (std::uint16_t volume = 0; volume < 3; ++volume) {
                const Lsn mark = *t.store().trimMark(VolumeId(volume), partition.group);
                const Lsn last = *t.store().lastLsn(VolumeId(volume), partition.group);
                most = std::max(most, last.value() - std::max(mark, Lsn(1)).value() + 1);
            }
            kept += most;
        }
        return kept;
    }
    QString judgeLag() { return QString::fromStdString(test::judgeIndexLag(t.world())); }
    QString judgeHealed() {
        test::healAll(t.world());
        t.run(20s);
        return QString::fromStdString(test::judgeTables(t.world()));
    }

    WorldHarness t;

private:
    const int m_zone;
};

void addZones() {
    QTest::addColumn<int>("zone");
    for (int zone = 0; zone < 3; ++zone)
        QTest::addRow("%s", qPrintable(nameOf(zone) + " - " + nameOf(zone + 1))) << zone;
}

}  // namespace

class IndexDetourTest : public QObject {
    Q_OBJECT
private slots:
    void showsEachWriteWhileALinkIsCut_data() { addZones(); }
    void showsEachWriteWhileALinkIsCut() {
        QFETCH(int, zone);
        CutWorld cut(zone, Profile::serviceLike());
        cut.t.createTable(false, {test::colourIndex()});
        cut.write("red");
        cut.cut();
        cut.write("blue");
        QCOMPARE(cut.judgeLag(), QString());
        QCOMPARE(cut.judgeHealed(), QString());
    }

    void theLogEndsWhileALinkIsCut_data() { addZones(); }
    void theLogEndsWhileALinkIsCut() {
        QFETCH(int, zone);
        CutWorld cut(zone, Profile::dropIn());
        cut.t.createTable(false, {test::colourIndex()});
        cut.cut();
        for (int round = 0; round < 8; ++round)
            cut.write("c" + std::to_string(round));
        const std::uint64_t kept = cut.recordsKept();
        QVERIFY2(kept < kItems * 2, qPrintable(QString::number(kept)));
        QCOMPARE(cut.judgeHealed(), QString());
    }

    void fillsAnIndexWhileALinkIsCut_data() { addZones(); }
    void fillsAnIndexWhileALinkIsCut() {
        QFETCH(int, zone);
        CutWorld cut(zone, Profile::serviceLike());
        cut.t.createTable();
        cut.write("red");
        cut.cut();
        cut.t.addIndex(test::colourIndex());
        cut.t.run(10s);
        QCOMPARE(cut.t.table()->indexes.at(0).status, TableStatus::Active);
        cut.t.sync();
        cut.t.kill();
        cut.write("green");
        QCOMPARE(cut.judgeLag(), QString());
        QCOMPARE(cut.judgeHealed(), QString());
    }

    // A repair names the index in the store.
    void buildsAnIndexAnewWhileALinkIsCut_data() { addZones(); }
    void buildsAnIndexAnewWhileALinkIsCut() {
        QFETCH(int, zone);
        CutWorld cut(zone, Profile::dropIn());
        cut.t.createTable(false, {test::colourIndex()});
        cut.write("red");
        cut.cut();
        const KeySpaceId space = cut.t.table()->indexes.at(0).space;
        storage::Turn turn;
        turn.putValue("fill/" + std::to_string(space.value()), "");
        cut.t.store().commit(std::move(turn));
        cut.t.sync();
        cut.t.reopen();
        QVERIFY(cut.t.table()->indexes.at(0).space != space);
        cut.t.run(10s);
        QCOMPARE(cut.t.table()->indexes.at(0).status, TableStatus::Active);
        QCOMPARE(cut.judgeLag(), QString());
        QCOMPARE(cut.judgeHealed(), QString());
    }
};

ORRERY_TEST_CLASS(IndexDetourTest)
#include "index_detour_test.moc"
