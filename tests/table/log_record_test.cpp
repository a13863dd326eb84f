#include <QtTest>

#include "core/table/log_record.h"
#include "core/table/stored_item.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::table;

namespace {

LogRecord plainPut(std::size_t imageBytes) {
    LogRecord record;
    record.kind = RecordKind::Put;
    record.space = KeySpaceId(7);
    record.key = std::string(40, 'k');
    record.committedAt = CalendarTime(Duration(1'800'000'000'123'456'789));
    record.newItemBytes = static_cast<std::uint32_t>(imageBytes);
    record.newImage = std::string(imageBytes, 'i');
    return record;
}

LogRecord everything() {
    LogRecord record = plainPut(100);
    record.cause = Cause::Replication;
    record.stamp = CalendarTime(Duration(1'799'999'999'000'000'001));
    record.originRegion = "eu-west-1";
    record.transactionId = "4f6c";
    record.oldItem = OldItem{1234, 0xdeadbeefcafef00d};
    record.oldImage = std::string("old\0image", 9);
    record.source = RecordSource{GroupId(12), Lsn(345)};
    return record;
}

}  // namespace

class LogRecordTest : public QObject {
    Q_OBJECT
private slots:
    void readsBackEveryFieldAloneAndAllTogether() {
        const LogRecord all = everything();
        std::vector<LogRecord> records = {LogRecord{}, plainPut(0), plainPut(5), all};
        LogRecord one = plainPut(5);
        one.stamp = all.stamp;
        records.push_back(one);
        one = plainPut(5);
        one.originRegion = all.originRegion;
        records.push_back(one);
        one = plainPut(5);
        one.transactionId = all.transactionId;
        records.push_back(one);
        one = plainPut(5);
        one.oldItem = all.oldItem;
        records.push_back(one);
        one = plainPut(5);
        one.oldImage = all.oldImage;
        records.push_back(one);
        one = plainPut(5);
        one.source = all.source;
        records.push_back(one);
        for (const LogRecord& record : records) {
            const auto decoded = decodeRecord(encodeRecord(record));
            QVERIFY(decoded.has_value());
            QVERIFY(*decoded == record);
        }
    }

    void refusesEveryFlippedBitAndEveryTruncation() {
        const std::string bytes = encodeRecord(everything());
        for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
            std::string damaged = bytes;
            damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
            QVERIFY(!decodeRecord(damaged));
        }
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeRecord(std::string_view(bytes).substr(0, size)));
    }

    void costsLittleBesideTheImage() { QVERIFY(encodeRecord(plainPut(1024)).size() < 1100); }

    void readsBackStoredHeaders() {
        StoredHeader header;
        header.lsn = Lsn(300);
        header.committedAt = CalendarTime(Duration(5));
        header.stamp = header.committedAt;
        header.itemBytes = 70'000;
        for (const bool prepared : {false, true}) {
            for (const std::int64_t stamp : {5, 6}) {
                header.prepared = prepared;
                header.stamp = CalendarTime(Duration(stamp));
                const SharedBytes bytes = encodeStored(header, "attributes");
                const auto decoded = decodeStored(*bytes);
                QVERIFY(decoded.has_value());
                QVERIFY(decoded->header == header);
                QVERIFY(std::string_view(*bytes).substr(decoded->attributesAt) == "attributes");
            }
        }
        QVERIFY(!decodeStored("").has_value());
    }
};

ORRERY_TEST_CLASS(LogRecordTest)
#include "log_record_test.moc"
