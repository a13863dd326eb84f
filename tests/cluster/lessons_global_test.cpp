// Goal: what a global table with eventual consistency does to its clients, with the numbers of the
// lessons (reference, L7 and L9): a lost update and a counter that forgets. Method: two Regions in
// one world, whose links and clocks are set.

#include <QTest>

#include "core/base/check.h"
#include "core/expression/update.h"
#include "core/types/item_codec.h"
#include "tests/cluster/region_calls.h"
#include "tests/cluster/transaction_calls.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;
using types::AttributeValue;

namespace {

const std::string kEast = "us-east-1";
const std::string kWest = "us-west-2";

cluster::Profile profile() {
    cluster::Profile profile = cluster::Profile::serviceLike();
    profile.replicationDelay = {};
    profile.replicationDelayMean = {};
    return profile;
}

/// A table with replicas in two Regions and one item, which both have.
class TwoReplicas {
public:
    TwoReplicas() : m_t(profile()) {
        createTableIn(m_t, kEast);
        m_t.run(5s);
        addReplica();
        putItem();
        for (const std::string& region : {kEast, kWest})
            QCOMPARE(text(read(region), "size"), "M");
    }

    WorldHarness& world() { return m_t; }
    void setLinks(Duration delay) {
        const cluster::RegionLink link{delay, 0ms, {0, 1}};
        QVERIFY(m_t.world().admit(cluster::SetRegionLink{kEast, kWest, link}).has_value());
        QVERIFY(m_t.world().admit(cluster::SetRegionLink{kWest, kEast, link}).has_value());
    }
    void setClock(const std::string& region, Duration offset) {
        QVERIFY(m_t.world().admit(cluster::SetRegionClock{region, offset}).has_value());
    }

    std::uint64_t update(const std::string& region, const std::string& text,
                         const std::string& attribute, types::Item values) {
        const auto shared = std::make_shared<types::Item>(std::move(values));
        return m_t.submitIn(region, "UpdateItem",
                            [text, attribute, shared](const auto& catalog, const auto& caller) {
                                auto substitutions = expression::Substitutions::create(
                                    expression::Substitutions::Names{{"#a", attribute}}, *shared);
                                CHECK(substitutions.has_value());
                                auto update = expression::parseUpdate(text, *substitutions);
                                CHECK(update.has_value());
                                cluster::WriteItem write;
                                write.table = catalog.find(caller, "T");
                                write.key = {AttributeValue::string("a"), std::nullopt};
                                write.action = cluster::UpdateAction{*std::move(update)};
                                return ApiResult<cluster::Request>(std::move(write));
                            });
    }
    std::uint64_t set(const std::string& region, const std::string& attribute,
                      const std::string& value) {
        types::Item values;
        values.set(":v", AttributeValue::string(value));
        return update(region, "SET #a = :v", attribute, std::move(values));
    }
    std::uint64_t add(const std::string& region) {
        types::Item values;
        values.set(":v", AttributeValue::number(types::Number::fromInteger(1)));
        return update(region, "ADD #a :v", "n", std::move(values));
    }

    /// A strong read, which takes some milliseconds.
    cluster::ItemView read(const std::string& region) {
        const auto call =
            m_t.submitIn(region, "GetItem", [](const auto& catalog, const auto& caller) {
                return ApiResult<cluster::Request>(cluster::ReadItem{
                    catalog.find(caller, "T"), {AttributeValue::string("a"), std::nullopt}, true});
            });
        m_t.run(20ms);
        CHECK(m_t.done(call) && !m_t.failed(call));
        return std::get<cluster::ItemReply>(*m_t.answer(call)->result).item;
    }
    static std::string text(const cluster::ItemView& item, const std::string& attribute) {
        if (!item) return "";
        const auto value = types::EncodedItem(item.attributes()).find(attribute);
        return value ? *value->as<std::string>() : "";
    }
    std::int64_t count(const std::string& region) {
        const auto numbers = test::numbersOf(read(region));
        CHECK(numbers.has_value());
        return numbers->contains("n") ? numbers->at("n") : 0;
    }
    bool isDone(std::uint64_t call) const { return m_t.done(call) && !m_t.failed(call); }

