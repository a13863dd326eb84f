// Goal: what a consumer of a stream meets that the simulation does not reach: many expired records,
// records of hundreds of kilobytes, and segments that wait to be written.

#include <QtTest>
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

    void passADay() {
        m_jumped += 25h;
        test::setCalendar(m_t.world(), CalendarTime(test::kCalendar.sinceEpoch() +
                                                    m_t.world().now().sinceStart() + m_jumped));
        m_t.run(1s);
        m_t.sync();
    }

    cluster::StreamPtr streamOf(const std::string& table) {
        return m_t.world().catalog().streams().latest("000000000000", "us-east-1", table);
    }

    /// One read of the table's only shard. An error is not expected.
    cluster::StreamReply read(const std::string& table, cluster::StreamStart start, Lsn position) {
        cluster::ReadStream read;
        read.stream = streamOf(table);
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

    /// Reads on from the horizon until a read finds nothing.
    std::vector<std::string> readAll(const std::string& table) {
        std::vector<std::string> keys;
        cluster::StreamStart start = cluster::StreamStart::Horizon;
        Lsn position{};
        for (int reads = 0; reads < 100 && m_failed.empty(); ++reads) {
            const cluster::StreamReply reply = read(table, start, position);
            for (const cluster::StreamEntry& entry : reply.entries)
                keys.push_back(*types::EncodedItem(*entry.newImage).find("pk")->as<std::string>());
            m_largest = std::max(m_largest, reply.entries.size());
            if (reply.atEnd) break;
            start = reply.next;
            position = reply.position;
        }
        return keys;
    }

    std::string m_failed;
    std::size_t m_largest = 0;

private slots:
    void passesMoreExpiredRecordsThanOneReadLooksAt() {
        createTable("Many");
        put("Many", "old", 42);
        passADay();
        put("Many", "new", 3);
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
