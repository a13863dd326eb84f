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
#include <QtTest>
#include <boost/json.hpp>

#include "core/engine/command.h"
#include "core/engine/lambda_event.h"
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

}  // namespace

class StreamHookTest : public QObject {
    Q_OBJECT
private slots:
    void handsOverEachChangeOnceAndInOrder() {
        RunningEngine running;
        Pipe pipe;
        const StreamHook hook(*running.engine, "Tab", pipe.taking(), {});
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
                *running.engine, "arn:aws:dynamodb:us-east-1:000000000000:table/Tab",
                "if test -e " + mark + "; then " + pipe.taking() + "; else touch " + mark +
                    "; exit 3; fi",
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
        const StreamHook hook(*running.engine, "Tab",
                              "echo begun > " + pipe.path + "; sleep 10000; true", {});
        QCOMPARE(pipe.line(), QByteArray("begun"));
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
