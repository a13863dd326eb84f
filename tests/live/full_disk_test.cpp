// Goal: a full disk costs clients clean errors and no acknowledged write, and the engine says what
// is wrong. Method: a small file system where one can be mounted, and files that may not grow.

#include <sys/resource.h>

#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "tests/live/daemon.h"
#include "tests/live/fleet.h"
#include "tests/live/live_table.h"
#include "tests/live/small_disk.h"
#include "tests/live/text.h"
#include "tests/support/test_main.h"

using namespace orrery::live;

namespace {

constexpr rlim_t kFileBytesMax = 4u << 20;
constexpr const char* kDeleteTable = R"({"TableName":"Live"})";

/// Runs in the new process: no file grows beyond the bound, and a write that would exceed it fails
/// instead of raising a signal.
void boundFiles() {
    const rlimit bound{kFileBytesMax, kFileBytesMax};
    ::setrlimit(RLIMIT_FSIZE, &bound);
    ::signal(SIGXFSZ, SIG_IGN);
}

/// Writes until the disk is full, and a little longer.
void fillDisk(Daemon& daemon, HttpClient& client, Ledger& ledger) {
    QCOMPARE(client.call("CreateTable", createTableJson()).status, 200);
    QCOMPARE(storageProblem(client), std::string());
    Fleet fleet(daemon.port(), ledger, {.padBytes = 4000}, 1);
    QVERIFY(fleet.waitForWrites(50));
    QVERIFY(fleet.waitForFailures(200));
    const std::string problem = storageProblem(client);
    // A file at its bound is reported as such, unless the bound cut the last write short. Most
    // often little room is noticed before any write fails.
    const bool isTold = problem.find("only deletions are accepted") != std::string::npos ||
                        problem.find("the disk is full") != std::string::npos ||
                        problem.find("limit on file sizes") != std::string::npos;
    QVERIFY2(isTold, problem.c_str());
    fleet.stop();
    for (const Fleet::Failure& failure : fleet.failures())
        QVERIFY2(failure.what.starts_with("500 "), failure.what.c_str());
    QCOMPARE(ledger.complaints(), std::string());
    QVERIFY(daemon.isRunning());
    qInfo("%llu writes before and while it was full; %s",
          static_cast<unsigned long long>(fleet.counts().writes), problem.c_str());
}

void checkAll(std::uint16_t port, Ledger& ledger) {
    checkEveryKey(port, ledger);
    QCOMPARE(ledger.complaints(), std::string());
    HttpClient client(port);
    QCOMPARE(compareReplicas(client), std::string());
    QCOMPARE(compareIndex(client), std::string());
}

void writeAgain(std::uint16_t port, Ledger& ledger) {
    Fleet fleet(port, ledger, {.padBytes = 4000}, 2);
    QVERIFY(fleet.waitForWrites(200));
    fleet.stop();
    QCOMPARE(fleet.firstFailure(), std::string());
    QCOMPARE(ledger.complaints(), std::string());
}

}  // namespace

class FullDiskTest : public QObject {
    Q_OBJECT
private slots:
    void filesThatMayNotGrow() {
        const QTemporaryDir folder;
        Ledger ledger(kClients, 16);
        {
            Daemon daemon({"--data", folder.path()}, boundFiles);
            QVERIFY(daemon.isReady());
            HttpClient client(daemon.port());
            fillDisk(daemon, client, ledger);
            if (QTest::currentTestFailed()) return;
            QCOMPARE(daemon.terminate().value_or(-1), 0);
        }
        const Daemon daemon({"--data", folder.path()});
        QVERIFY(daemon.isReady());
        checkAll(daemon.port(), ledger);
        writeAgain(daemon.port(), ledger);
        checkAll(daemon.port(), ledger);
    }

    void aSmallFileSystem_data() {
        QTest::addColumn<bool>("restart");
        QTest::newRow("restarted with space") << true;
        QTest::newRow("given space as it runs") << false;
    }
    void aSmallFileSystem() {
        QFETCH(bool, restart);
        SmallDisk disk;
        if (!disk.isMounted()) QSKIP("This process may not mount a file system.");
        // More than there is room for, or the logs would be trimmed in time for ever.
        Ledger ledger(kClients, 64);
        auto daemon = std::make_unique<Daemon>(QStringList{"--data", disk.path()});
        QVERIFY(daemon->isReady());
        HttpClient client(daemon->port());
        fillDisk(*daemon, client, ledger);
        if (QTest::currentTestFailed()) return;
        QVERIFY(isReadOnly(client));
        if (restart) QCOMPARE(daemon->terminate().value_or(-1), 0);
        QVERIFY(disk.enlarge());
        if (restart) {
            daemon = std::make_unique<Daemon>(QStringList{"--data", disk.path()});
            QVERIFY(daemon->isReady());
        } else {
            recoversByItself(client);
        }
        if (QTest::currentTestFailed()) return;
        checkAll(daemon->port(), ledger);
        writeAgain(daemon->port(), ledger);
        checkAll(daemon->port(), ledger);
        QCOMPARE(daemon->terminate().value_or(-1), 0);
    }

    // Filled by the tables alone: deleting one makes room again, on the same disk.
    void deletingATableMakesRoom() {
        SmallDisk disk("size=48m");
        if (!disk.isMounted()) QSKIP("This process may not mount a file system.");
        Daemon daemon({"--data", disk.path()});
        QVERIFY(daemon.isReady());
        HttpClient client(daemon.port());
        for (int round = 0; round < 3; ++round) {
            QVERIFY(soonSucceeds(client, "CreateTable", createTableJson()));
            Ledger ledger(kClients, 16);
            Fleet fleet(daemon.port(), ledger, {.padBytes = 100'000}, round + 1);
            QVERIFY(fleet.waitForFailures(50));
            fleet.stop();
            QCOMPARE(ledger.complaints(), std::string());
            checkEveryKey(daemon.port(), ledger);
            QCOMPARE(ledger.complaints(), std::string());
            QVERIFY(soonSucceeds(client, "DeleteTable", kDeleteTable));
            recoversByItself(client);
            if (QTest::currentTestFailed()) return;
        }
        QCOMPARE(daemon.terminate().value_or(-1), 0);
    }
};

ORRERY_TEST_CLASS(FullDiskTest)
#include "full_disk_test.moc"
