// Goal: messages between Regions take the time of their link, are lost with it, and do not depend
// on links between zones. Method: the post of a world's state, with two Regions, and faults of it.

#include <QTest>

#include "core/cluster/faults/region_links.h"
#include "core/cluster/kernel/world_state.h"
#include "core/storage/stores.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;

namespace {

constexpr ZoneIndex kA(0);
constexpr ZoneIndex kB(1);

class TwoRegions {
public:
    explicit TwoRegions(const Profile& profile) : state(*m_store, profile, 7, 100) {
        state.addRegion("us-east-1");
        state.addRegion("eu-west-1");
    }

    /// A message from the first Region to the second, or to another zone of the first.
    static EnvelopeHeader header(bool crosses) {
        EnvelopeHeader header;
        header.from = {GroupId(3), RegionId(0), kA};
        header.to = kB;
        if (crosses) header.toRegion = RegionId(1);
        return header;
    }
    /// A message from the second Region to the first.
    static EnvelopeHeader back() {
        EnvelopeHeader header;
        header.from = {GroupId(3), RegionId(1), kA};
        header.toRegion = RegionId(0);
        return header;
    }
    /// When a message sent now arrives; nothing if it is lost.
    std::optional<Instant> arrival(bool isBack = false) {
        return state.post.arrivalOf(isBack ? back() : header(true));
    }
    /// From now on, these are the active faults.
    void strike(std::vector<Fault> faults) {
        for (Fault& fault : faults)
            fault.view.active = true;
        refreshRegionLinks(state, faults);
    }

private:
    std::unique_ptr<storage::MemoryStore> m_store = storage::MemoryStore::create();

public:
    WorldState state;
};

Fault faultOf(observe::FaultKind kind, const std::vector<std::uint8_t>& regions) {
    Fault fault;
    fault.kind = kind;
    for (const std::uint8_t region : regions)
        fault.place.regions.emplace_back(region);
    return fault;
}

}  // namespace

class RegionLinksTest : public QObject {
    Q_OBJECT
private slots:
    void takeTheTimeOfTheirLink() {
        TwoRegions apart(Profile::serviceLike());
        const auto arrival = apart.state.post.arrivalOf(TwoRegions::header(true));
        QVERIFY(arrival && *arrival > Instant(38ms));
        RegionSettings settings;
        settings.links[{"us-east-1", "eu-west-1"}] = {2s, 0s, {0, 1}};
        apart.state.setRegionSettings(settings);
        QVERIFY(apart.state.post.arrivalOf(TwoRegions::header(true)) == Instant(2s));
        apart.state.setRegionSettings({});
        TwoRegions together(Profile::dropIn());
        QVERIFY(together.state.post.arrivalOf(TwoRegions::header(true)) == Instant());
        together.state.setProfile(Profile::serviceLike());
        QVERIFY(*together.state.post.arrivalOf(TwoRegions::header(true)) > Instant(38ms));
    }

    // The settings may be older than the Regions.
    void areSetForRegionsThatComeLater() {
        TwoRegions t(Profile::dropIn());
        RegionSettings settings;
        settings.links[{"us-east-1", "sa-east-1"}] = {1s, 0s, {0, 1}};
        settings.links[{"sa-east-1", "us-east-1"}] = {2s, 0s, {0, 1}};
        settings.clockOffsets["sa-east-1"] = 3s;
        t.state.setRegionSettings(settings);
        const RegionState& added = t.state.addRegion("sa-east-1");
        const std::uint8_t node = added.id.value();
        QVERIFY(t.state.regionNetwork.deliverAt(0, node, Instant()) == Instant(1s));
        QVERIFY(t.state.regionNetwork.deliverAt(node, 0, Instant()) == Instant(2s));
        QCOMPARE(t.state.clockOf(added.id).sinceEpoch() - t.state.calendar().sinceEpoch(),
                 Duration(3s));
    }

    void dependOnTheirOwnNetworkAlone() {
        TwoRegions t(Profile::dropIn());
        const RegionId home(0);
        t.state.network.cut(nodeOf(home, kA), nodeOf(home, kB));
        QVERIFY(!t.state.post.arrivalOf(TwoRegions::header(false)));
        QVERIFY(t.state.post.arrivalOf(TwoRegions::header(true)).has_value());
        t.state.regionNetwork.cut(0, 1);
        t.state.network.heal(nodeOf(home, kA), nodeOf(home, kB));
        QVERIFY(!t.state.post.arrivalOf(TwoRegions::header(true)));
        QVERIFY(t.state.post.arrivalOf(TwoRegions::header(false)).has_value());
    }

    void losesWhatACutLinkCarries() {
        TwoRegions t(Profile::dropIn());
        EnvelopeHeader header = TwoRegions::header(true);
        header.linkEpoch = t.state.regionNetwork.epoch(0, 1);
        QVERIFY(t.state.post.arrives(header, 0));
        t.state.regionNetwork.cut(0, 1);
        t.state.regionNetwork.heal(0, 1);
        QVERIFY(!t.state.post.arrives(header, 0));
    }

