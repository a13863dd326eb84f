#include "app/looks.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::app;
using namespace std::chrono_literals;

class LooksTest : public QObject {
    Q_OBJECT
private slots:
    void targetsAreEncoded() {
        widgets::ItemsPageRequest request{{"us-east-1", "a&b", "i", "us-east-1b"}, {}, 0.00001};
        request.limit = 10;
        QCOMPARE(QString::fromStdString(itemsTarget(request)),
                 QStringLiteral("/items?region=us-east-1&table=a%26b&account=000000000000&index=i"
                                "&zone=us-east-1b&at=0.000010000&limit=10"));
        request.from = "0a";
        request.backward = true;
        request.target.account = QStringLiteral("000000000000/a b");
        QVERIFY(itemsTarget(request).find("&account=000000000000&namespace=a%20b&") !=
                std::string::npos);
        request.target.account.clear();
        QVERIFY(itemsTarget(request).ends_with("&from=0a&backward=true&limit=10"));
        QCOMPARE(QString::fromStdString(
                     itemTarget("r", "t", {{"id", QJsonObject{{"S", QStringLiteral("ä b")}}}})),
                 QStringLiteral("/item?region=r&table=t&account=000000000000&key=%7B%22id%22%3A%7B"
                                "%22S%22%3A%22%C3%A4%20b%22%7D%7D"));
    }

    void anErrorOfTheServiceSaysWhichZonesAreLost() {
        const Backend::Answer failed{
            500, R"({"__type":"InternalServerError","message":"Internal server error"})", {}};
        const auto region = std::make_shared<observe::RegionView>();
        region->name = "us-east-1";
        observe::Snapshot snapshot;
        snapshot.regions = {region};
        const QString plain = errorText(failed);
        QCOMPARE(errorText(failed, snapshot, "us-east-1"), plain);
        region->zones[1].up = false;
        QVERIFY(errorText(failed, snapshot, "us-east-1").contains("lost their leader"));
        region->zones[2].up = false;
        QCOMPARE(
            errorText(failed, snapshot, "us-east-1"),
            QStringLiteral("InternalServerError: Internal server error. Only 1 of the 3 zones "
                           "of us-east-1 is up. A write or a strong read needs a leader, and a "
                           "leader needs 2 of the 3."));
        QCOMPARE(errorText(failed, snapshot, "eu-west-1"), plain);
        const Backend::Answer refused{400, R"({"__type":"ValidationException"})", {}};
        QCOMPARE(errorText(refused, snapshot, "us-east-1"), errorText(refused));
    }

    void aPageIsRead() {
        const auto page =
            parseItemsPage({200,
                            R"({"more":true,"rows":[)"
                            R"({"storageKey":"0a","position":0.25,"item":{"id":{"S":"x"}}}]})",
                            {}});
        QCOMPARE(page.rows.size(), 1u);
        QCOMPARE(page.rows[0].storageKey, QStringLiteral("0a"));
        QCOMPARE(page.rows[0].position, 0.25);
        QVERIFY(page.more && page.error.isEmpty());
    }

    void versionsSayWhoLeadsAndWhoIsBehind() {
        const auto versions = parseItemVersions({200,
                                                 R"({"group":7,"position":0.5,"versions":[
                {"zone":"ra","leader":true,"up":true,"itemLsn":8,"applied":9,"behindRecords":0,
                 "behindMs":0.0,"item":{"id":{"S":"x"}}},
                {"zone":"rb","leader":false,"up":false,"itemLsn":0,"applied":6,"behindRecords":3,
                 "behindMs":1.5,"item":null}]})",
                                                 {}});
        QCOMPARE(versions.versions[0].role, QStringLiteral("leader"));
        QVERIFY(versions.versions[0].present);
        QVERIFY(!versions.versions[1].present && !versions.versions[1].up);
        QCOMPARE(versions.versions[1].behindRecords, 3u);
        QCOMPARE(versions.versions[1].behind, Duration(1500us));
    }

    void errorsAreSentences() {
        QCOMPARE(
            errorText({400, "{\"__type\":\"com.x#ValidationException\",\"message\":\"No.\"}", {}}),
            QStringLiteral("ValidationException: No."));
        QCOMPARE(errorText({404, R"({"error":"There is no table."})", {}}),
                 QStringLiteral("There is no table."));
        QVERIFY(errorText({500, "", {}}).contains("500"));
        QCOMPARE(errorType({400, "{\"__type\":\"com.x#ValidationException\"}", {}}),
                 QStringLiteral("ValidationException"));
        QVERIFY(errorType({200, "{}", {}}).isEmpty());
        QCOMPARE(parseItemsPage({404, R"({"error":"Gone."})", {}}).error, QStringLiteral("Gone."));
    }
};

ORRERY_TEST_CLASS(LooksTest)
#include "looks_test.moc"
