// Goal: faults of Regions do what they say, alone and together, and leave nothing behind. Method: a
// world with tables in three Regions; its zones and links as text.

#include "tests/cluster/region_faults.h"

#include <QTest>

#include <array>

#include "tests/cluster/region_calls.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using cluster::FaultRequest;
using cluster::RegionLink;
using observe::FaultKind;
using test::stateOfRegions;
using test::WorldHarness;

namespace {

const std::string kHome = "us-east-1";
const std::string kDublin = "eu-west-1";
const std::string kTokyo = "ap-northeast-1";

struct NamedFault {
    const char* name;
    FaultRequest request;
};

std::vector<NamedFault> someFaults() {
    const RegionLink more{200ms, 10ms, {1, 100}};
    FaultRequest outage;
    outage.kind = FaultKind::ZoneOutage;
    outage.zones = {"us-east-1b"};
    FaultRequest cut;
    cut.kind = FaultKind::LinkCut;
    cut.zones = {"us-east-1a", "us-east-1b"};
    return {{"zone outage", outage},
            {"link cut", cut},
            {"isolation", test::isolated(kHome)},
            {"isolation of another", test::isolated(kDublin)},
            {"loss", test::lost(kHome)},
            {"loss of another", test::lost(kDublin)},
            {"cut", test::regionCut(kHome, kDublin)},
            {"cut one way", test::regionCut(kHome, kDublin, true)},
            {"cut the other way", test::regionCut(kDublin, kHome, true)},
            {"slow", test::regionSlow(kHome, kDublin, more)},
            {"slow one way", test::regionSlow(kDublin, kHome, {1s, 0s, {0, 1}}, true)},
            {"pause", test::paused({kHome, kDublin})},
            {"pause of a table", test::paused({}, "T")}};
}

void openRegions(WorldHarness& t) {
    t.createTable();
    for (const std::string& region : {kDublin, kTokyo})
        test::createTableIn(t, region);
    t.run(5s);
}

std::uint64_t begin(WorldHarness& t, const FaultRequest& request) {
    const auto id = t.world().admit(request);
    return id ? *id : 0;
}

/// The state with this fault alone.
std::string stateWith(WorldHarness& t, const FaultRequest& request) {
    const std::uint64_t id = begin(t, request);
    const std::string state = stateOfRegions(t.world());
    test::heal(t.world(), id);
    return state;
}

/// What becomes of a write, and when.
std::string outcomeOfAPut(WorldHarness& t, const std::string& key) {
    const Instant began = t.world().now();
    const auto put = t.put(key, {{"v", "1"}}, 1);
    while (!t.done(put) && t.world().now() - began < 60s)
        t.run(10ms);
    if (!t.done(put)) return "no answer";
    const auto& result = t.answer(put)->result;
    const auto took = std::to_string((t.world().now() - began).count());
    return (result ? "accepted"
                   : std::to_string(int(result.error().type)) + " " + result.error().message) +
           " after " + took;
}

}  // namespace

class RegionFaultsTest : public QObject {
    Q_OBJECT
private slots:
    void overlapAndHealToNone_data() {
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("second");
        const auto faults = someFaults();
        for (int i = 0; i < int(faults.size()); ++i) {
            for (int j = 0; j < int(faults.size()); ++j) {
                if (i != j)
                    QTest::addRow("%s, %s", faults[std::size_t(i)].name,
                                  faults[std::size_t(j)].name)
                        << i << j;
            }
        }
    }
    // Whichever begins first and heals first.
    void overlapAndHealToNone() {
        QFETCH(int, first);
        QFETCH(int, second);
        WorldHarness t;
        openRegions(t);
        const auto faults = someFaults();
        const std::array requests{faults[std::size_t(first)].request,
                                  faults[std::size_t(second)].request};
        const std::string none = stateOfRegions(t.world());
        const std::array alone{stateWith(t, requests[0]), stateWith(t, requests[1])};
        QCOMPARE(stateOfRegions(t.world()), none);
        for (const std::size_t healedFirst : {0, 1}) {
            const std::array ids{begin(t, requests[0]), begin(t, requests[1])};
            QVERIFY(ids[0] != 0 && ids[1] != 0);
            t.run(100ms);
            QVERIFY(test::heal(t.world(), ids[healedFirst]));
            QCOMPARE(stateOfRegions(t.world()), alone[1 - healedFirst]);
            t.run(100ms);
            QVERIFY(test::heal(t.world(), ids[1 - healedFirst]));
            QCOMPARE(stateOfRegions(t.world()), none);
        }
    }

