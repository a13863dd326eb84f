#include "app/ctl.h"

#include <QTest>

#include "app/ctl_text.h"
#include "tests/support/test_main.h"

using namespace orrery::app;

class CtlTest : public QObject {
    Q_OBJECT
private slots:
    void turnsWordsIntoCalls_data() {
        QTest::addColumn<QString>("words");
        QTest::addColumn<QString>("call");
        const auto row = [](const char* words, const char* call) {
            QTest::newRow(words) << QString(words) << QString(call);
        };
        row("status", "GET /status ");
        row("snapshot", "GET /snapshot ");
        row("fault list", "GET /faults ");
        row("fault zone-outage us-east-1b",
            R"(POST /faults {"kind":"zone-outage","zone":"us-east-1b"})");
        row("fault zone-outage us-east-1b 20s",
            R"(POST /faults {"kind":"zone-outage","zone":"us-east-1b","duration":"20s"})");
        row("fault link-cut us-east-1a us-east-1b 2m",
            R"(POST /faults {"kind":"link-cut","zones":["us-east-1a","us-east-1b"],)"
            R"("duration":"2m"})");
        row("fault region-isolation us-east-1",
            R"(POST /faults {"kind":"region-isolation","region":"us-east-1"})");
        row("fault region-loss us-east-1 20s",
            R"(POST /faults {"kind":"region-loss","region":"us-east-1","duration":"20s"})");
        row("fault region-link-cut a b oneWay=true 2m",
            R"(POST /faults {"kind":"region-link-cut","regions":["a","b"],"oneWay":true,)"
            R"("duration":"2m"})");
        row("fault region-link-slow a b delay=1s jitter=5ms loss=1/100",
            R"(POST /faults {"kind":"region-link-slow","regions":["a","b"],"delay":"1s",)"
            R"("jitter":"5ms","loss":"1/100"})");
        row("fault region-link-slow loss=0.5 a b",
            R"(POST /faults {"kind":"region-link-slow","regions":["a","b"],"loss":0.5})");
        row("fault replication-pause", R"(POST /faults {"kind":"replication-pause"})");
        row("fault replication-pause a table=123 1h",
            R"(POST /faults {"kind":"replication-pause","region":"a","table":"123",)"
            R"("duration":"1h"})");
        row("fault replication-pause a b",
            R"(POST /faults {"kind":"replication-pause","regions":["a","b"]})");
        row("heal 7", "DELETE /faults/7 ");
        row("heal all", "DELETE /faults ");
        row("jobs", "GET /jobs ");
        row("jobs cancel 7", "DELETE /jobs/7 ");
        row("clock", "GET /clock ");
        row("clock pause", R"(PUT /clock {"state":"paused"})");
        row("clock resume", R"(PUT /clock {"state":"running"})");
        row("clock speed 0.1", R"(PUT /clock {"speed":0.1})");
        row("clock step", "POST /clock/step {}");
        row("clock step 10ms", R"(POST /clock/step {"by":"10ms"})");
        row("clock step to commit", R"(POST /clock/step {"to":"commit"})");
        row("clock advance 35d", R"(POST /clock/advance {"by":"35d"})");
        row("profile", "GET /profile ");
        row("profile service-like", R"(PUT /profile {"profile":"service-like"})");
        row("regions", "GET /regions ");
        row("regions clock eu-west-1 -5s",
            R"(PUT /regions {"region":"eu-west-1","clockOffset":"-5s"})");
        row("links", "GET /links ");
        row("links a b 80ms", R"(PUT /links {"regions":["a","b"],"delay":"80ms"})");
        row("links a b 80ms 5ms 0.5",
            R"(PUT /links {"regions":["a","b"],"delay":"80ms","jitter":"5ms","loss":0.5})");
        row("links a b reset", R"(PUT /links {"regions":["a","b"]})");
        row("conflicts T", "GET /conflicts?table=T ");
        row("conflicts T region=eu-west-1 after=1-2-3 limit=5 format=csv follow=true",
            "GET /conflicts?table=T&region=eu-west-1&after=1-2-3&limit=5&format=csv&follow=true ");
        row("global-tables", "GET /global-tables ");
        row("replication", "GET /replication ");
        row("reset", "POST /reset {}");
        row("reset test-7", R"(POST /reset {"namespace":"test-7"})");
    }
    void turnsWordsIntoCalls() {
        QFETCH(QString, words);
        QFETCH(QString, call);
        std::vector<std::string> list;
        for (const QString& word : words.split(' '))
            list.push_back(word.toStdString());
        const CtlParse parsed = parseCtl(list);
        QCOMPARE(parsed.problem, std::string());
        QCOMPARE(QString::fromStdString(parsed.call.method + " " + parsed.call.target + " " +
                                        parsed.call.body),
                 call);
    }

