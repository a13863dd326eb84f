// Goal: sender and receiver of index batches know of one another only what messages say: what a
// lost leader had not sent is lost and read again from the log, and a batch is all that the
// receiver needs. Method: the parts alone, on two groups, with batches that are kept or made here.

#include <QTest>

#include "core/cluster/indexes/index_backfill.h"
#include "core/cluster/indexes/index_receiver.h"
#include "core/cluster/indexes/index_sender.h"
#include "core/cluster/writes/item_view.h"
#include "core/storage/stores.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"
#include "tests/cluster/group_events.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using Origin = IndexChange::Origin;

namespace {

constexpr ZoneIndex kA(0);
constexpr RegionId kRegion(0);
constexpr KeySpaceId kTable(1);
constexpr KeySpaceId kIndex(2);
constexpr GroupId kBase(1);
constexpr GroupId kEntries(2);

std::string baseKey(int number) {
    return types::storageKey(
        kTable, {types::AttributeValue::string("k" + std::to_string(number)), std::nullopt});
}

std::string entryKey(const std::string& name) {
    return types::storageKey(kIndex, {types::AttributeValue::string(name), std::nullopt});
}

/// A table of one partition and its index of one, both led by zone a. Batches are kept in `sent`
/// and reach the receiver only when a test says so.
class Parts : private GroupListener {
public:
    Parts()
        : store(storage::MemoryStore::create()),
          world(*store, Profile::serviceLike(), 1, 100),
          replicator(world),
          sender(world, replicator),
          receiver(world, replicator) {
        world.addRegion("us-east-1");
        base = &makeGroup(kBase, GroupKind::Table, kTable);
        entries = &makeGroup(kEntries, GroupKind::Index, kIndex);
        auto description = std::make_shared<TableDescription>();
        description->name = "T";
        description->space = kTable;
        description->keys.partition = {"pk", types::AttributeType::String};
        SecondaryIndex index;
        index.kind = IndexKind::Global;
        index.space = kIndex;
        index.keys.partition = {"colour", types::AttributeType::String};
        description->indexes.push_back(index);
        world.catalog.put(description);
        sender.tableChanged(*description);
        sender.setShown([](Group&, ZoneIndex, Lsn) {}, [](GroupId) { return false; });
        sender.setListeners({}, [this](Group&) { ++leadersLost; });
        replicator.setListener(*this);
        replicator.requestLease(*base, kA);
        replicator.requestLease(*entries, kA);
        run(1s);
    }

    Group& makeGroup(GroupId id, GroupKind kind, KeySpaceId space) {
        Group& group = replicator.create({id, kind, kRegion, kTable, space, "", "", kA});
        group.schema = std::make_shared<table::ApplySchema>(table::ApplySchema{id, {}, {}});
        return group;
    }

    void run(Duration by) {
        test::runGroupEvents(world, replicator, world.now + by, [this](const Event& event) {
            if (const auto* batch = std::get_if<IndexBatchArrives>(&event)) sent.push_back(*batch);
            if (const auto* retry = std::get_if<IndexRetry>(&event)) sender.on(*retry);
            if (const auto* answer = std::get_if<IndexBatchAnswered>(&event))
                answers.push_back(*answer);
        });
        test::commitGroupTurn(world, replicator);
    }

    /// Items of one colour; each has so many bytes more.
    void write(int count, std::size_t bytes = 0) {
        for (int i = 0; i < count; ++i) {
            types::Item item;
            item.set("pk", types::AttributeValue::string("k" + std::to_string(i)));
            item.set("colour", types::AttributeValue::string("red"));
            if (bytes > 0)
                item.set("filling", types::AttributeValue::string(std::string(bytes, 'x')));
            table::LogRecord record;
            record.kind = table::RecordKind::Put;
            record.space = kTable;
            record.key = baseKey(i);
            record.newImage = types::encodeItem(item);
            replicator.propose(*base, *base->servingLeader(world.now), std::move(record));
        }
        run(50ms);
    }

    /// The log of the base partition begins after all that was written, and the sender forgets what
    /// it has read.
    void loseLog(ZoneIndex zone) {
        Member& member = base->member(zone);
        world.turn.truncate(member.volume(), kBase, Lsn(2));
        member.firstKept = member.durableLast.next();
        world.turn.setTrimMark(member.volume(), kBase, member.firstKept);
        base->log.recent.clear();
        run(1ms);
        sender.forgetTable(kTable);
        sent.clear();
    }

