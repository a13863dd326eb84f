// Goal: a command gets each change of a table once and in order, as Lambda's events, and again
// when it fails; it never outlives the engine.

#include "core/engine/stream_hook.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <boost/json.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/engine/command.h"
#include "core/engine/lambda_event.h"
#include "core/engine/stream_checkpoint.h"
#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::engine;
using test::RunningEngine;

namespace {

/// A pipe with a name, to which commands write lines.
class Pipe {
public:
    Pipe() : path((m_folder.path() + "/pipe").toStdString()) {
        ::mkfifo(path.c_str(), 0600);
        // A reader that writes too sees no end between two commands.
        m_file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    }
    ~Pipe() { ::close(m_file); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    /// Waits for the next line.
    QByteArray line() {
        char buffer[65'536];
        while (!m_read.contains('\n')) {
            const ssize_t size = ::read(m_file, buffer, sizeof buffer);
            if (size <= 0) return {};
            m_read.append(buffer, size);
        }
        const qsizetype length = m_read.indexOf('\n');
        const QByteArray taken = m_read.left(length);
        m_read.remove(0, length + 1);
        return taken;
    }
    QJsonArray records() { return QJsonDocument::fromJson(line()).object()["Records"].toArray(); }
    /// A command that writes its input as a line.
    std::string taking() const { return "(cat; echo) > " + path; }
    std::string folder() const { return m_folder.path().toStdString(); }

private:
    QTemporaryDir m_folder;
    QByteArray m_read;
    int m_file = -1;

public:
    const std::string path;
};

/// With one partition, so its stream has one shard.
void createTable(RunningEngine& running) {
    const char* request =
        R"({"TableName":"Tab","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],)"
        R"("KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],)"
        R"("ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},)"
        R"("StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}})";
    QCOMPARE(running.call("CreateTable", request).status, 200);
}

/// How many shards the table's stream has.
qsizetype shardsOfTab(RunningEngine& running) {
    const auto table = QJsonDocument::fromJson(
                           running.call("DescribeTable", R"({"TableName":"Tab"})").body.c_str())
                           .object()["Table"]
                           .toObject();
    const std::string arn = table["LatestStreamArn"].toString().toStdString();
    const auto stream =
        running.call("DynamoDBStreams_20120810.DescribeStream", R"({"StreamArn":")" + arn + "\"}");
    return QJsonDocument::fromJson(stream.body.c_str())
        .object()["StreamDescription"]
        .toObject()["Shards"]
        .toArray()
        .size();
}

}  // namespace

class StreamHookTest : public QObject {
    Q_OBJECT
private slots:
    void handsOverEachChangeOnceAndInOrder() {
        RunningEngine running;
        Pipe pipe;
        const StreamHook hook(*running.engine, {"Tab", pipe.taking()}, {});
        createTable(running);
        constexpr int kItems = 250;
        for (int i = 0; i < kItems; ++i)
            QCOMPARE(running.call("PutItem", test::putJson(std::to_string(i))).status, 200);
        running.call("DeleteItem", R"({"TableName":"Tab","Key":{"pk":{"S":"0"}}})");
        QStringList seen;
        QString last;
        while (seen.size() < kItems + 1) {
            const QJsonArray batch = pipe.records();
            QVERIFY(!batch.isEmpty() && batch.size() <= 100);
            for (const auto&& value : batch) {
                const QJsonObject record = value.toObject();
                const QJsonObject change = record["dynamodb"].toObject();
                QCOMPARE(record["eventSource"].toString(), QString("aws:dynamodb"));
                QVERIFY(record["eventSourceARN"].toString().contains(":table/Tab/stream/"));
                QVERIFY(change["SequenceNumber"].toString() > last);
                last = change["SequenceNumber"].toString();
                seen += record["eventName"].toString() +
                        change["Keys"].toObject()["pk"].toObject()["S"].toString();
            }
        }
        QStringList expected;
        for (int i = 0; i < kItems; ++i)
            expected += "INSERT" + QString::number(i);
        expected += "REMOVE0";
        QCOMPARE(seen, expected);
    }

