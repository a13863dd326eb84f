// Goal: nothing stays prepared for ever, whatever the ledger knows of its transaction. Method: what
// a prepare that arrived late would leave is put into the trees of a world at rest, which then
// starts again.

#include <QTest>

#include <array>

#include "core/cluster/transactions/ledger_row.h"
#include "core/cluster/writes/item_view.h"
#include "core/table/prepared_item.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"
#include "tests/cluster/transaction_calls.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Act;
using test::Numbers;
using test::WorldHarness;

namespace {

constexpr std::array<ZoneIndex, 3> kZones = {ZoneIndex(0), ZoneIndex(1), ZoneIndex(2)};

QString qt(const std::string& text) {
    return QString::fromStdString(text);
}

types::Item keyItem(const std::string& pk) {
    types::Item item;
    item.set("pk", types::AttributeValue::string(pk));
    return item;
}

GroupId groupOf(WorldHarness& world, const std::string& pk) {
    return world.world().lookItem({"us-east-1", "T", keyItem(pk)})->group;
}

std::string storageKeyOf(WorldHarness& world, const std::string& pk) {
    return types::storageKey(world.table()->space,
                             {types::AttributeValue::string(pk), std::nullopt});
}

/// So many partition keys of one partition.
std::vector<std::string> keysOfOnePartition(WorldHarness& world, std::size_t count) {
    std::vector<std::string> keys;
    const GroupId group = groupOf(world, "k0");
    for (int i = 0; keys.size() < count; ++i) {
        const std::string pk = "k" + std::to_string(i);
        if (groupOf(world, pk) == group) keys.push_back(pk);
    }
    return keys;
}

/// The ledger is the last group that was made.
GroupId ledgerOf(WorldHarness& world) {
    return *world.store().lastGroup();
}

/// What the ledger has of a transaction with this token.
std::optional<cluster::LedgerRow> rowOf(WorldHarness& world, const std::string& token) {
    std::optional<cluster::LedgerRow> row;
    const auto visit = [&](std::string_view key, std::string_view image) {
        const auto view = cluster::viewOf(key, share(std::string(image)));
        auto decoded = view ? cluster::decodeRow(view->attributes()) : std::nullopt;
        const bool isIt = decoded && decoded->name == cluster::tokenName("000000000000", token);
        if (isIt) row = std::move(decoded->row);
        return storage::ScanStep::Continue;
    };
    static_cast<void>(world.store().scan(volumeOf(RegionId(0), ZoneIndex(0)), "", "",
                                         storage::ScanDirection::Forward, visit));
    return row;
}

/// Puts into the trees what a prepare of this item leaves. The world is at rest, and is to start
/// again.
void plant(WorldHarness& world, const std::string& pk, const std::string& transaction,
           GroupId ledger) {
    const GroupId group = groupOf(world, pk);
    table::LogRecord prepare;
    prepare.kind = table::RecordKind::TransactionPrepare;
    prepare.key = storageKeyOf(world, pk);
    prepare.action = table::TransactionAction::Put;
    prepare.transactionId = transaction;
    prepare.ledger = ledger;
    types::Item item = keyItem(pk);
    item.set("planted", types::AttributeValue::string("yes"));
    prepare.newImage = types::encodeItem(item);
    const std::string key = table::preparedKey(group, prepare.key);
    for (const ZoneIndex zone : kZones) {
        const VolumeId volume = volumeOf(RegionId(0), zone);
        storage::TreeMark mark = *world.store().mark(volume, group);
        mark.checksum += table::preparedChecksum(key, prepare);
        table::StoredHeader header;
        header.lsn = mark.applied;
        const std::vector<storage::TreeChange> changes = {
            {key, table::encodePrepared(key, header, prepare)}};
        world.store().apply(volume, group, changes, mark);
    }
}

void startAgain(WorldHarness& world) {
    world.run(1ms);
    world.flush();
    world.restart();
}

std::string writeNow(WorldHarness& world, const std::string& pk) {
    const std::uint64_t write =
        test::write(world, {.pk = pk, .update = "SET t = :t", .values = {{":t", 1}}});
    test::finish(world, {write});
    return test::outcomeOf(world, write);
}

/// The items and a ledger.
void makeItems(WorldHarness& world, const std::vector<std::string>& pks) {
    std::vector<std::uint64_t> calls;
    for (const std::string& pk : pks)
        calls.push_back(test::write(world, {.pk = pk, .item = Numbers{{"n", 100}}}));
    test::finish(world, calls);
    test::finish(world, {test::transact(world, {{.pk = pks[0], .item = Numbers{{"n", 100}}}})});
    world.run(1min);
}

/// A strong read makes a leader of the partition serve.
void wake(WorldHarness& world, const std::string& pk) {
    const std::uint64_t read = world.get(pk, true);
    test::finish(world, {read});
    QVERIFY(!world.failed(read));
}

/// The transaction has long been forgotten, by a ledger that exists.
std::string forgottenId(std::uint64_t number = 7) {
    return cluster::transactionId("0/9/" + std::to_string(number), number);
}

}  // namespace

