#include "widgets/tables/explorer_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/widgets/snapshots.h"
#include "widgets/tables/explorer.h"

using namespace orrery;
using namespace orrery::test;
using widgets::Explorer;
using widgets::ExplorerModel;
using widgets::ExplorerTarget;

class ExplorerModelTest : public QObject {
    Q_OBJECT
private slots:
    void aTableThatComesOrGoesSaysSo() {
        auto table = std::make_shared<observe::TableView>(*test::makeTable("Orders", 12));
        table->status = "DELETING";
        widgets::ExplorerModel model;
        model.setSnapshot(test::makeSnapshot({test::makeRegion("us-east-1", {table})}));
        const QModelIndex row = model.find({"us-east-1", "Orders", {}});
        QCOMPARE(row.siblingAtColumn(widgets::ExplorerModel::Items).data().toString(),
                 QStringLiteral("being deleted"));
    }

    void showsRegionsTablesAndIndexes() {
        ExplorerModel model;
        QAbstractItemModelTester tester(&model);
        auto table = std::make_shared<observe::TableView>(*makeTable("Orders", 12));
        table->indexes.push_back({"ByDate", true, "day (S)", 12, 0, 0, {}});
        model.setSnapshot(makeSnapshot({makeRegion("eu-west-1", {table})}));

        const QModelIndex index = model.find({"eu-west-1", "Orders", "ByDate"});
        QVERIFY(index.isValid());
        QCOMPARE(model.target(index).index, QStringLiteral("ByDate"));
        QCOMPARE(index.parent().siblingAtColumn(ExplorerModel::Items).data().toString(),
                 QStringLiteral("12 items"));
        QCOMPARE(index.parent().parent().data().toString(), QStringLiteral("eu-west-1"));
    }

    // Only the table's items are counted; items without the index's sort key have no entry.
    void aLocalIndexHasAtMostTheItemsOfItsTable() {
        ExplorerModel model;
        auto table = std::make_shared<observe::TableView>(*makeTable("Orders", 12));
        table->indexes.push_back({"ByDate", false, "day (S)", 12, 0, 0, {}});
        model.setSnapshot(makeSnapshot({makeRegion("eu-west-1", {table})}));
        const QModelIndex index = model.find({"eu-west-1", "Orders", "ByDate"});
        QCOMPARE(index.siblingAtColumn(ExplorerModel::Items).data().toString(),
                 QStringLiteral("up to 12 items"));
    }

    void tablesOfOneNameAreToldApart() {
        ExplorerModel model;
        QAbstractItemModelTester tester(&model);
        const auto inAccount = [](const char* accountId) {
            auto table = std::make_shared<observe::TableView>(*makeTable("Orders", 12));
            table->accountId = accountId;
            return observe::TableViewPtr(table);
        };
        model.setSnapshot(makeSnapshot(
            {makeRegion("r", {inAccount("000000000000"), inAccount("000000000000/a"),
                              inAccount("123456789012"), inAccount("123456789012/a")})}));
        const QStringList names{"Orders", "Orders (namespace a)", "Orders (account 123456789012)",
                                "Orders (account 123456789012, namespace a)"};
        const QModelIndex region = model.find({"r", {}, {}});
        for (int row = 0; row < names.size(); ++row) {
            const QModelIndex table = model.index(row, 0, region);
            QCOMPARE(table.data().toString(), names[row]);
            QCOMPARE(model.target(table).table, QStringLiteral("Orders"));
            QCOMPARE(model.find(model.target(table)), table);
        }
        QCOMPARE(model.target(model.index(0, 0, region)).account, QString());
        QCOMPARE(model.target(model.index(1, 0, region)).account, QStringLiteral("000000000000/a"));
    }

    // The person did not choose the neighbour, and must not delete it.
    void aTableThatIsDroppedLeavesNoNeighbourSelected() {
        Explorer explorer;
        explorer.setSnapshot(
            makeSnapshot({makeRegion("r", {makeTable("A"), makeTable("B"), makeTable("C")})}));
        explorer.setCurrent({"r", "B", {}});
        QCOMPARE(explorer.current().table, QStringLiteral("B"));
        explorer.setSnapshot(makeSnapshot({makeRegion("r", {makeTable("A"), makeTable("C")})}));
        QCOMPARE(explorer.current(), (ExplorerTarget{"r", {}, {}}));
        QCOMPARE(explorer.tree()->selectionModel()->selectedRows().size(), 1);
    }

    void aNewTableMovesNobodyElse() {
        ExplorerModel model;
        QAbstractItemModelTester tester(&model);
        model.setSnapshot(makeSnapshot({makeRegion("r", {makeTable("A"), makeTable("C")})}));
        const QPersistentModelIndex c(model.find({"r", "C", {}}));
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);

        model.setSnapshot(
            makeSnapshot({makeRegion("r", {makeTable("A"), makeTable("B"), makeTable("C")})}));
        QCOMPARE(resets.count(), 0);
        QCOMPARE(c.row(), 2);
        QCOMPARE(c.data().toString(), QStringLiteral("C"));

        model.setSnapshot(makeSnapshot({makeRegion("r", {makeTable("C")})}));
        QCOMPARE(c.row(), 0);
        model.setSnapshot(makeSnapshot({}));
        QVERIFY(!c.isValid());
        QCOMPARE(model.rowCount(), 0);
    }

    void amongManyTablesOneIsFoundByKeysWithItsIndexes() {
        std::vector<observe::TableViewPtr> tables;
        for (int i = 0; i < 300; ++i) {
            auto table = std::make_shared<observe::TableView>(
                *makeTable("team-" + std::to_string(1000 + i) + "-orders"));
            table->indexes.emplace_back().name = "ByDay";
            tables.push_back(table);
        }
        Explorer explorer;
        explorer.resize(240, 400);
        explorer.setSnapshot(makeSnapshot({makeRegion("us-east-1", tables)}));
        explorer.show();
        QVERIFY(QTest::qWaitForWindowActive(&explorer));
        QSignalSpy opened(&explorer, &Explorer::opened);
        explorer.filterLine()->setFocus();
        QTest::keyClicks(explorer.filterLine(), "1234");
        const QAbstractItemModel* shown = explorer.tree()->model();
        const QModelIndex region = shown->index(0, 0);
        QCOMPARE(shown->rowCount(region), 1);
        QCOMPARE(shown->rowCount(shown->index(0, 0, region)), 1);
        QTest::keyClick(explorer.filterLine(), Qt::Key_Return);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened[0][0].value<ExplorerTarget>().table, QStringLiteral("team-1234-orders"));
        QTest::keyClick(explorer.filterLine(), Qt::Key_Down);
        QVERIFY(explorer.tree()->hasFocus());
        QCOMPARE(explorer.current().table, QStringLiteral("team-1234-orders"));
    }

    void tellsOnlyOfTheTableWhoseCountChanged() {
        ExplorerModel model;
        const auto quiet = makeTable("Quiet", 5);
        model.setSnapshot(makeSnapshot({makeRegion("r", {makeTable("Busy", 1), quiet})}));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.setSnapshot(makeSnapshot({makeRegion("r", {makeTable("Busy", 2), quiet})}));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().data().toString(), QStringLiteral("Busy"));
    }
};

ORRERY_TEST_CLASS(ExplorerModelTest)
#include "explorer_model_test.moc"
