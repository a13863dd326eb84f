#include "widgets/attribute_text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

#include "tests/support/test_main.h"

using namespace orrery::widgets;

namespace {

QJsonValue value(const char* json) {
    return QJsonDocument::fromJson(QByteArray("[") + json + "]").array()[0];
}

}  // namespace

class AttributeTextTest : public QObject {
    Q_OBJECT
private slots:
    void eachTypeHasAShortText_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("text");
        QTest::newRow("S") << R"({"S":"a\nb"})" << QStringLiteral("a⏎b");
        QTest::newRow("N") << R"({"N":"123456789012345678901234567890.5"})"
                           << "123456789012345678901234567890.5";
        QTest::newRow("B") << R"({"B":"AAEC"})" << "00 01 02 (3 B)";
        QTest::newRow("BOOL") << R"({"BOOL":false})" << "false";
        QTest::newRow("NULL") << R"({"NULL":true})" << "null";
        QTest::newRow("SS") << R"({"SS":["a","b"]})" << "{a, b}";
        QTest::newRow("NS") << R"({"NS":["1","2"]})" << "{1, 2}";
        QTest::newRow("L") << R"({"L":[{"N":"1"},{"S":"x"}]})" << "[1, x]";
        QTest::newRow("M") << R"({"M":{"a":{"N":"1"}}})" << "{a: 1}";
        QTest::newRow("unknown") << R"({"X":1})" << R"({"X":1})";
    }
    void eachTypeHasAShortText() {
        QFETCH(QString, json);
        QFETCH(QString, text);
        QCOMPARE(shortText(value(json.toUtf8())), text);
    }
    void longTextsAreCut() {
        const QJsonValue text = QJsonObject{{"S", QString(100'000, u'x')}};
        QCOMPARE(shortText(text, 50).size(), 51);
        QVERIFY(shortText(text, 50).endsWith(u'…'));
    }
    void plainJsonKeepsNumbersThatADoubleCannotHold() {
        QCOMPARE(plainValue(value(R"({"N":"12.5"})")), QJsonValue(12.5));
        QCOMPARE(plainValue(value(R"({"N":"12345678901234567890"})")),
                 QJsonValue("12345678901234567890"));
        QCOMPARE(plainValue(value(R"({"M":{"a":{"L":[{"NULL":true}]}}})")),
                 QJsonValue(QJsonObject{{"a", QJsonArray{QJsonValue::Null}}}));
    }
    void csvQuotesWhatNeedsIt() {
        QCOMPARE(csvField("plain"), QStringLiteral("plain"));
        QCOMPARE(csvField("a,\"b\""), QStringLiteral("\"a,\"\"b\"\"\""));
    }
};

ORRERY_TEST_CLASS(AttributeTextTest)
#include "attribute_text_test.moc"
