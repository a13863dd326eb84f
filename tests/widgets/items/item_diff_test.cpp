#include "widgets/items/item_diff.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery::widgets;

namespace {

QJsonObject item(const char* json) {
    return QJsonDocument::fromJson(json).object();
}

QString pathsOf(const QList<ItemChange>& changes) {
    QStringList paths;
    for (const ItemChange& change : changes)
        paths << change.path.join(u'/');
    return paths.join(u' ');
}

}  // namespace

class ItemDiffTest : public QObject {
    Q_OBJECT
private slots:
    void changesAreAddedTakenAwayAndReplacedAttributes() {
        const auto changes = changesOf(item(R"({"a":{"S":"1"},"b":{"S":"1"},"c":{"S":"1"}})"),
                                       item(R"({"a":{"S":"1"},"c":{"S":"2"},"d":{"S":"1"}})"));
        QCOMPARE(pathsOf(changes), QStringLiteral("b c d"));
        QVERIFY(changes[0].after.isUndefined());
        QCOMPARE(changes[1].before["S"].toString(), QStringLiteral("1"));
        QVERIFY(changes[2].before.isUndefined());
    }

    void aSetHasNoOrderAndAListHas() {
        QVERIFY(
            changesOf(item(R"({"s":{"SS":["a","b"]},"n":{"NS":["1","2"]},"b":{"BS":["AA=="]}})"),
                      item(R"({"s":{"SS":["b","a"]},"n":{"NS":["2","1"]},"b":{"BS":["AA=="]}})"))
                .isEmpty());
        QVERIFY(!sameValue(item(R"({"L":[{"S":"a"},{"S":"b"}]})"),
                           item(R"({"L":[{"S":"b"},{"S":"a"}]})")));
        // An element twice is a mistake that the service must see.
        QVERIFY(!sameValue(item(R"({"SS":["a"]})"), item(R"({"SS":["a","a"]})")));
        QVERIFY(!sameValue(item(R"({"SS":["1"]})"), item(R"({"NS":["1"]})")));
    }

    void setsInsideOfMapsAndListsHaveNoOrderEither() {
        QVERIFY(sameValue(item(R"({"M":{"l":{"L":[{"SS":["a","b"]}]}}})"),
                          item(R"({"M":{"l":{"L":[{"SS":["b","a"]}]}}})")));
    }

    void numbersKeepAllTheirDigits() {
        QVERIFY(!sameValue(item(R"({"N":"12345678901234567890123456789012345678"})"),
                           item(R"({"N":"12345678901234567890123456789012345679"})")));
    }

    void entriesOfMapsAreToldApartAndListsAreNot() {
        const QJsonObject before =
            item(R"({"m":{"M":{"x":{"S":"1"},"y":{"M":{"z":{"S":"1"}}},"l":{"L":[{"S":"1"}]}}}})");
        const QJsonObject after =
            item(R"({"m":{"M":{"x":{"S":"1"},"y":{"M":{"z":{"S":"2"}}},"l":{"L":[{"S":"2"}]}}}})");
        QCOMPARE(pathsOf(changesOf(before, after, ChangeDepth::MapEntries)),
                 QStringLiteral("m/l m/y/z"));
        QCOMPARE(pathsOf(changesOf(before, after)), QStringLiteral("m"));
    }

    void whatAPathCannotNameIsChangedAsAWhole() {
        QCOMPARE(pathsOf(changesOf(item(R"({"m":{"M":{"":{"S":"1"},"x":{"S":"1"}}}})"),
                                   item(R"({"m":{"M":{"":{"S":"1"},"x":{"S":"2"}}}})"),
                                   ChangeDepth::MapEntries)),
                 QStringLiteral("m"));
        // A path has at most 32 elements.
        QJsonObject before = item(R"({"S":"1"})");
        QJsonObject after = item(R"({"S":"2"})");
        for (int level = 0; level < 40; ++level) {
            before = {{"M", QJsonObject{{"k", before}}}};
            after = {{"M", QJsonObject{{"k", after}}}};
        }
        const auto changes =
            changesOf({{"deep", before}}, {{"deep", after}}, ChangeDepth::MapEntries);
        QCOMPARE(changes.size(), 1);
        QCOMPARE(changes[0].path.size(), 32);
    }

    void myChangesAreMadeToTheirVersion() {
        const QJsonObject base = item(
            R"({"id":{"S":"k"},"a":{"S":"1"},"b":{"S":"1"},"c":{"S":"1"},
                "m":{"M":{"x":{"N":"1"}}}})");
        const QJsonObject mine =
            item(R"({"id":{"S":"k"},"a":{"S":"mine"},"b":{"S":"1"},"m":{"M":{"x":{"N":"2"}}}})");
        const QJsonObject theirs = item(
            R"({"id":{"S":"k"},"a":{"S":"theirs"},"b":{"S":"2"},"c":{"S":"1"},"d":{"S":"new"},
                "m":{"M":{"x":{"N":"1"},"y":{"N":"7"}}}})");
        QCOMPARE(reapply(base, mine, theirs),
                 item(
                     R"({"id":{"S":"k"},"a":{"S":"mine"},"b":{"S":"2"},"d":{"S":"new"},
                "m":{"M":{"x":{"N":"2"},"y":{"N":"7"}}}})"));
        QCOMPARE(changedBy("a", base, mine, theirs), ChangedBy::Both);
        QCOMPARE(changedBy("b", base, mine, theirs), ChangedBy::Others);
        QCOMPARE(changedBy("c", base, mine, theirs), ChangedBy::You);
        QCOMPARE(changedBy("id", base, mine, theirs), ChangedBy::Nobody);
    }

    void aNewItemReappliedKeepsWhatItDoesNotName() {
        QCOMPARE(reapply({}, item(R"({"id":{"S":"k"},"a":{"S":"mine"}})"),
                         item(R"({"id":{"S":"k"},"a":{"S":"1"},"b":{"S":"1"}})")),
                 item(R"({"id":{"S":"k"},"a":{"S":"mine"},"b":{"S":"1"}})"));
    }
};

ORRERY_TEST_CLASS(ItemDiffTest)
#include "item_diff_test.moc"
