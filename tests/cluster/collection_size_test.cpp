// Goal: the size of an item collection equals the result of a scan, whatever happened to the
// leader, the process or the folder in between. Method: random writes to a few collections of a
// table with a local index; whenever the world is quiet, each zone's sizes are compared with a
// scan. Now and then the test removes sizes from the trees, which leaves the data as version 1
// wrote it.

#include <QTest>
#include <array>
#include <optional>

#include "core/base/check.h"
#include "core/base/prng.h"
#include "core/table/collection_size.h"
#include "core/table/private_key.h"
#include "core/types/storage_key.h"
#include "tests/cluster/counting_store.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

constexpr std::array<ZoneIndex, 3> kZones = {ZoneIndex(0), ZoneIndex(1), ZoneIndex(2)};

types::Key keyOf(const std::string& pk, const std::string& sk) {
    return {types::AttributeValue::string(pk), types::AttributeValue::string(sk)};
}

class Collections {
public:
    explicit Collections(cluster::Profile profile = cluster::Profile::dropIn(),
                         std::uint64_t seed = 1)
        : t(std::move(profile), seed) {
        createTable();
    }
    explicit Collections(std::unique_ptr<storage::MemoryStore> store) : t({}, std::move(store)) {
        createTable();
    }

    void createTable() {
        cluster::SecondaryIndex index;
        index.name = "ByColour";
        index.kind = cluster::IndexKind::Local;
        index.keys.partition = {"pk", types::AttributeType::String};
        index.keys.sort = types::KeyAttribute{"colour", types::AttributeType::String};
        index.projection.kind = table::ProjectionKind::KeysOnly;
        t.createTable(true, {index});
        t.run(60s);
        t.sync();
    }

    /// A put, or a delete if `colour` has no value; an empty colour stores no attribute.
    std::uint64_t write(const std::string& pk, const std::string& sk,
                        const std::optional<std::string>& colour, bool asks) {
        return t.submit("PutItem",
                        [=](const cluster::Catalog& catalog, const cluster::Caller& caller) {
                            cluster::WriteItem write;
                            write.table = catalog.find(caller, "T");
                            write.key = keyOf(pk, sk);
                            write.wantsCollectionBytes = asks;
                            write.action = cluster::DeleteAction{};
                            if (colour) {
                                types::Item item;
                                item.set("pk", types::AttributeValue::string(pk));
                                item.set("sk", types::AttributeValue::string(sk));
                                if (!colour->empty())
                                    item.set("colour", types::AttributeValue::string(*colour));
                                write.action = cluster::PutAction{std::move(item)};
                            }
                            return ApiResult<cluster::Request>(std::move(write));
                        });
    }

    /// A put of an item in each of these collections, in one transaction that asks for all sizes.
    std::uint64_t transact(const std::vector<std::string>& collections) {
        return t.submit("TransactWriteItems",
                        [=](const cluster::Catalog& catalog, const cluster::Caller& caller) {
                            cluster::TransactWrite request;
                            for (const std::string& pk : collections) {
                                cluster::WriteItem write;
                                write.table = catalog.find(caller, "T");
                                write.key = keyOf(pk, "new");
                                write.wantsCollectionBytes = true;
                                types::Item item;
                                item.set("pk", types::AttributeValue::string(pk));
                                item.set("sk", types::AttributeValue::string("new"));
                                write.action = cluster::PutAction{std::move(item)};
                                request.actions.emplace_back(std::move(write));
                            }
                            return ApiResult<cluster::Request>(std::move(request));
                        });
    }

    std::optional<std::uint64_t> answered(std::uint64_t id) const {
        if (!t.done(id) || t.failed(id)) return std::nullopt;
        return std::get<cluster::WriteReply>(*t.answer(id)->result).collectionBytes;
    }

    /// How many events the world handles until the call is answered.
    int eventsUntil(std::uint64_t id) {
        int events = 0;
        for (; !t.done(id); ++events)
            t.turn(std::max(t.world().now(), t.world().nextEventAt()), 1);
        return events;
    }

