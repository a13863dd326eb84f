// Goal: clients that send much and read nothing cost orreryd little memory, and it serves the
// others; it also does where the system gives it few files and little address space.

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <csignal>
#include <memory>
#include <vector>

#include "tests/engine/daemon_harness.h"
#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery::test;

namespace {

/// Anonymous memory, in megabytes.
int memoryOf(const Daemon& daemon) {
    QFile status(QString("/proc/%1/status").arg(daemon.process.processId()));
    if (!status.open(QIODevice::ReadOnly)) return -1;
    for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith("RssAnon:")) return line.mid(8).trimmed().split(' ')[0].toInt() / 1024;
    return -1;
}

/// The largest mapping of the file of this name, in megabytes; 0: it is not mapped.
quint64 mappedMegabytes(const Daemon& daemon, const char* name) {
    QFile maps(QString("/proc/%1/maps").arg(daemon.process.processId()));
    if (!maps.open(QIODevice::ReadOnly)) return 0;
    quint64 bytes = 0;
    for (const QByteArray& line : maps.readAll().split('\n')) {
        if (!line.endsWith(name)) continue;
        const QList<QByteArray> bounds = line.split(' ')[0].split('-');
        bytes = std::max(bytes,
                         bounds[1].toULongLong(nullptr, 16) - bounds[0].toULongLong(nullptr, 16));
    }
    return bytes >> 20;
}

constexpr int kItems = 40;

std::string keyJson(int key) {
    return "{\"pk\":{\"S\":\"" + std::to_string(key) + "\"}}";
}

void fill(BlockingClient& client) {
    QCOMPARE(client.call("CreateTable", kCreateTable).status, 200);
    const std::string large = ",\"v\":{\"S\":\"" + std::string(380'000, 'x') + "\"}}}";
    for (int i = 0; i < kItems; ++i) {
        std::string item = keyJson(i);
        item.pop_back();
        const auto put = client.call("PutItem", "{\"TableName\":\"Tab\",\"Item\":" + item + large);
        QCOMPARE(put.status, 200);
    }
}

/// A BatchGetItem with an answer of 15 MB.
std::string largeRead() {
    std::string keys = keyJson(0);
    for (int i = 1; i < kItems; ++i)
        keys += "," + keyJson(i);
    return BlockingClient::signedCall("BatchGetItem",
                                      "{\"RequestItems\":{\"Tab\":{\"Keys\":[" + keys + "]}}}");
}

const std::string kSmallRead =
    "{\"TableName\":\"Tab\",\"ProjectionExpression\":\"pk\",\"Key\":" + keyJson(1) + "}";

}  // namespace

class DaemonLimitsTest : public QObject {
    Q_OBJECT
private slots:
    void holdsFewAnswersThatNobodyReads_data() {
        QTest::addColumn<int>("connections");
        QTest::addColumn<int>("megabytesMax");
        QTest::newRow("one connection") << 1 << 100;
        QTest::newRow("many connections") << 40 << 400;
    }
    void holdsFewAnswersThatNobodyReads() {
        QFETCH(int, connections);
        QFETCH(int, megabytesMax);
        const Daemon daemon({"--memory", "--port", "0"});
        BlockingClient other(daemon.port);
        fill(other);
        const int before = memoryOf(daemon);
        std::string many;
        for (int i = 0; i < 64; ++i)
            many += largeRead();
        std::vector<std::unique_ptr<BlockingClient>> clients;
        for (int i = 0; i < connections; ++i) {
            clients.push_back(std::make_unique<BlockingClient>(daemon.port));
            clients.back()->send(many);
        }
        int most = before;
        for (int i = 0; i < 50; ++i) {
            QCOMPARE(other.call("GetItem", kSmallRead).status, 200);
            most = std::max(most, memoryOf(daemon));
        }
        QVERIFY2(most - before < megabytesMax, qPrintable(QString::number(most - before)));
        // They still get them if they read.
        for (int i = 0; i < 4; ++i)
            QCOMPARE(clients[0]->receive().status, 200);
    }

