#include "widgets/base/attribute_text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

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
        QTest::newRow("empty S") << R"({"S":""})" << "\"\"";
        QTest::newRow("controls") << R"({"S":"a\r\nb\tc\u0000"})" << QStringLiteral("a⏎b⇥c�");
        QTest::newRow("turned") << R"({"S":"a\u202eb\u2066c"})" << QStringLiteral("a�b�c");
        QTest::newRow("unknown") << R"({"X":1})" << R"({"X":1})";
    }
    void eachTypeHasAShortText() {
        QFETCH(QString, json);
        QFETCH(QString, text);
        QCOMPARE(shortText(value(json.toUtf8())), text);
    }
    // Otherwise "invoice\u202efdp.exe" would read "invoiceexe.pdf".
    void aCharacterThatTurnsTextIsSeenInTheEditor() {
        const QString turned = QStringLiteral("invoice\u202efdp.exe");
        const QJsonObject item{{"name", QJsonObject{{"S", turned}}}};
        QVERIFY(indentedJson(item).contains(R"(invoice\u202efdp.exe)"));
        QCOMPARE(QJsonDocument::fromJson(indentedJson(item).toUtf8()).object(), item);
        QVERIFY(!plainToolTip(turned).contains(QChar(0x202e)));
    }
    void longTextsAreCut() {
        const QJsonValue text = QJsonObject{{"S", QString(100'000, u'x')}};
        QCOMPARE(shortText(text, 50).size(), 51);
        QVERIFY(shortText(text, 50).endsWith(u'…'));
        const QJsonValue faces = QJsonObject{{"S", QString::fromUtf8("🎉").repeated(50)}};
        for (const int length : {10, 11})
            QVERIFY2(shortText(faces, length).isValidUtf16(), "half of a pair");
    }
    void theWholeTextLosesNothing_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("text");
        QTest::newRow("S") << R"({"S":"a\nb"})" << "a\nb";
        QTest::newRow("empty") << R"({"S":""})" << "";
        QTest::newRow("N") << R"({"N":"12345678901234567890123456789012345678"})"
                           << "12345678901234567890123456789012345678";
        QTest::newRow("B") << R"({"B":"AAEC"})" << "AAEC";
        QTest::newRow("BOOL") << R"({"BOOL":false})" << "false";
        QTest::newRow("NULL") << R"({"NULL":true})" << "null";
        QTest::newRow("L") << R"({"L":[{"N":"1"},{"S":"x"}]})" << R"([1,"x"])";
        QTest::newRow("M") << R"({"M":{"a":{"SS":["1"]}}})" << R"({"a":["1"]})";
    }
    void theWholeTextLosesNothing() {
        QFETCH(QString, json);
        QTEST(wholeText(value(json.toUtf8())), "text");
    }
    // Qt takes a tool tip for HTML if it looks so, and does not wrap it otherwise.
    void aToolTipIsNoHtmlAndWraps() {
        QVERIFY(plainToolTip({}).isEmpty());
        QVERIFY(plainToolTip("<img src=x>").contains("&lt;img src=x&gt;"));
        QCOMPARE(plainToolTip(QString(300, u'k')).count(QChar(QChar::SpecialCharacter(0x200B))), 4);
        QVERIFY(plainToolTip(QString::fromUtf8("🎉").repeated(99)).isValidUtf16());
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