    /// An item and, but for every third, its entry in the index.
    void putItems(const std::string& pk, int count) {
        for (int i = 0; i < count; ++i)
            write(pk, "s" + std::to_string(i), i % 3 == 0 ? "" : "red", false);
        t.run(10s);
    }

    std::uint64_t scanned(const std::string& pk, ZoneIndex zone) {
        std::uint64_t bytes = 0;
        const auto table = t.table();
        for (const KeySpaceId space : {table->space, table->indexes[0].space}) {
            const std::string prefix =
                types::collectionPrefix(space, types::AttributeValue::string(pk));
            const auto read = t.store().scan(
                volumeOf(RegionId(0), zone), prefix, types::prefixEnd(prefix),
                storage::ScanDirection::Forward, [&](std::string_view key, std::string_view image) {
                    bytes += table::decodeStored(key, image)->header.itemBytes;
                    return storage::ScanStep::Continue;
                });
            CHECK(read.has_value());
        }
        return bytes;
    }

    std::string sizeKeyOf(const std::string& pk) {
        return table::collectionSizeKey(groupOf(pk),
                                        types::storageKey(t.table()->space, keyOf(pk, "0")));
    }

    /// The size in the tree of a zone; nothing if it is not known.
    std::optional<std::uint64_t> kept(const std::string& pk, ZoneIndex zone) {
        const std::string key = sizeKeyOf(pk);
        const SharedBytes stored = *t.store().get(volumeOf(RegionId(0), zone), key);
        if (!stored) return std::nullopt;
        return table::decodeCollectionSize(key, stored).value();
    }

    /// Makes the collection look as version 1 wrote it. Only while the world is quiet.
    void forgetSize(const std::string& pk) {
        const std::string key = sizeKeyOf(pk);
        for (const ZoneIndex zone : kZones) {
            const VolumeId volume = volumeOf(RegionId(0), zone);
            const auto mark = *t.store().mark(volume, groupOf(pk));
            const std::vector<storage::TreeChange> changes = {{key, nullptr}};
            t.store().apply(volume, groupOf(pk), changes, mark);
        }
        m_hasForgotten = true;
    }

    /// Checks every zone's sizes and checksums against a scan. Only while the world is quiet.
    void check(const std::vector<std::string>& collections) {
        for (const std::string& pk : collections) {
            const std::uint64_t bytes = scanned(pk, ZoneIndex(0));
            for (const ZoneIndex zone : kZones) {
                QCOMPARE(scanned(pk, zone), bytes);
                const auto size = kept(pk, zone);
                // A size written by version 1 is not known; a size of 0 is not stored.
                if (size) QVERIFY(*size > 0);
                if (size) QCOMPARE(*size, bytes);
            }
        }
        // The mark's checksum still includes the removed sizes.
        if (m_hasForgotten) return;
        const auto rows = t.world().checksums("T", "us-east-1", true);
        QVERIFY(rows.has_value());
        for (const auto& row : *rows) {
            for (const auto& zone : row.zones)
                QCOMPARE(zone.scanned, std::optional(zone.checksum));
        }
    }

    GroupId groupOf(const std::string& pk) {
        types::Item key;
        key.set("pk", types::AttributeValue::string(pk));
        key.set("sk", types::AttributeValue::string("0"));
        return t.world().lookItem({"us-east-1", "T", key})->group;
    }

    WorldHarness t;

private:
    bool m_hasForgotten = false;
};

const std::vector<std::string> kCollections = {"a", "b", "c"};

std::optional<std::string> anyColour(Prng& prng) {
    if (prng.chance({1, 3})) return std::nullopt;
    return std::string(prng.below(5), 'c');
}

}  // namespace