    // They held 256 MB and more, and clients that came later were not accepted for seconds.
    void holdsLittleOfUploadsThatStop() {
        const Daemon daemon({"--memory", "--port", "0"});
        BlockingClient other(daemon.port);
        QCOMPARE(other.call("CreateTable", kCreateTable).status, 200);
        const int before = memoryOf(daemon);
        const std::string upload =
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16000000\r\n\r\n" +
            std::string(900'000, 'x');
        std::vector<std::unique_ptr<BlockingClient>> clients;
        int most = before;
        for (int i = 0; i < 300; ++i) {
            clients.push_back(std::make_unique<BlockingClient>(daemon.port));
            clients.back()->sendAtOnce(upload);
            if (i % 20 != 0) continue;
            BlockingClient fresh(daemon.port);
            QCOMPARE(fresh.call("GetItem", kSmallRead).status, 200);
            most = std::max(most, memoryOf(daemon));
        }
        QVERIFY2(most - before < 100, qPrintable(QString::number(most - before)));
    }

    // The limit of open files is so low that silent clients take them all.
    void servesActiveClientsThoughSilentOnesTakeAllFiles() {
        Daemon daemon({"--memory", "--port", "0"}, 64);
        QVERIFY(daemon.port != 0);
        std::vector<std::unique_ptr<BlockingClient>> silent;
        for (int i = 0; i < 200; ++i) {
            silent.push_back(std::make_unique<BlockingClient>(daemon.port));
            silent.back()->send("POST / HTTP/1.1\r\nHo");
        }
        BlockingClient speaks(daemon.port);
        QCOMPARE(speaks.call("ListTables", "{}").status, 200);
    }

    // Threads and the heap need most of it: each file may map an eighth.
    void servesInLittleAddressSpace_data() {
        QTest::addColumn<quint64>("megabytes");
        QTest::newRow("the least that is accepted") << quint64{512};
        QTest::newRow("2 GB") << quint64{2048};
    }
    void servesInLittleAddressSpace() {
        QFETCH(quint64, megabytes);
        const QTemporaryDir folder;
        Daemon daemon({"--data", folder.path(), "--port", "0"}, 0, 0, megabytes << 20);
        QVERIFY2(daemon.port != 0, daemon.process.readAllStandardError().constData());
        for (const char* file : {"log.mdb", "items.mdb"}) {
            const quint64 mapped = mappedMegabytes(daemon, file);
            QVERIFY2(mapped > 0 && mapped <= megabytes / 8, qPrintable(QString::number(mapped)));
        }
        BlockingClient client(daemon.port);
        fill(client);
        QCOMPARE(client.call("GetItem", kSmallRead).status, 200);
        daemon.process.terminate();
        QVERIFY(daemon.process.waitForFinished(kPatience));
        QCOMPARE(daemon.process.exitCode(), 0);
    }

    void saysThatThereIsTooLittleAddressSpace() {
        const QTemporaryDir folder;
        Daemon daemon({"--data", folder.path(), "--port", "0"}, 0, 0, rlim_t{256} << 20);
        QVERIFY(daemon.process.state() == QProcess::NotRunning ||
                daemon.process.waitForFinished(kPatience));
        QCOMPARE(daemon.port, std::uint16_t{0});
        QCOMPARE(daemon.process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(daemon.process.exitCode(), 1);
        const QByteArray said = daemon.process.readAllStandardError();
        QCOMPARE(said.count('\n'), 1);
        QVERIFY2(said.contains("The limit on address space is 256 MB, and at least 512 MB are "
                               "needed; raise it (ulimit -v) and start again."),
                 said.constData());
    }

    void ignoresHangUpIfItsParentDoes() {
        Daemon daemon({"--memory", "--port", "0"}, 0, SIGHUP);
        BlockingClient client(daemon.port);
        ::kill(static_cast<pid_t>(daemon.process.processId()), SIGHUP);
        QCOMPARE(client.call("ListTables", "{}").status, 200);
    }
};

ORRERY_TEST_CLASS(DaemonLimitsTest)
#include "daemon_limits_test.moc"
