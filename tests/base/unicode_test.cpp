#include "core/base/unicode.h"

#include <QTest>
#include <string>

#include "tests/support/test_main.h"

using namespace orrery;

class UnicodeTest : public QObject {
    Q_OBJECT
private slots:
    void takesLettersNumbersAndSpacesOfAnyScript() {
        for (const std::string text : {"", "aZ09 ", "\xc3\xa4", "\xc2\xa0", "\xc2\xbd", "\xd9\xa3",
                                       "\xe3\x80\x80", "\xe8\xa1\xa8", "\xf0\xa0\x80\x80"})
            QVERIFY2(hasOnlyLettersNumbersSpacesOr("", text), text.c_str());
    }

    void refusesWhatIsNone() {
        for (const std::string text : {"a-", "\t", "\x7f", "\xc2\x85", "\xc2\xab", "\xcc\x81",
                                       "\xe2\x82\xac", "\xf0\x9f\x94\x91", "\xf4\x8f\xbf\xbf"})
            QVERIFY2(!hasOnlyLettersNumbersSpacesOr("", text), text.c_str());
    }

    void takesTheOthersThatAreNamed() {
        QVERIFY(hasOnlyLettersNumbersSpacesOr("-+", "a-b+\xc3\xa4"));
        QVERIFY(!hasOnlyLettersNumbersSpacesOr("-+", "a-b*"));
    }
};

ORRERY_TEST_CLASS(UnicodeTest)
#include "unicode_test.moc"