class TransactionRecoveryTest : public QObject {
    Q_OBJECT
private slots:
    // Its row stays for the sake of the token, without the keys of its items.
    void freesWhatIsPreparedForAFinishedTransaction() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        makeItems(world, {"x", "y"});
        const std::uint64_t done =
            test::transact(world, {{.pk = "y", .item = Numbers{{"n", 1}}}}, "token");
        test::finish(world, {done});
        world.run(1min);
        const auto row = rowOf(world, "token");
        QVERIFY(row && row->outcome == cluster::Outcome::Finished && row->keys.empty());
        const std::string id =
            cluster::transactionId(cluster::tokenName("000000000000", "token"), row->number);
        plant(world, "x", id, ledgerOf(world));
        startAgain(world);
        wake(world, "x");
        QCOMPARE(qt(writeNow(world, "x")), QString("TransactionConflictException"));
        world.run(20s);
        QCOMPARE(qt(writeNow(world, "x")), QString("ok"));
        const std::uint64_t read = test::transactGet(world, {"x"});
        test::finish(world, {read});
        QCOMPARE(test::itemsOf(world, read)[0]->at("n"), std::int64_t{100});
        QCOMPARE(qt(test::judgeTrees(world.world(), world.store())), QString());
    }

    void freesAllItemsOfAForgottenTransactionAtOnce() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        const auto pks = keysOfOnePartition(world, 8);
        makeItems(world, pks);
        for (const std::string& pk : pks)
            plant(world, pk, forgottenId(), ledgerOf(world));
        startAgain(world);
        wake(world, pks[0]);
        world.run(8s);
        for (const std::string& pk : pks)
            QCOMPARE(qt(writeNow(world, pk)), QString("ok"));
        world.run(20min);
        QCOMPARE(world.world().nextEventAt(), Instant::never());
    }

    void recoversSomeAtATime() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        const auto pks = keysOfOnePartition(world, 100);
        makeItems(world, pks);
        for (std::size_t i = 0; i < pks.size(); ++i)
            plant(world, pks[i], forgottenId(100 + i), ledgerOf(world));
        startAgain(world);
        wake(world, pks[0]);
        std::map<Instant, int> begun;
        EventId last = world.world().lastEvent();
        for (int i = 0; i < 10'000; ++i) {
            world.run(1ms);
            for (const observe::Event& event : world.world().trace().since(last, SIZE_MAX)) {
                if (observe::eventKind(event.body) == "transaction stalled") ++begun[event.at];
            }
            last = world.world().lastEvent();
        }
        int all = 0;
        for (const auto& [at, count] : begun) {
            QVERIFY(count <= 32);
            all += count;
        }
        QCOMPARE(all, 100);
        for (const std::string& pk : pks)
            QCOMPARE(qt(writeNow(world, pk)), QString("ok"));
    }

    // The first request at the new leader may be a write, which also asks what is prepared.
    void watchesThoughAWriteCameFirst() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        makeItems(world, {"x"});
        plant(world, "x", forgottenId(), ledgerOf(world));
        startAgain(world);
        QCOMPARE(qt(writeNow(world, "x")), QString("TransactionConflictException"));
        world.run(20s);
        QCOMPARE(qt(writeNow(world, "x")), QString("ok"));
    }

    void freesWhatNamesALedgerThatIsGone() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        makeItems(world, {"x"});
        plant(world, "x", forgottenId(), GroupId(999));
        startAgain(world);
        wake(world, "x");
        world.run(8s);
        QCOMPARE(qt(writeNow(world, "x")), QString("ok"));
    }

    // A client learns of damage as by GetItem, and does not wait for it.
    void aReadOfDamagedDataFailsAtOnce() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        makeItems(world, {"x", "y"});
        damage(world, "x");
        const std::uint64_t read = test::transactGet(world, {"x", "y"});
        world.run(200ms);
        QVERIFY(world.done(read) && world.failed(read));
        const std::string message = world.answer(read)->result.error().message;
        QVERIFY2(message.contains("is corrupt in items.mdb"), message.c_str());
    }

    // This world writes nothing more, so it can finish nothing; the next one will.
    void aDamagedWorldRests() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        makeItems(world, {"x", "y", "z"});
        static_cast<void>(test::transact(
            world, {{.pk = "x", .item = Numbers{{"n", 1}}}, {.pk = "y", .item = Numbers{{"n", 1}}}},
            "token"));
        world.run(6ms);
        world.flush();
        world.kill();
        damage(world, "z");
        const std::uint64_t read = world.get("z", true);
        test::finish(world, {read});
        QVERIFY(world.failed(read));
        world.run(2min);
        QVERIFY(world.world().jobs().empty());
        QCOMPARE(world.world().nextEventAt(), Instant::never());
    }

private:
    /// Flips one bit of an item, in the tree of every zone.
    static void damage(WorldHarness& world, const std::string& pk) {
        const std::string key = storageKeyOf(world, pk);
        const GroupId group = groupOf(world, pk);
        for (const ZoneIndex zone : kZones) {
            const VolumeId volume = volumeOf(RegionId(0), zone);
            std::string bytes = **world.store().get(volume, key);
            char& byte = bytes[bytes.size() - 3];
            byte = static_cast<char>(byte ^ 1);
            const std::vector<storage::TreeChange> changes = {{key, share(std::move(bytes))}};
            world.store().apply(volume, group, changes, *world.store().mark(volume, group));
        }
    }
};

ORRERY_TEST_CLASS(TransactionRecoveryTest)
#include "transaction_recovery_test.moc"