    void outliveRestartsAndKills() {
        WorldHarness t(cluster::Profile::serviceLike());
        openRegions(t);
        const std::string none = stateOfRegions(t.world());
        for (const NamedFault& fault : someFaults())
            QVERIFY2(begin(t, fault.request) != 0, fault.name);
        const std::string state = stateOfRegions(t.world());
        QVERIFY(state != none);
        const auto faults = t.world().faults();
        t.run(1s);
        t.restart();
        QCOMPARE(stateOfRegions(t.world()), state);
        t.run(1s);
        t.sync();
        t.kill();
        QCOMPARE(stateOfRegions(t.world()), state);
        const auto loaded = t.world().faults();
        QCOMPARE(loaded.size(), faults.size());
        for (std::size_t i = 0; i < loaded.size(); ++i) {
            auto one = loaded[i];
            one.failedRequests = faults[i].failedRequests;
            one.elections = faults[i].elections;
            one.staleReads = faults[i].staleReads;
            QVERIFY2(one == faults[i], one.target.c_str());
        }
        test::healAll(t.world());
        QCOMPARE(stateOfRegions(t.world()), none);
        t.run(30s);
        t.sync();
        t.kill();
        QCOMPARE(stateOfRegions(t.world()), none);
        QCOMPARE(outcomeOfAPut(t, "k").substr(0, 8), std::string("accepted"));
    }

    void endByThemselvesAlsoAfterAKill() {
        WorldHarness t;
        openRegions(t);
        const std::string none = stateOfRegions(t.world());
        for (NamedFault fault : someFaults()) {
            fault.request.duration = 10min;
            QVERIFY2(begin(t, fault.request) != 0, fault.name);
        }
        const std::string state = stateOfRegions(t.world());
        t.run(10s);
        t.sync();
        t.kill();
        QCOMPARE(stateOfRegions(t.world()), state);
        // A world resumes later than it ended.
        const Instant until = t.world().faults().front().until;
        t.run(until - t.world().now() - 1s);
        QCOMPARE(stateOfRegions(t.world()), state);
        t.run(2s);
        QCOMPARE(stateOfRegions(t.world()), none);
    }

    // Whoever comes later gets what holds for it.
    void strikeARegionThatComesLater() {
        WorldHarness t;
        t.createTable();
        const auto isolation = begin(t, test::isolated(kHome));
        test::createTableIn(t, kDublin);
        test::createTableIn(t, kTokyo);
        const auto isCut = [&](std::size_t from, std::size_t to) {
            return t.world().regions()[from].links[to].isCut;
        };
        QVERIFY(isCut(0, 0) && isCut(0, 1) && isCut(1, 0) && isCut(2, 0));
        QVERIFY(!isCut(1, 1) && !isCut(2, 1));
        test::heal(t.world(), isolation);
        QVERIFY(!isCut(0, 0) && !isCut(1, 0));
    }

