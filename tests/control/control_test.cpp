// Goal: each verb does to a world what it says, and refuses the rest in one sentence. Method: a
// world in memory with one table of three items, driven by the test.

#include "tests/control/driven.h"

#include <QJsonArray>
#include <QTest>
#include <array>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Driven;

class ControlTest : public QObject {
    Q_OBJECT
private slots:
    void tellsTheStatus() {
        Driven world;
        const QJsonObject status = world.json("GET", "/status");
        QCOMPARE(world.status, 200);
        QCOMPARE(status["version"].toString(), QString("1.2.3"));
        QCOMPARE(status["profile"].toString(), QString("drop-in"));
        QCOMPARE(status["dataFolder"].toString(), QString("/data"));
        QCOMPARE(status["tables"].toInt(), 1);
        QCOMPARE(status["waitingRequests"].toInt(), 4);
        QCOMPARE(status["uptimeMs"].toDouble(), 1500.0);
        QCOMPARE(status["clock"].toObject()["state"].toString(), QString("running"));
        world.folder.clear();
        QVERIFY(world.json("GET", "/status")["dataFolder"].isNull());
    }

    void showsEveryReplica() {
        Driven world;
        const QJsonObject snapshot = world.json("GET", "/snapshot");
        const QJsonObject region = snapshot["regions"].toArray()[0].toObject();
        QCOMPARE(region["name"].toString(), QString("us-east-1"));
        QCOMPARE(region["zones"].toArray().size(), 3);
        const QJsonObject table = region["tables"].toArray()[0].toObject();
        QCOMPARE(table["name"].toString(), QString("Tab"));
        QCOMPARE(table["itemCount"].toInt(), 3);
        double end = 0;
        std::array<int, 3> items{};
        for (const auto& value : table["partitions"].toArray()) {
            const QJsonObject partition = value.toObject();
            QCOMPARE(partition["begin"].toDouble(), end);
            end = partition["end"].toDouble();
            for (int zone = 0; zone < 3; ++zone) {
                const QJsonObject replica = partition["replicas"].toArray()[zone].toObject();
                QCOMPARE(replica["zone"].toString(), QString("us-east-1%1").arg("abc"[zone]));
                QCOMPARE(replica["lagRecords"].toInt(), 0);
                items[static_cast<std::size_t>(zone)] += replica["itemCount"].toInt();
            }
        }
        QCOMPARE(end, 1.0);
        QVERIFY((items == std::array<int, 3>{3, 3, 3}));
    }

