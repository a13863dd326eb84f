#include <QTest>

#include "core/types/number.h"
#include "tests/support/test_main.h"
#include "tests/types/support.h"

using namespace orrery;
using namespace orrery::test;
using types::Number;

namespace {

QByteArray textOf(std::string_view text) {
    const auto parsed = Number::parse(text);
    return parsed ? qt(parsed->text()) : qt(parsed.error().message);
}

const QByteArray kOverflow =
    "Number overflow. Attempting to store a number with magnitude larger than supported range";
const QByteArray kUnderflow =
    "Number underflow. Attempting to store a number with magnitude smaller than supported range";
const QByteArray kTooLong = "Attempting to store more than 38 significant digits in a Number";

}  // namespace

class NumberTest : public QObject {
    Q_OBJECT
private slots:
    void writesTheCanonicalText_data() {
        QTest::addColumn<QByteArray>("sent");
        QTest::addColumn<QByteArray>("canonical");
        const auto row = [](const char* sent, const char* canonical) {
            QTest::newRow(sent) << QByteArray(sent) << QByteArray(canonical);
        };
        row("0", "0");
        row("-0", "0");
        row("0.000", "0");
        row("0e125", "0");
        row("-0.00E-130", "0");
        row("00042", "42");
        row("+1", "1");
        row("-7", "-7");
        row("1.0", "1");
        row("3.1400", "3.14");
        row("100", "100");
        row("1E2", "100");
        row("1e5", "100000");
        row("1.5E2", "150");
        row("1.5e+1", "15");
        row("5.", "5");
        row(".5", "0.5");
        row("+.5", "0.5");
        row("-.050e-1", "-0.005");
        row("123456789012345678901234567890.12345678", "123456789012345678901234567890.12345678");
        row("12345678901234567890123456789012345678", "12345678901234567890123456789012345678");
        row("00000000000000000000000000000000000000000000000000000000000001", "1");
    }
    void writesTheCanonicalText() {
        QFETCH(QByteArray, sent);
        QFETCH(QByteArray, canonical);
        QCOMPARE(textOf(sent.toStdString()), canonical);
    }

    void holdsTheWholeRange() {
        QCOMPARE(textOf("1E-130"), "0." + QByteArray(129, '0') + "1");
        QCOMPARE(textOf("-1E-130"), "-0." + QByteArray(129, '0') + "1");
        QCOMPARE(textOf("9.9999999999999999999999999999999999999E+125"),
                 QByteArray(38, '9') + QByteArray(88, '0'));
        QCOMPARE(textOf("1.2345678901234567890123456789012345678E-130"),
                 "0." + QByteArray(129, '0') + "12345678901234567890123456789012345678");
        QCOMPARE(textOf("0." + std::string(129, '0') + "1"), textOf("1E-130"));
        QCOMPARE(textOf("1" + std::string(125, '0')), textOf("1E125"));
        QCOMPARE(textOf("1" + std::string(200, '0') + "E-200"), QByteArray("1"));
    }

    void refusesWhatIsOutOfRange() {
        for (const char* text :
             {"1e126", "-1e126", "10E125", "1e99999999999", "1e9223372036854775807"})
            QCOMPARE(textOf(text), kOverflow);
        QCOMPARE(textOf("1" + std::string(126, '0')), kOverflow);
        for (const char* text : {"1e-131", "-1e-131", "0.1E-130", "9e-131", "1e-99999999999999999",
                                 "1e-9223372036854775808"})
            QCOMPARE(textOf(text), kUnderflow);
    }

    // dynamodb-conformance, tier 3, limits, numberExponent.
    void looksAtTheExponentOfZeroAsWritten() {
        for (const char* text : {"0e126", "-0.0e126", "0e9223372036854775807"})
            QCOMPARE(textOf(text), kOverflow);
        for (const char* text : {"0e-131", "0.0e-131"})
            QCOMPARE(textOf(text), kUnderflow);
        QCOMPARE(textOf("0." + std::string(200, '0')), QByteArray("0"));
    }

