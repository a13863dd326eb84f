#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/rules.h"

using namespace orrery::tidy;

// Goal: the tree follows its rules. Method: reads every source and applies every rule; a failure
// lists all complaints of one kind, as a compiler would.
class TreeTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        const QDir root(ORRERY_ROOT);
        for (const char* room :
             {"core", "widgets", "app", "tests", "packaging", "resources", ".ci"})
            readRoom(root, room);
        m_sources.append({"CMakeLists.txt", contentOf(root.filePath("CMakeLists.txt"))});
        QVERIFY2(m_sources.size() > 30, "the tree was not found");
    }

    void keepsTheFloors() { QVERIFY(silent(checkFloors)); }
    void linksWhatItIncludes() { QVERIFY(silent(checkDepends(m_sources))); }
    void keepsWidgetsBySubject() { QVERIFY(silent(checkSubjects)); }
    void hasNoQtBelowTheLine() { QVERIFY(silent(checkQtBelowTheLine)); }
    void hasNoLongFile() { QVERIFY(silent(checkFileLength)); }
    void hasNoLongFunction() { QVERIFY(silent(checkFunctionLengths)); }
    void hasNoWideLine() { QVERIFY(silent(checkLineWidth)); }
    void usesNoBannedName() { QVERIFY(silent(checkBannedNames)); }
    void leavesNoNoteWithoutIssue() { QVERIFY(silent(checkNotes)); }
    void keepsSwitchesClosed() { QVERIFY(silent(checkSwitches)); }
    void keepsVisitorsClosed() { QVERIFY(silent(checkVisitors)); }
    void loopsOverNothingThatHasEnded() { QVERIFY(silent(checkRangeLifetimes)); }
    void keepsTheHabitsOfQt() { QVERIFY(silent(checkQtHabits)); }

    void walksNoUnorderedContainer() {
        QHash<QString, QString> texts;
        for (const Source& source : m_sources)
            texts[source.path] = source.text;
        Complaints complaints;
        for (const Source& source : m_sources) {
            QString header = source.path;
            header.replace(QRegularExpression("\\.cpp$"), ".h");
            complaints += checkUnorderedWalks(source, texts.value(header));
        }
        QVERIFY(silent(complaints));
    }

    void runsEveryTest() { QVERIFY(silent(checkTestsAreRun(m_sources))); }

    void testsEveryOperation() {
        const QDir root(ORRERY_ROOT);
        const QString rows = contentOf(root.filePath("core/api/operations.def"));
        QVERIFY2(rows.contains("OPERATION("), "core/api/operations.def has no row");
        QVERIFY(silent(checkOperationsAreTested(rows, m_paths)));
    }

private:
    static QString contentOf(const QString& path) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly)) return {};
        return QString::fromUtf8(file.readAll());
    }

    // Our text files by their suffix, and scripts by their first line.
    static bool isSource(const QString& path, const QString& text) {
        static const QSet<QString> suffixes{"h",   "cpp", "cmake", "sh", "py",
                                            "mjs", "js",  "awk",   "def"};
        const QString name = path.section('/', -1);
        if (name == "CMakeLists.txt") return true;
        if (name.contains('.')) return suffixes.contains(name.section('.', -1));
        return text.startsWith("#!");
    }

    void readRoom(const QDir& root, const QString& room) {
        QDirIterator files(root.filePath(room), QDir::Files | QDir::Hidden,
                           QDirIterator::Subdirectories);
        QStringList paths;
        while (files.hasNext())
            paths.append(root.relativeFilePath(files.next()));
        paths.sort();
        for (const QString& path : paths) {
            if (path.contains("/node_modules/") || path.contains("/__pycache__/")) continue;
            m_paths.append(path);
            const QString name = path.section('/', -1);
            const bool maybeScript = !name.contains('.');
            if (!maybeScript && !isSource(path, {})) continue;
            const QString text = contentOf(root.filePath(path));
            if (isSource(path, text)) m_sources.append({path, text});
        }
    }

    static bool silent(const Complaints& complaints) {
        for (const Complaint& complaint : complaints)
            qCritical("%s", qPrintable(complaint.toString()));
        return complaints.isEmpty();
    }

    bool silent(Complaints (*rule)(const Source&)) const {
        Complaints complaints;
        for (const Source& source : m_sources)
            complaints += rule(source);
        return silent(complaints);
    }

    QList<Source> m_sources;
    QStringList m_paths;
};

ORRERY_TEST_CLASS(TreeTest)
#include "tree_test.moc"
