#include <QTest>

#include "tests/cluster/copied_table.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

// Goal: a replica that is away or far behind, and a copy that takes long, hold back a bounded part
// of the logs. Method: worlds with small bounds, the faults that keep a replica away, and the
// records that the logs still have.

using namespace orrery;
using namespace std::chrono_literals;
using test::CopiedTable;
using test::kZoneB;
using test::smallBounds;

class LogBoundTest : public QObject {
    Q_OBJECT
private slots:
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
        CopiedTable table(cluster::Profile::serviceLike(), bounds, 1, false);
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
        CopiedTable table(cluster::Profile::serviceLike(), smallBounds(), 1, false);
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
        CopiedTable table(cluster::Profile::serviceLike(), bounds);
        table.missMuch();
        const std::uint64_t kept = table.recordsKept();
        QVERIFY2(kept < 100,
                 qPrintable(QString::number(kept)));  // Of 400 records, some 300 bytes each.
        test::healAll(table.t.world());
        table.t.run(20s);
        QCOMPARE(table.difference(), std::string());
    }
};

ORRERY_TEST_CLASS(LogBoundTest)
#include "log_bound_test.moc"
