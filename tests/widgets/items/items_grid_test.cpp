#include "widgets/items/items_grid.h"

#include <QTest>

#include "tests/support/test_main.h"
#include "tests/widgets/items/numbered_items.h"

using namespace orrery;
using namespace orrery::widgets;
using test::NumberedItems;

class ItemsGridTest : public QObject {
    Q_OBJECT
private slots:
    void scrollingDownReadsOnWithoutLosingThePlace() {
        NumberedItems items(1'000'000);
        ItemsModel model(&items);
        ItemsGrid grid(&model);
        grid.setItemCount(1'000'000);
        grid.resize(500, 400);
        grid.show();
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        QScrollBar* inner = grid.table()->verticalScrollBar();
        int last = -1;
        for (int i = 0; i < 400; ++i) {
            inner->setValue(inner->value() + 10 * grid.table()->rowHeight());
            items.answer();
            QCoreApplication::processEvents();  // The view lays out new rows later.
            const int top = grid.table()->model()->index(grid.table()->topRow(), 0).data().toInt();
            QVERIFY2(last < 0 || top == last + 10,
                     qPrintable(QStringLiteral("%1 after %2").arg(top).arg(last)));
            last = top;
            QVERIFY(model.rowCount() <= ItemsModel::kWindowRows);
        }
        QCOMPARE(last, 4000);
    }

    /// The keyboard goes on where Ctrl+End has led, not at the first row that is loaded.
    void upAfterTheEndGoesToTheRowAbove() {
        NumberedItems items(1'000'000);
        ItemsModel model(&items);
        ItemsGrid grid(&model);
        grid.setItemCount(1'000'000);
        grid.resize(500, 400);
        grid.show();
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        QTest::keyClick(grid.table(), Qt::Key_End, Qt::ControlModifier);
        items.answer();
        QCOMPARE(grid.table()->currentIndex().data().toInt(), 999'999);
        QTest::keyClick(grid.table(), Qt::Key_Up);
        QCOMPARE(grid.table()->currentIndex().data().toInt(), 999'998);
        grid.jumpTo(0.5);
        items.answer();
        const int top = model.index(grid.table()->topRow(), 0).data().toInt();
        QTest::keyClick(grid.table(), Qt::Key_Down);
        QCOMPARE(grid.table()->currentIndex().data().toInt(), top);
    }

    void draggingTheBarJumpsAndTheLastWishCounts() {
        NumberedItems items(1'000'000);
        ItemsModel model(&items);
        ItemsGrid grid(&model);
        grid.setItemCount(1'000'000);
        grid.resize(500, 400);
        grid.show();
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        const int before = items.jumps;
        for (int i = 1; i <= 100; ++i)
            grid.jumpTo(i / 200.0);
        QCOMPARE(items.waiting(), 1u);
        items.answer();
        QCOMPARE(items.jumps - before, 2);
        QCOMPARE(grid.visiblePart().first, 0.5);
        QVERIFY(std::abs(grid.keySpaceBar()->value() - 500'000) < 100);
    }

    void endAndHomeGoToTheEndsOfTheKeySpace() {
        NumberedItems items(50'000);
        ItemsModel model(&items);
        ItemsGrid grid(&model);
        grid.setItemCount(50'000);
        grid.resize(500, 400);
        grid.show();
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        QTest::keyClick(grid.table(), Qt::Key_End, Qt::ControlModifier);
        items.answer();
        QCOMPARE(model.itemRow(grid.table()->bottomRow()).storageKey, QStringLiteral("49999"));
        QCOMPARE(grid.keySpaceBar()->value(), grid.keySpaceBar()->maximum());
        QTest::keyClick(grid.table(), Qt::Key_Home, Qt::ControlModifier);
        items.answer();
        QCOMPARE(grid.table()->topRow(), 0);
        QCOMPARE(model.itemRow(0).storageKey, QStringLiteral("0"));
        QCOMPARE(grid.keySpaceBar()->value(), 0);
    }

    void scrollingUpFromTheMiddleKeepsThePlace() {
        NumberedItems items(100'000);
        ItemsModel model(&items);
        ItemsGrid grid(&model);
        grid.resize(500, 400);
        grid.show();
        model.setTarget({"r", "t", {}, "ra"}, {"id"});
        items.answer();
        grid.jumpTo(0.5);
        items.answer();
        QScrollBar* inner = grid.table()->verticalScrollBar();
        int last = grid.table()->model()->index(grid.table()->topRow(), 0).data().toInt();
        QCOMPARE(last, 50'000);
        for (int i = 0; i < 200; ++i) {
            inner->setValue(inner->value() - 10 * grid.table()->rowHeight());
            items.answer();
            QCoreApplication::processEvents();
            const int top = grid.table()->model()->index(grid.table()->topRow(), 0).data().toInt();
            QCOMPARE(top, last - 10);
            last = top;
        }
    }
};

ORRERY_TEST_CLASS(ItemsGridTest)
#include "items_grid_test.moc"
