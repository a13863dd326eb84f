// Goal: saved faults come back as they were, and faults that cannot be are refused.

#include "core/cluster/faults/fault_codec.h"

#include <QTest>

#include "core/storage/stores.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using observe::FaultKind;

namespace {

class TwoRegions {
public:
    TwoRegions() : state(*m_store, Profile::dropIn(), 7, 100) {
        state.addRegion("us-east-1");
        state.addRegion("eu-west-1");
    }

    std::optional<Fault> decoded(std::string_view bytes) const {
        ByteReader in(bytes);
        auto fault = takeFault(in, state);
        if (!in.atEnd()) return std::nullopt;
        return fault;
    }

private:
    std::unique_ptr<storage::MemoryStore> m_store = storage::MemoryStore::create();

public:
    WorldState state;
};

std::string encoded(const Fault& fault) {
    std::string bytes;
    ByteWriter out(bytes);
    putFault(out, fault);
    return bytes;
}

Fault faultOf(FaultKind kind, const std::vector<std::uint8_t>& regions) {
    Fault fault;
    fault.kind = kind;
    fault.view.id = 300;
    fault.view.since = Instant(5s);
    for (const std::uint8_t region : regions)
        fault.place.regions.emplace_back(region);
    return fault;
}

Fault zoneFault(FaultKind kind, std::uint8_t a, std::uint8_t b) {
    Fault fault = faultOf(kind, {});
    fault.place.region = RegionId(1);
    fault.place.a = ZoneIndex(a);
    fault.place.b = ZoneIndex(b);
    return fault;
}

/// One of each kind.
std::vector<Fault> some() {
    std::vector<Fault> faults{
        zoneFault(FaultKind::ZoneOutage, 2, 2),      zoneFault(FaultKind::LinkCut, 0, 2),
        faultOf(FaultKind::RegionIsolation, {1}),    faultOf(FaultKind::RegionLoss, {0}),
        faultOf(FaultKind::RegionLinkCut, {1, 0}),   faultOf(FaultKind::RegionLinkSlow, {0, 1}),
        faultOf(FaultKind::ReplicationPause, {}),    faultOf(FaultKind::ReplicationPause, {1}),
        faultOf(FaultKind::ReplicationPause, {1, 0})};
    faults[4].place.oneWay = true;
    faults[5].place.slow = {200ms, 10ms, {1, 100}};
    faults[5].view.until = Instant(25s);
    faults[6].place.table = std::string("T");
    return faults;
}

}  // namespace

class FaultCodecTest : public QObject {
    Q_OBJECT
private slots:
    void comesBackAsItWas() {
        const TwoRegions world;
        for (const Fault& fault : some()) {
            const auto back = world.decoded(encoded(fault));
            QVERIFY(back.has_value());
            QCOMPARE(back->kind, fault.kind);
            QVERIFY(back->view == fault.view);
            QVERIFY(isSamePlace(back->place, fault.place));
            QVERIFY(back->place.regions == fault.place.regions);
            QVERIFY(back->place.slow == fault.place.slow);
        }
    }

    void refusesEveryTruncation() {
        const TwoRegions world;
        for (const Fault& fault : some()) {
            const std::string bytes = encoded(fault);
            for (std::size_t size = 0; size < bytes.size(); ++size)
                QVERIFY(!world.decoded(std::string_view(bytes).substr(0, size)).has_value());
            QVERIFY(!world.decoded(bytes + 'x').has_value());
        }
    }

    void refusesWhatCannotBe() {
        const TwoRegions world;
        const auto refuses = [&](const Fault& fault) {
            return !world.decoded(encoded(fault)).has_value();
        };
        QVERIFY(refuses(zoneFault(FaultKind::ZoneOutage, 3, 0)));
        QVERIFY(refuses(zoneFault(FaultKind::LinkCut, 1, 1)));
        QVERIFY(refuses(faultOf(FaultKind::RegionIsolation, {})));
        QVERIFY(refuses(faultOf(FaultKind::RegionIsolation, {2})));
        QVERIFY(refuses(faultOf(FaultKind::RegionLoss, {0, 1})));
        QVERIFY(refuses(faultOf(FaultKind::RegionLinkCut, {1})));
        QVERIFY(refuses(faultOf(FaultKind::RegionLinkCut, {1, 1})));
        QVERIFY(refuses(faultOf(FaultKind::ReplicationPause, {0, 1, 0})));
        Fault slow = faultOf(FaultKind::RegionLinkSlow, {0, 1});
        slow.place.slow.delay = kLinkDelayMax + 1ns;
        QVERIFY(refuses(slow));
        slow.place.slow = {-1ns, 0ns, {0, 1}};
        QVERIFY(refuses(slow));
        slow.place.slow = {0ns, 0ns, {2, 1}};
        QVERIFY(refuses(slow));
        slow.place.slow = {0ns, 0ns, {0, 0}};
        QVERIFY(refuses(slow));
        std::string later = encoded(some().front());
        later[2] = 7;  // After the id, which takes two bytes.
        QVERIFY(!world.decoded(later).has_value());
    }
};

ORRERY_TEST_CLASS(FaultCodecTest)
#include "fault_codec_test.moc"