    /// The changes in the stream of a replica.
    std::vector<cluster::StreamEntry> stream(const std::string& region) {
        const cluster::TablePtr table = find(region);
        cluster::StreamPtr stream;
        m_t.world().catalog().streams().forEach([&](const cluster::StreamPtr& one) {
            if (one->table == table->space) stream = one;
        });
        CHECK(stream != nullptr && stream->shards.size() == 1);
        cluster::ReadStream read;
        read.stream = stream;
        read.shard = stream->shards[0].name();
        read.limit = 1000;
        const auto call = m_t.submitIn(region, "GetRecords", [read](const auto&, const auto&) {
            return ApiResult<cluster::Request>(read);
        });
        m_t.run(20ms);
        CHECK(isDone(call));
        return std::get<cluster::StreamReply>(*m_t.answer(call)->result).entries;
    }

private:
    cluster::TablePtr find(const std::string& region) {
        return m_t.world().catalog().find(
            {std::string(kSharedAccount), "key", region, ZoneIndex(0)}, "T");
    }
    void addReplica() {
        const auto call =
            m_t.submitIn(kEast, "UpdateTable", [](const auto& catalog, const auto& caller) {
                cluster::UpdateTable update;
                update.table = catalog.find(caller, "T");
                update.replicas.push_back({cluster::ReplicaChange::Kind::Create, kWest, {}});
                return ApiResult<cluster::Request>(std::move(update));
            });
        m_t.run(60s);
        QVERIFY(isDone(call));
        QVERIFY(find(kWest) != nullptr && find(kWest)->status == cluster::TableStatus::Active);
    }
    void putItem() {
        const auto call = set(kEast, "size", "M");
        m_t.run(5s);
        QVERIFY(isDone(call));
    }

    WorldHarness m_t;
};

}  // namespace

class LessonsGlobalTest : public QObject {
    Q_OBJECT
private slots:
    // L7: both updates are acknowledged, and one is lost as a whole, though they set different
    // attributes.
    void anUpdateIsLost_data() {
        QTest::addColumn<int>("westAheadBySeconds");
        QTest::newRow("the later wins") << 0;
        QTest::newRow("the later is lost if its clock is behind") << -5;
    }
    void anUpdateIsLost() {
        QFETCH(int, westAheadBySeconds);
        TwoReplicas t;
        t.setLinks(1s);
        t.setClock(kWest, std::chrono::seconds(westAheadBySeconds));
        const std::size_t shownEast = t.stream(kEast).size();
        const std::size_t shownWest = t.stream(kWest).size();

        const auto red = t.set(kEast, "color", "red");
        t.world().run(300ms);
        const auto large = t.set(kWest, "size", "XL");
        t.world().run(200ms);
        QVERIFY(t.isDone(red) && t.isDone(large));
        const auto east = t.read(kEast);
        const auto west = t.read(kWest);
        QCOMPARE(t.text(east, "color") + t.text(east, "size"), "redM");
        QCOMPARE(t.text(west, "color") + t.text(west, "size"), "XL");

        t.world().run(900ms);
        const bool westWins = westAheadBySeconds == 0;
        for (const std::string& region : {kEast, kWest}) {
            const auto item = t.read(region);
            QCOMPARE(t.text(item, "color") + t.text(item, "size"), westWins ? "XL" : "redM");
        }
        // The stream of a Region shows what took effect there.
        QCOMPARE(t.stream(kEast).size() - shownEast, westWins ? 2u : 1u);
        QCOMPARE(t.stream(kWest).size() - shownWest, westWins ? 1u : 2u);
    }

    // L9: two Regions count at the same item, each every 100 ms, 50 ms apart. If a change arrives
    // before the next one, none is lost; otherwise half of them are.
    void aCounterForgets_data() {
        QTest::addColumn<int>("linkMicroseconds");
        QTest::addColumn<int>("counted");
        QTest::newRow("40 ms") << 40'000 << 200;
        QTest::newRow("59.999 ms") << 59'999 << 100;
        QTest::newRow("60 ms") << 60'000 << 100;
        QTest::newRow("60.001 ms") << 60'001 << 100;
    }
    void aCounterForgets() {
        QFETCH(int, linkMicroseconds);
        QFETCH(int, counted);
        constexpr int kCounts = 100;
        TwoReplicas t;
        t.setLinks(std::chrono::microseconds(linkMicroseconds));
        std::vector<std::uint64_t> calls;
        for (int i = 0; i < kCounts; ++i) {
            calls.push_back(t.add(kEast));
            t.world().run(50ms);
            calls.push_back(t.add(kWest));
            t.world().run(50ms);
        }
        t.world().run(5s);
        for (const std::uint64_t call : calls)
            QVERIFY(t.isDone(call));
        QCOMPARE(t.count(kEast), counted);
        QCOMPARE(t.count(kWest), counted);
    }
};

ORRERY_TEST_CLASS(LessonsGlobalTest)
#include "lessons_global_test.moc"
