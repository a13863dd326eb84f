// Goal: what one partition has not taken yet leaves in order, combined by item, after the delay of
// the profile, and again while no answer comes; the position up to which nothing is lacking is
// exact. Method: an outbox alone, whose messages stay in the agenda.

#include "core/cluster/global/replica_outbox.h"

#include <QTest>

#include "core/storage/stores.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;

namespace {

constexpr ZoneIndex kA(0);
constexpr ZoneIndex kB(1);
constexpr ZoneIndex kC(2);

class OneOutbox {
public:
    explicit OneOutbox(const Profile& profile = Profile::dropIn())
        : m_state(*m_store, profile, 7, 100) {
        m_state.addRegion("eu-west-1");
        m_state.addRegion("us-east-1");
        m_group.id = GroupId(9);
        m_group.region = RegionId(1);
        m_group.appointed = kB;
        m_outbox.emplace(m_state, ReplicaSenderId{GroupId(3), RegionId(0), kC, kTerm}, m_group);
    }

    ReplicaOutbox& outbox() { return *m_outbox; }
    void change(std::uint64_t lsn, const std::string& key, const std::string& image = "image") {
        m_outbox->addChange(Lsn(lsn), recordOf(key, image));
    }
    void remove(std::uint64_t lsn, const std::string& key) {
        table::LogRecord record = recordOf(key, "");
        record.newImage.reset();
        m_outbox->addChange(Lsn(lsn), std::move(record));
    }
    void item(const std::string& key) { m_outbox->addItem(recordOf(key, "item")); }
    void pass(Duration time) { m_state.now = m_state.now + time; }
    Instant now() const { return m_state.now; }
    std::uint64_t firstLacking() const { return m_outbox->firstLacking().value_or(Lsn{}).value(); }

    /// The batches that have left since the last call: "zone: key@lsn=image …", one per line.
    std::string sent() {
        std::string lines;
        while (m_state.queue.nextAt() != Instant::never()) {
            Event event = m_state.queue.take().second.event;
            const auto& arrives = std::get<ReplicaBatchArrives>(event);
            lines += std::string(1, static_cast<char>('a' + arrives.header.to.value())) + ":";
            for (const ReplicatedChange& change : arrives.batch->changes)
                lines += " " + change.record.key + "@" + std::to_string(change.first.value()) +
                         "=" + change.record.newImage.value_or("gone");
            lines += "\n";
            m_last = arrives.batch;
        }
        return lines;
    }
    /// The answer to the last batch that `sent` returned.
    bool answer(ReplicaBatchOutcome outcome, std::optional<ZoneIndex> leader = {},
                ZoneIndex from = kB) {
        ReplicaBatchAnswered answered;
        answered.header.from = {m_group.id, m_group.region, from};
        answered.source = m_last->source;
        answered.term = m_last->term;
        answered.number = m_last->number;
        answered.outcome = outcome;
        answered.leader = leader;
        return m_outbox->handle(answered);
    }

private:
    static constexpr replication::Term kTerm{4};

    static table::LogRecord recordOf(const std::string& key, const std::string& image) {
        table::LogRecord record;
        record.key = key;
        record.newImage = image;
        return record;
    }

    std::unique_ptr<storage::MemoryStore> m_store = storage::MemoryStore::create();
    WorldState m_state;
    Group m_group;
    std::optional<ReplicaOutbox> m_outbox;
    std::shared_ptr<const ReplicaBatch> m_last;
};

}  // namespace

class ReplicaOutboxTest : public QObject {
    Q_OBJECT
private slots:
    void oneBatchIsInFlight() {
        OneOutbox t;
        t.change(5, "a");
        t.change(6, "b");
        QVERIFY(t.outbox().send(false) > t.now());
        QCOMPARE(t.sent(), "b: a@5=image b@6=image\n");
        t.change(7, "c");
        t.outbox().send(false);
        QCOMPARE(t.sent(), "");
        QCOMPARE(t.firstLacking(), 5u);
        QVERIFY(t.answer(ReplicaBatchOutcome::Taken));
        QCOMPARE(t.firstLacking(), 7u);
        // It was answered for already.
        QVERIFY(!t.answer(ReplicaBatchOutcome::Taken));
        t.outbox().send(false);
        QCOMPARE(t.sent(), "b: c@7=image\n");
        QVERIFY(t.answer(ReplicaBatchOutcome::Taken));
        QCOMPARE(t.firstLacking(), 0u);
        QVERIFY(t.outbox().send(false) == Instant::never());
        QCOMPARE(t.outbox().unansweredBytes(), 0u);
    }

