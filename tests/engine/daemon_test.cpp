// Goal: orreryd as scripts and containers use it: the line that says it is ready, exit codes,
// signals, and data that survives a kill.

#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "tests/engine/daemon_harness.h"
#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery::test;

class DaemonTest : public QObject {
    Q_OBJECT
private slots:
    void saysWhenItIsReady() {
        const Daemon daemon({"--memory", "--port", "0"});
        QCOMPARE(daemon.line, QString("listening on http://127.0.0.1:%1").arg(daemon.port));
        BlockingClient client(daemon.port);
        QVERIFY(client.connected);
        QCOMPARE(client.call("ListTables", "{}").body, QString(R"({"TableNames":[]})"));
    }

    void endsAtOnceWhenAsked_data() {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGHUP") << SIGHUP;
    }
    void endsAtOnceWhenAsked() {
        QFETCH(int, signal);
        Daemon daemon({"--memory", "--port", "0"});
        BlockingClient idle(daemon.port);
        idle.call("ListTables", "{}");
        ::kill(static_cast<pid_t>(daemon.process.processId()), signal);
        QVERIFY(daemon.process.waitForFinished(kPatience));
        QCOMPARE(daemon.process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(daemon.process.exitCode(), 0);
    }

    void keepsWhatItAcknowledgedThroughAKill() {
        const QTemporaryDir folder;
        const QStringList arguments{"--data", folder.path(), "--port", "0"};
        int acknowledged = 0;
        {
            Daemon daemon(arguments);
            BlockingClient client(daemon.port);
            QCOMPARE(client.call("CreateTable", kCreateTable).status, 200);
            for (int i = 0; i < 50; ++i)
                if (client.call("PutItem", putJson(std::to_string(i))).status == 200)
                    ++acknowledged;
            ::kill(static_cast<pid_t>(daemon.process.processId()), SIGKILL);
            daemon.process.waitForFinished(kPatience);
        }
        QCOMPARE(acknowledged, 50);
        const Daemon again(arguments);
        BlockingClient client(again.port);
        for (int i = 0; i < acknowledged; ++i) {
            const auto read = client.call("GetItem", getJson(std::to_string(i)));
            QCOMPARE(read.body, QString(R"({"Item":{"pk":{"S":"%1"}}})").arg(i));
        }
    }

    void saysHowToControlIt() {
        const auto help = run({"ctl", "--help"});
        QCOMPARE(help.code, 0);
        QVERIFY(help.out.startsWith("Usage: orreryd ctl"));
    }

    void saysHowToCheckAndRepairAFolder() {
        const Ran help = run({"--help"});
        QCOMPARE(help.code, 0);
        for (const char* command : {"orreryd ctl", "orreryd check --data", "orreryd repair --data"})
            QVERIFY2(help.out.contains(command), qPrintable(help.out));
        for (const QString& command : {QString("check"), QString("repair")}) {
            for (const char* word : {"--help", "-h"}) {
                const Ran asked = run({command, word});
                QCOMPARE(asked.code, 0);
                QVERIFY(asked.out.startsWith("Usage: orreryd " + command + " --data DIR\n"));
                QCOMPARE(asked.error, QString());
            }
            const Ran wrong = run({command, "--dta", "x"});
            QCOMPARE(wrong.code, 2);
            QCOMPARE(wrong.out, QString());
            QCOMPARE(wrong.error, "Usage: orreryd " + command + " --data DIR\n");
        }
    }

    // The saved clock and profile survive a kill, and orreryd prints them.
    void keepsClockAndProfileThroughAKill() {
        const QTemporaryDir folder;
        const QStringList arguments{"--data", folder.path(), "--port", "0"};
        const auto ctl = [](const Daemon& daemon, const QStringList& words) {
            const QString endpoint = QString("http://127.0.0.1:%1").arg(daemon.port);
            return run(QStringList{"ctl", "--endpoint", endpoint} + words);
        };
        {
            Daemon daemon(arguments + QStringList{"--profile", "service-like"});
            QVERIFY(ctl(daemon, {"status"}).out.contains(R"("profile":"service-like")"));
            QCOMPARE(ctl(daemon, {"clock", "speed", "0.5"}).code, 0);
            QCOMPARE(ctl(daemon, {"clock", "pause"}).code, 0);
            ::kill(static_cast<pid_t>(daemon.process.processId()), SIGKILL);
            daemon.process.waitForFinished(kPatience);
        }
        {
            Daemon daemon(arguments);
            const QString clock = ctl(daemon, {"clock"}).out;
            QVERIFY2(clock.contains(R"("state":"paused","speed":0.5)"), qPrintable(clock));
            const QString status = ctl(daemon, {"status"}).out;
            QVERIFY2(status.contains(R"("profile":"service-like")"), qPrintable(status));
            const QString told = QString::fromUtf8(daemon.process.readAllStandardError());
            QVERIFY2(told.contains("the saved clock setting is paused"), qPrintable(told));
            QVERIFY2(told.contains("using profile service-like, saved in the data folder"),
                     qPrintable(told));
            // It stops although nothing can be answered.
            ::kill(static_cast<pid_t>(daemon.process.processId()), SIGTERM);
            QVERIFY(daemon.process.waitForFinished(kPatience));
            QCOMPARE(daemon.process.exitCode(), 0);
        }
        {
            const Daemon daemon(arguments + QStringList{"--profile", "drop-in"});
            QVERIFY(ctl(daemon, {"status"}).out.contains(R"("profile":"drop-in")"));
            QCOMPARE(ctl(daemon, {"clock", "resume"}).code, 0);
        }
        const Daemon daemon(arguments);
        QVERIFY(ctl(daemon, {"status"}).out.contains(R"("profile":"drop-in")"));
        QVERIFY(ctl(daemon, {"clock"}).out.contains(R"("state":"running","speed":0.5)"));
    }

    // A fault that nobody remembers looks like a bug of the store.
    void saysHowToHealTheFaultsThatItKept() {
        const QTemporaryDir folder;
        const QStringList arguments{"--data", folder.path(), "--port", "0"};
        const auto ctl = [](const Daemon& daemon, const QStringList& words) {
            const QString endpoint = QString("http://127.0.0.1:%1").arg(daemon.port);
            return run(QStringList{"ctl", "--endpoint", endpoint} + words);
        };
        const auto told = [](Daemon& daemon) {
            return QString::fromUtf8(daemon.process.readAllStandardError());
        };
        {
            Daemon daemon(arguments);
            QVERIFY(!told(daemon).contains("fault"));
            QCOMPARE(BlockingClient(daemon.port).call("CreateTable", kCreateTable).status, 200);
            QCOMPARE(ctl(daemon, {"fault", "zone-outage", "us-east-1a"}).code, 0);
            QCOMPARE(ctl(daemon, {"heal", "1"}).code, 0);
            QCOMPARE(ctl(daemon, {"fault", "zone-outage", "us-east-1b"}).code, 0);
            QCOMPARE(ctl(daemon, {"fault", "link-cut", "us-east-1a", "us-east-1c"}).code, 0);
            QCOMPARE(ctl(daemon, {"clock", "speed", "0.5"}).code, 0);
            ::kill(static_cast<pid_t>(daemon.process.processId()), SIGKILL);
            daemon.process.waitForFinished(kPatience);
        }
        {
            Daemon daemon(arguments);
            const QString all = told(daemon);
            QVERIFY2(all.contains("fault 2 is still active: us-east-1b has failed; run \"orreryd "
                                  "ctl heal 2\" to heal it\n"),
                     qPrintable(all));
            QVERIFY2(all.contains("fault 3 is still active: us-east-1a - us-east-1c: link cut; run "
                                  "\"orreryd ctl heal 3\" to heal it\n"),
                     qPrintable(all));
            QVERIFY2(!all.contains("fault 1"), qPrintable(all));
            QVERIFY2(all.contains("0.5 times normal speed; run \"orreryd ctl clock speed 1\""),
                     qPrintable(all));
            QCOMPARE(ctl(daemon, {"heal", "2"}).code, 0);
            QCOMPARE(ctl(daemon, {"heal", "3"}).code, 0);
            QCOMPARE(ctl(daemon, {"clock", "speed", "1"}).code, 0);
            ::kill(static_cast<pid_t>(daemon.process.processId()), SIGKILL);
            daemon.process.waitForFinished(kPatience);
        }
        Daemon daemon(arguments);
        const QString all = told(daemon);
        QVERIFY2(!all.contains("fault") && !all.contains("speed"), qPrintable(all));
    }

    void saysInOneSentenceWhyItDoesNotStart() {
        const QTemporaryDir folder;
        const Daemon daemon({"--data", folder.path(), "--port", "0"});
        const Ran busy = run({"--memory", "--port", QString::number(daemon.port)});
        QCOMPARE(busy.code, 1);
        QVERIFY2(busy.error.contains("another program uses it"), qPrintable(busy.error));
        const Ran locked = run({"--data", folder.path(), "--port", "0"});
        QCOMPARE(locked.code, 1);
        QCOMPARE(locked.error.count('\n'), 1);
        const Ran later = run({"--memory", "--profile", "classroom"});
        QCOMPARE(later.code, 1);
        QVERIFY(later.error.contains("not supported"));
        QVERIFY(
            run({"--memory", "--credentials", "/none/x"}).error.contains("cannot read /none/x"));
        QVERIFY(run({"--memory", "--clock-skew", "x"}).error.contains("is not a duration"));
        for (const QStringList& words :
             {QStringList{"--data", ""}, QStringList{"-dbPath", ""}, QStringList{"--data="}}) {
            const Ran nowhere = run(words + QStringList{"--port", "0"});
            QVERIFY(nowhere.code != 0);
            QVERIFY2(nowhere.error.contains("--data"), qPrintable(nowhere.error));
        }
        const Ran cors = run({"--memory", "--cors", "https://app.example/path"});
        QCOMPARE(cors.code, 1);
        QVERIFY2(cors.error.contains("is not an origin"), qPrintable(cors.error));
        QVERIFY(run({"--no-such-flag"}).code != 0);
        QVERIFY(run({"--memory", "--data", "x"}).code != 0);
    }

    void printsTheBannerThatContainersWaitFor() {
        Daemon daemon({"-inMemory", "-sharedDb", "-port", "0"});
        QVERIFY(daemon.port != 0);
        const Ran version = run({"-version"});
        QCOMPARE(version.code, 0);
        QVERIFY(!version.out.isEmpty());
    }

    void isControlledFromTheCommandLine() {
        const Daemon daemon({"--memory", "--port", "0"});
        BlockingClient client(daemon.port);
        client.call("CreateTable", kCreateTable);
        const QString endpoint = QString("http://127.0.0.1:%1").arg(daemon.port);
        const auto ctl = [&](const QStringList& words) {
            return run(QStringList{"ctl", "--endpoint", endpoint} + words);
        };
        QVERIFY(ctl({"status"}).out.contains("\"tables\":1"));
        const Ran fault = ctl({"fault", "zone-outage", "us-east-1b", "20s"});
        QCOMPARE(fault.code, 0);
        QVERIFY(fault.out.contains("\"active\":true"));
        QCOMPARE(ctl({"heal", "all"}).code, 0);
        const Ran wrong = ctl({"fault", "zone-outage", "mars"});
        QCOMPARE(wrong.code, 1);
        QVERIFY(wrong.error.contains("error"));
        QCOMPARE(ctl({"dance"}).code, 2);
        QCOMPARE(run({"ctl", "--endpoint", "http://127.0.0.1:1", "status"}).code, 1);
    }

    void loadsTheSamples() {
        const Daemon daemon({"--memory", "--port", "0", "--demo"});
        BlockingClient client(daemon.port);
        QString names;
        for (int looks = 0; looks < 100'000 && names.count(',') < 2; ++looks)
            names = client.call("ListTables", "{}").body;
        QVERIFY2(names.count(',') >= 2, qPrintable(names));
    }
};

ORRERY_TEST_CLASS(DaemonTest)
#include "daemon_test.moc"
