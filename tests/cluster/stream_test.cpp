// Goal: what a consumer of a stream meets that the simulation does not reach: many expired records,
// records of hundreds of kilobytes, and segments that wait to be written.

#include <QTest>
#include <algorithm>

#include "core/types/item_codec.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::RequestCall;
using test::WorldHarness;

namespace {

RequestCall::Bind always(const cluster::Request& request) {
    return [request](const auto&, const auto&) { return ApiResult<cluster::Request>(request); };
}

cluster::LogBounds bounds() {
    cluster::LogBounds bounds;
    bounds.stepRecords = 1;
    bounds.segmentRecords = 10;
    bounds.streamReadRecords = 5;
    return bounds;
}

}  // namespace

class StreamTest : public QObject {
    Q_OBJECT

    WorldHarness m_t{cluster::Profile::dropIn(), 1, 64, bounds()};
    Duration m_jumped{};

    /// With one partition.
    void createTable(const std::string& name) {
        cluster::CreateTable create;
        create.table.name = name;
        create.table.keys.partition = {"pk", types::AttributeType::String};
        create.table.billing = cluster::BillingMode::Provisioned;
        create.table.throughput = {1, 1};
        create.table.stream = cluster::StreamView::KeysOnly;
        m_t.use(name);
        m_t.submit("CreateTable", always(create));
        m_t.run(1s);
        m_t.sync();
        QVERIFY(m_t.find(name) != nullptr);
    }

    /// They are in the log; no segment is written.
    void put(const std::string& table, const std::string& prefix, int count,
             std::size_t bytes = 1) {
        m_t.use(table);
        for (int i = 0; i < count; ++i)
            m_t.put(prefix + std::to_string(i), {{"v", std::string(bytes, 'v')}});
        m_t.run(1s);
        m_t.sync();
    }

    void passADay() { pass(25h); }

    void pass(Duration time) {
        m_jumped += time;
        test::setCalendar(m_t.world(), CalendarTime(test::kCalendar.sinceEpoch() +
                                                    m_t.world().now().sinceStart() + m_jumped));
        m_t.run(1s);
        m_t.sync();
    }

    cluster::StreamPtr streamOf(const std::string& table) {
        return m_t.world().catalog().streams().latest("000000000000", "us-east-1", table);
    }

    /// One read of a shard. An error is not expected.
    cluster::StreamReply read(const cluster::StreamPtr& stream, const cluster::ShardName& shard,
                              cluster::StreamStart start, Lsn position) {
        cluster::ReadStream read;
        read.stream = stream;
        read.shard = shard;
        read.start = start;
        read.position = position;
        read.limit = 1000;
        const std::uint64_t id = m_t.submit("GetRecords", always(read));
        m_t.run(1s);
        const cluster::Answered* answered = m_t.answer(id);
        if (answered == nullptr || !answered->result) {
            m_failed = answered == nullptr ? "no answer" : answered->result.error().message;
            return {};
        }
        return std::get<cluster::StreamReply>(*answered->result);
    }

    /// Reads all shards, a parent before its child.
    std::vector<std::string> readAll(const std::string& table) {
        std::vector<std::string> keys;
        const cluster::StreamPtr stream = streamOf(table);
        for (const cluster::StreamShard& shard : stream->shards)
            readShard(stream, shard.name(), keys);
        return keys;
    }

    /// Reads on from the horizon until a read finds nothing.
    void readShard(const cluster::StreamPtr& stream, const cluster::ShardName& shard,
                   std::vector<std::string>& keys) {
        cluster::StreamStart start = cluster::StreamStart::Horizon;
        Lsn position{};
        for (int reads = 0; reads < 100 && m_failed.empty(); ++reads) {
            const cluster::StreamReply reply = read(stream, shard, start, position);
            for (const cluster::StreamEntry& entry : reply.entries)
                keys.push_back(*types::EncodedItem(*entry.newImage).find("pk")->as<std::string>());
            m_largest = std::max(m_largest, reply.entries.size());
            if (reply.atEnd) break;
            start = reply.next;
            position = reply.position;
        }
    }

    /// The first position that the log of the table's partition in a zone still has.
    std::uint64_t logBeginsAt(const std::string& table) {
        const auto snapshot = m_t.world().makeSnapshot();
        for (const auto& one : snapshot->regions.at(0)->tables) {
            if (one->name == table)
                return m_t.store().trimMark(VolumeId(0), one->partitions.at(0).group)->value();
        }
        return 0;
    }