    // The item keeps its place and the first record for which it stands.
    void changesOfAnItemAreCombined() {
        OneOutbox t;
        t.change(5, "a", "1");
        t.change(6, "b", "2");
        for (std::uint64_t lsn = 7; lsn < 1000; ++lsn)
            t.change(lsn, "a", std::to_string(lsn));
        QCOMPARE(t.outbox().unanswered(), 2u);
        QCOMPARE(t.outbox().pending(), 995u);
        t.outbox().send(false);
        QCOMPARE(t.sent(), "b: a@5=999 b@6=2\n");
        // What is in flight is not changed any more.
        t.change(1000, "a", "x");
        QCOMPARE(t.outbox().pending(), 996u);
        QVERIFY(t.answer(ReplicaBatchOutcome::Taken));
        QCOMPARE(t.outbox().pending(), 1u);
        t.outbox().send(false);
        QCOMPARE(t.sent(), "b: a@1000=x\n");
    }

    void aChangeReplacesTheItemThatWaits() {
        OneOutbox t;
        t.item("a");
        t.item("b");
        t.change(5, "c");
        t.change(6, "a", "new");
        t.item("c");
        QCOMPARE(t.firstLacking(), 5u);
        QCOMPARE(t.outbox().pending(), 2u);
        t.outbox().send(false);
        QCOMPARE(t.sent(), "b: b@0=item c@5=image a@6=new\n");
        QVERIFY(t.answer(ReplicaBatchOutcome::Taken));
        QCOMPARE(t.outbox().unansweredBytes(), 0u);
    }