    /// A batch of one change, as leader a of the base would send it.
    IndexBatchArrives batchOf(std::uint64_t number, Origin origin, Lsn position,
                              const std::string& entry, std::optional<std::string> image) {
        auto batch = std::make_shared<IndexBatch>();
        batch->base = kBase;
        batch->number = number;
        IndexChange change;
        change.origin = origin;
        change.position = position;
        change.record.kind = image ? table::RecordKind::IndexPut : table::RecordKind::IndexDelete;
        change.record.space = kIndex;
        change.record.key = entryKey(entry);
        change.record.newImage = std::move(image);
        batch->changes.push_back(std::move(change));
        return {EnvelopeHeader{entries->ref(kA), kA, observe::MessageKind::IndexBatch, 0, {}},
                batch};
    }
    BatchOutcome give(const IndexBatchArrives& batch) {
        receiver.on(batch);
        run(1s);
        return answers.back().outcome;
    }
    std::string entry(const std::string& name) {
        const auto view = appliedItem(world, *entries, kA, entryKey(name));
        return *view ? std::string(view->attributes()) : std::string();
    }

    Lsn indexedUpTo() const { return LogReader::cursorOf(*base, kIndexReader).value_or(Lsn{}); }

    std::unique_ptr<storage::MemoryStore> store;
    WorldState world;
    Replicator replicator;
    IndexSender sender;
    IndexReceiver receiver;
    Group* base = nullptr;
    Group* entries = nullptr;
    std::vector<IndexBatchArrives> sent;
    std::vector<IndexBatchAnswered> answers;
    int leadersLost = 0;

private:
    bool waits(const Group& group) const override { return receiver.waits(group.id); }
    void moved(Group& group) override {
        group.id == kBase ? sender.moved(group) : receiver.moved(group);
    }
    void removed(GroupId group) override { receiver.forget(group); }
};

}  // namespace

class IndexPartsTest : public QObject {
    Q_OBJECT
private slots:
    void whatALostLeaderHadReadIsReadAgain() {
        Parts at;
        at.write(150);
        QCOMPARE(at.sender.unanswered(kBase), std::size_t{150});
        QCOMPARE(at.sent.size(), std::size_t{1});
        QCOMPARE(at.sent.back().batch->sender, kA);

        at.sent.clear();
        at.world.region(kRegion).up[kA.value()] = false;
        at.replicator.powerLoss(*at.base, kA);
        QCOMPARE(at.sender.unanswered(kBase), std::size_t{0});
        QCOMPARE(at.leadersLost, 1);
        for (const ZoneIndex other : {ZoneIndex(1), ZoneIndex(2)})
            at.replicator.reportReachability(*at.base, other, kA, false);
        at.run(20s);
        QVERIFY(at.base->servingLeader(at.world.now).has_value());
        QCOMPARE(at.sender.unanswered(kBase), std::size_t{150});
        QVERIFY(!at.sent.empty());
        QVERIFY(at.sent.back().batch->sender != kA);
        QCOMPARE(at.sent.back().batch->changes.front().position, Lsn(2));
        QCOMPARE(at.indexedUpTo(), Lsn(1));
    }

    // Earlier versions have left such groups in data folders.
    void whatTheLogOfALeaderLacksAnotherLeaderSends() {
        Parts at;
        at.write(150);
        at.loseLog(kA);
        at.sender.readAndSend(*at.base);
        QVERIFY(at.sent.empty());
        at.run(20s);
        QVERIFY(!at.sent.empty());
        QVERIFY(at.sent.back().batch->sender != kA);
        QCOMPARE(at.sent.back().batch->changes.front().position, Lsn(2));
        QVERIFY(!at.world.damage.has_value());
    }

    void whatNoLogHasIsToldAndNotAskedForAgain() {
        Parts at;
        at.write(150);
        for (const ZoneIndex zone : kZones)
            at.loseLog(zone);
        at.sender.readAndSend(*at.base);
        at.run(20s);
        QVERIFY(at.sent.empty());
        QVERIFY(at.world.damage.has_value());
        QVERIFY(at.world.damage->message().find("Record 2 of partition 1") != std::string::npos);
        QCOMPARE(at.world.queue.nextAt(), Instant::never());
    }

    // Items may have 400 KB each.
    void readsAndSendsFewBytesAtOnce() {
        constexpr std::size_t kItemBytes = 100'000;
        Parts at;
        at.write(100, kItemBytes);
        const std::uint64_t bytes = at.sender.unansweredBytes(kBase);
        QVERIFY2(bytes > (3u << 20) && bytes < (4u << 20) + 2 * kItemBytes,
                 qPrintable(QString::number(bytes)));
        QCOMPARE(at.sender.unanswered(kBase), (bytes + kItemBytes / 2) / kItemBytes);

        // All of it arrives, batch after batch.
        std::size_t taken = 0;
        std::size_t most = 0;
        for (int i = 0; i < 40 && at.indexedUpTo() < at.base->committed; ++i) {
            IndexBatchArrives batch = at.sent.back();
            batch.header.to = batch.target = kA;
            most = std::max(most, batch.batch->changes.size());
            taken += batch.batch->changes.size();
            QVERIFY(at.sender.unansweredBytes(kBase) < (4u << 20) + 2 * kItemBytes);
            QCOMPARE(at.give(batch), BatchOutcome::Taken);
            at.sender.on(at.answers.back());
            at.run(50ms);
        }
        QCOMPARE(taken, std::size_t{100});
        QCOMPARE(most, std::size_t{6});
        QCOMPARE(at.indexedUpTo(), at.base->committed);
        QCOMPARE(at.sender.unansweredBytes(kBase), std::uint64_t{0});
    }

