// Goal: streams have names, ids and numbers of the service's form, and survive in the store.

#include "core/cluster/catalog/stream_description.h"

#include <QtTest>

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
        QCOMPARE(made.shardId(0), std::string("shardId-00000001432155070252-0000002a"));
        QVERIFY(made.shardId(0) < made.shardId(1));
        QCOMPARE(made.findShard(made.shardId(1)).value(), std::size_t{1});
        QVERIFY(!made.findShard("shardId-00000001432155070252-0000002c"));
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
