#include "core/exchange/samples.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTest>

#include "core/base/hash.h"
#include "tests/support/test_main.h"

using namespace orrery;

namespace {

QJsonObject parsed(const std::string& text) {
    return QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
}

/// The types of the attributes that CreateTable defines, by name.
QMap<QString, QString> definedTypes(const QJsonObject& create) {
    QMap<QString, QString> types;
    for (const auto& value : create["AttributeDefinitions"].toArray())
        types[value.toObject()["AttributeName"].toString()] =
            value.toObject()["AttributeType"].toString();
    return types;
}

std::uint64_t hashOf(const std::vector<exchange::SampleSet>& sets) {
    Hash64 hash;
    for (const auto& set : sets)
        for (const auto& table : set.tables)
            for (const std::string& item : table.items)
                hash.add(item);
    return hash.value();
}

}  // namespace

class SamplesTest : public QObject {
    Q_OBJECT
private slots:
    void eachHasSomeThousandItems() {
        const auto sets = exchange::sampleSets();
        QCOMPARE(sets.size(), 3u);
        for (const auto& set : sets) {
            std::size_t count = 0;
            for (const auto& table : set.tables)
                count += table.items.size();
            QVERIFY2(count >= 2000 && count < 10000, qPrintable(QString::number(count)));
        }
    }

    void areTheSameTwice() {
        QCOMPARE(hashOf(exchange::sampleSets()), hashOf(exchange::sampleSets()));
    }

    void everyItemHasItsOwnKeyOfTheRightType() {
        for (const auto& set : exchange::sampleSets()) {
            for (const auto& table : set.tables) {
                const QJsonObject create = parsed(table.createTable);
                QCOMPARE(create["TableName"].toString().toStdString(), table.name);
                const auto types = definedTypes(create);
                QSet<QString> keys;
                for (const std::string& text : table.items) {
                    const QJsonObject item = parsed(text);
                    QString key;
                    for (const auto& part : create["KeySchema"].toArray()) {
                        const QString name = part.toObject()["AttributeName"].toString();
                        const QString value = item[name][types[name]].toString();
                        QVERIFY2(!value.isEmpty(), text.c_str());
                        key += value + QLatin1Char('\n');
                    }
                    QVERIFY2(!keys.contains(key), text.c_str());
                    keys.insert(key);
                }
            }
        }
    }

    void everyIndexKeyIsOfTheDefinedType() {
        for (const auto& set : exchange::sampleSets()) {
            for (const auto& table : set.tables) {
                const auto types = definedTypes(parsed(table.createTable));
                for (const std::string& text : table.items) {
                    const QJsonObject item = parsed(text);
                    for (auto it = types.begin(); it != types.end(); ++it)
                        QVERIFY2(item[it.key()].toObject().contains(it.value()), text.c_str());
                }
            }
        }
    }

    void batchesHoldEveryItemOnceAndAtMost25() {
        const auto sets = exchange::sampleSets();
        const exchange::SampleTable& table = sets[0].tables[0];
        std::size_t count = 0;
        for (const std::string& request : exchange::batchWriteRequests(table)) {
            const QJsonArray writes =
                parsed(request)["RequestItems"][QString::fromStdString(table.name)].toArray();
            QVERIFY(!writes.isEmpty() && writes.size() <= 25);
            for (const auto& write : writes) {
                QCOMPARE(write.toObject()["PutRequest"].toObject()["Item"].toObject(),
                         parsed(table.items[count]));
                ++count;
            }
        }
        QCOMPARE(count, table.items.size());
    }
};

ORRERY_TEST_CLASS(SamplesTest)
#include "samples_test.moc"