    // Settings and profile change beneath a fault, which adds the same to both.
    void addToWhatIsSet() {
        WorldHarness t;
        openRegions(t);
        const auto delay = [&] { return t.world().regions()[0].links[0].link.delay; };
        const auto slow = begin(t, test::regionSlow(kHome, kDublin, {200ms, 0ms, {1, 2}}, true));
        QCOMPARE(delay(), Duration(200ms));
        QCOMPARE(t.world().regions()[1].links[0].link.delay, Duration::zero());
        QVERIFY(
            t.world().admit(cluster::SetRegionLink{kHome, kDublin, RegionLink{1s, 0s, {1, 2}}}));
        QCOMPARE(delay(), Duration(1200ms));
        const Ratio loss = t.world().regions()[0].links[0].link.loss;
        QCOMPARE(loss.numerator * 4, loss.denominator * 3);
        test::heal(t.world(), slow);
        QCOMPARE(delay(), Duration(1s));
        QVERIFY(t.world().admit(cluster::SetRegionLink{kHome, kDublin, std::nullopt}));
        test::setProfile(t.world(), cluster::Profile::serviceLike());
        const Duration far = delay();
        QVERIFY(far > 30ms);
        QVERIFY(begin(t, test::regionSlow(kHome, kDublin, {200ms, 0ms, {0, 1}})) != 0);
        QCOMPARE(delay(), far + 200ms);
        test::setProfile(t.world(), cluster::Profile::dropIn());
        QCOMPARE(delay(), Duration(200ms));
    }

    // A lost Region answers as one whose three zones have failed one by one.
    void loseARegionAsItsThreeZones_data() {
        QTest::addColumn<bool>("isServiceLike");
        QTest::newRow("drop-in") << false;
        QTest::newRow("service-like") << true;
    }
    void loseARegionAsItsThreeZones() {
        QFETCH(bool, isServiceLike);
        const auto profile =
            isServiceLike ? cluster::Profile::serviceLike() : cluster::Profile::dropIn();
        std::array<std::vector<std::string>, 2> outcomes;
        for (const bool isLoss : {false, true}) {
            WorldHarness t(profile);
            openRegions(t);
            t.put("before", {{"v", "1"}});
            t.run(1s);
            if (isLoss) {
                QVERIFY(begin(t, test::lost(kHome)) != 0);
            } else {
                for (const char* zone : {"us-east-1a", "us-east-1b", "us-east-1c"})
                    QVERIFY(test::failZone(t.world(), zone, std::nullopt).has_value());
            }
            outcomes[isLoss].push_back(outcomeOfAPut(t, "at once"));
            t.run(20s);
            outcomes[isLoss].push_back(outcomeOfAPut(t, "later"));
            test::healAll(t.world());
            outcomes[isLoss].push_back(outcomeOfAPut(t, "just healed"));
            t.run(20s);
            outcomes[isLoss].push_back(outcomeOfAPut(t, "healed"));
            const auto get = t.get("before", true);
            t.run(1s);
            outcomes[isLoss].push_back(t.read(get));
        }
        QCOMPARE(outcomes[1], outcomes[0]);
        QVERIFY2(!outcomes[1][0].starts_with("accepted"), outcomes[1][0].c_str());
        QVERIFY2(outcomes[1][3].starts_with("accepted"), outcomes[1][3].c_str());
        QCOMPARE(outcomes[1][4], std::string("1"));
    }