    void breaksAndHealsAZone() {
        Driven world;
        const QJsonObject fault = world.json(
            "POST", "/faults", R"({"kind":"zone-outage","zone":"us-east-1b","duration":"20s"})");
        QCOMPARE(world.status, 201);
        QVERIFY(fault["active"].toBool());
        QCOMPARE(fault["kind"].toString(), QString("zone-outage"));
        QCOMPARE(fault["target"].toString(), QString("us-east-1b"));
        QCOMPARE(fault["untilMs"].toDouble() - fault["sinceMs"].toDouble(), 20'000.0);
        const int id = fault["id"].toInt();
        const std::string one = "/faults/" + std::to_string(id);
        QCOMPARE(world.json("GET", "/faults")["faults"].toArray().size(), 1);
        const auto zones = world.json("GET", "/snapshot")["regions"].toArray()[0].toObject();
        QVERIFY(!zones["zones"].toArray()[1].toObject()["up"].toBool(true));
        QVERIFY(!world.json("DELETE", one)["active"].toBool(true));
        QCOMPARE(world.status, 200);
        world.json("DELETE", one);
        QCOMPARE(world.status, 200);
        world.json("DELETE", "/faults/99");
        QCOMPARE(world.status, 404);
        world.json("DELETE", "/faults/x");
        QCOMPARE(world.status, 404);
    }

    void listsLongWorkAndCancelsWhatCanBe() {
        Driven world;
        QVERIFY(world.json("GET", "/status")["jobs"].toArray().isEmpty());
        QVERIFY(test::startChecksums(*world.world, "Tab", "us-east-1").has_value());
        const QJsonArray jobs = world.json("GET", "/status")["jobs"].toArray();
        QCOMPARE(jobs.size(), 1);
        const QJsonObject job = jobs[0].toObject();
        QCOMPARE(job["kind"].toString(), QString("scan-checksums"));
        QCOMPARE(job["of"].toString(), QString("table Tab"));
        QCOMPARE(job["done"].toInt(-1), 0);
        QCOMPARE(job["total"].toInt(), 9);  // Three items in three zones.
        QCOMPARE(job["unit"].toString(), QString("items"));
        QVERIFY(job["since"].toString().startsWith("2026-"));
        QVERIFY(world.json("GET", "/jobs")["jobs"].toArray() == jobs);
        QVERIFY(world.json("GET", "/snapshot")["jobs"].toArray() == jobs);
        const std::string path = "/jobs/" + std::to_string(job["id"].toInt());
        QVERIFY(world.json("DELETE", path)["jobs"].toArray().isEmpty());
        QCOMPARE(world.status, 200);
        for (const std::string& gone : {path, std::string("/jobs/x")}) {
            world.json("DELETE", gone);
            QCOMPARE(world.status, 404);
        }

        world.call("DeleteTable", R"({"TableName":"Tab"})");
        const QJsonObject dropped = world.json("GET", "/jobs")["jobs"].toArray()[0].toObject();
        QCOMPARE(dropped["kind"].toString(), QString("reclaim-space"));
        world.json("DELETE", "/jobs/" + std::to_string(dropped["id"].toInt()));
        QCOMPARE(world.status, 409);
    }

    void cutsALinkUntilAllIsHealed() {
        Driven world;
        const QJsonObject fault = world.json(
            "POST", "/faults", R"({"kind":"link-cut","zones":["us-east-1a","us-east-1c"]})");
        QCOMPARE(world.status, 201);
        QVERIFY(fault["untilMs"].isNull());
        const QJsonArray left = world.json("DELETE", "/faults")["faults"].toArray();
        QCOMPARE(left.size(), 1);
        QVERIFY(!left[0].toObject()["active"].toBool(true));
    }

    void looksAtItemsOfAReplica() {
        Driven world;
        const QJsonObject all = world.json("GET", "/items?table=Tab&zone=us-east-1c");
        QCOMPARE(world.status, 200);
        QCOMPARE(all["zone"].toString(), QString("us-east-1c"));
        const QJsonArray rows = all["rows"].toArray();
        QCOMPARE(rows.size(), 3);
        QVERIFY(!all["more"].toBool(true));
        const QJsonObject first = world.json("GET", "/items?table=Tab&zone=c&limit=1");
        QCOMPARE(first["rows"].toArray().size(), 1);
        QCOMPARE(first["rows"].toArray()[0], rows[0]);
        QVERIFY(first["more"].toBool());
        const std::string key = rows[0].toObject()["storageKey"].toString().toStdString();
        const QJsonObject rest = world.json("GET", "/items?table=Tab&limit=5&from=" + key);
        QCOMPARE(rest["rows"].toArray().size(), 2);
        QCOMPARE(rest["rows"].toArray()[0], rows[1]);
    }

    void looksAtOneItemInEveryZone() {
        Driven world;
        const QJsonObject item =
            world.json("GET", "/item?table=Tab&key=%7B%22pk%22:%7B%22S%22:%22b%22%7D%7D");
        QCOMPARE(world.status, 200);
        const QJsonArray versions = item["versions"].toArray();
        QCOMPARE(versions.size(), 3);
        for (const auto& version : versions) {
            const QJsonObject value = version.toObject()["item"].toObject();
            QCOMPARE(value["v"].toObject()["N"].toString(), QString("1"));
            QVERIFY(version.toObject()["itemLsn"].toInt() > 0);
        }
        const QJsonObject none =
            world.json("GET", "/item?table=Tab&key=%7B%22pk%22:%7B%22S%22:%22zz%22%7D%7D");
        QVERIFY(none["versions"].toArray()[0].toObject()["item"].isNull());
    }

    void comparesChecksums() {
        Driven world;
        const QJsonObject kept = world.json("GET", "/checksums?table=Tab&scan=true");
        int items = 0;
        for (const auto& partition : kept["partitions"].toArray()) {
            QSet<QString> sums;
            for (const auto& zone : partition.toObject()["zones"].toArray()) {
                const QJsonObject one = zone.toObject();
                QCOMPARE(one["scannedCount"].toInt(), one["itemCount"].toInt());
                items += one["itemCount"].toInt();
                sums.insert(one["checksum"].toString());
                sums.insert(one["scanned"].toString());
            }
            QCOMPARE(sums.size(), 1);
        }
        QCOMPARE(items, 9);
        QVERIFY(!world.json("GET", "/checksums?table=Tab")["partitions"]
                     .toArray()[0]
                     .toObject()["zones"]
                     .toArray()[0]
                     .toObject()
                     .contains("scanned"));
    }

    void readsSoManyTablesAtATimeAndNoMore() {
        Driven world;
        const auto ask = [&] {
            return control::handle(*world.world, world.clock, world, "GET",
                                   "/checksums?table=Tab&scan=true", "");
        };
        control::Response last = ask();
        for (int looks = 0; looks < 100 && last.later; ++looks)
            last = ask();
        QCOMPARE(last.status, 503);
        QVERIFY(last.body.find("try again later") != std::string::npos);
        world.json("GET", "/checksums?table=nope&scan=true");
        QCOMPARE(world.status, 404);
    }

    void changesTheProfile() {
        Driven world;
        QCOMPARE(
            world.json("PUT", "/profile", R"({"profile":"service-like"})")["profile"].toString(),
            QString("service-like"));
        QCOMPARE(world.world->profile().name, std::string("service-like"));
        world.json("PUT", "/profile", R"({"profile":"adversarial"})");
        QCOMPARE(world.status, 501);
        world.json("PUT", "/profile", R"({"profile":"x"})");
        QCOMPARE(world.status, 400);
        QCOMPARE(world.json("GET", "/profile")["profile"].toString(), QString("service-like"));
    }

    // An answer waits for the turn that contains its change, or that last wrote what it shows.
    void waitsForTheTurnThatItDependsOn() {
        Driven world;
        const storage::Ticket synced = world.store->synced();
        const auto items = world.ask("GET", "/items?table=Tab");
        QVERIFY(items.gate && *items.gate <= synced);
        QVERIFY(world.ask("GET", "/faults").gate <= synced);
        for (const char* target : {"/status", "/snapshot", "/metrics", "/events"})
            QVERIFY2(!world.ask("GET", target).gate.has_value(), target);
        const std::array<std::array<const char*, 3>, 5> changes{{
            {"POST", "/faults", R"({"kind":"zone-outage","zone":"us-east-1b"})"},
            {"DELETE", "/faults/1", ""},
            {"DELETE", "/faults", ""},
            {"PUT", "/clock", R"({"speed":0.5})"},
            {"PUT", "/profile", R"({"profile":"service-like"})"},
        }};
        for (const auto& [method, target, body] : changes) {
            const storage::Ticket before = world.store->synced();
            const storage::Ticket open = world.world->openTurn();
            const auto changed = world.ask(method, target, body);
            QVERIFY2(changed.gate == open && open > before, target);
            QVERIFY2(world.ask("GET", "/clock").gate <= world.store->synced(), target);
        }
        world.put("d", "1");
        for (const char* target :
             {"/items?table=Tab", "/item?table=Tab&key=%7B%22pk%22:%7B%22S%22:%22d%22%7D%7D",
              "/checksums?table=Tab", "/checksums?table=Tab&scan=true"})
            QVERIFY2(world.ask("GET", target).gate > synced, target);
    }

    void keepsClockAndProfile() {
        Driven world;
        world.json("PUT", "/clock", R"({"state":"paused","speed":0.25})");
        QVERIFY((world.world->clockSetting() == cluster::ClockSetting{true, 250'000}));
        world.json("PUT", "/clock", R"({"state":"running"})");
        QVERIFY((world.world->clockSetting() == cluster::ClockSetting{false, 250'000}));
        world.json("PUT", "/clock", R"({"speed":0})");
        QVERIFY((world.world->clockSetting() == cluster::ClockSetting{false, 250'000}));
    }

    void changesNothingThatTheDiskWouldNotKeep() {
        Driven world;
        world.readOnly = true;
        const auto refused = world.json("PUT", "/clock", R"({"state":"paused"})");
        QCOMPARE(world.status, 503);
        QCOMPARE(refused["error"].toString(), QString("The disk failed."));
        QVERIFY(!world.clock.paused());
        world.json("POST", "/faults", R"({"kind":"zone-outage","zone":"us-east-1b"})");
        QCOMPARE(world.status, 503);
        QVERIFY(world.world->faults().empty());
        // A clock that was paused before may still resume.
        world.clock.pause(world.wall());
        world.json("PUT", "/clock", R"({"state":"running"})");
        QCOMPARE(world.status, 200);
        QVERIFY(!world.clock.paused());
        world.json("DELETE", "/faults");
        QCOMPARE(world.status, 200);
        world.json("GET", "/items?table=Tab");
        QCOMPARE(world.status, 200);
    }

    void countsForPrometheus() {
        Driven world;
        const control::Response response = world.ask("GET", "/metrics");
        QVERIFY(response.contentType.starts_with("text/plain"));
        const QString text = QString::fromStdString(response.body);
        QVERIFY(
            text.contains("# TYPE aws_dynamodb_requests_total counter\n"
                          "aws_dynamodb_requests_total 4\n"));
        QVERIFY(
            text.contains("aws_dynamodb_item_count{region=\"us-east-1\",table_name=\"Tab\"} 3\n"));
        QVERIFY(text.contains("zone=\"us-east-1b\"} 0\n"));
    }

    // However many tables there are, no turn looks at all of them, and none writes them all.
    void tellsOfManyTablesInPieces() {
        constexpr int kTables = 70;
        Driven world;
        for (int i = 1; i < kTables; ++i)
            world.createTable("Tab" + std::to_string(i));
        for (const char* target : {"/snapshot", "/metrics"}) {
            control::Response response =
                control::handle(*world.world, world.clock, world, "GET", target, "");
            QVERIFY(response.later && response.body.empty());
            world.put("d", "1");  // What was there before the call is in it for sure.
            int looks = 0;
            while (response.later) {
                ++looks;
                if (auto answer = response.later(*world.world)) response = *std::move(answer);
            }
            QVERIFY(looks > 1);
            std::size_t longest = 0;
            int pieces = 0;
            for (bool more = true; more; ++pieces) {
                std::string piece;
                more = response.pieces(piece);
                longest = std::max(longest, piece.size());
                response.body += piece;
            }
            QVERIFY(pieces >= 3);
            QVERIFY(longest < response.body.size() / 2);
            QCOMPARE(QByteArray::fromStdString(response.body).count("\"Tab"),
                     target[1] == 's' ? kTables : 5 * kTables);
        }
        const QJsonObject snapshot = world.json("GET", "/snapshot");
        const QJsonArray tables = snapshot["regions"].toArray()[0].toObject()["tables"].toArray();
        QCOMPARE(tables.size(), kTables);
        QCOMPARE(tables[0].toObject()["itemCount"].toInt(), 4);
        QVERIFY(snapshot.contains("faults") && snapshot.contains("totals"));
        QCOMPARE(snapshot["clock"].toObject()["state"].toString(), QString("running"));
    }

    void followsEvents() {
        Driven world;
        QVERIFY(world.ask("GET", "/events").eventsAfter == EventId());
        QVERIFY(world.ask("GET", "/events?after=7").eventsAfter == EventId(7));
        QCOMPARE(world.ask("GET", "/events?after=x").status, 400);
    }

    void saysInOneSentenceWhatItDoesNotDo_data() {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        const auto row = [](const char* name, const char* method, const char* target,
                            const char* body, int status) {
            QTest::newRow(name) << QByteArray(method) << QByteArray(target) << QByteArray(body)
                                << status;
        };
        row("no such path", "GET", "/nothing", "", 404);
        row("no path", "GET", "", "", 404);
        row("method", "POST", "/status", "", 405);
        row("no JSON", "POST", "/faults", "{", 400);
        row("no object", "POST", "/faults", "[]", 400);
        row("no kind", "POST", "/faults", "{}", 400);
        row("no zone", "POST", "/faults", R"({"kind":"zone-outage"})", 400);
        row("unknown zone", "POST", "/faults", R"({"kind":"zone-outage","zone":"mars-north-1a"})",
            400);
        row("no duration", "POST", "/faults",
            R"({"kind":"zone-outage","zone":"us-east-1b","duration":20})", 400);
        row("one zone", "POST", "/faults", R"({"kind":"link-cut","zones":["us-east-1a"]})", 400);
        row("speed 0", "PUT", "/clock", R"({"speed":0})", 400);
        row("speed text", "PUT", "/clock", R"({"speed":"1"})", 400);
        row("speed 1001", "PUT", "/clock", R"({"speed":1001})", 400);
        row("state", "PUT", "/clock", R"({"state":"stopped"})", 400);
        row("nothing of the clock", "PUT", "/clock", "{}", 400);
        row("a member of the clock that is not known", "PUT", "/clock",
            R"({"state":"paused","sped":2})", 400);
        row("a profile's member that is not known", "PUT", "/profile",
            R"({"profile":"drop-in","region":"us-east-1"})", 400);
        row("a reset's member that is not known", "POST", "/reset", R"({"nmespace":"a"})", 400);
        row("a step's member that is not known", "POST", "/clock/advance",
            R"({"by":"1s","zone":"us-east-1a"})", 400);
        row("advance without a distance", "POST", "/clock/advance", "{}", 400);
        row("advance by text", "POST", "/clock/advance", R"({"by":"soon"})", 400);
        row("no table", "GET", "/items?table=nope", "", 400);
        row("limit", "GET", "/items?table=Tab&limit=0", "", 400);
        row("at", "GET", "/items?table=Tab&at=2", "", 400);
        row("from", "GET", "/items?table=Tab&from=xyz", "", 400);
        row("no key", "GET", "/item?table=Tab", "", 400);
        row("no such table's item", "GET", "/item?table=nope&key=%7B%7D", "", 404);
        row("no such table's sums", "GET", "/checksums?table=nope", "", 404);
        row("no text", "GET", "/checksums?table=%ff%fe", "", 400);
        row("no text, half a character", "GET", "/items?table=Tab&zone=%c3", "", 400);
    }
    void saysInOneSentenceWhatItDoesNotDo() {
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        Driven world;
        const QJsonObject error =
            world.json(method.constData(), target.toStdString(), body.toStdString());
        QCOMPARE(world.status, status);
        const QString sentence = error["error"].toString();
        QVERIFY2(sentence.endsWith('.'), qPrintable(sentence));
    }
};

ORRERY_TEST_CLASS(ControlTest)
#include "control_test.moc"