    std::string m_failed;
    std::size_t m_largest = 0;

private slots:
    void passesMoreExpiredRecordsThanOneReadLooksAt() {
        createTable("Many");
        put("Many", "old", 42);
        pass(3h);
        put("Many", "new", 3);
        pass(22h);
        const auto keys = readAll("Many");
        QCOMPARE(m_failed, std::string());
        QCOMPARE(keys, (std::vector<std::string>{"new0", "new1", "new2"}));
    }

    // Each record holds the whole item, though the stream shows only its key.
    void readsADeletedTableInPiecesOfAMegabyte() {
        createTable("Large");
        put("Large", "k", 12, 300'000);
        m_t.flush();
        m_t.options().logBounds.streamReadRecords = 4000;
        m_t.restart();
        m_t.submit("DeleteTable", always(cluster::DeleteTable{m_t.find("Large")}));
        m_t.run(1s);
        m_t.flush();
        QVERIFY(m_t.find("Large") == nullptr);
        m_largest = 0;
        const auto keys = readAll("Large");
        QCOMPARE(m_failed, std::string());
        QCOMPARE(keys.size(), 12u);
        QVERIFY2(m_largest <= 5, std::to_string(m_largest).c_str());
        m_t.options().logBounds.streamReadRecords = bounds().streamReadRecords;
        m_t.restart();
    }

    void keepsTagsAndPolicyOverARestartAndBeyondItsTable() {
        createTable("Tagged");
        m_t.submit("TagResource",
                   always(cluster::UpdateStream{streamOf("Tagged"),
                                                std::vector<cluster::Tag>{{"team", "a"}}, "{}"}));
        m_t.run(1s);
        m_t.restart();
        const auto isThere = [&] {
            const cluster::StreamPtr stream = streamOf("Tagged");
            return stream != nullptr && stream->tags == std::vector<cluster::Tag>{{"team", "a"}} &&
                   stream->policy && stream->policy->text == "{}";
        };
        QVERIFY(isThere());
        m_t.submit("DeleteTable", always(cluster::DeleteTable{m_t.find("Tagged")}));
        m_t.run(1s);
        m_t.restart();
        QVERIFY(m_t.find("Tagged") == nullptr);
        QVERIFY(isThere());
    }

    void anOldShardIsContinuedByItsChild() {
        createTable("Aged");
        put("Aged", "a", 2);
        pass(5h);
        put("Aged", "b", 2);
        const auto before = streamOf("Aged")->shards;
        QCOMPARE(before.size(), 2u);
        QVERIFY(before[0].end && !before[1].end);
        QCOMPARE(before[1].parent(), std::optional(before[0].name()));
        m_t.restart();
        m_t.run(1s);
        QVERIFY(streamOf("Aged")->shards == before);
        // The next one, although the world was stopped when the time came.
        m_jumped += 5h;
        m_t.setWallClock(
            CalendarTime(test::kCalendar.sinceEpoch() + m_t.world().now().sinceStart() + m_jumped));
        m_t.restart();
        m_t.run(1s);
        put("Aged", "c", 1);
        QCOMPARE(streamOf("Aged")->shards.size(), 3u);
        const auto keys = readAll("Aged");
        QCOMPARE(m_failed, std::string());
        QCOMPARE(keys, (std::vector<std::string>{"a0", "a1", "b0", "b1", "c0"}));
        // A day after the first one was closed, there is nothing in it.
        pass(20h);
        QCOMPARE(streamOf("Aged")->shards.front().name(), before[1].name());
        QCOMPARE(streamOf("Aged")->shards.front().parent(), std::optional(before[0].name()));
    }

    // Nothing is logged for it, so the world has nothing to do.
    void aShardWithoutRecordsStaysOpen() {
        createTable("Idle");
        put("Idle", "a", 1);
        pass(5h);
        const auto shards = streamOf("Idle")->shards;
        QCOMPARE(shards.size(), 2u);
        for (int i = 0; i < 3; ++i)
            pass(5h);
        QVERIFY(streamOf("Idle")->shards == shards);
    }

    void aSegmentThatWaitsToBeWrittenExpires() {
        createTable("Waits");
        put("Waits", "k", 12);
        const KeySpaceId table = m_t.find("Waits")->space;
        QVERIFY(!m_t.store().archiveOrders(table).empty());
        passADay();
        m_t.flush();
        m_t.run(10s);
        m_t.flush();
        QVERIFY(m_t.store().archiveOrders(table).empty());
        QVERIFY(m_t.store().archiveSegments(table).empty());
    }

    // Neither later writes nor the mark of a shard that is four hours old hold what has expired.
    void expiredRecordsLeaveTheLogWhateverComesAfterThem() {
        createTable("Ahead");
        put("Ahead", "old", 6);
        pass(23h);
        put("Ahead", "new", 2);
        pass(2h);
        m_t.run(2min);
        m_t.flush();
        QVERIFY2(logBeginsAt("Ahead") > 6, std::to_string(logBeginsAt("Ahead")).c_str());
        const auto keys = readAll("Ahead");
        QCOMPARE(m_failed, std::string());
        QCOMPARE(keys, (std::vector<std::string>{"new0", "new1"}));
    }

    // There is no room for the mark of the old shard before they have left.
    void expiredRecordsGiveRoomBackToAStoreThatHasNone() {
        createTable("Tight");
        put("Tight", "old", 6);
        m_t.setAccepts(cluster::Accepted::Deletions, 512u << 10);
        pass(25h);
        m_t.flush();
        m_t.run(2min);
        m_t.flush();
        QVERIFY2(logBeginsAt("Tight") > 6, std::to_string(logBeginsAt("Tight")).c_str());
        m_t.setAccepts(true);
        put("Tight", "new", 2);
        const auto keys = readAll("Tight");
        QCOMPARE(m_failed, std::string());
        QCOMPARE(keys, (std::vector<std::string>{"new0", "new1"}));
    }

    // So that each still fits on a disk that is nearly full.
    void segmentsAreSmallerWhileRoomIsLimited() {
        createTable("Small");
        const KeySpaceId table = m_t.find("Small")->space;
        put("Small", "k", 2, 300'000);
        QVERIFY(m_t.store().archiveOrders(table).empty());
        m_t.setAccepts(cluster::Accepted::Everything, 32u << 20);
        put("Small", "l", 1, 300'000);
        QVERIFY(!m_t.store().archiveOrders(table).empty());
        m_t.setAccepts(true);
        m_t.flush();
    }

    // What the deletions of all items will add, which new items are to leave room for.
    void itemsOweTheRoomForTheirDeletions() {
        const std::uint64_t before = m_t.world().roomOwed();
        createTable("Owes");
        put("Owes", "k", 4, 100'000);
        const std::uint64_t owed = m_t.world().roomOwed() - before;
        QVERIFY2(owed > 400'000 && owed < 410'000, std::to_string(owed).c_str());
        m_t.restart();
        QCOMPARE(m_t.world().roomOwed(), before + owed);
        m_t.use("Owes");
        m_t.remove("k0");
        m_t.run(1s);
        const std::uint64_t left = m_t.world().roomOwed() - before;
        QVERIFY2(left > 300'000 && left < 310'000, std::to_string(left).c_str());
        m_t.submit("DeleteTable", always(cluster::DeleteTable{m_t.find("Owes")}));
        m_t.run(10s);
        QCOMPARE(m_t.world().roomOwed(), before);
    }

    // Its records are gone; no order will bring them back.
    void aGapDoesNotWaitForTheSegmentsOfOthers() {
        createTable("Gap");
        put("Gap", "old", 20);
        m_t.flush();
        passADay();
        m_t.flush();
        QVERIFY(m_t.store().archiveSegments(m_t.find("Gap")->space).empty());
        put("Gap", "new", 1);
        createTable("Other");
        put("Other", "k", 12);
        QVERIFY(!m_t.store().archiveOrders(m_t.find("Other")->space).empty());
        QVERIFY(m_t.store().archiveOrders(m_t.find("Gap")->space).empty());
        const auto keys = readAll("Gap");
        QCOMPARE(m_failed, std::string());
        QCOMPARE(keys, std::vector<std::string>{"new0"});
    }
};

ORRERY_TEST_CLASS(StreamTest)
#include "stream_test.moc"