    // More records than one batch has, on both sides of the time when the shard was closed.
    void handsOverAShardBeforeItsChild() {
        RunningEngine running;
        Pipe pipe;
        createTable(running);
        const std::filesystem::path positions = std::filesystem::path(pipe.folder()) / "positions";
        std::filesystem::create_directory(positions);
        std::ofstream(positions / "hook") << "orrery stream hook 1\nsince 0\n";
        constexpr int kItems = 250;
        const auto put = [&](int i) {
            QCOMPARE(running.call("PutItem", test::putJson(std::to_string(i))).status, 200);
        };
        for (int i = 0; i < kItems; ++i)
            put(i);
        QCOMPARE(running.control("POST", "/clock/advance", R"({"by":"5h"})").status, 200);
        QTRY_VERIFY(shardsOfTab(running) == 2);
        for (int i = kItems; i < 2 * kItems; ++i)
            put(i);
        const StreamHook hook(*running.engine, {"Tab", pipe.taking(), positions / "hook"}, {});
        for (int seen = 0; seen < 2 * kItems;) {
            const QJsonArray batch = pipe.records();
            QVERIFY(!batch.isEmpty());
            for (const auto&& record : batch) {
                const QJsonObject keys =
                    record.toObject()["dynamodb"].toObject()["Keys"].toObject();
                QCOMPARE(keys["pk"].toObject()["S"].toString(), QString::number(seen++));
            }
        }
    }

    void handsOverTheSameRecordsAgainAfterAFailure() {
        RunningEngine running;
        Pipe pipe;
        const std::string mark = pipe.folder() + "/mark";
        createTable(running);
        QCOMPARE(running.call("PutItem", test::putJson("a")).status, 200);
        std::vector<std::string> reports;
        QJsonArray records;
        {
            const StreamHook hook(
                *running.engine,
                {"Tab", "if test -e " + mark + "; then " + pipe.taking() + "; else touch " + mark +
                            "; exit 3; fi"},
                [&](const std::string& sentence) { reports.push_back(sentence); });
            records = pipe.records();
        }
        QCOMPARE(records.size(), 1);
        QCOMPARE(records[0].toObject()["eventName"].toString(), QString("INSERT"));
        QCOMPARE(reports.front(), std::string("the command for the stream of Tab ended with code "
                                              "3; it runs again in 200 ms"));
    }

    void endsACommandThatRuns() {
        RunningEngine running;
        Pipe pipe;
        createTable(running);
        QCOMPARE(running.call("PutItem", test::putJson("a")).status, 200);
        std::vector<std::string> reports;
        {
            const StreamHook hook(
                *running.engine, {"Tab", "echo begun > " + pipe.path + "; sleep 10000; true"},
                [&](const std::string& sentence) { reports.push_back(sentence); });
            QCOMPARE(pipe.line(), QByteArray("begun"));
        }
        // It did not fail, so nothing says that it runs again.
        QVERIFY(reports.empty());
    }

    // Each command takes its time to end when it is asked to.
    void endsSeveralCommandsAtTheSameTime() {
        RunningEngine running;
        Pipe pipe;
        createTable(running);
        QCOMPARE(running.call("PutItem", test::putJson("a")).status, 200);
        std::vector<std::unique_ptr<StreamHook>> hooks;
        for (int number = 1; number <= 2; ++number)
            hooks.push_back(std::make_unique<StreamHook>(
                *running.engine,
                StreamHookOptions{"Tab", "trap 'echo asked > " + pipe.path +
                                             "; while :; do sleep 0.05; done' TERM; echo begun > " +
                                             pipe.path + "; while :; do sleep 0.05; done"},
                StreamHook::Report()));
        QCOMPARE(pipe.line(), QByteArray("begun"));
        QCOMPARE(pipe.line(), QByteArray("begun"));
        for (const auto& hook : hooks)
            hook->beginStop();
        // Both are asked before either is ended by force.
        QCOMPARE(pipe.line(), QByteArray("asked"));
        QCOMPARE(pipe.line(), QByteArray("asked"));
    }

