// Goal: a daemon that is ended in the middle of its work, in any way, keeps its promises. Method:
// sixteen clients write to one data folder; the daemon is killed or asked to end at a moment that
// depends on them; the test reads the next one.

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <random>

#include "tests/live/daemon.h"
#include "tests/live/fleet.h"
#include "tests/live/live_table.h"
#include "tests/live/text.h"
#include "tests/support/test_main.h"

using namespace orrery::live;

namespace {

constexpr std::uint64_t kSeed = 20261121;
constexpr int kEndsWithinMs = 3000;

/// Small items make many short transactions; large ones soon fill the memtable, so that the kill
/// comes while the tree is flushed.
FleetPlan planOf(int round) {
    return {.padBytes = round % 3 == 2 ? 24000u : 200u, .reads = false, .mayEnd = true};
}

/// Creates the table where a loss was allowed to remove it.
bool hasTable(HttpClient& client) {
    const auto made = client.call("CreateTable", createTableJson());
    return made.status == 200 || made.body.find("ResourceInUseException") != std::string::npos;
}

}  // namespace

class KillTest : public QObject {
    Q_OBJECT
private slots:
    void losesNothingInTwentyKills() {
        const QTemporaryDir folder;
        Ledger ledger(kClients, 48);
        std::mt19937_64 random(kSeed);
        std::uint64_t written = 0;
        for (int round = 0; round < 20; ++round) {
            Daemon daemon({"--data", folder.path()});
            QVERIFY2(daemon.isReady(), qPrintable(daemon.errors()));
            HttpClient client(daemon.port());
            if (round == 0) QVERIFY(hasTable(client));
            checkEveryKey(daemon.port(), ledger);
            QCOMPARE(ledger.complaints(), std::string());
            Fleet fleet(daemon.port(), ledger, planOf(round), kSeed + written);
            QVERIFY(fleet.waitForWrites(50 + random() % 400));
            daemon.kill();
            fleet.stop();
            QCOMPARE(fleet.firstFailure(), std::string());
            QCOMPARE(ledger.complaints(), std::string());
            written += fleet.counts().writes;
        }
        const Daemon daemon({"--data", folder.path()});
        checkEveryKey(daemon.port(), ledger);
        QCOMPARE(ledger.complaints(), std::string());
        HttpClient client(daemon.port());
        QCOMPARE(compareReplicas(client), std::string());
        QCOMPARE(compareIndex(client), std::string());
        // The trees were written meanwhile, not only the log.
        QVERIFY(treeFileBytes(client) > 10 * 24000);
        qInfo("%llu writes, %lld bytes of trees", static_cast<unsigned long long>(written),
              static_cast<long long>(treeFileBytes(client)));
    }

    void relaxedComesBackUndamaged() {
        const QTemporaryDir folder;
        const QStringList arguments{"--durability", "relaxed", "--data", folder.path()};
        Ledger ledger(kClients, 16);
        std::mt19937_64 random(kSeed);
        for (int round = 0; round < 5; ++round) {
            Daemon daemon(arguments);
            QVERIFY2(daemon.isReady(), qPrintable(daemon.errors()));
            HttpClient client(daemon.port());
            QVERIFY(hasTable(client));
            checkEveryKey(daemon.port(), ledger, Promise::MayLose);
            QCOMPARE(ledger.complaints(), std::string());
            QCOMPARE(compareReplicas(client), std::string());
            Fleet fleet(daemon.port(), ledger, planOf(round), kSeed + random());
            QVERIFY(fleet.waitForWrites(200 + random() % 800));
            daemon.kill();
            fleet.stop();
            QCOMPARE(ledger.complaints(), std::string());
        }
        const Daemon daemon(arguments);
        HttpClient client(daemon.port());
        checkEveryKey(daemon.port(), ledger, Promise::MayLose);
        QCOMPARE(ledger.complaints(), std::string());
        QCOMPARE(compareReplicas(client), std::string());
        QCOMPARE(compareIndex(client), std::string());
    }

    void endsAtOnceAndKeepsAll_data() {
        QTest::addColumn<QString>("durability");
        QTest::newRow("durable") << "durable";
        QTest::newRow("relaxed") << "relaxed";
    }
    /// A clean end loses nothing, relaxed or not.
    void endsAtOnceAndKeepsAll() {
        QFETCH(QString, durability);
        const QTemporaryDir folder;
        const QStringList arguments{"--durability", durability, "--data", folder.path()};
        Ledger ledger(kClients, 16);
        for (int round = 0; round < 3; ++round) {
            Daemon daemon(arguments);
            QVERIFY2(daemon.isReady(), qPrintable(daemon.errors()));
            HttpClient client(daemon.port());
            QVERIFY(hasTable(client));
            checkEveryKey(daemon.port(), ledger);
            FleetPlan plan = planOf(round);
            plan.reads = true;
            Fleet fleet(daemon.port(), ledger, plan, kSeed);
            QVERIFY(fleet.waitForWrites(300));
            QElapsedTimer timer;
            timer.start();
            QCOMPARE(daemon.terminate().value_or(-1), 0);
            QVERIFY2(timer.elapsed() < kEndsWithinMs, qPrintable(QString::number(timer.elapsed())));
            fleet.stop();
            QCOMPARE(fleet.firstFailure(), std::string());
            QCOMPARE(ledger.complaints(), std::string());
        }
        const Daemon daemon(arguments);
        checkEveryKey(daemon.port(), ledger);
        QCOMPARE(ledger.complaints(), std::string());
        HttpClient client(daemon.port());
        QCOMPARE(compareReplicas(client), std::string());
    }
};

ORRERY_TEST_CLASS(KillTest)
#include "kill_test.moc"
