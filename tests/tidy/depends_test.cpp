#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/rules.h"

using namespace orrery::tidy;

namespace {

// A house of three floors and a folder of two modules.
QList<Source> tree(const QString& path, const QString& include) {
    return {
        {"core/a/CMakeLists.txt", "orrery_module(a\n    SOURCES a.cpp\n    HEADERS a.h\n)\n"},
        {"core/b/CMakeLists.txt", "orrery_module(b HEADERS b.h DEPENDS a)  # and no other\n"},
        {"core/c/CMakeLists.txt",
         "orrery_module(c\n    HEADERS c.h\n    DEPENDS b\n    PRECOMPILED b\n)\n"},
        {"core/d/CMakeLists.txt",
         "orrery_module(d DEPENDS a)\n"
         "foreach(group IN LISTS groups)\n    orrery_module(d_${group} DEPENDS d c)\n"
         "endforeach()\n"},
        {"core/e/CMakeLists.txt", "orrery_module(e DEPENDS ${groups} b)\n"},
        {path, "#pragma once\n\n#include " + include + "\n"},
    };
}

}  // namespace

class DependsTest : public QObject {
    Q_OBJECT
private slots:
    void judgesAnInclude_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("include");
        QTest::addColumn<bool>("allowed");
        const auto row = [](const char* path, const char* include, bool allowed) {
            QTest::addRow("%s includes %s", path, include) << path << include << allowed;
        };
        row("core/b/b.h", "\"core/a/a.h\"", true);
        row("core/b/b.h", "\"core/b/other.h\"", true);
        row("core/c/c.cpp", "\"core/b/b.h\"", true);
        row("core/c/c.cpp", "\"core/a/a.h\"", true);  // Through b.
        row("core/c/c.cpp", "\"core/d/d.h\"", false);
        row("core/a/a.h", "\"core/b/b.h\"", false);
        row("core/a/a.h", "<vector>", true);
        row("core/a/a.h", "\"core/b/list.def\"", true);
        row("core/d/group/d.cpp", "\"core/c/c.h\"", true);  // The folder above has its module.
        row("core/d/group/d.cpp", "\"core/d/d.h\"", true);
        row("core/d/group/d.cpp", "\"core/e/e.h\"", false);
        row("core/e/e.cpp", "\"core/a/a.h\"", true);
        row("core/e/e.cpp", "\"core/c/c.h\"", false);
        row("core/f/f.cpp", "\"core/a/a.h\"", false);  // Of no module.
        row("tests/a/a_test.cpp", "\"core/c/c.h\"", true);
    }

    void judgesAnInclude() {
        QFETCH(QString, path);
        QFETCH(QString, include);
        QFETCH(bool, allowed);
        const Complaints complaints = checkDepends(tree(path, include));
        QCOMPARE(complaints.isEmpty(), allowed);
        if (allowed) return;
        QCOMPARE(complaints[0].path, path);
        QCOMPARE(complaints[0].line, qsizetype{3});
    }

    void findsANameThatIsNoModule() {
        const Complaints complaints =
            checkDepends({{"core/a/CMakeLists.txt", "orrery_module(a DEPENDS orbit)\n"}});
        QCOMPARE(complaints.size(), 1);
        QCOMPARE(complaints[0].toString(), QString("core/a/CMakeLists.txt: orbit is no module"));
    }
};

ORRERY_TEST_CLASS(DependsTest)
#include "depends_test.moc"
