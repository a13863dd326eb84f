// Goal: a table's description comes back as it was stored, also from a folder of an older version.

#include <QtTest>

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
    index.global = true;
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
        table.indexes[0].keys.moreSort = {{"d", AttributeType::Number}};
        const std::string bytes = encodeTable(table);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY2(!decodeTable(bytes.substr(0, size)), qPrintable(QString::number(size)));
        std::string newer = bytes;
        newer.front() = '\7';
        QVERIFY(!decodeTable(newer));
    }
};

ORRERY_TEST_CLASS(TableCodecTest)
#include "table_codec_test.moc"
