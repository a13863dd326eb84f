#include "widgets/base/format.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::widgets;
using namespace std::chrono_literals;

class FormatTest : public QObject {
    Q_OBJECT
private slots:
    void countsHaveGroupsAndWords() {
        QCOMPARE(countText(1234567), QStringLiteral("1,234,567"));
        QCOMPARE(countText(1, "item", "items"), QStringLiteral("1 item"));
        QCOMPARE(countText(0, "item", "items"), QStringLiteral("0 items"));
    }
    void bytesGrowByUnits() {
        QCOMPARE(bytesText(812), QStringLiteral("812 B"));
        QCOMPARE(bytesText(1024), QStringLiteral("1 KB"));
        QCOMPARE(bytesText(12698), QStringLiteral("12.4 KB"));
        QCOMPARE(bytesText(3LL << 30), QStringLiteral("3 GB"));
    }
    void durationsKeepThreeDigits_data() {
        QTest::addColumn<qint64>("nanoseconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("none") << qint64(0) << "0 ms";
        QTest::newRow("micro") << qint64(820'000) << QStringLiteral("820 µs");
        QTest::newRow("milli") << qint64(12'000'000) << "12 ms";
        QTest::newRow("seconds") << qint64(1'240'000'000) << "1.24 s";
        QTest::newRow("minutes") << qint64(185'000'000'000) << "3 min 5 s";
        QTest::newRow("days") << qint64(90'000) * 1'000'000'000 << "1 d 1 h";
    }
    void durationsKeepThreeDigits() {
        QFETCH(qint64, nanoseconds);
        QFETCH(QString, text);
        QCOMPARE(durationText(Duration(nanoseconds)), text);
    }
    void virtualTimeCountsDays() {
        QCOMPARE(instantText(Instant(3min + 12s + 480ms)), QStringLiteral("00:03:12.480"));
        QCOMPARE(instantText(Instant(49h)), QStringLiteral("2 d 01:00:00.000"));
    }
    void calendarIsInUtc() {
        QCOMPARE(calendarText(CalendarTime(1788220800s)),
                 QStringLiteral("2026-09-01 00:00:00 UTC"));
    }
    void behindSaysHowMuchInBothUnits() {
        orrery::observe::JobView job{
            7, orrery::observe::JobKind::FillIndex, "index I of table T", 500, 20'000, {}};
        QCOMPARE(jobText(job), QStringLiteral("Filling index I of table T: 500 of 20,000 items"));
        job.isStopped = true;
        QVERIFY(jobText(job).endsWith(QStringLiteral("stopped by corrupt data")));
        job.isStopped = false;
        job.waitsForRoom = true;
        QVERIFY(jobText(job).endsWith(QStringLiteral("waiting for room on the disk")));
        QCOMPARE(behindText(0, Duration()), QStringLiteral("even with the leader"));
        QCOMPARE(behindText(1, 12ms), QStringLiteral("1 record, 12 ms behind"));
    }
};

ORRERY_TEST_CLASS(FormatTest)
#include "format_test.moc"