    void aFillingReadsFewBytesAtOnce() {
        constexpr std::size_t kItemBytes = 100'000;
        Parts at;
        at.write(90, kItemBytes);
        at.sender.forgetTable(kTable);
        Jobs jobs(at.world);
        IndexBackfill backfill(at.world, at.replicator, jobs, at.sender);
        backfill.begin(*at.world.catalog.find(kTable), kIndex);
        const JobId job = jobs.ofKind(JobKind::FillIndex).at(0);
        QVERIFY(backfill.step(job).has_value());
        const std::size_t first = at.sender.unanswered(kBase);
        QVERIFY2(first >= 10 && first <= 11, qPrintable(QString::number(first)));
        for (int i = 0; i < 10; ++i)
            QVERIFY(backfill.step(job).has_value());
        const std::uint64_t bytes = at.sender.unansweredBytes(kBase);
        QVERIFY2(bytes > (2u << 20) && bytes < (3u << 20) + 2 * kItemBytes,
                 qPrintable(QString::number(bytes)));
        QVERIFY(jobs.find(job)->done < 40);
    }

    void aBatchIsAllThatAReceiverNeeds() {
        Parts at;
        at.write(150);
        const IndexBatchArrives batch = at.sent.back();
        at.sender.forgetTable(kTable);  // Nothing is left of the sender's memory.
        QCOMPARE(at.give(batch), BatchOutcome::Taken);
        QCOMPARE(at.answers.back().upTo, batch.batch->changes.back().position);
        const Lsn applied = at.entries->member(kA).mark.applied;
        QCOMPARE(applied.value(), 1 + batch.batch->changes.size());  // And the leader's own.
        // Once more, and late.
        QCOMPARE(at.give(batch), BatchOutcome::Taken);
        QCOMPARE(at.answers.back().upTo, batch.batch->changes.back().position);
        QCOMPARE(at.entries->member(kA).mark.applied, applied);
    }

    // A leader that is gone read an item; before its batch comes, another sent that it is deleted.
    void anItemThatComesLateUndoesNothing() {
        Parts at;
        const auto late = at.batchOf(1, Origin::Item, Lsn(5), "red", "item as it was");
        const auto deleted = at.batchOf(2, Origin::Record, Lsn(7), "red", std::nullopt);
        QCOMPARE(at.give(deleted), BatchOutcome::Taken);
        QCOMPARE(at.give(late), BatchOutcome::Stale);
        QCOMPARE(at.entry("red"), std::string());
        const auto now = at.batchOf(3, Origin::Item, Lsn(7), "blue", "another item");
        QCOMPARE(at.give(now), BatchOutcome::Taken);
        QCOMPARE(at.entry("blue"), std::string("another item"));
    }

    void aFollowerSaysWhoLeads() {
        Parts at;
        auto batch = at.batchOf(1, Origin::Record, Lsn(2), "red", "item");
        batch.header.to = batch.target = ZoneIndex(1);
        QCOMPARE(at.give(batch), BatchOutcome::NotLeader);
        QCOMPARE(at.answers.back().leader, std::optional(kA));
    }

    void damagedBytesAreToldAndNotAskedForAgain() {
        Parts at;
        at.write(10);
        const std::vector<storage::TreeChange> changes = {
            {table::sourceCursorKey(kEntries, kBase), share("no cursor")}};
        at.store->apply(volumeOf(kRegion, kA), kEntries, changes, at.entries->member(kA).mark);
        QCOMPARE(at.give(at.sent.back()), BatchOutcome::Damaged);
        QVERIFY(at.world.damage.has_value());
        QVERIFY(at.world.damage->message().find("items.mdb") != std::string::npos);
        at.sent.clear();
        at.sender.on(at.answers.back());
        at.run(10s);
        QVERIFY(at.sent.empty());
        QCOMPARE(at.indexedUpTo(), Lsn(1));
    }
};

ORRERY_TEST_CLASS(IndexPartsTest)
#include "index_parts_test.moc"
