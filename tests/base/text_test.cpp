#include "core/base/text.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery;

class TextTest : public QObject {
    Q_OBJECT
private slots:
    void countsAsJavaDoes() {
        QCOMPARE(utf16Length(""), std::size_t{0});
        QCOMPARE(utf16Length("abc"), std::size_t{3});
        QCOMPARE(utf16Length("\u00fc\u20ac"), std::size_t{2});
        QCOMPARE(utf16Length("\U0001f600"), std::size_t{2});
    }

    void trimsBlanksAtBothEnds() {
        QVERIFY(trimmed(" \ta b\t \r") == "a b");
        QVERIFY(trimmed("a").size() == 1);
        QVERIFY(trimmed(" \t\r").empty() && trimmed("").empty());
    }

    void cutsBetweenCharacters() {
        const std::string_view text = "a\u20acb";  // One byte, three, one.
        const std::size_t expected[] = {0, 1, 1, 1, 4, 5, 5};
        for (std::size_t bytes = 0; bytes < std::size(expected); ++bytes)
            QCOMPARE(wholeCharacters(text, bytes).size(), expected[bytes]);
    }
};

ORRERY_TEST_CLASS(TextTest)
#include "text_test.moc"
