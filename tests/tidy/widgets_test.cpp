#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/rules.h"

using namespace orrery::tidy;

class WidgetsTest : public QObject {
    Q_OBJECT
private slots:
    void judgesAnArrow_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("include");
        QTest::addColumn<bool>("allowed");
        const auto row = [](const char* path, const char* include, bool allowed) {
            QTest::addRow("%s includes %s", path, include) << path << include << allowed;
        };
        row("widgets/items/a.h", "\"widgets/items/b.h\"", true);
        row("widgets/items/a.h", "\"widgets/base/format.h\"", true);
        row("widgets/items/a.h", "\"widgets/zones/zone_map.h\"", false);
        row("widgets/items/a.h", "\"widgets/tables/explorer.h\"", false);
        row("widgets/tables/a.h", "\"widgets/items/items_grid.h\"", true);
        row("widgets/tables/a.h", "\"widgets/lag/lag_view.h\"", false);
        row("widgets/conflicts/a.h", "\"widgets/items/item_comparison.h\"", true);
        row("widgets/conflicts/a.h", "\"widgets/tables/explorer.h\"", false);
        row("widgets/base/a.h", "\"widgets/items/items_grid.h\"", false);
        row("widgets/lag/a.h", "\"core/observe/snapshot.h\"", true);
        row("widgets/lag/a.h", "<QWidget>", true);
        row("app/main_window.cpp", "\"widgets/lag/lag_view.h\"", true);
        row("tests/widgets/lag/a_test.cpp", "\"widgets/zones/zone_map.h\"", true);
    }

    void judgesAnArrow() {
        QFETCH(QString, path);
        QFETCH(QString, include);
        QFETCH(bool, allowed);
        const Complaints complaints =
            checkSubjects({path, "#pragma once\n\n#include " + include + "\n"});
        QCOMPARE(complaints.isEmpty(), allowed);
        if (!allowed) QCOMPARE(complaints[0].line, qsizetype{3});
    }

    void findsAWidgetOutsideOfTheFolders() {
        QCOMPARE(checkSubjects({"widgets/grid.h", "#pragma once\n"}).size(), 1);
        QVERIFY(checkSubjects({"widgets/CMakeLists.txt", "add_library(x)"}).isEmpty());
    }

    void readsNoIncludeInAComment() {
        QVERIFY(
            checkSubjects({"widgets/lag/a.h", "// #include \"widgets/zones/a.h\"\n"}).isEmpty());
    }
};

ORRERY_TEST_CLASS(WidgetsTest)
#include "widgets_test.moc"
