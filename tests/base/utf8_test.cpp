#include "core/base/utf8.h"

#include <QTest>
#include <string>

#include "tests/support/test_main.h"

using namespace orrery;

class Utf8Test : public QObject {
    Q_OBJECT
private slots:
    void knowsText() {
        for (const std::string text :
             {"", "plain text, longer than a word", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
              "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf",
              "seven77\xc3\xa4"
              "and more of it"})
            QVERIFY2(isUtf8(text), text.c_str());
    }

    void showsBytesToATerminal() {
        QCOMPARE(printable("one\ntwo \xc3\xa4"), std::string("one\ntwo \xc3\xa4"));
        QCOMPARE(printable("a\xff\xc3(\x1b[2J\x7f"), std::string("a\\xff\\xc3(\\x1b[2J\\x7f"));
    }

    void refusesWhatIsNone() {
        for (const std::string text :
             {"\xff", "\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xe2\x82",
              "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
              "plain text and then \xfe", "1234567\xe2\x82"})
            QVERIFY2(!isUtf8(text), text.c_str());
    }
};

ORRERY_TEST_CLASS(Utf8Test)
#include "utf8_test.moc"
