// Goal: streams have names, ids and numbers of the service's form, and survive in the store.

#include "core/cluster/catalog/stream_description.h"

#include <QTest>

#include "core/cluster/catalog/stream_list.h"
#include "core/cluster/catalog/table_description.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::cluster;

namespace {

StreamDescription stream() {
    StreamDescription made;
    made.accountId = "000000000000";
    made.regionName = "us-east-1";
    made.region = RegionId(1);
    made.tableName = "Orders";
    made.table = KeySpaceId(5);
    made.view = StreamView::NewImage;
    made.keys.partition = {"pk", types::AttributeType::String};
    made.createdAt = CalendarTime(std::chrono::milliseconds(1'432'155'070'252));
    made.shards = {{GroupId(42), Lsn(7), std::nullopt}, {GroupId(43), Lsn(1), Lsn(90)}};
    return made;
}

}  // namespace

class StreamDescriptionTest : public QObject {
    Q_OBJECT
private slots:
    void namesThingsAsTheServiceDoes() {
        const StreamDescription made = stream();
        QCOMPARE(made.arn(), std::string("arn:aws:dynamodb:us-east-1:000000000000:table/Orders/"
                                         "stream/2015-05-20T20:51:10.252"));
        const std::string text = made.arn();
        const auto arn = parseStreamArn(text);
        QVERIFY(arn && arn->table == "Orders" && arn->label == made.label());
        QCOMPARE(made.shardId(made.shards[0].name()),
                 std::string("shardId-00000001432155070252-0000002a"));
        const std::string second = made.shardId(made.shards[1].name());
        QVERIFY(made.shardId(made.shards[0].name()) < second);
        QCOMPARE(made.findShard(second), &made.shards[1]);
        QVERIFY(made.findShard("shardId-00000001432155070252-0000002c") == nullptr);
    }

    // Also where the clock has been set back.
    void opensChildrenInOrder() {
        StreamDescription made = stream();
        made.shards[1].end.reset();
        const CalendarTime later(made.createdAt.sinceEpoch() + kShardLife);
        made.openChild(GroupId(43), Lsn(90), later);
        made.openChild(GroupId(42), Lsn(9), later);
        made.openChild(GroupId(43), Lsn(100), made.createdAt);
        QCOMPARE(made.shards.size(), 5u);
        QVERIFY(std::ranges::is_sorted(
            made.shards, {}, [&](const StreamShard& shard) { return made.shardId(shard.name()); }));
        QVERIFY(std::ranges::is_sorted(made.shards, {}, &StreamShard::name));
        const StreamShard& last = *made.lastShard(GroupId(43));
        QCOMPARE(last.begin, std::optional(Lsn(100)));
        const StreamShard& before = *made.findShard(*last.parent());
        QCOMPARE(before.end, std::optional(Lsn(100)));
        QCOMPARE(*before.parent(), made.shards[1].name());
        QCOMPARE(made.shards[1].end, std::optional(Lsn(90)));
        QVERIFY(!made.shards[1].parent());
        QCOMPARE(made.shardId(*before.parent()), made.shardId(made.shards[1].name()));
        QVERIFY(decodeStream(encodeStream(made)) == made);
    }

    void numbersRecordsInOrder() {
        const StreamDescription made = stream();
        std::string last;
        for (const std::uint64_t lsn : {1u, 9u, 10u, 4'000'000'000u}) {
            const std::string number = made.sequenceNumber(Lsn(lsn));
            QCOMPARE(number.size(), std::size_t{27});
            QVERIFY(number > last);
            QCOMPARE(made.lsnOf(number).value(), Lsn(lsn));
            last = number;
        }
        StreamDescription next = made;
        next.createdAt = CalendarTime(made.createdAt.sinceEpoch() + std::chrono::milliseconds(1));
        QVERIFY(next.sequenceNumber(Lsn(1)) > last);
        for (const std::string& wrong :
             {std::string(), std::string("7"), next.sequenceNumber(Lsn(1)), last + "0",
              std::string(27, 'x')})
            QVERIFY2(!made.lsnOf(wrong), wrong.c_str());
    }

    void readsBackWhatItStored() {
        StreamDescription made = stream();
        QVERIFY(decodeStream(encodeStream(made)) == made);
        made.disabledAt = CalendarTime(made.createdAt.sinceEpoch() + kStreamRetention);
        made.shards[0].begin.reset();
        const std::string bytes = encodeStream(made);
        QVERIFY(decodeStream(bytes) == made);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeStream(std::string_view(bytes).substr(0, size)));
    }

    void readsBackTagsAndAPolicy() {
        StreamDescription made = stream();
        const std::string plain = encodeStream(made);
        made.tags = {{"team", "a"}, {"empty", ""}};
        QVERIFY(decodeStream(encodeStream(made)) == made);
        made.policy = ResourcePolicy{R"({"Statement":[]})", 1'767'225'600'000};
        const std::string bytes = encodeStream(made);
        QVERIFY(decodeStream(bytes) == made);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeStream(std::string_view(bytes).substr(0, size)));
        made.tags.clear();
        QVERIFY(decodeStream(encodeStream(made)) == made);
        made.policy.reset();
        QCOMPARE(encodeStream(made), plain);
    }

    // As the first version wrote it: without tags and policy.
    void readsStreamsOfAnEarlierVersion() {
        const std::string bytes =
            QByteArray::fromHex(
                "010c3030303030303030303030300975732d656173742d3101064f7264657273050102706b00"
                "0013e00972d1a5230000022a01072b03015a")
                .toStdString();
        const auto read = decodeStream(bytes);
        QVERIFY(read.has_value());
        QVERIFY(*read == stream());
    }

    void readsTablesOfAnEarlierVersion() {
        TableDescription table;
        table.name = "Orders";
        table.keys.partition = {"pk", types::AttributeType::String};
        const std::string now = encodeTable(table);
        std::string before = now.substr(0, now.size() - 1);  // Version 2 added a list, empty here.
        before[0] = 1;
        QCOMPARE(encodeTable(decodeTable(before).value()), now);
        table.stream = StreamView::KeysOnly;
        table.streamLabel = "2015-05-20T20:51:10.252";
        table.timeToLive = {"ttl", CalendarTime(std::chrono::seconds(9)), true};
        const TableDescription decoded = decodeTable(encodeTable(table)).value();
        QVERIFY(decoded.stream == table.stream && decoded.streamLabel == table.streamLabel);
        QCOMPARE(decoded.timeToLive.attribute, std::string("ttl"));
        QVERIFY(decoded.timeToLive.changedAt == table.timeToLive.changedAt);
        QVERIFY(decoded.timeToLive.isChanging);
    }
};

ORRERY_TEST_CLASS(StreamDescriptionTest)
#include "stream_description_test.moc"
