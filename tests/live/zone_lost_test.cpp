// Goal: with one zone of three lost, clients notice a gap of one election and nothing else: no
// acknowledged write is lost, no strong read is stale, and after healing the three replicas are
// equal. Method: sixteen clients over HTTP, and the figures of the control API.

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <boost/json.hpp>

#include "tests/live/daemon.h"
#include "tests/live/fleet.h"
#include "tests/live/live_table.h"
#include "tests/live/text.h"
#include "tests/support/test_main.h"

using namespace orrery::live;
using boost::json::value;

namespace {

/// The world runs faster than the wall clock, so that the test need not wait for its 20 s. Every
/// request still waits for a real sync; on a machine that cannot keep up, the world's time
/// stretches.
constexpr int kSpeed = 4;
constexpr double kOutageMs = 20e3;
constexpr double kAfterMs = 3e3;
/// A follower notices the loss within 0.75 s and waits for its promise to the old leader to end, at
/// most 2 s after it was given. Then it campaigns. A request that came at the wrong moment has then
/// waited for 1 s at most.
constexpr double kElectionGapMs = 3.5e3;

const value regionOf(HttpClient& client) {
    return client.control("GET", "/snapshot").json().at("regions").at(0);
}

std::string zoneWithMostLeaders(HttpClient& client) {
    const value region = regionOf(client);
    const auto& zones = region.at("zones").as_array();
    const auto most = std::ranges::max_element(
        zones, {}, [](const value& zone) { return zone.at("leaders").to_number<int>(); });
    return std::string(most->at("name").as_string());
}

struct Standing {
    int partitions = 0;  ///< Of the table only.
    int groups = 0;      ///< Includes the index's partitions.
    int ledFromThere = 0;
    int behindThere = 0;
};

/// The roles of the table's groups in a zone.
Standing standingOf(HttpClient& client, const std::string& zone) {
    Standing standing;
    const value table = regionOf(client).at("tables").at(0);
    const auto add = [&](const value& partitions) {
        for (const value& partition : partitions.as_array()) {
            ++standing.groups;
            std::int64_t there = 0;
            std::int64_t most = 0;
            for (const value& replica : partition.at("replicas").as_array()) {
                const auto applied = replica.at("applied").to_number<std::int64_t>();
                most = std::max(most, applied);
                if (replica.at("zone").as_string() != zone) continue;
                there = applied;
                if (replica.at("role").as_string() == "leader") ++standing.ledFromThere;
            }
            if (there < most) ++standing.behindThere;
        }
    };
    add(table.at("partitions"));
    standing.partitions = standing.groups;
    add(table.at("indexes").at(0).at("partitions"));
    return standing;
}

}  // namespace

class ZoneLostTest : public QObject {
    Q_OBJECT
private slots:
    void costsOneElection_data() {
        QTest::addColumn<bool>("mostLeaders");
        QTest::newRow("zone b") << false;
        QTest::newRow("the zone with the most leaders") << true;
    }
    void costsOneElection() {
        QFETCH(bool, mostLeaders);
        const QTemporaryDir folder;
        const Daemon daemon({"--data", folder.path()});
        QVERIFY(daemon.isReady());
        HttpClient client(daemon.port());
        QCOMPARE(client.call("CreateTable", createTableJson()).status, 200);
        QCOMPARE(client.control("PUT", "/clock", speedJson(kSpeed)).status, 200);

        Ledger ledger(kClients, 8);
        Fleet fleet(daemon.port(), ledger, {}, 1);
        QVERIFY(fleet.waitForWrites(500));
        const std::string zone = mostLeaders ? zoneWithMostLeaders(client) : "us-east-1b";
        const Standing before = standingOf(client, zone);
        QCOMPARE(before.partitions, 4);
        QVERIFY(before.groups > before.partitions);
        QVERIFY(before.ledFromThere > 0);
        const auto posted = client.control("POST", "/faults", outageJson(zone));
        QCOMPARE(posted.status, 201);
        const value fault = posted.json();
        const double since = fault.at("sinceMs").to_number<double>();

        QVERIFY(fleet.waitForWorld(since + kElectionGapMs));
        const Fleet::Counts afterGap = fleet.counts();
        QVERIFY(fleet.waitForWorld(since + kOutageMs));
        const Standing during = standingOf(client, zone);
        QCOMPARE(during.ledFromThere, 0);
        QVERIFY(during.behindThere > 0);
        const Fleet::Counts atEnd = fleet.counts();
        for (std::size_t i = 0; i < kClients; ++i)
            QVERIFY(atEnd.writesOf[i] > afterGap.writesOf[i]);

        const auto id = std::to_string(fault.at("id").to_number<int>());
        QCOMPARE(client.control("DELETE", "/faults/" + id).status, 200);
        QVERIFY(fleet.waitForWorld(worldMs(client) + kAfterMs));
        fleet.stop();
        judge(fleet, ledger, since);

        checkEveryKey(daemon.port(), ledger);
        QCOMPARE(ledger.complaints(), std::string());
        QCOMPARE(compareReplicas(client), std::string());
        QCOMPARE(compareIndex(client), std::string());
    }

private:
    static void judge(const Fleet& fleet, const Ledger& ledger, double since) {
        const Fleet::Counts counts = fleet.counts();
        double last = since;
        for (const Fleet::Failure& failure : fleet.failures()) {
            last = std::max(last, failure.worldMs);
            const bool inGap =
                failure.worldMs >= since && failure.worldMs <= since + kElectionGapMs;
            QVERIFY2(inGap, (std::to_string(failure.worldMs - since) +
                             " ms after the zone was lost: " + failure.what)
                                .c_str());
        }
        QCOMPARE(ledger.complaints(), std::string());
        QVERIFY(counts.strongReads > 0 && counts.eventualReads > 0 && counts.queries > 0);
        qInfo(
            "%llu writes, %llu strong and %llu eventual reads (%llu of them stale), %llu "
            "queries; %zu failures, the last %.0f ms after the zone was lost",
            static_cast<unsigned long long>(counts.writes),
            static_cast<unsigned long long>(counts.strongReads),
            static_cast<unsigned long long>(counts.eventualReads),
            static_cast<unsigned long long>(counts.staleReads),
            static_cast<unsigned long long>(counts.queries), fleet.failures().size(), last - since);
    }
};

ORRERY_TEST_CLASS(ZoneLostTest)
#include "zone_lost_test.moc"