class CollectionSizeTest : public QObject {
    Q_OBJECT
private slots:
    void isAnsweredWithTheWrite() {
        Collections c;
        std::uint64_t last = 0;
        for (const auto& colour :
             {std::optional<std::string>("red"), std::optional<std::string>(""),
              std::optional<std::string>("blue")}) {
            last = c.write("a", "1", colour, true);
            c.t.run(1s);
            QCOMPARE(c.answered(last).value(), c.scanned("a", ZoneIndex(0)));
            c.write("a", "2" + *colour, colour, false);
            c.t.run(1s);
        }
        // A delete of nothing gets a size too; a request that does not ask for it gets none.
        last = c.write("a", "none", std::nullopt, true);
        const auto silent = c.write("b", "1", "red", false);
        c.t.run(1s);
        QCOMPARE(c.answered(last).value(), c.scanned("a", ZoneIndex(0)));
        QVERIFY(!c.answered(silent));
        c.check(kCollections);

        last = c.write("b", "1", std::nullopt, true);
        c.t.run(1s);
        QCOMPARE(c.answered(last), std::optional<std::uint64_t>(0));
        QVERIFY(!c.kept("b", ZoneIndex(0)));
        c.check(kCollections);
    }

    void isCountedWhereVersion1LeftNone() {
        Collections c;
        c.putItems("a", 1300);
        c.forgetSize("a");
        // A request that does not ask for the size does not start a count.
        c.write("a", "s1", "green", false);
        c.t.run(1s);
        QVERIFY(!c.kept("a", ZoneIndex(0)));

        // During the count, writes continue on both sides of its position, one event a turn.
        const auto asks = c.write("a", "s600", "blue", true);
        std::vector<std::uint64_t> others;
        for (int i = 0; i < 40; ++i) {
            const std::string sk = "s" + std::to_string(i * 31);
            others.push_back(
                c.write("a", sk, i % 4 == 0 ? std::nullopt : std::optional("x" + sk), i % 10 == 0));
        }
        c.t.run(10s, 1);
        QVERIFY(c.answered(asks).has_value());
        for (const auto id : others)
            QVERIFY(c.t.done(id) && !c.t.failed(id));
        QVERIFY(c.kept("a", ZoneIndex(0)).has_value());
        c.check(kCollections);
    }

    // A step reads 500 entries: three for the items, two for their entries in the index.
    void isCountedInSteps() {
        std::array<int, 2> events{};
        for (const bool isKnown : {true, false}) {
            Collections c;
            c.putItems("a", 1300);
            if (!isKnown) c.forgetSize("a");
            const auto asks = c.write("a", "s1", "blue", true);
            events.at(isKnown ? 1 : 0) = c.eventsUntil(asks);
            QCOMPARE(c.answered(asks).value(), c.scanned("a", ZoneIndex(0)));
        }
        qInfo("%d events, %d if the size is known", events[0], events[1]);
        QVERIFY(events[0] >= events[1] + 5);
    }

    // However many items a collection has, its size is looked up.
    void isFoundWithoutAScan() {
        auto store = std::make_unique<test::CountingStore>();
        const test::CountingStore& counted = *store;
        Collections c(std::move(store));
        c.putItems("a", 2000);
        for (const char* sk : {"s1", "new"}) {
            for (const bool isFlushed : {false, true}) {
                if (isFlushed) c.t.flush();
                const std::uint64_t before = counted.visited();
                const auto asks = c.write("a", sk, "blue", true);
                c.eventsUntil(asks);
                const std::uint64_t visited = counted.visited() - before;
                QVERIFY2(visited <= 10, qPrintable(QString::number(visited)));
                QCOMPARE(c.answered(asks).value(), c.scanned("a", ZoneIndex(0)));
            }
        }
    }