    // However long it lasted: shorter than the detection of failures, and longer.
    void hearEveryZoneAfterALoss_data() {
        QTest::addColumn<int>("milliseconds");
        for (const int lasts : {0, 1, 10, 300, 1000, 5000, 60'000})
            QTest::addRow("%d ms", lasts) << lasts;
    }
    void hearEveryZoneAfterALoss() {
        QFETCH(int, milliseconds);
        WorldHarness t(cluster::Profile::serviceLike());
        openRegions(t);
        t.put("k", {{"v", "1"}});
        t.run(1s);
        const auto loss = begin(t, test::lost(kHome));
        t.run(std::chrono::milliseconds(milliseconds));
        QVERIFY(test::heal(t.world(), loss));
        t.run(30s);
        QCOMPARE(test::judgeReached(t.world()), std::string());
        QCOMPARE(test::judgeTables(t.world()), std::string());
        // Each zone can be missed: the others suspect it, and trust one another.
        for (const char* zone : {"us-east-1a", "us-east-1b", "us-east-1c"}) {
            const auto outage = test::failZone(t.world(), zone, std::nullopt);
            t.run(10s);
            const auto other = static_cast<std::uint8_t>((zone[9] - 'a' + 1) % 3);
            const auto put = t.put("k", {{"v", zone}}, other);
            t.run(2s);
            QVERIFY2(t.done(put) && !t.failed(put), zone);
            QVERIFY(test::heal(t.world(), *outage));
            t.run(30s);
        }
        QCOMPARE(test::judgeReached(t.world()), std::string());
    }

    // Inside, an isolated Region works on; a lost one stops no other.
    void leaveOthersAlone() {
        WorldHarness t;
        openRegions(t);
        QVERIFY(begin(t, test::isolated(kHome)) != 0);
        QVERIFY(begin(t, test::lost(kDublin)) != 0);
        t.run(5s);
        QVERIFY(outcomeOfAPut(t, "k").starts_with("accepted"));
        const auto up = t.world().regions()[2].up;
        QVERIFY(up[0] && up[1] && up[2]);
    }

    void areRefused_data() {
        QTest::addColumn<int>("row");
        QTest::addColumn<QString>("error");
        for (int i = 0; i < int(refused().size()); ++i)
            QTest::addRow("%d", i) << i << QString(refused()[std::size_t(i)].name);
    }
    void areRefused() {
        QFETCH(int, row);
        QFETCH(QString, error);
        WorldHarness t;
        openRegions(t);
        QVERIFY(begin(t, test::isolated(kHome)) != 0);
        QVERIFY(begin(t, test::lost(kHome)) != 0);
        QVERIFY(begin(t, test::regionCut(kHome, kDublin)) != 0);
        QVERIFY(begin(t, test::regionSlow(kHome, kDublin, {1s, 0s, {0, 1}}, true)) != 0);
        QVERIFY(begin(t, test::paused({kHome, kDublin}, "T")) != 0);
        QVERIFY(begin(t, test::paused({})) != 0);
        const auto answer = t.world().admit(refused()[std::size_t(row)].request);
        QVERIFY(!answer.has_value());
        QCOMPARE(QString::fromStdString(answer.error()), error);
    }

    void knowOfNoRegionBeforeTheFirst() {
        WorldHarness t;
        const auto answer = t.world().admit(test::isolated(kHome));
        QCOMPARE(answer.error(),
                 std::string("There is no Region yet: a Region exists once a table is created in "
                             "it."));
    }

private:
    static std::vector<NamedFault> refused() {
        return {
            {"Region us-east-1 is isolated already.", test::isolated(kHome)},
            {"Region us-east-1 is lost already.", test::lost(kHome)},
            {"The link us-east-1 - eu-west-1 is cut already.", test::regionCut(kHome, kDublin)},
            {"The link eu-west-1 - us-east-1 is cut already.", test::regionCut(kDublin, kHome)},
            {"The link us-east-1 to eu-west-1 is slow already.",
             test::regionSlow(kHome, kDublin, {2s, 0s, {0, 1}}, true)},
            {"Replication is paused already: T, eu-west-1 - us-east-1.",
             test::paused({kDublin, kHome}, "T")},
            {"Replication is paused already: all Regions.", test::paused({})},
            {"There is no Region mars. Regions: us-east-1, eu-west-1, ap-northeast-1.",
             test::regionCut(kHome, "mars")},
            {"A link needs two different Regions.", test::regionCut(kTokyo, kTokyo)},
            {"A link needs two different Regions.", test::paused({kTokyo, kTokyo})},
            {"A slow link needs a delay, a jitter or a loss that is greater than zero.",
             test::regionSlow(kHome, kTokyo, {})},
            {"A link can take at most ten minutes.",
             test::regionSlow(kHome, kTokyo, {601s, 0s, {0, 1}})},
            {"The name of a table has at most 255 characters.",
             test::paused({}, std::string(256, 'x'))},
        };
    }
};

ORRERY_TEST_CLASS(RegionFaultsTest)
#include "region_faults_test.moc"
