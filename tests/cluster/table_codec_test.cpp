// Goal: a table's description comes back as it was stored, also from a folder of an older version.

#include "core/cluster/catalog/table_codec.h"

#include <QTest>

#include "core/cluster/catalog/table_description.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::cluster;
using types::AttributeType;

namespace {

TableDescription plainTable() {
    TableDescription table;
    table.name = "tbl";
    table.accountId = "000000000000";
    table.regionName = "us-east-1";
    table.keys.partition = {"pk", AttributeType::String};
    table.attributes = {{"pk", AttributeType::String}};
    table.tags = {{"key", "value"}};
    SecondaryIndex index;
    index.name = "gsi";
    index.kind = IndexKind::Global;
    index.keys.partition = {"a", AttributeType::Number};
    table.indexes = {index};
    return table;
}

}  // namespace

class TableCodecTest : public QObject {
    Q_OBJECT
private slots:
    void returnsWhatItWasGiven() {
        TableDescription table = plainTable();
        table.policy = ResourcePolicy{R"({"Statement":[]})", 1'767'225'600'000};
        table.indexes[0].keys.sort = {"b", AttributeType::String};
        table.indexes[0].keys.morePartition = {{"c", AttributeType::Binary}};
        table.indexes[0].keys.moreSort = {{"d", AttributeType::Number},
                                          {"e", AttributeType::String}};
        const auto read = decodeTable(encodeTable(table));
        QVERIFY(read.has_value());
        QCOMPARE(read->policy->text, table.policy->text);
        QCOMPARE(read->policy->revision, table.policy->revision);
        QVERIFY(read->indexes[0].keys == table.indexes[0].keys);
        QCOMPARE(read->tags[0].value, std::string("value"));
    }

    void returnsWhatIsPending() {
        TableDescription table = plainTable();
        QVERIFY(!table.hasPendingChange());
        table.pending = {.throughput = Throughput{7, 0},
                         .warm = Throughput{12'001, 4'001},
                         .toPayPerRequest = true,
                         .sseEnabled = false,
                         .sseKeyArn = "key",
                         .lasting = {LastingChange::Billing, LastingChange::TableClass}};
        table.indexes[0].pending.warm = Throughput{1, 2};
        const auto read = decodeTable(encodeTable(table));
        QVERIFY(read.has_value());
        QVERIFY(read->pending == table.pending);
        QVERIFY(read->indexes[0].pending == table.indexes[0].pending);
        table.pending = {};
        QVERIFY(table.hasPendingChange());
        QVERIFY(!decodeTable(encodeTable(table))->pending.sseEnabled);
    }

    // It ended after the ARN of the key.
    void readsAPendingChangeOfAnEarlierVersion() {
        constexpr std::size_t kFlags = 3;
        TableDescription table = plainTable();
        table.pending.sseEnabled = true;
        std::string bytes = encodeTable(table);
        const std::size_t payload = 9;  // Nothing but the flags, and no ARN.
        QCOMPARE(std::size_t(bytes[bytes.size() - payload - 1]), payload);
        bytes[bytes.size() - payload - 1] = char(payload - kFlags);
        bytes.resize(bytes.size() - kFlags);
        const auto read = decodeTable(bytes);
        QVERIFY(read.has_value());
        QVERIFY(read->pending == table.pending);
    }

    // Version 1 ends after the tags.
    void readsTheFirstVersion() {
        std::string bytes = encodeTable(plainTable());
        QCOMPARE(bytes.front(), '\2');
        QCOMPARE(bytes.back(), '\0');  // No blocks.
        bytes.front() = '\1';
        bytes.pop_back();
        const auto read = decodeTable(bytes);
        QVERIFY(read.has_value());
        QCOMPARE(read->name, std::string("tbl"));
        QVERIFY(!read->policy);
    }

    void refusesDamage() {
        TableDescription table = plainTable();
        table.policy = ResourcePolicy{"{}", 1};
        table.pending.sseEnabled = true;
        table.indexes[0].keys.moreSort = {{"d", AttributeType::Number}};
        const std::string bytes = encodeTable(table);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY2(!decodeTable(bytes.substr(0, size)), qPrintable(QString::number(size)));
        QVERIFY(!decodeTable(bytes + '\0'));
        // What a bit turns into another table is one that can be shown.
        for (std::size_t at = 0; at < bytes.size() * 8; ++at) {
            std::string flipped = bytes;
            flipped[at / 8] = static_cast<char>(flipped[at / 8] ^ (1 << at % 8));
            const auto read = decodeTable(flipped);
            if (read) QVERIFY(!statusText(read->status).empty());
            if (read) QVERIFY(!statusText(read->indexes.at(0).status).empty());
        }
        QVERIFY(!isNewerTable(bytes.substr(0, bytes.size() / 2)));
        QVERIFY(!isNewerTable(std::string_view()));
    }

    void tellsALaterVersionFromDamage() {
        const std::string bytes = encodeTable(plainTable());
        std::string later = bytes;
        later.front() = '\7';
        QVERIFY(!decodeTable(later));
        QVERIFY(isNewerTable(later));
        // A block of a kind that this version does not know, with a payload of two bytes.
        later = bytes.substr(0, bytes.size() - 1) + std::string("\1\x63\2xy", 5);
        QVERIFY(!decodeTable(later));
        QVERIFY(isNewerTable(later));
        later = bytes.substr(0, bytes.size() - 1) + std::string("\1\1\2xy", 5);
        QVERIFY(!decodeTable(later));
        QVERIFY(!isNewerTable(later));
    }
};

ORRERY_TEST_CLASS(TableCodecTest)
#include "table_codec_test.moc"