    void saysHowItIsUsed() {
        using Words = std::vector<std::string>;
        for (const Words& words : {Words{},
                                   Words{"dance"},
                                   Words{"status", "x"},
                                   Words{"fault"},
                                   Words{"fault", "zone-outage"},
                                   Words{"fault", "link-cut", "a"},
                                   Words{"fault", "zone-outage", "a", "1s", "x"},
                                   Words{"heal"},
                                   Words{"heal", "x"},
                                   Words{"fault", "region-loss"},
                                   Words{"fault", "region-loss", "a", "b"},
                                   Words{"fault", "region-loss", "a", "delay=1s"},
                                   Words{"fault", "region-link-cut", "a"},
                                   Words{"fault", "replication-pause", "a", "b", "c"},
                                   Words{"clock", "dance"},
                                   Words{"clock", "speed", "fast"},
                                   Words{"profile", "a", "b"},
                                   Words{"regions", "clock", "a"},
                                   Words{"links", "a", "b"},
                                   Words{"links", "a", "b", "reset", "1s"},
                                   Words{"links", "a", "b", "1s", "1s", "x"},
                                   Words{"conflicts"},
                                   Words{"conflicts", "T", "what=x"},
                                   Words{"conflicts", "T", "after"},
                                   Words{"conflicts", "T&x=y"},
                                   Words{"conflicts", "T", "after=1&limit=2"}})
            QVERIFY(QString::fromStdString(parseCtl(words).problem).startsWith("Usage:"));
    }

    void showsGlobalTablesToPeople() {
        QCOMPARE(globalTablesText(R"({"globalTables":[]})"),
                 std::string("There are no global tables."));
        QCOMPARE(
            globalTablesText(
                R"({"globalTables":[{"name":"T","account":"000000000000","consistency":"EVENTUAL",)"
                R"("replicas":[{"region":"a","status":"ACTIVE"},)"
                R"({"region":"b","status":"CREATING"}]},{"name":"U","account":"123456789012",)"
                R"("namespace":"n","consistency":"STRONG","replicas":[]}]})"),
            std::string("Table T, eventual consistency: a ACTIVE, b CREATING\n"
                        "Table U (account 123456789012, namespace n), strong consistency:"));
        QCOMPARE(globalTablesText("no JSON"), std::string("no JSON"));
    }

    void showsReplicationToPeople() {
        QCOMPARE(replicationText(R"({"replication":[]})"),
                 std::string("No table is replicated to another Region."));
        QCOMPARE(
            replicationText(
                R"({"replication":[{"table":"T","account":"000000000000","from":"a","to":"b",)"
                R"("pending":214,"latencyMs":81.25,"latencySumMs":160.0,"changes":2,"lost":1,)"
                R"("isPaused":true,"isFilling":false},{"table":"T","account":"000000000000",)"
                R"("from":"b","to":"a","pending":1,"changes":0,"lost":0,"isPaused":false,)"
                R"("isFilling":true,"done":3,"total":9}]})"),
            std::string("Table T from a to b: 214 changes pending; latency 81.2 ms (mean of 2 "
                        "changes: 80.0 ms); 1 lost; paused\n"
                        "Table T from b to a: 1 change pending; latency not measured yet; 0 lost; "
                        "filling: 3 of 9 items"));
    }
};

ORRERY_TEST_CLASS(CtlTest)
#include "ctl_test.moc"
