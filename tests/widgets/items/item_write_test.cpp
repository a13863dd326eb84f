#include "widgets/items/item_write.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery::widgets;

// The expressions are read back by replacing placeholders, so that the tests say what is asked and
// not how it is spelt. What the engine makes of them is tested in tests/app/item_edit_engine_test.
namespace {

/// Items are written with ' for ", here and in what is compared.
QJsonObject item(QByteArray json) {
    return QJsonDocument::fromJson(json.replace('\'', '"')).object();
}

QString readable(const QJsonObject& request, const char* expression) {
    QString text = request[QLatin1String(expression)].toString();
    QString result;
    const QJsonObject names = request["ExpressionAttributeNames"].toObject();
    const QJsonObject values = request["ExpressionAttributeValues"].toObject();
    static const QRegularExpression placeholder(QStringLiteral("[#:][0-9a-z]+"));
    qsizetype end = 0;
    for (auto it = placeholder.globalMatch(text); it.hasNext();) {
        const auto match = it.next();
        result += text.mid(end, match.capturedStart() - end);
        const QString word = match.captured();
        const QByteArray value =
            QJsonDocument(values[word].toObject()).toJson(QJsonDocument::Compact);
        result +=
            word.startsWith(u'#') ? u'<' + names[word].toString() + u'>' : QString::fromUtf8(value);
        end = match.capturedEnd();
    }
    result += text.mid(end);
    return result.replace(u'"', u'\'');
}

QString conditionOf(const ItemWrite& write) {
    return readable(write.request, "ConditionExpression");
}

QString updateOf(const ItemWrite& write) {
    return readable(write.request, "UpdateExpression");
}

const QStringList kKey{"id"};

/// An item with so many attributes named "<prefix>0", …
QJsonObject wide(const QString& prefix, int count) {
    QJsonObject result = item("{'id':{'S':'k'}}");
    for (int i = 0; i < count; ++i)
        result[prefix + QString::number(i)] = QJsonObject{{"N", QString::number(i)}};
    return result;
}

bool fitsTheService(const ItemWrite& write) {
    const QString condition = write.request["ConditionExpression"].toString();
    return condition.size() <= 4096 &&
           write.request["UpdateExpression"].toString().size() <= 4096 &&
           condition.count(" AND ") * 2 + 1 <= 300;
}

}  // namespace

class ItemWriteTest : public QObject {
    Q_OBJECT
private slots:
    void aNewItemIsPutWhereThereIsNone() {
        const ItemWrite write = putNewItem("Orders", kKey, item("{'id':{'S':'k'}}"));
        QCOMPARE(write.operation, QStringLiteral("PutItem"));
        QCOMPARE(write.request["TableName"].toString(), QStringLiteral("Orders"));
        QCOMPARE(conditionOf(write), QStringLiteral("attribute_not_exists(<id>)"));
    }

    void whatChangedIsSentOnTheConditionOfWhatWasSeen() {
        const auto write = changeItem(
            "Orders", kKey, item("{'id':{'S':'k'},'a':{'S':'1'},'b':{'S':'1'},'c':{'S':'1'}}"),
            item("{'id':{'S':'k'},'a':{'S':'2'},'b':{'S':'1'},'d':{'S':'1'}}"), Guard::WholeItem);
        QVERIFY(write.has_value());
        QCOMPARE(write->operation, QStringLiteral("UpdateItem"));
        QCOMPARE(write->request["Key"].toObject(), item("{'id':{'S':'k'}}"));
        QCOMPARE(updateOf(*write), QStringLiteral("SET <a>={'S':'2'},<d>={'S':'1'} REMOVE <c>"));
        QCOMPARE(conditionOf(*write),
                 QStringLiteral("attribute_exists(<id>) AND <a>={'S':'1'} AND <b>={'S':'1'} AND "
                                "<c>={'S':'1'} AND attribute_not_exists(<d>)"));
        QCOMPARE(write->request["ReturnValuesOnConditionCheckFailure"].toString(),
                 QStringLiteral("ALL_OLD"));
    }

    void afterAConflictOnlyWhatIsWrittenIsGuarded() {
        const auto write = changeItem(
            "Orders", kKey,
            item("{'id':{'S':'k'},'a':{'S':'1'},'b':{'S':'1'},'m':{'M':{'x':{'S':'1'}}}}"),
            item("{'id':{'S':'k'},'a':{'S':'2'},'b':{'S':'1'},"
                 "'m':{'M':{'x':{'S':'1'},'y':{'S':'2'}}}}"),
            Guard::WhatIsWritten);
        QVERIFY(write.has_value());
        QCOMPARE(updateOf(*write), QStringLiteral("SET <a>={'S':'2'},<m>.<y>={'S':'2'}"));
        QCOMPARE(conditionOf(*write), QStringLiteral("attribute_exists(<id>) AND <a>={'S':'1'} AND "
                                                     "attribute_type(<m>,{'S':'M'}) AND "
                                                     "attribute_not_exists(<m>.<y>)"));
    }

