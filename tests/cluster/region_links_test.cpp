// Goal: messages between Regions take the time of their link, are lost with it, and do not depend
// on links between zones. Method: the post of a world's state, with two Regions.

#include <QTest>

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

private:
    std::unique_ptr<storage::MemoryStore> m_store = storage::MemoryStore::create();

public:
    WorldState state;
};

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
};

ORRERY_TEST_CLASS(RegionLinksTest)
#include "region_links_test.moc"