    void aBatchIsBounded() {
        OneOutbox t;
        for (std::uint64_t lsn = 1; lsn <= 600; ++lsn)
            t.change(lsn, "k" + std::to_string(lsn));
        std::vector<std::size_t> sizes;
        while (t.outbox().send(false) != Instant::never()) {
            const std::size_t before = t.outbox().unanswered();
            t.sent();
            QVERIFY(t.answer(ReplicaBatchOutcome::Taken));
            sizes.push_back(before - t.outbox().unanswered());
        }
        QVERIFY((sizes == std::vector<std::size_t>{256, 256, 88}));
        for (std::uint64_t lsn = 601; lsn <= 604; ++lsn)
            t.change(lsn, "k" + std::to_string(lsn), std::string(200'000, 'x'));
        t.outbox().send(false);
        t.sent();
        QVERIFY(t.answer(ReplicaBatchOutcome::Taken));
        QCOMPARE(t.outbox().unanswered(), 2u);
    }

    // Each time after twice as long, to the next zone, until somebody answers.
    void anUnansweredBatchIsSentAgain() {
        OneOutbox t;
        t.change(5, "a");
        Instant next = t.outbox().send(false);
        QCOMPARE(t.sent(), "b: a@5=image\n");
        std::string zones;
        std::vector<Duration> waits;
        for (int i = 0; i < 6; ++i) {
            waits.push_back(next - t.now());
            t.pass(next - t.now());
            next = t.outbox().send(false);
            zones += t.sent().substr(0, 1);
        }
        QCOMPARE(zones, "cabcab");
        QVERIFY((waits == std::vector<Duration>{200ms, 400ms, 800ms, 1600ms, 2000ms, 2000ms}));
        QVERIFY(t.outbox().isLate());
        QVERIFY(!t.answer(ReplicaBatchOutcome::Busy));
        QVERIFY(!t.outbox().isLate());
        QCOMPARE(t.firstLacking(), 5u);
        QVERIFY(t.answer(ReplicaBatchOutcome::Taken, kC));
        t.change(6, "b");
        t.outbox().send(false);
        QCOMPARE(t.sent(), "c: b@6=image\n");
    }

    // Their places are those of the first changes, whatever an item has become since then.
    void whatADestinationWithoutRoomRefusesIsCombinedWithLaterChanges() {
        OneOutbox t;
        t.item("i");
        t.change(5, "a");
        t.change(6, "b");
        t.outbox().send(false);
        QCOMPARE(t.sent(), "b: i@0=item a@5=image b@6=image\n");
        t.change(7, "c");
        t.remove(8, "a");
        t.change(9, "i");
        QVERIFY(!t.answer(ReplicaBatchOutcome::Busy));
        QCOMPARE(t.firstLacking(), 5u);
        QCOMPARE(t.outbox().pending(), 5u);
        t.pass(200ms);
        t.outbox().send(false);
        // Deletions need least, so they leave first.
        QCOMPARE(t.sent(), "b: a@5=gone\n");
        QCOMPARE(t.firstLacking(), 5u);
        QVERIFY(!t.answer(ReplicaBatchOutcome::Busy));
        t.pass(200ms);
        t.outbox().send(false);
        QCOMPARE(t.sent(), "b: a@5=gone\n");
        QVERIFY(t.answer(ReplicaBatchOutcome::Taken));
        QCOMPARE(t.firstLacking(), 6u);
        t.outbox().send(false);
        QCOMPARE(t.sent(), "b: b@6=image c@7=image i@9=image\n");
        QVERIFY(t.answer(ReplicaBatchOutcome::Taken));
        QCOMPARE(t.firstLacking(), 0u);
        QCOMPARE(t.outbox().pending(), 0u);
        QCOMPARE(t.outbox().unansweredBytes(), 0u);
    }

    void anotherLeaderIsFollowed() {
        OneOutbox t;
        t.change(5, "a");
        t.outbox().send(false);
        t.sent();
        QVERIFY(!t.answer(ReplicaBatchOutcome::NotLeader, kA));
        QCOMPARE(t.sent(), "a: a@5=image\n");
        // Zones that name each other do not keep it busy.
        std::string zones;
        for (int i = 0; i < 6; ++i) {
            t.answer(ReplicaBatchOutcome::NotLeader, i % 2 == 0 ? kB : kA, i % 2 == 0 ? kA : kB);
            zones += t.sent().substr(0, 1);
        }
        QCOMPARE(zones, "ba");
        // None that is known, or itself: it waits.
        QVERIFY(!t.answer(ReplicaBatchOutcome::NotLeader, kB, kB));
        QVERIFY(!t.answer(ReplicaBatchOutcome::NotLeader));
        QCOMPARE(t.sent(), "");
    }

    void aDamagedReplicaGetsNoMore() {
        OneOutbox t;
        t.change(5, "a");
        t.outbox().send(false);
        t.sent();
        QVERIFY(!t.answer(ReplicaBatchOutcome::Damaged));
        QVERIFY(t.outbox().send(false) == Instant::never());
        QVERIFY(t.outbox().isLate());
        QCOMPARE(t.firstLacking(), 5u);
    }

    void aPauseHoldsWhatIsDue() {
        OneOutbox t;
        t.change(5, "a");
        const Instant next = t.outbox().send(true);
        QVERIFY(next > t.now() && next - t.now() <= 1s);
        QCOMPARE(t.sent(), "");
        t.outbox().send(false);
        QCOMPARE(t.sent(), "b: a@5=image\n");
        t.pass(10s);
        QVERIFY(t.outbox().send(true) > t.now());
        QCOMPARE(t.sent(), "");
    }

    // Items that fill a new replica do not.
    void changesLeaveAfterTheDelayOfTheProfile() {
        Profile profile = Profile::dropIn();
        profile.replicationDelay = 500ms;
        OneOutbox t(profile);
        t.change(5, "a");
        QVERIFY(t.outbox().send(false) == t.now() + 500ms);
        QCOMPARE(t.sent(), "");
        t.pass(400ms);
        t.change(6, "b");
        t.change(7, "a", "later");
        t.pass(100ms);
        t.outbox().send(false);
        QCOMPARE(t.sent(), "b: a@5=later\n");
        QVERIFY(t.answer(ReplicaBatchOutcome::Taken));
        QVERIFY(t.outbox().send(false) == t.now() + 400ms);
        OneOutbox fill(profile);
        fill.item("a");
        fill.outbox().send(false);
        QCOMPARE(fill.sent(), "b: a@0=item\n");
    }

    // Not a fixed time, and not a different one whenever it is asked.
    void theDelayIsRandomForEachBatch() {
        OneOutbox t(Profile::serviceLike());
        std::set<Duration> delays;
        for (std::uint64_t lsn = 1; lsn <= 50; ++lsn) {
            t.change(lsn, "a");
            const Instant due = t.outbox().send(false);
            QVERIFY(t.outbox().send(false) == due);
            QVERIFY(due - t.now() >= 550ms);
            delays.insert(due - t.now());
            t.pass(due - t.now());
            t.outbox().send(false);
            t.sent();
            QVERIFY(t.answer(ReplicaBatchOutcome::Taken));
        }
        QVERIFY(delays.size() > 40);
        auto median = delays.begin();
        std::advance(median, delays.size() / 2);
        QVERIFY(*median > 650ms && *median < 1000ms);
    }
};

ORRERY_TEST_CLASS(ReplicaOutboxTest)
#include "replica_outbox_test.moc"
