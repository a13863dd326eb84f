#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/rules.h"

using namespace orrery::tidy;

class FloorsTest : public QObject {
    Q_OBJECT
private slots:
    void judgesAnArrow_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("include");
        QTest::addColumn<bool>("allowed");
        const auto row = [](const char* path, const char* include, bool allowed) {
            QTest::addRow("%s includes %s", path, include) << path << include << allowed;
        };
        row("core/storage/store.h", "\"core/base/ids.h\"", true);
        row("core/storage/store.h", "\"core/storage/stores.h\"", true);
        row("core/storage/store.h", "\"core/table/table.h\"", false);
        row("core/storage/store.h", "\"core/replication/replica.h\"", false);
        row("core/http/server.cpp", "\"core/lab/script.h\"", false);
        row("core/http/server.cpp", "\"core/api/operation.h\"", true);
        row("core/base/hash.h", "\"core/json/json.h\"", false);
        row("core/api/a.cpp", "\"core/orbit/a.h\"", false);
        row("core/orbit/a.cpp", "\"core/base/ids.h\"", false);
        row("core/engine/engine.cpp", "\"app/backend.h\"", false);
        row("core/engine/engine.cpp", "\"widgets/grid.h\"", false);
        row("core/engine/engine.cpp", "\"tests/support/test_main.h\"", false);
        row("core/engine/engine.cpp", "\"engine.h\"", false);
        row("core/engine/engine.cpp", "<core/engine/engine.h>", false);
        row("core/engine/engine.cpp", "<boost/beast.hpp>", true);
        row("core/api/operations.cpp", "\"operations.def\"", true);
        row("core/partiql/parser.cpp", "\"core/expression/path.h\"", true);
        row("core/expression/path.cpp", "\"core/partiql/parser.h\"", false);
        row("core/partiql/parser.cpp", "\"core/table/table.h\"", false);
        // Inside core/api, one level down, and inside its operations, two.
        row("core/api/items/a.h", "\"core/api/items/b.h\"", true);
        row("core/api/items/a.h", "\"core/api/decode/b.h\"", true);
        row("core/api/items/a.h", "\"core/api/tables/b.h\"", false);
        row("core/api/decode/a.h", "\"core/api/items/b.h\"", false);
        row("core/api/items/a.h", "\"core/api/api.h\"", false);
        row("core/api/api.cpp", "\"core/api/decode/a.h\"", true);
        row("core/api/items/a.h", "\"core/api/orbit/b.h\"", false);
        row("core/api/orbit/a.h", "\"core/api/decode/b.h\"", false);
        row("core/api/items/a.h", "\"core/cluster/catalog/request.h\"", true);
        row("core/api/decode/a.h", "\"core/control/control.h\"", false);
        row("core/api/operations/items/a.cpp", "\"core/api/tables/b.h\"", true);
        row("core/api/operations/items/a.cpp", "\"core/api/operations/operation.h\"", true);
        row("core/api/operations/items/a.cpp", "\"core/api/operations/tables/b.h\"", false);
        row("core/api/operations/operation.h", "\"core/api/operations/items/b.h\"", false);
        row("core/api/tables/a.h", "\"core/api/operations/operation.h\"", false);
        row("core/cluster/items/a.h", "\"core/cluster/writes/item_writer.h\"", true);
        row("core/cluster/items/a.h", "\"core/cluster/indexes/index_propagator.h\"", false);
        row("core/cluster/kernel/a.h", "\"core/cluster/replicas/replicator.h\"", false);
        row("core/cluster/a.h", "\"core/cluster/kernel/group.h\"", false);
        row("core/cluster/kernel/a.h", "\"core/cluster/orbit/a.h\"", false);
        row("core/engine/a.h", "\"core/cluster/world/world.h\"", true);
        row("widgets/grid.h", "\"core/observe/snapshot.h\"", true);
        row("widgets/grid.h", "\"core/types/number.h\"", true);
        row("widgets/grid.h", "\"core/engine/engine.h\"", false);
        row("widgets/grid.h", "\"core/cluster/world/world.h\"", false);
        row("widgets/grid.h", "\"app/backend.h\"", false);
        row("widgets/grid.h", "<QWidget>", true);
        row("app/main.cpp", "\"core/engine/engine.h\"", true);
        row("app/main.cpp", "\"widgets/grid.h\"", true);
        row("app/main.cpp", "\"tests/support/test_main.h\"", false);
        row("app/main.cpp", "\"ui_main.h\"", true);
        row("tests/engine/engine_test.cpp", "\"core/engine/engine.h\"", true);
        row("tests/engine/engine_test.cpp", "\"engine_test.moc\"", true);
    }

    void judgesAnArrow() {
        QFETCH(QString, path);
        QFETCH(QString, include);
        QFETCH(bool, allowed);
        const Source source{path, "#pragma once\n\n#include " + include + "\n"};
        const Complaints complaints = checkFloors(source);
        QCOMPARE(complaints.isEmpty(), allowed);
        if (!allowed) QCOMPARE(complaints[0].line, qsizetype{3});
    }

    void readsNoIncludeInAComment() {
        const Source source{"core/base/a.h",
                            "// #include \"core/engine/engine.h\"\n"
                            "/*\n#include \"core/engine/engine.h\"\n*/\n"};
        QVERIFY(checkFloors(source).isEmpty());
    }

    void findsQtBelowTheLine() {
        for (const char* include : {"<QString>", "<QtCore/QString>", "<QtTest>", "\"qstring.h\"",
                                    "<QtGlobal>", "<qglobal.h>"}) {
            const QString text = QString("#include ") + include + "\n";
            QCOMPARE(checkQtBelowTheLine({"core/base/a.h", text}).size(), 1);
            QVERIFY(checkQtBelowTheLine({"widgets/a.h", text}).isEmpty());
        }
        QCOMPARE(checkQtBelowTheLine({"core/a/CMakeLists.txt", "link(x Qt6::Core)"}).size(), 1);
        QCOMPARE(checkQtBelowTheLine({"core/a/CMakeLists.txt", "find_package(Qt6)"}).size(), 1);
        QVERIFY(checkQtBelowTheLine({"core/a/CMakeLists.txt", "link(x fmt::fmt)"}).isEmpty());
        QVERIFY(checkQtBelowTheLine({"core/cmake/a.cmake", "find_package(Qt6)"}).isEmpty());
        QVERIFY(checkQtBelowTheLine({"core/a/a.h", "#include <queue>\n"}).isEmpty());
        QVERIFY(checkQtBelowTheLine({"core/a/a.h", "#include \"core/a/q.h\"\n"}).isEmpty());
    }
};

ORRERY_TEST_CLASS(FloorsTest)
#include "floors_test.moc"
