#include "widgets/items/item_tree_model.h"

#include <QAbstractItemModelTester>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_main.h"

using orrery::widgets::ItemTreeModel;

namespace {

QJsonObject item(const char* json) {
    return QJsonDocument::fromJson(json).object();
}

QString difference(const ItemTreeModel& model, const QString& name,
                   const QModelIndex& parent = {}) {
    for (int row = 0; row < model.rowCount(parent); ++row)
        if (model.index(row, ItemTreeModel::Name, parent).data().toString() == name)
            return model.index(row, ItemTreeModel::Difference, parent).data().toString();
    return QStringLiteral("no such attribute");
}

}  // namespace

class ItemTreeModelTest : public QObject {
    Q_OBJECT
private slots:
    void saysWhatDiffersAndWhere() {
        ItemTreeModel model;
        QAbstractItemModelTester tester(&model);
        const QJsonObject leader =
            item(R"({"a":{"N":"2"},"m":{"M":{"x":{"S":"1"},"y":{"S":"2"}}},"new":{"BOOL":true}})");
        model.setItem(item(R"({"a":{"N":"1"},"m":{"M":{"x":{"S":"1"}}},"old":{"NULL":true}})"),
                      &leader);
        QCOMPARE(difference(model, "a"), QStringLiteral("2"));
        QCOMPARE(difference(model, "new"), QStringLiteral("true"));
        QCOMPARE(difference(model, "old"), QStringLiteral("missing"));
        const QModelIndex map = model.index(1, 0);
        QCOMPARE(difference(model, "x", map), QString());
        QCOMPARE(difference(model, "y", map), QStringLiteral("2"));
        const QModelIndex y = model.index(1, ItemTreeModel::Value, map);
        QCOMPARE(y.data().toString(), QStringLiteral("missing"));
        QCOMPARE(model.differenceCount(), 4);
    }

    void equalItemsDifferInNothing() {
        ItemTreeModel model;
        const QJsonObject same = item(R"({"l":{"L":[{"N":"1"},{"N":"2"}]}})");
        model.setItem(same, &same);
        QCOMPARE(model.differenceCount(), 0);
        QCOMPARE(model.rowCount(model.index(0, 0)), 2);
    }

    void theSameItemAgainMovesNothing() {
        ItemTreeModel model;
        const QJsonObject one = item(R"({"a":{"N":"1"}})");
        model.setItem(one, nullptr);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setItem(one, nullptr);
        QCOMPARE(resets.count(), 0);
        model.setItem(one, &one);
        QCOMPARE(resets.count(), 1);
    }
};

ORRERY_TEST_CLASS(ItemTreeModelTest)
#include "item_tree_model_test.moc"
