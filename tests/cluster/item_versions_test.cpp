// Goal: each record that changes an item of a global table gets its version, its base and its heads
// from what it replaces, and no other record gets any. Method: a partition without replicas, whose
// latest state is what the tail of its log has.

#include "core/cluster/writes/item_versions.h"

#include <QTest>

#include "core/storage/stores.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using table::Cause;
using table::LogRecord;
using table::RecordKind;
using table::VersionHeads;

namespace {

constexpr KeySpaceId kTable(5);
constexpr ZoneIndex kA(0);
const std::string kKey = "item";

CalendarTime at(std::int64_t nanoseconds) {
    return CalendarTime(Duration(nanoseconds));
}

class Partition {
public:
    Partition() : m_state(*m_store, Profile::dropIn(), 7, 100) {
        m_state.addRegion("us-east-1");
        m_group.id = GroupId(3);
        m_group.table = m_group.space = kTable;
        m_group.members.resize(kZonesPerRegion);
    }

    void makeGlobal() {
        GlobalTable global;
        global.id = 1;
        global.replicas.push_back({kTable, ReplicaStatus::Active, {}, {}, {}});
        m_state.catalog.putGlobal(std::make_shared<const GlobalTable>(global));
    }
    void leaveGlobal() { m_state.catalog.eraseGlobal(*m_state.catalog.globals().find(1)); }
    /// What the world's calendar shows.
    void setTime(CalendarTime time) { m_state.calendarOffset = time.sinceEpoch(); }
    void setClockOffset(Duration offset) {
        RegionSettings settings;
        settings.clockOffsets["us-east-1"] = offset;
        m_state.setRegionSettings(settings);
    }
    /// Writes and applies a record, as a leader does.
    LogRecord write(RecordKind kind, std::int64_t committedAt, Cause cause = Cause::Client) {
        LogRecord record;
        record.kind = kind;
        record.cause = cause;
        record.committedAt = at(committedAt);
        if (kind == RecordKind::Put) record.newImage = "image";
        return write(std::move(record));
    }
    LogRecord write(LogRecord record) {
        record.space = kTable;
        record.key = kKey;
        noteVersion(m_state, m_group, kA, record);
        table::ApplySchema schema;
        schema.group = m_group.id;
        const Lsn lsn(++m_writes);
        for (const auto& change : table::applyRecord(record, lsn, schema).changes)
            m_group.tail[change.key] = {lsn, change.image};
        return record;
    }
    std::optional<table::StoredHeader> header(const std::string& key) const {
        const auto found = m_group.tail.find(key);
        if (found == m_group.tail.end() || !found->second.stored) return std::nullopt;
        return table::decodeStored(key, *found->second.stored)->header;
    }
    std::optional<table::StoredHeader> item() const { return header(kKey); }
    std::optional<table::StoredHeader> tombstone() const {
        return header(table::tombstoneKey(m_group.id, kKey));
    }

private:
    std::unique_ptr<storage::MemoryStore> m_store = storage::MemoryStore::create();
    WorldState m_state;
    Group m_group;
    std::uint64_t m_writes = 0;
};

VersionHeads home(std::int64_t committedAt, std::uint64_t number) {
    return {{"us-east-1", at(committedAt), number}};
}

}  // namespace

class ItemVersionsTest : public QObject {
    Q_OBJECT
private slots:
    void aTableThatIsNotGlobalHasNone() {
        Partition t;
        for (const RecordKind kind : {RecordKind::Put, RecordKind::Delete}) {
            const LogRecord record = t.write(kind, 10);
            QVERIFY(!record.version && record.heads.empty() && !record.base);
            QVERIFY(!record.hasTombstone);
        }
        QVERIFY(!t.tombstone());
    }

    void aWriteIsLaterThanWhatItReplaces() {
        Partition t;
        t.makeGlobal();
        t.setTime(at(1000));
        const LogRecord first = t.write(RecordKind::Put, 1001);
        QCOMPARE(*first.version, at(1000));
        QVERIFY(first.heads == home(1001, 1) && !first.base);
        // The clock stands still, then it goes back.
        QCOMPARE(*t.write(RecordKind::Put, 1002).version, at(1001));
        t.setClockOffset(-500ns);
        const LogRecord third = t.write(RecordKind::Put, 1003);
        QCOMPARE(*third.version, at(1002));
        QVERIFY(third.heads == home(1003, 3));
        QVERIFY((third.base == table::BaseVersion{at(1001), ""}));
        t.setClockOffset(700ns);
        QCOMPARE(*t.write(RecordKind::Put, 1004).version, at(1700));
        QVERIFY(*t.item()->version == at(1700) && t.item()->heads == home(1004, 4));
    }

    void aDeletionLeavesATombstoneThatTheNextPutErases() {
        Partition t;
        t.makeGlobal();
        t.setTime(at(1000));
        t.write(RecordKind::Put, 1001);
        const LogRecord deletion = t.write(RecordKind::Delete, 1002);
        QVERIFY(!deletion.hasTombstone);
        QCOMPARE(*t.tombstone()->version, at(1001));
        QVERIFY(t.write(RecordKind::Delete, 1003).hasTombstone);
        QVERIFY(t.tombstone()->heads == home(1003, 3));
        const LogRecord put = t.write(RecordKind::Put, 1004);
        QVERIFY(put.hasTombstone && put.heads == home(1004, 4));
        QVERIFY((put.base == table::BaseVersion{at(1002), ""}));
        QVERIFY(!t.tombstone() && t.item());
    }

