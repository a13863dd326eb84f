#include "app/ctl.h"

#include <QTest>

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
};

ORRERY_TEST_CLASS(CtlTest)
#include "ctl_test.moc"
