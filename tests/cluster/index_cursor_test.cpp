// Goal: the sender of index changes is a reader of the log like others: registered while its table
// has a global index, saved with the group's state, and found again in states of earlier versions.

#include <QTest>

#include "core/base/bytes.h"
#include "core/cluster/replicas/group_state.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using cluster::GroupState;
using test::WorldHarness;

namespace {

constexpr int kItems = 40;

void paint(WorldHarness& t, const std::string& colour) {
    for (int i = 0; i < kItems; ++i)
        t.put("k" + std::to_string(i), {{"colour", colour}});
    t.run(1s);
}

std::vector<GroupId> basesOf(WorldHarness& t) {
    std::vector<GroupId> groups;
    const auto snapshot = t.world().makeSnapshot();
    for (const auto& partition : snapshot->regions.at(0)->tables.at(0)->partitions)
        groups.push_back(partition.group);
    return groups;
}

/// The saved state of a base partition; that of a new group if it has none.
GroupState stateOf(WorldHarness& t, GroupId group) {
    const auto saved = t.store().groupState(VolumeId(0), group);
    return saved && *saved ? cluster::decodeGroupState(**saved).value() : GroupState();
}

/// How many base partitions have the reader.
int readersIn(WorldHarness& t) {
    t.sync();
    int count = 0;
    for (const GroupId base : basesOf(t))
        count += stateOf(t, base).readers.contains(cluster::kIndexReader) ? 1 : 0;
    return count;
}

std::uint64_t removeIndex(WorldHarness& t) {
    return t.submit("UpdateTable", [](const cluster::Catalog& catalog, const auto& caller) {
        cluster::UpdateTable update;
        update.table = catalog.find(caller, "T");
        update.deleteIndexes.push_back("ByColour");
        return ApiResult<cluster::Request>(update);
    });
}

/// As version 2 wrote it, with a cursor for the indexes whether the table has one or not.
std::string asVersion2(const GroupState& state, Lsn indexedUpTo) {
    std::string bytes(1, char{2});
    ByteWriter out(bytes);
    for (const replication::DurableState& replica : state.replicas)
        out.sized(replica.encode());
    out.varint(indexedUpTo.value());
    const CalendarTime last = std::ranges::max(*state.lastCommitTimestamps);
    out.u64(static_cast<std::uint64_t>(last.sinceEpoch().count()));
    for (const std::uint64_t lacked : state.lackedBytes)
        out.varint(lacked);
    out.varint(0);
    return bytes;
}

/// Replaces the states of all base partitions by those of version 2.
void writeVersion2(WorldHarness& t, bool hasCursor) {
    t.flush();
    storage::Turn turn;
    for (const GroupId base : basesOf(t)) {
        const GroupState state = stateOf(t, base);
        const auto reader = state.readers.find(cluster::kIndexReader);
        const Lsn cursor = reader == state.readers.end() ? Lsn(3) : reader->second;
        turn.putGroupState(VolumeId(0), base, asVersion2(state, hasCursor ? cursor : Lsn{}));
    }
    t.store().commit(std::move(turn));
    t.sync();
}

}  // namespace

class IndexCursorTest : public QObject {
    Q_OBJECT
private slots:
    void isRegisteredWhileItsTableHasAGlobalIndex() {
        WorldHarness t;
        t.createTable();
        paint(t, "red");
        QCOMPARE(readersIn(t), 0);
        t.addIndex(test::colourIndex());
        t.run(3s);
        const int bases = static_cast<int>(basesOf(t).size());
        QCOMPARE(readersIn(t), bases);
        paint(t, "blue");
        t.kill();
        t.run(1s);
        QCOMPARE(readersIn(t), bases);
        for (const GroupId base : basesOf(t)) {
            const GroupState state = stateOf(t, base);
            QCOMPARE(state.readers.find(cluster::kIndexReader)->second, state.replicas[0].commit);
        }
        const auto removed = removeIndex(t);
        t.run(3s);
        QVERIFY(t.done(removed) && !t.failed(removed));
        QCOMPARE(readersIn(t), 0);
        t.restart();
        t.run(1s);
        QCOMPARE(readersIn(t), 0);
    }

    void isRegisteredWithATableThatHasAnIndex() {
        WorldHarness t;
        t.createTable(false, {test::colourIndex()});
        t.sync();
        t.kill();
        QCOMPARE(readersIn(t), static_cast<int>(basesOf(t).size()));
        paint(t, "red");
        QCOMPARE(test::judgeTables(t.world()), std::string());
    }

    void goesOnFromAStateOfVersion2_data() {
        QTest::addColumn<bool>("hasIndex");
        QTest::addColumn<bool>("hasCursor");
        QTest::newRow("with an index") << true << true;
        QTest::newRow("with an index that shows nothing yet") << true << false;
        QTest::newRow("of a table whose index is gone") << false << true;
    }
    void goesOnFromAStateOfVersion2() {
        QFETCH(bool, hasIndex);
        QFETCH(bool, hasCursor);
        WorldHarness t;
        t.createTable(false, hasIndex ? std::vector{test::colourIndex()}
                                      : std::vector<cluster::SecondaryIndex>());
        if (hasCursor) paint(t, "red");
        t.run(1s);
        writeVersion2(t, hasCursor);
        t.kill();
        t.run(1s);
        QCOMPARE(readersIn(t), hasIndex ? static_cast<int>(basesOf(t).size()) : 0);
        test::LogJudge logs;
        paint(t, "blue");
        t.flush();
        QCOMPARE(test::judgeTables(t.world()), std::string());
        QCOMPARE(logs.judge(t.world(), t.store()), std::string());
        // The log is trimmed up to the cursor.
        t.run(30s);
        t.flush();
        for (const GroupId base : basesOf(t))
            QVERIFY(*t.store().trimMark(VolumeId(0), base) > Lsn(3));
    }
};

ORRERY_TEST_CLASS(IndexCursorTest)
#include "index_cursor_test.moc"
