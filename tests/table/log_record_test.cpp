#include <QTest>

#include "core/base/bytes.h"
#include "core/base/crc32c.h"
#include "core/base/prng.h"
#include "core/table/log_record.h"
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
    record.base = BaseVersion{CalendarTime(Duration(1'799'999'998'000'000'002)), "us-west-2"};
    record.action = TransactionAction::Delete;
    record.ledger = GroupId(3);
    record.collection = CollectionSize{1'234'567'890'123, true};
    record.oldExpiry = 1'795'263'330;
    record.newExpiry = 1'795'263'999;
    record.version = CalendarTime(Duration(1'799'999'999'000'000'003));
    record.heads = {{"eu-west-1", CalendarTime(Duration(5)), 3}, {"us-east-1", {}, 1ull << 40}};
    record.hasTombstone = true;
    record.originCommittedAt = CalendarTime(Duration(1'799'999'999'000'000'004));
    record.lost =
        LostWrites{CalendarTime(Duration(6)), CalendarTime(Duration(7)), 301, 300, {}, "eu-west-1"};
    return record;
}

std::string bytesOf(const char* hex) {
    return QByteArray::fromHex(hex).toStdString();
}

std::string noise(Prng& prng, std::size_t sizeMax) {
    std::string bytes(prng.below(sizeMax + 1), '\0');
    for (char& byte : bytes)
        byte = static_cast<char>(prng.below(256));
    return bytes;
}

CalendarTime anyTime(Prng& prng) {
    return CalendarTime(Duration(static_cast<std::int64_t>(prng.below(1ull << 62))));
}

/// Sets each field at random.
LogRecord anyRecord(Prng& prng) {
    const auto coin = [&] { return prng.chance({1, 2}); };
    LogRecord record;
    record.kind = static_cast<RecordKind>(prng.below(11));
    record.cause = static_cast<Cause>(prng.below(4));
    record.space = KeySpaceId(static_cast<std::uint32_t>(prng.below(1ull << 32)));
    record.key = noise(prng, 100);
    record.committedAt = anyTime(prng);
    if (coin()) record.stamp = anyTime(prng);
    if (coin()) record.originRegion = noise(prng, 20);
    if (coin()) record.transactionId = noise(prng, 20);
    if (coin()) record.oldItem = OldItem{static_cast<std::uint32_t>(prng.below(1 << 20)), 7};
    if (coin()) {
        record.newItemBytes = static_cast<std::uint32_t>(prng.below(1 << 20));
        record.newImage = noise(prng, 300);
    }
    if (coin()) record.oldImage = noise(prng, 300);
    if (coin())
        record.source = RecordSource{GroupId(prng.below(1000)), Lsn(prng.below(1ull << 40))};
    if (coin()) record.base = BaseVersion{anyTime(prng), noise(prng, 20)};
    // Records of transactions always have an action.
    const bool isOfTransaction = record.kind == RecordKind::TransactionPrepare ||
                                 record.kind == RecordKind::TransactionCommit ||
                                 record.kind == RecordKind::TransactionCancel;
    if (coin() || isOfTransaction) record.action = static_cast<TransactionAction>(prng.below(3));
    if (coin()) record.ledger = GroupId(1 + prng.below(1000));
    if (coin()) record.collection = CollectionSize{prng.below(1ull << 40), coin()};
    if (coin()) record.oldExpiry = static_cast<std::int64_t>(prng.below(1ull << 33));
    if (coin()) record.newExpiry = static_cast<std::int64_t>(prng.below(1ull << 33));
    if (coin()) record.version = anyTime(prng);
    for (std::uint64_t left = prng.below(4); left > 0; --left)
        record.heads.push_back({noise(prng, 20), anyTime(prng), prng.below(1ull << 40)});
    record.hasTombstone = coin();
    if (coin()) record.originCommittedAt = anyTime(prng);
    if (coin())
        record.lost = LostWrites{anyTime(prng),          anyTime(prng), prng.below(1ull << 40),
                                 prng.below(1ull << 40), anyTime(prng), noise(prng, 20)};
    return record;
}

}  // namespace

class LogRecordTest : public QObject {
    Q_OBJECT
private slots:
    void readsBackEveryFieldAloneAndAllTogether() {
        const LogRecord all = everything();
        std::vector<LogRecord> records = {LogRecord{}, plainPut(0), plainPut(5), all};
        const auto alone = [&](auto member) {
            LogRecord one = plainPut(5);
            one.*member = all.*member;
            records.push_back(one);
        };
        alone(&LogRecord::stamp);
        alone(&LogRecord::originRegion);
        alone(&LogRecord::transactionId);
        alone(&LogRecord::oldItem);
        alone(&LogRecord::oldImage);
        alone(&LogRecord::source);
        alone(&LogRecord::base);
        alone(&LogRecord::action);
        alone(&LogRecord::ledger);
        alone(&LogRecord::collection);
        alone(&LogRecord::oldExpiry);
        alone(&LogRecord::newExpiry);
        alone(&LogRecord::version);
        alone(&LogRecord::heads);
        alone(&LogRecord::hasTombstone);
        alone(&LogRecord::originCommittedAt);
        alone(&LogRecord::lost);
        for (const LogRecord& record : records) {
            const auto decoded = decodeRecord(encodeRecord(record));
            QVERIFY(decoded.has_value());
            QVERIFY(*decoded == record);
        }
    }