    void reservedWordsAndDotsStandBehindPlaceholders() {
        const auto write =
            changeItem("Orders", kKey, item("{'id':{'S':'k'},'a.b':{'S':'1'}}"),
                       item("{'id':{'S':'k'},'a.b':{'S':'2'},'name':{'S':'1'},'#x':{'S':'1'}}"),
                       Guard::WholeItem);
        const QString text = write->request["UpdateExpression"].toString() +
                             write->request["ConditionExpression"].toString();
        QVERIFY2(!text.contains("name") && !text.contains("a.b") && !text.contains("#x"),
                 qPrintable(text));
        QCOMPARE(updateOf(*write),
                 QStringLiteral("SET <#x>={'S':'1'},<a.b>={'S':'2'},<name>={'S':'1'}"));
    }

    void numbersAndBinaryAreSentAsTheyAre() {
        const QString digits = "-0.00000012345678901234567890123456789012345678";
        QJsonObject wanted = item("{'id':{'S':'k'},'b':{'B':'AAEC/w=='},'s':{'BS':['/w==']}}");
        wanted["n"] = QJsonObject{{"N", digits}};
        const auto write =
            changeItem("Orders", kKey, item("{'id':{'S':'k'}}"), wanted, Guard::WholeItem);
        QCOMPARE(updateOf(*write),
                 QStringLiteral("SET <b>={'B':'AAEC/w=='},<n>={'N':'%1'},<s>={'BS':['/w==']}")
                     .arg(digits));
    }

    // An item may be its key alone.
    void anItemIsEmptiedAndFilled() {
        const QJsonObject full = item("{'id':{'S':'k'},'a':{'S':'1'}}");
        const QJsonObject bare = item("{'id':{'S':'k'}}");
        const auto emptied = changeItem("Orders", kKey, full, bare, Guard::WholeItem);
        QCOMPARE(updateOf(*emptied), QStringLiteral("REMOVE <a>"));
        const auto filled = changeItem("Orders", kKey, bare, full, Guard::WholeItem);
        QCOMPARE(conditionOf(*filled),
                 QStringLiteral("attribute_exists(<id>) AND attribute_not_exists(<a>)"));
    }

    void aWideItemIsGuardedWhereItIsWritten() {
        const QJsonObject seen = wide("attribute", 400);
        QJsonObject wanted = seen;
        wanted["attribute7"] = QJsonObject{{"N", "-1"}};
        const auto write = changeItem("Orders", kKey, seen, wanted, Guard::WholeItem);
        QVERIFY(write.has_value() && fitsTheService(*write));
        QCOMPARE(conditionOf(*write),
                 QStringLiteral("attribute_exists(<id>) AND <attribute7>={'N':'7'}"));
    }

    void aLargeChangeIsAConditionalPutThatReturnsWhatItReplaced() {
        const QJsonObject seen = wide("old", 5);
        const QJsonObject wanted = wide("new", 1000);
        const auto write = changeItem("Orders", kKey, seen, wanted, Guard::WholeItem);
        QVERIFY(write.has_value() && fitsTheService(*write));
        QCOMPARE(write->operation, QStringLiteral("PutItem"));
        QCOMPARE(write->request["Item"].toObject(), wanted);
        QCOMPARE(write->request["ReturnValues"].toString(), QStringLiteral("ALL_OLD"));
        QVERIFY(conditionOf(*write).contains("<old4>={'N':'4'}"));
    }

    void manyEntriesOfOneMapAreWrittenAsOneAttribute() {
        const QJsonObject entries = wide("x", 1000);
        const auto write =
            changeItem("Orders", kKey, item("{'id':{'S':'k'},'m':{'M':{}}}"),
                       {{"id", QJsonObject{{"S", "k"}}}, {"m", QJsonObject{{"M", entries}}}},
                       Guard::WholeItem);
        QVERIFY(write.has_value() && fitsTheService(*write));
        QVERIFY(updateOf(*write).startsWith("SET <m>={'M':{"));
    }

    void whatNoConditionCanGuardIsNotWritten() {
        QVERIFY(!changeItem("Orders", kKey, wide("old", 1000), wide("new", 1000), Guard::WholeItem)
                     .has_value());
    }
};

ORRERY_TEST_CLASS(ItemWriteTest)
#include "item_write_test.moc"
