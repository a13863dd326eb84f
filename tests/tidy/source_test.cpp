#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/source.h"

using namespace orrery::tidy;

// Tests how the rules tell code, comments and literals apart.
class SourceTest : public QObject {
    Q_OBJECT
private slots:
    void blanksCommentsAndKeepsPositions() {
        QCOMPARE(withoutComments("a // b\nc /* d\n e */ f"), QString("a     \nc     \n      f"));
        QCOMPARE(withoutComments("x = \"// no comment\";"), QString("x = \"// no comment\";"));
        QCOMPARE(withoutComments("a // goes on \\\nb\nc"), QString("a             \n \nc"));
    }

    void blanksLiterals() {
        QCOMPARE(codeOnly("f(\"a\\\"b\", 'c', '\\'');"), QString("f(\"    \", ' ', '  ');"));
        QCOMPARE(codeOnly("1'000'000 + x"), QString("1'000'000 + x"));
        // A raw string; moc must not see it as one.
        const QString raw = QString("s = R%1x(a %1 )%1 b)x%1; y").arg('"');
        QCOMPARE(codeOnly(raw), QString("s = R%1            %1; y").arg('"'));
    }

    void keepsOnlyComments() {
        QCOMPARE(commentsOnly("a; // b"), QString("   // b"));
        QCOMPARE(commentsOnly("f(\"// no\");"), QString("           "));
    }

    void survivesTextThatEndsInTheMiddle() {
        for (const char* text : {"\"", "'", "/*", "R\"(", "R\"", "\"\\", "//"})
            QCOMPARE(codeOnly(text).size(), QString(text).size());
    }

    void countsLinesFromOne() {
        QCOMPARE(lineOf("a\nb\nc", 0), qsizetype{1});
        QCOMPARE(lineOf("a\nb\nc", 4), qsizetype{3});
    }
};

ORRERY_TEST_CLASS(SourceTest)
#include "source_test.moc"