    void continuesAfterTheLastBatchThatWasHandled() {
        const QTemporaryDir data;
        EngineOptions options;
        options.dataFolder = data.path().toStdString();
        const std::filesystem::path positions = options.dataFolder / "on-stream";
        Pipe pipe;
        {
            RunningEngine running(options);
            createTable(running);
            const StreamHook hook(*running.engine, {"Tab", pipe.taking(), positions / "hook"}, {});
            QCOMPARE(running.call("PutItem", test::putJson("a")).status, 200);
            QCOMPARE(pipe.records().size(), 1);
            // The command may still be running; only its end is a position.
            const auto hasPosition = [&] {
                QFile file(QString::fromStdString((positions / "hook").string()));
                return file.open(QIODevice::ReadOnly) && file.readAll().contains("shardId-");
            };
            QTRY_VERIFY(hasPosition());
        }
        {
            // It is stopped with a batch in hand.
            RunningEngine running(options);
            QCOMPARE(running.call("PutItem", test::putJson("b")).status, 200);
            const StreamHook hook(
                *running.engine,
                {"Tab", "echo begun > " + pipe.path + "; sleep 10000; true", positions / "hook"},
                {});
            QCOMPARE(pipe.line(), QByteArray("begun"));
        }
        RunningEngine running(options);
        QCOMPARE(running.call("PutItem", test::putJson("c")).status, 200);
        const StreamHook hook(*running.engine, {"Tab", pipe.taking(), positions / "hook"}, {});
        QStringList seen;
        while (seen.size() < 2) {
            const QJsonArray batch = pipe.records();
            for (const auto&& record : batch)
                seen += record.toObject()["dynamodb"]
                            .toObject()["Keys"]
                            .toObject()["pk"]
                            .toObject()["S"]
                            .toString();
        }
        QCOMPARE(seen, (QStringList{"b", "c"}));
    }

    // Also with a file that something else wrote, and with none.
    void keepsPositionsInAFile() {
        const QTemporaryDir folder;
        const std::filesystem::path file =
            std::filesystem::path(folder.path().toStdString()) / "positions" / "hook";
        {
            StreamCheckpoint checkpoint(file, 17);
            QCOMPARE(checkpoint.since(), 17);
            checkpoint.note("arn:a", "shard-1", "100");
            checkpoint.note("arn:b", "shard-2", "200");
            QVERIFY(checkpoint.save());
        }
        {
            StreamCheckpoint checkpoint(file, 99);
            QCOMPARE(checkpoint.since(), 17);
            QCOMPARE(checkpoint.lastOf("arn:a", "shard-1"), std::string("100"));
            QCOMPARE(checkpoint.lastOf("arn:b", "shard-2"), std::string("200"));
            QCOMPARE(checkpoint.lastOf("arn:a", "shard-2"), std::string());
            checkpoint.note("arn:b", "shard-3", "300");
            checkpoint.keepOnly({{"arn:b", "shard-2"}, {"arn:b", "shard-9"}});
            QVERIFY(checkpoint.save());
        }
        QCOMPARE(StreamCheckpoint(file, 99).lastOf("arn:a", "shard-1"), std::string());
        QCOMPARE(StreamCheckpoint(file, 99).lastOf("arn:b", "shard-2"), std::string("200"));
        QCOMPARE(StreamCheckpoint(file, 99).lastOf("arn:b", "shard-3"), std::string());
        std::ofstream(file) << "noise";
        QCOMPARE(StreamCheckpoint(file, 99).since(), 99);
        QVERIFY(StreamCheckpoint({}, 99).save());
    }

    void tellsHowACommandEnded() {
        Pipe pipe;
        QCOMPARE(Command("exit 3").run(""), 3);
        QCOMPARE(Command("kill -9 $$").run(""), 128 + 9);
        const std::string copy = pipe.folder() + "/copy";
        QCOMPARE(Command("cat > " + copy).run(std::string(300'000, 'x')), 0);
        QCOMPARE(QFile(QString::fromStdString(copy)).size(), 300'000);
        Command stopped("exit 0");
        stopped.stop();
        QVERIFY(stopped.run("") != 0);
    }

    // As where the parent of this program ignores it.
    void tellsHowACommandEndedThoughTheEndOfChildrenIsIgnored() {
        const auto before = std::signal(SIGCHLD, SIG_IGN);
        QCOMPARE(Command("exit 3").run(""), 3);
        // The command starts children as a shell expects to.
        QCOMPARE(Command("sh -c 'exit 4'; exit $?").run(""), 4);
        std::signal(SIGCHLD, before);
    }

    void writesAnIdentityAsLambdaDoes() {
        const auto records =
            json::parse(R"([{"eventID":"1","userIdentity":)"
                        R"({"PrincipalId":"dynamodb.amazonaws.com","Type":"Service"}}])");
        QCOMPARE(lambdaEvent("arn:x", records->as_array()),
                 std::string(R"({"Records":[{"eventID":"1","userIdentity":{"principalId":)"
                             R"("dynamodb.amazonaws.com","type":"Service"},)"
                             R"("eventSourceARN":"arn:x"}]})"));
    }
};

ORRERY_TEST_CLASS(StreamHookTest)
#include "stream_hook_test.moc"