    void loseMessagesWhileAFaultCutsThem_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("struck");
        QTest::newRow("isolation") << int(observe::FaultKind::RegionIsolation) << 0;
        QTest::newRow("isolation of the other") << int(observe::FaultKind::RegionIsolation) << 1;
        QTest::newRow("loss") << int(observe::FaultKind::RegionLoss) << 0;
        QTest::newRow("loss of the other") << int(observe::FaultKind::RegionLoss) << 1;
        QTest::newRow("cut") << int(observe::FaultKind::RegionLinkCut) << 0;
    }
    void loseMessagesWhileAFaultCutsThem() {
        QFETCH(int, kind);
        QFETCH(int, struck);
        TwoRegions t(Profile::dropIn());
        EnvelopeHeader inFlight = TwoRegions::header(true);
        inFlight.linkEpoch = t.state.regionNetwork.epoch(0, 1);
        const bool isPair = kind == int(observe::FaultKind::RegionLinkCut);
        t.strike({isPair ? faultOf(observe::FaultKind::RegionLinkCut, {0, 1})
                         : faultOf(observe::FaultKind(kind), {std::uint8_t(struck)})});
        QVERIFY(!t.arrival() && !t.arrival(true));
        QVERIFY(!t.state.post.arrives(inFlight, 0));
        t.strike({});
        QVERIFY(t.arrival() && t.arrival(true));
        QVERIFY(!t.state.post.arrives(inFlight, 0));
    }

    void areCutAndSlowedOneWay() {
        TwoRegions t(Profile::dropIn());
        Fault cut = faultOf(observe::FaultKind::RegionLinkCut, {1, 0});
        cut.place.oneWay = true;
        t.strike({cut});
        QVERIFY(t.arrival() && !t.arrival(true));
        Fault slow = faultOf(observe::FaultKind::RegionLinkSlow, {1, 0});
        slow.place.oneWay = true;
        slow.place.slow.delay = 3s;
        t.strike({slow});
        QVERIFY(t.arrival() == Instant() && t.arrival(true) == Instant(3s));
        slow.place.oneWay = false;
        t.strike({slow});
        QVERIFY(t.arrival() == Instant(3s));
    }

    // Each of them takes its share of what the others let pass.
    void loseTheShareOfAllSlowFaultsTogether() {
        TwoRegions t(Profile::dropIn());
        RegionSettings settings;
        settings.links[{"us-east-1", "eu-west-1"}] = {0s, 0s, {1, 2}};
        t.state.setRegionSettings(settings);
        Fault both = faultOf(observe::FaultKind::RegionLinkSlow, {0, 1});
        both.place.slow.loss = {1, 2};
        Fault oneWay = both;
        oneWay.place.oneWay = true;
        t.strike({both, oneWay});
        int arrived = 0;
        for (int i = 0; i < 8000; ++i)
            arrived += t.arrival() ? 1 : 0;
        QVERIFY2(arrived > 800 && arrived < 1200, qPrintable(QString::number(arrived)));
        oneWay.place.slow.loss = {1, 1};
        t.strike({both, oneWay});
        for (int i = 0; i < 100; ++i)
            QVERIFY(!t.arrival());
    }

    void stayWholeInAPauseOfReplication() {
        TwoRegions t(Profile::dropIn());
        const ReplicationPauses& pauses = t.state.replicationPauses;
        Fault pause = faultOf(observe::FaultKind::ReplicationPause, {0, 1});
        pause.place.table = std::string("T");
        t.strike({pause});
        QVERIFY(t.arrival() && t.arrival(true));
        QVERIFY(pauses.has("us-east-1", "eu-west-1", "T"));
        QVERIFY(pauses.has("eu-west-1", "us-east-1", "T"));
        QVERIFY(!pauses.has("us-east-1", "eu-west-1", "U"));
        QVERIFY(!pauses.has("us-east-1", "sa-east-1", "T"));
        const Fault region = faultOf(observe::FaultKind::ReplicationPause, {1});
        t.strike({pause, region});
        QVERIFY(pauses.has("sa-east-1", "eu-west-1", "U"));
        QVERIFY(pauses.has("eu-west-1", "sa-east-1", "U"));
        QVERIFY(!pauses.has("us-east-1", "sa-east-1", "U"));
        pause.place.regions.clear();
        t.strike({pause});
        QVERIFY(pauses.has("us-east-1", "sa-east-1", "T"));
        QVERIFY(!pauses.has("us-east-1", "sa-east-1", "U"));
        t.strike({});
        QVERIFY(!pauses.has("us-east-1", "sa-east-1", "T"));
    }
};

ORRERY_TEST_CLASS(RegionLinksTest)
#include "region_links_test.moc"
