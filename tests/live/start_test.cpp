// Goal: a daemon that cannot start says why in one sentence, and one that must not write files
// writes none.

#include <unistd.h>

#include <QDir>
#include <QDirIterator>
#include <QTemporaryDir>
#include <QTest>

#include "tests/live/daemon.h"
#include "tests/live/fleet.h"
#include "tests/live/live_table.h"
#include "tests/live/text.h"
#include "tests/support/test_main.h"

using namespace orrery::live;

namespace {

/// Open files of a process that have, or had, a name on a disk; programs and libraries are mapped,
/// not open.
QStringList openFiles(qint64 pid) {
    QStringList files;
    QDirIterator entries(QString("/proc/%1/fd").arg(pid), QDir::Files | QDir::System);
    while (entries.hasNext()) {
        const QString target = QFile::symLinkTarget(entries.next());
        if (target.startsWith('/') && !target.contains("/fd/") && !target.startsWith("/dev/"))
            files.append(target);
    }
    return files;
}

/// Those that a child did not inherit from this process.
QStringList filesOpenedBy(qint64 child) {
    const QStringList inherited = openFiles(QCoreApplication::applicationPid());
    QStringList opened;
    for (const QString& file : openFiles(child))
        if (!inherited.contains(file)) opened.append(file);
    return opened;
}

bool isOneSentence(const QString& text) {
    return text.count('\n') == 1 && text.endsWith(".\n") && text.startsWith("orreryd: ");
}

}  // namespace

class StartTest : public QObject {
    Q_OBJECT
private slots:
    void aFolderInUseNamesItsHolder() {
        const QTemporaryDir folder;
        const Daemon holder({"--data", folder.path()});
        QVERIFY(holder.isReady());
        const Ended second = runDaemon({"--port", "0", "--data", folder.path()});
        QCOMPARE(second.code.value_or(-1), 1);
        QVERIFY2(isOneSentence(second.errors), qPrintable(second.errors));
        QVERIFY2(second.errors.contains(QString("(process %1)").arg(holder.pid())),
                 qPrintable(second.errors));
        // The holder is not affected.
        HttpClient client(holder.port());
        QCOMPARE(client.call("ListTables", "{}").status, 200);
    }

    void aPortInUseIsNamed() {
        const Daemon holder({"--memory"});
        QVERIFY(holder.isReady());
        const QString port = QString::number(holder.port());
        const Ended second = runDaemon({"--memory", "--port", port});
        QCOMPARE(second.code.value_or(-1), 1);
        QVERIFY2(isOneSentence(second.errors), qPrintable(second.errors));
        QVERIFY2(second.errors.contains(port), qPrintable(second.errors));
    }

    /// A start that failed because of the port releases the folder.
    void aPortInUseKeepsNoFolder() {
        const QTemporaryDir folder;
        const Daemon holder({"--memory"});
        const Ended refused =
            runDaemon({"--port", QString::number(holder.port()), "--data", folder.path()});
        QCOMPARE(refused.code.value_or(-1), 1);
        const Daemon later({"--data", folder.path()});
        QVERIFY(later.isReady());
    }

    void inMemoryNoFileIsWritten() {
        const QTemporaryDir home;
        const QString path = home.path();
        const auto enter = [path] {
            if (::chdir(qPrintable(path)) != 0) ::_exit(1);
        };
        const QStringList environment{"HOME=" + path, "XDG_DATA_HOME=" + path, "TMPDIR=" + path};
        Daemon daemon({"--memory"}, enter, environment);
        QVERIFY(daemon.isReady());
        HttpClient client(daemon.port());
        QCOMPARE(client.call("CreateTable", createTableJson()).status, 200);
        Ledger ledger(kClients, 4);
        Fleet fleet(daemon.port(), ledger, {}, 1);
        QVERIFY(fleet.waitForWrites(1000));
        QCOMPARE(filesOpenedBy(daemon.pid()), QStringList());
        fleet.stop();
        QCOMPARE(fleet.firstFailure(), std::string());
        checkEveryKey(daemon.port(), ledger);
        QCOMPARE(ledger.complaints(), std::string());
        QCOMPARE(compareReplicas(client), std::string());
        QCOMPARE(daemon.terminate().value_or(-1), 0);
        QCOMPARE(QDir(path).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList());
    }
};

ORRERY_TEST_CLASS(StartTest)
#include "start_test.moc"