    // All of them are in one partition, whose leader counts them one after another.
    void isCountedInAsManyCollectionsAsATransactionHas() {
        Collections c;
        std::vector<std::string> pks;
        for (int i = 0; pks.size() < 100; ++i) {
            const std::string pk = "p" + std::to_string(i);
            if (c.groupOf(pk) == c.groupOf("p0")) pks.push_back(pk);
        }
        for (const std::string& pk : pks)
            c.write(pk, "1", "red", false);
        c.t.run(10s);
        for (const std::string& pk : pks)
            c.forgetSize(pk);
        const auto asks = c.transact(pks);
        c.t.run(10s);
        QVERIFY(c.t.done(asks) && !c.t.failed(asks));
        const auto& reply = std::get<cluster::TransactWriteReply>(*c.t.answer(asks)->result);
        for (std::size_t i = 0; i < pks.size(); ++i) {
            QVERIFY(reply.writes[i].collectionBytes.has_value());
            QCOMPARE(*reply.writes[i].collectionBytes, c.scanned(pks[i], ZoneIndex(0)));
        }
    }

    // The write that makes an end of a count may be followed, before it has its own reply, by one
    // of the same key that waited for the count.
    void isAskedForByADeleteThatAPutOfTheSameKeyReleases() {
        Collections c;
        std::string other = "other";
        while (c.groupOf(other) != c.groupOf("a"))
            other += "r";
        c.write("a", "1", "red", false);
        c.t.run(60s);
        c.forgetSize("a");
        c.write(other, "1", "red", false);
        c.t.run(1ms);  // Its leader serves.
        const auto asks = c.write("a", "1", std::nullopt, true);
        const auto deletes = c.write("a", "1", std::nullopt, false);
        const auto puts = c.write("a", "1", "blue", false);
        c.t.run(1s);
        for (const auto id : {asks, deletes, puts})
            QVERIFY(c.t.done(id) && !c.t.failed(id));
        QCOMPARE(c.answered(asks), std::optional<std::uint64_t>(0));
        c.check(kCollections);
    }

    void isThatOfAScanWhateverHappens_data() {
        QTest::addColumn<bool>("serviceLike");
        QTest::newRow("drop-in") << false;
        QTest::newRow("service-like") << true;
    }
    void isThatOfAScanWhateverHappens() {
        QFETCH(bool, serviceLike);
        std::uint64_t counted = 0;
        for (std::uint64_t seed = 1; seed <= 8; ++seed) {
            Prng prng = Prng::stream(seed, "collections");
            Collections c(
                serviceLike ? cluster::Profile::serviceLike() : cluster::Profile::dropIn(), seed);
            for (int round = 0; round < 25; ++round) {
                for (std::uint64_t i = 1 + prng.below(12); i > 0; --i) {
                    c.write(kCollections[prng.below(kCollections.size())],
                            "s" + std::to_string(prng.below(6)), anyColour(prng),
                            prng.chance({1, 2}));
                    if (prng.chance({1, 2})) c.t.run(Duration(prng.below(20'000'000)), 1);
                }
                if (prng.chance({1, 4})) {
                    const std::string zone = "us-east-1" + std::string(1, "abc"[prng.below(3)]);
                    static_cast<void>(
                        test::failZone(c.t.world(), zone, 5s));  // The zone may be down already.
                    c.t.run(Duration(prng.below(2'000'000'000)));
                }
                if (prng.chance({1, 5})) {
                    if (prng.chance({1, 2})) c.t.sync();
                    c.t.kill();
                }
                if (prng.chance({1, 2})) continue;
                c.t.run(120s);
                c.check(kCollections);
                const std::string& pk = kCollections[prng.below(kCollections.size())];
                if (seed % 2 == 0 && prng.chance({1, 2})) c.forgetSize(pk);
                const auto asks = c.write(pk, "s1", "asked", true);
                c.t.run(120s);
                QVERIFY2(c.answered(asks).has_value(), qPrintable(QString::number(seed)));
                QCOMPARE(*c.answered(asks), c.scanned(pk, ZoneIndex(0)));
                QVERIFY(c.kept(pk, ZoneIndex(2)).has_value());
                ++counted;
            }
        }
        QVERIFY(counted > 40);
    }
};

ORRERY_TEST_CLASS(CollectionSizeTest)
#include "collection_size_test.moc"
