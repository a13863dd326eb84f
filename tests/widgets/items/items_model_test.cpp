#include "widgets/items/items_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/widgets/items/numbered_items.h"

using namespace orrery;
using test::NumberedItems;
using widgets::ItemsModel;

namespace {

QString idOf(const ItemsModel& model, int row) {
    return model.index(row, 0).data().toString();
}

}  // namespace

class ItemsModelTest : public QObject {
    Q_OBJECT
private slots:
    void beginsWithTheFirstPageAndTheKeyInFront() {
        NumberedItems items(1'000'000);
        ItemsModel model(&items);
        QAbstractItemModelTester tester(&model);
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        QVERIFY(model.isLoading());
        items.answer();
        QCOMPARE(model.rowCount(), ItemsModel::kPageRows);
        QCOMPARE(model.columnName(0), QStringLiteral("id"));
        QCOMPARE(model.columnName(1), QStringLiteral("n"));
        QVERIFY(model.atBeginning() && !model.atEnd());
    }

    void readingOnKeepsAWindowOfRows() {
        NumberedItems items(1'000'000);
        ItemsModel model(&items);
        QAbstractItemModelTester tester(&model);
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        QSignalSpy shifted(&model, &ItemsModel::rowsShifted);
        for (int i = 0; i < 10; ++i) {
            model.extendDown();
            items.answer();
            QVERIFY(model.rowCount() <= ItemsModel::kWindowRows);
        }
        QCOMPARE(idOf(model, 0), QString::number(11 * 200 - 800));
        QCOMPARE(shifted.count(), 7);
        QVERIFY(!model.atBeginning());
    }

    void readingBackComesToTheBeginning() {
        NumberedItems items(3'000);
        ItemsModel model(&items);
        QAbstractItemModelTester tester(&model);
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        model.jumpTo(1);
        items.answer();
        QVERIFY(model.atEnd());
        QCOMPARE(idOf(model, model.rowCount() - 1), QStringLiteral("2999"));
        for (int i = 0; i < 20 && !model.atBeginning(); ++i) {
            model.extendUp();
            items.answer();
            for (int row = 1; row < model.rowCount(); ++row)
                QCOMPARE(idOf(model, row).toInt(), idOf(model, row - 1).toInt() + 1);
        }
        QVERIFY(model.atBeginning());
        QCOMPARE(idOf(model, 0), QStringLiteral("0"));
    }

    void aJumpLandsAtItsPartOfTheKeySpace() {
        NumberedItems items(1'000'000);
        ItemsModel model(&items);
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        model.jumpTo(0.5);
        items.answer();
        QCOMPARE(idOf(model, 0), QStringLiteral("500000"));
        QVERIFY(!model.atBeginning() && !model.atEnd());
    }

    void aLateAnswerToAnEarlierJumpIsNotShown() {
        NumberedItems items(1000);
        ItemsModel model(&items);
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        model.jumpTo(0.9);
        QCOMPARE(items.waiting(), 2u);
        items.answer();
        QCOMPARE(idOf(model, 0), QStringLiteral("900"));
        QCOMPARE(model.rowCount(), 100);
    }

    void refreshTellsOnlyOfWhatChanged() {
        NumberedItems items(100);
        ItemsModel model(&items);
        QAbstractItemModelTester tester(&model);
        items.missing = 7;
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        QCOMPARE(model.rowCount(), 99);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        items.missing = 50;
        items.changed = "hello";
        model.refresh();
        items.answer();
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 1);
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(removed.count(), 1);
        QCOMPARE(idOf(model, 7), QStringLiteral("7"));
        QCOMPARE(model.columnName(2), QStringLiteral("note"));
    }

    void aRefreshInTheMiddleStaysThere() {
        NumberedItems items(10'000);
        ItemsModel model(&items);
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        for (int i = 0; i < 8; ++i) {
            model.extendDown();
            items.answer();
        }
        model.extendUp();
        items.answer();
        const QString first = idOf(model, 0);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        model.refresh();
        items.answer();
        QCOMPARE(idOf(model, 0), first);
        QCOMPARE(inserted.count() + removed.count(), 0);
    }

    // The caller notes that it asked for the change, and does not ask again.
    void aRefreshWantedWhileAReadIsUnderWayFollowsIt() {
        NumberedItems items(1000);
        ItemsModel model(&items);
        QAbstractItemModelTester tester(&model);
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        model.extendDown();  // Does not read item 1 again.
        items.changed = "hello";
        model.refresh();
        model.refresh();
        QCOMPARE(items.waiting(), 1u);
        items.answer();
        QCOMPARE(model.rowCount(), 400);
        QCOMPARE(model.columnCount(), 3);
        QCOMPARE(model.index(1, 2).data().toString(), QStringLiteral("hello"));
        QCOMPARE(items.jumps, 2);
        model.jumpTo(0);
        model.refresh();
        items.answer();
        QCOMPARE(items.jumps, 4);
    }

    void aJumpIsTheRefreshThatWasWanted() {
        NumberedItems items(1000);
        ItemsModel model(&items);
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        model.refresh();
        model.jumpTo(0.5);
        items.answer();
        QCOMPARE(items.jumps, 2);
    }

    void anErrorEmptiesTheGridAndSaysWhy() {
        NumberedItems items(10);
        ItemsModel model(&items);
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        items.error = "There is no table.";
        model.refresh();
        items.answer();
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.error(), QStringLiteral("There is no table."));
    }

    void anotherZoneIsAskedForTheSameRows() {
        NumberedItems items(5000);
        ItemsModel model(&items);
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        model.jumpTo(0.5);
        items.answer();
        model.setZone("rb");
        QCOMPARE(items.next().target.zone, QStringLiteral("rb"));
        items.answer();
        QCOMPARE(idOf(model, 0), QStringLiteral("2500"));
    }
};

ORRERY_TEST_CLASS(ItemsModelTest)
#include "items_model_test.moc"