    void anExpiryIsNobodysWrite() {
        Partition t;
        t.makeGlobal();
        t.setTime(at(1000));
        t.write(RecordKind::Put, 1001);
        t.write(RecordKind::Delete, 1002, Cause::TimeToLive);
        QVERIFY(*t.tombstone()->version == at(1001) && t.tombstone()->heads == home(1001, 1));
    }

    void aReplicatedWriteKeepsItsOwn() {
        Partition t;
        t.makeGlobal();
        t.setTime(at(1000));
        t.write(RecordKind::Put, 1001);
        t.write(RecordKind::Delete, 1002);
        LogRecord record;
        record.kind = RecordKind::Put;
        record.cause = Cause::Replication;
        record.committedAt = at(1003);
        record.originRegion = "eu-west-1";
        record.version = at(7000);
        record.heads = {{"eu-west-1", at(6999), 1}};
        record.newImage = "image";
        QVERIFY(t.write(record).hasTombstone);
        QVERIFY(*t.item()->version == at(7000) && t.item()->origin == "eu-west-1");
        // What is written over it descends from both Regions' writes that it knows of.
        const LogRecord next = t.write(RecordKind::Put, 1004);
        QCOMPARE(*next.version, at(7001));
        QVERIFY((next.base == table::BaseVersion{at(7000), "eu-west-1"}));
        QVERIFY(
            (next.heads == VersionHeads{{"eu-west-1", at(6999), 1}, {"us-east-1", at(1004), 1}}));
        QVERIFY(t.item()->origin.empty());
    }

    // The stamp moves, the version does not.
    void theCheckOfATransactionLeavesTheVersion() {
        Partition t;
        t.makeGlobal();
        t.setTime(at(1000));
        LogRecord replicated;
        replicated.kind = RecordKind::Put;
        replicated.cause = Cause::Replication;
        replicated.committedAt = at(1001);
        replicated.originRegion = "eu-west-1";
        replicated.version = at(7000);
        replicated.heads = {{"eu-west-1", at(6999), 1}};
        replicated.newImage = "image";
        t.write(replicated);
        LogRecord check;
        check.kind = RecordKind::TransactionCommit;
        check.action = table::TransactionAction::Check;
        check.committedAt = check.stamp.emplace(at(9000));
        check.newImage = "image";
        t.write(check);
        QCOMPARE(t.item()->stamp, at(9000));
        QVERIFY(*t.item()->version == at(7000) && t.item()->origin == "eu-west-1");
        QVERIFY(t.item()->heads == replicated.heads);
        LogRecord deletion = check;
        deletion.action = table::TransactionAction::Delete;
        deletion.newImage.reset();
        QCOMPARE(*t.write(deletion).version, at(7001));
        // A check of a missing item changes nothing, and leaves its tombstone.
        check.newImage.reset();
        QVERIFY(!t.write(check).version);
        QCOMPARE(*t.tombstone()->version, at(7001));
    }

    // Otherwise the next deletion would count it twice.
    void aTombstoneIsErasedThatAPutLeftWhileTheTableWasNotGlobal() {
        Partition t;
        t.makeGlobal();
        t.setTime(at(1000));
        t.write(RecordKind::Put, 1001);
        t.write(RecordKind::Delete, 1002);
        t.leaveGlobal();
        QVERIFY(!t.write(RecordKind::Put, 1003).version);
        QVERIFY(t.item() && t.tombstone());
        t.makeGlobal();
        LogRecord check;
        check.kind = RecordKind::TransactionCommit;
        check.action = table::TransactionAction::Check;
        check.committedAt = at(1004);
        check.newImage = "image";
        QVERIFY(t.write(check).hasTombstone);
        QVERIFY(t.item() && !t.tombstone());
        QVERIFY(!t.write(RecordKind::Delete, 1005).hasTombstone);
        QVERIFY(t.tombstone());
    }

    // It was written here, by one write.
    void anItemFromBeforeTheTableWasGlobalHasAVersionToo() {
        Partition t;
        t.setTime(at(1000));
        t.write(RecordKind::Put, 1005);
        t.write(RecordKind::Put, 1006);
        t.makeGlobal();
        const LogRecord record = t.write(RecordKind::Put, 1007);
        QCOMPARE(*record.version, at(1007));
        QVERIFY(record.heads == home(1007, 2));
        QVERIFY((record.base == table::BaseVersion{at(1006), ""}));
    }

    void ofEqualTimesTheGreaterNameWins() {
        const ItemVersion east{at(5), "us-east-1", {}};
        const ItemVersion west{at(5), "us-west-1", {}};
        const ItemVersion later{at(6), "af-south-1", {}};
        QVERIFY(east.isBefore(west) && !west.isBefore(east) && !east.isBefore(east));
        QVERIFY(west.isBefore(later) && !later.isBefore(west));
    }
};

ORRERY_TEST_CLASS(ItemVersionsTest)
#include "item_versions_test.moc"
