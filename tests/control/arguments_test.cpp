#include "core/control/arguments.h"

#include <QTest>

#include "core/base/text.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::control;
using namespace std::chrono_literals;

class ArgumentsTest : public QObject {
    Q_OBJECT
private slots:
    void readsDurations_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("nanoseconds");
        const auto row = [](const char* text, Duration duration) {
            QTest::newRow(text) << QString(text) << qint64(duration.count());
        };
        row("0s", 0s);
        row("7ns", 7ns);
        row("250us", 250us);
        row("500ms", 500ms);
        row("20s", 20s);
        row("2m", 2min);
        row("1.5h", 90min);
        row("0.25d", 6h);
        row("35d", 35 * 24h);
        row("36500d", 36500 * 24h);
        row("0.000000001s", 1ns);
        row("1.999999999d", 172799999913600ns);
    }
    void readsDurations() {
        QFETCH(QString, text);
        QFETCH(qint64, nanoseconds);
        const auto duration = parseDuration(text.toStdString());
        QVERIFY(duration.has_value());
        QCOMPARE(qint64(duration->count()), nanoseconds);
    }

    void refusesWhatIsNoDuration() {
        for (const char* text :
             {"", "s", "20", "-1s", "1e3s", "1..5s", ".5s", "5.s", "20 s", "20sec", "1w", "36501d",
              "99999999999999999999s", "0.0000000001s", "0x10s", "+1s"}) {
            QVERIFY2(!parseDuration(text).has_value(), text);
        }
    }

    void readsZones() {
        const auto zone = parseZone("eu-central-1c");
        QVERIFY(zone.has_value());
        QCOMPARE(zone->first, std::string("eu-central-1"));
        QCOMPARE(int(zone->second.value()), 2);
        QCOMPARE(zoneName("eu-central-1", zone->second), std::string("eu-central-1c"));
        for (const char* text : {"", "b", "us-east-1", "us-east-1d", "us-east-1A"})
            QVERIFY2(!parseZone(text).has_value(), text);
    }

    void readsQueries() {
        const auto query = parseQuery("a=1&b=x%20y+z&&c&d=%zz%4&a=2&key=%7B%22pk%22%7d");
        QCOMPARE(query.at("a"), std::string("2"));
        QCOMPARE(query.at("b"), std::string("x y z"));
        QCOMPARE(query.at("c"), std::string());
        QCOMPARE(query.at("d"), std::string("%zz%4"));
        QCOMPARE(query.at("key"), std::string("{\"pk\"}"));
        QVERIFY(parseQuery("").empty());
    }

    void readsFractions() {
        QCOMPARE(parseFraction("0").value(), std::uint64_t{0});
        QCOMPARE(parseFraction("0.5").value(), std::uint64_t{1} << 31);
        QCOMPARE(parseFraction("1").value(), std::uint64_t{1} << 32);
        for (const char* text : {"", "1.1", "2", "-0.5", "x", ".5"})
            QVERIFY2(!parseFraction(text).has_value(), text);
    }

    void writesBytesAsHexAndBack() {
        const std::string bytes("\x00\x7f\xff", 3);
        QCOMPARE(hex(bytes), std::string("007fff"));
        QCOMPARE(fromHex("007fFF").value(), bytes);
        QVERIFY(!fromHex("0").has_value());
        QVERIFY(!fromHex("0g").has_value());
    }

    void writesTheCalendar() {
        QCOMPARE(calendarText(CalendarTime(1'795'263'330'012'345'678ns)),
                 std::string("2026-11-21T12:15:30.012Z"));
        QCOMPARE(calendarText(CalendarTime()), std::string("1970-01-01T00:00:00.000Z"));
    }
};

ORRERY_TEST_CLASS(ArgumentsTest)
#include "arguments_test.moc"