    void readsBackRandomRecords() {
        Prng prng(20261125);
        for (int i = 0; i < 5000; ++i) {
            const LogRecord record = anyRecord(prng);
            const auto decoded = decodeRecord(encodeRecord(record));
            QVERIFY(decoded.has_value());
            QVERIFY(*decoded == record);
        }
    }

    // The bytes were written by the last program of version 1.
    void readsVersion1() {
        QVERIFY(decodeRecord(bytesOf("01000000000000000000000000000000004e493afe")) == LogRecord{});

        LogRecord put;
        put.kind = RecordKind::Put;
        put.space = KeySpaceId(7);
        put.key = std::string("key\0\1", 5);
        put.committedAt = CalendarTime(Duration(1'800'000'000'123'456'789));
        put.newItemBytes = 300;
        put.newImage = std::string("new\0image", 9);
        QVERIFY(decodeRecord(bytesOf("010100100000000718fae2769b0fcd15056b65790001ac02096e65770069"
                                     "6d616765a9f301e4")) == put);

        put.cause = Cause::Replication;
        put.stamp = CalendarTime(Duration(1'799'999'999'000'000'001));
        put.originRegion = "eu-west-1";
        put.transactionId = "4f6c";
        put.oldItem = OldItem{1234, 0xdeadbeefcafef00d};
        put.oldImage = std::string("old\0image", 9);
        put.source = RecordSource{GroupId(12), Lsn(345)};
        QVERIFY(decodeRecord(bytesOf("0101027f0000000718fae2769b0fcd15056b6579000118fae27658193601"
                                     "0965752d776573742d310434663663d209deadbeefcafef00dac02096e65"
                                     "7700696d616765096f6c6400696d6167650cd90299ed7330")) == put);

        LogRecord erased;
        erased.kind = RecordKind::Delete;
        erased.cause = Cause::TimeToLive;
        erased.space = KeySpaceId(7);
        erased.key = "k";
        erased.committedAt = CalendarTime(Duration(5));
        erased.oldItem = OldItem{70, 9};
        QVERIFY(decodeRecord(bytesOf("01020108000000070000000000000005016b46000000000000000953009d"
                                     "c0")) == erased);
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

    void readsNoiseWithoutACrash() {
        Prng prng(7);
        for (int i = 0; i < 20'000; ++i) {
            std::string bytes = noise(prng, 200);
            // Half of the noise reaches the fields: it has a version, kind and cause, and a correct
            // CRC.
            if (prng.chance({1, 2}) && bytes.size() >= 3) {
                bytes[0] = 2;
                bytes[1] = 1;
                bytes[2] = 0;
                std::string crc;
                ByteWriter(crc).u32(crc32c(bytes));
                bytes += crc;
            }
            const auto decoded = decodeRecord(bytes);
            if (decoded) QVERIFY(decodeRecord(encodeRecord(*decoded)) == *decoded);
        }
    }

    void refusesFlagsOfALaterVersion() {
        std::string bytes = encodeRecord(LogRecord{});
        bytes.resize(bytes.size() - 4);
        bytes.replace(3, 1, std::string("\x80\x80\x01", 3));  // The first unused flag.
        std::string crc;
        ByteWriter(crc).u32(crc32c(bytes));
        QVERIFY(!decodeRecord(bytes + crc));
    }

    // Applying one would end the process.
    void refusesARecordOfATransactionWithoutItsAction() {
        for (const RecordKind kind : {RecordKind::TransactionPrepare, RecordKind::TransactionCommit,
                                      RecordKind::TransactionCancel}) {
            LogRecord record = plainPut(5);
            record.kind = kind;
            QVERIFY(!decodeRecord(encodeRecord(record)));
            record.action = TransactionAction::Put;
            QVERIFY(decodeRecord(encodeRecord(record)) == record);
        }
    }

    void costsLittleBesideTheImage() {
        QVERIFY(encodeRecord(plainPut(1024)).size() < 1100);
        // An unused field costs a bit, and the current flags fit in one byte.
        QCOMPARE(encodeRecord(LogRecord{}).size(), std::size_t{21});
    }
};

ORRERY_TEST_CLASS(LogRecordTest)
#include "log_record_test.moc"
