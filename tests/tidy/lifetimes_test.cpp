#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/rules.h"

using namespace orrery::tidy;

namespace {

Complaints complaintsAbout(const QString& range) {
    return checkRangeLifetimes({"tests/api/a.cpp", "void f() {\n    for (const auto& x : " + range +
                                                       ")\n        g(x);\n}\n"});
}

}  // namespace

class LifetimesTest : public QObject {
    Q_OBJECT
private slots:
    void findsPartsOfTemporaries_data() {
        QTest::addColumn<QString>("range");
        for (const char* range : {
                 "*rows()",
                 "*world.checksums(\"T\", {a, b})",
                 "rows().value()",
             })
            QTest::addRow("%s", range) << range;
    }
    void findsPartsOfTemporaries() {
        QFETCH(QString, range);
        const Complaints complaints = complaintsAbout(range);
        QCOMPARE(complaints.size(), 1);
        QCOMPARE(complaints[0].line, 2);
    }

    void allowsWhatLives_data() {
        QTest::addColumn<QString>("range");
        for (const char* range : {
                 "rows",
                 "*rows",
                 "rows()",
                 "world.tables()",
                 "snapshot->regions.at(0)->tables.at(0)->partitions",
                 "map.find(key)->second",
                 "*rows.at(3)",
                 "std::array{1, 2}",
                 "result.value()",
                 "reply(a(b)).items",
                 "a ? b() : *c()",
             })
            QTest::addRow("%s", range) << range;
    }
    void allowsWhatLives() {
        QFETCH(QString, range);
        QCOMPARE(complaintsAbout(range).size(), 0);
    }

    void readsOtherLoops() {
        QVERIFY(checkRangeLifetimes({"core/api/a.cpp",
                                     "void f() {\n    for (int i = 0; i < *n(); ++i) g();\n"
                                     "    for (int k = 0; const int x : rows()) g(x + k);\n}\n"})
                    .isEmpty());
        QCOMPARE(checkRangeLifetimes(
                     {"core/api/a.cpp",
                      "void f() {\n    for (int k = 0; const int x : *rows()) g(k);\n}\n"})
                     .size(),
                 1);
    }
};

ORRERY_TEST_CLASS(LifetimesTest)
#include "lifetimes_test.moc"