    void refusesMoreThan38SignificantDigits() {
        QCOMPARE(textOf("123456789012345678901234567890123456789"), kTooLong);
        QCOMPARE(textOf("-1.23456789012345678901234567890123456789"), kTooLong);
        QCOMPARE(textOf("1" + std::string(37, '0') + "1"), kTooLong);
        QCOMPARE(textOf("1" + std::string(100'000, '0') + "1e-100000"), kTooLong);
        QCOMPARE(textOf("1" + std::string(36, '0') + "1"),
                 QByteArray("1") + QByteArray(36, '0') + "1");
    }

    void refusesWhatIsNoNumber() {
        QCOMPARE(textOf(""), QByteArray("The parameter cannot be converted to a numeric value"));
        for (const char* text : {"b",
                                 ".",
                                 "+",
                                 "-",
                                 "e5",
                                 "+e2",
                                 "1e",
                                 "1e+",
                                 "1+2",
                                 "1.2.3",
                                 "++5",
                                 "NaN",
                                 "Infinity",
                                 "1_000",
                                 " 5",
                                 "5 ",
                                 "0x10",
                                 "1e5.0",
                                 "١",
                                 "1,0",
                                 "1e9223372036854775808",
                                 "1e-9223372036854775809",
                                 "0e99999999999999999999"})
            QCOMPARE(textOf(text),
                     QByteArray("The parameter cannot be converted to a numeric value: ") + text);
    }

    void isMadeOfPartsThatNeedNotBeCanonical() {
        QCOMPARE(qt(Number::create(true, 1200, -2)->text()), QByteArray("-12"));
        QVERIFY(*Number::create(true, 0, 77) == Number());
        QCOMPARE(messageOf(Number::create(false, 1, 126)), kOverflow);
        QCOMPARE(messageOf(Number::create(false, 1, -131)), kUnderflow);
        QCOMPARE(messageOf(Number::create(false, ~Number::Coefficient{0}, 0)), kOverflow);
        QCOMPARE(messageOf(Number::create(false, 1, INT_MAX)), kOverflow);
        QCOMPARE(messageOf(Number::create(false, 1, INT_MIN)), kUnderflow);
        for (const std::int64_t value : {INT64_MIN, INT64_MIN + 1, std::int64_t{-1},
                                         std::int64_t{0}, std::int64_t{10}, INT64_MAX})
            QCOMPARE(qt(Number::fromInteger(value).text()), QByteArray::number(qint64(value)));
    }

    void addsExactlyOrNotAtAll() {
        const auto sum = [](std::string_view a, std::string_view b) {
            const auto result = Number::add(number(a), number(b));
            return result ? qt(result->text()) : qt(result.error().message);
        };
        QCOMPARE(sum("0.1", "0.2"), QByteArray("0.3"));
        QCOMPARE(sum("5", "-5"), QByteArray("0"));
        QCOMPARE(sum("0", "-5"), QByteArray("-5"));
        QCOMPARE(sum("1e38", "-1"), QByteArray(38, '9'));
        QCOMPARE(sum("-1e38", "1"), "-" + QByteArray(38, '9'));
        QCOMPARE(sum("1e38", "1"), kOverflow);
        QCOMPARE(sum("2e38", "-1"), kOverflow);
        QCOMPARE(sum("1e125", "1e-130"), kOverflow);
        QCOMPARE(sum("9e125", "1e125"), kOverflow);
        QCOMPARE(sum("1.1e-130", "-1e-130"), kUnderflow);
        QCOMPARE(qt(Number::subtract(number("0"), number("3"))->text()), QByteArray("-3"));
        QCOMPARE(qt(Number::subtract(number("1"), number("0"))->text()), QByteArray("1"));
    }

    void ordersByValue() {
        const std::vector<const char*> ascending = {"-9.9999999999999999999999999999999999999E+125",
                                                    "-100",
                                                    "-99",
                                                    "-1.5",
                                                    "-1",
                                                    "-1e-130",
                                                    "0",
                                                    "1e-130",
                                                    "1.1e-130",
                                                    "0.999",
                                                    "1",
                                                    "1.0000000000000000000000000000000000001",
                                                    "2",
                                                    "10",
                                                    "11",
                                                    "1e125",
                                                    "9.9999999999999999999999999999999999999E+125"};
        for (std::size_t i = 0; i < ascending.size(); ++i) {
            for (std::size_t j = 0; j < ascending.size(); ++j)
                QVERIFY2((number(ascending[i]) <=> number(ascending[j])) == (i <=> j),
                         ascending[i]);
        }
    }
};

ORRERY_TEST_CLASS(NumberTest)
#include "number_test.moc"
