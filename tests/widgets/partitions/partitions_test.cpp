#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/widgets/snapshots.h"
#include "widgets/partitions/partition_bar.h"
#include "widgets/partitions/partition_table_model.h"
#include "widgets/partitions/partitions_view.h"

using namespace orrery;
using widgets::PartitionTableModel;

class PartitionsTest : public QObject {
    Q_OBJECT
private slots:
    void theTableSaysWhoLeads() {
        PartitionTableModel model;
        QAbstractItemModelTester tester(&model);
        model.setPartitions(test::makeTable("t")->partitions);
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(model.index(1, PartitionTableModel::LagB).data().toString(),
                 QStringLiteral("leader"));
        QCOMPARE(model.index(1, PartitionTableModel::LagA).data().toString(),
                 QStringLiteral("follower"));
        QCOMPARE(model.index(3, PartitionTableModel::Range).data().toString(),
                 QStringLiteral("75.0 % – 100.0 %"));
    }

    void aLeaderWithoutAMajorityIsNotShownAsOne() {
        PartitionTableModel model;
        auto partitions = test::makeTable("t")->partitions;
        partitions[2].serving.whole = {false, false, true};
        partitions[2].serving.why = "the leader, us-east-1c, reaches no majority";
        partitions[2].serving.since = Instant(std::chrono::seconds(5));
        model.setPartitions(partitions);
        const auto text = [&model](int row, int column, int role = Qt::DisplayRole) {
            return model.index(row, column).data(role).toString();
        };
        QCOMPARE(text(1, PartitionTableModel::Serves), QStringLiteral("everything"));
        QCOMPARE(text(2, PartitionTableModel::Serves), QStringLiteral("eventual reads only"));
        QCOMPARE(text(2, PartitionTableModel::LagC), QStringLiteral("leader, no majority"));
        QVERIFY(text(2, PartitionTableModel::Serves, Qt::ToolTipRole)
                    .contains("since 00:00:05.000: the leader, us-east-1c, reaches no majority"));
    }

    void aReplicaThatIsBehindSaysByHowMuch() {
        PartitionTableModel model;
        auto partitions = test::makeTable("t")->partitions;
        partitions[0].replicas[2].lagRecords = 12;
        partitions[0].replicas[2].lag = std::chrono::milliseconds(3400);
        model.setPartitions(partitions);
        QCOMPARE(model.index(0, PartitionTableModel::LagC).data().toString(),
                 QStringLiteral("lag 12 records, 3.4 s"));
        partitions[0].replicas[2].role = observe::Role::Down;
        model.setPartitions(partitions);
        QVERIFY(model.index(0, PartitionTableModel::LagC)
                    .data()
                    .toString()
                    .endsWith(QStringLiteral(", lag 12 records, 3.4 s")));
    }

    void aNumberStandsUnderItsTitle() {
        PartitionTableModel model;
        model.setPartitions(test::makeTable("t")->partitions);
        for (int column = 0; column < model.columnCount(); ++column) {
            const QVariant title = model.headerData(column, Qt::Horizontal, Qt::TextAlignmentRole);
            const int wanted = Qt::AlignRight | Qt::AlignVCenter;
            const int cell = model.index(0, column).data(Qt::TextAlignmentRole).toInt();
            QCOMPARE(title.toInt() == wanted, cell == wanted);
        }
    }

    void tellsOnlyOfThePartitionThatChanged() {
        PartitionTableModel model;
        auto partitions = test::makeTable("t")->partitions;
        model.setPartitions(partitions);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        partitions[2].readsPerSecond = 7;
        model.setPartitions(partitions);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 2);
    }

    void theBarIsChosenFromWithMouseAndKeys() {
        widgets::PartitionBar bar;
        bar.resize(840, 120);
        bar.setPartitions(test::makeTable("t")->partitions);
        bar.show();
        QTest::mouseClick(&bar, Qt::LeftButton, {}, QPoint(300, 60));
        QCOMPARE(bar.current(), 1);
        QTest::keyClick(&bar, Qt::Key_Right);
        QCOMPARE(bar.current(), 2);
        QTest::keyClick(&bar, Qt::Key_End);
        QTest::keyClick(&bar, Qt::Key_Right);
        QCOMPARE(bar.current(), 3);
        QTest::keyClick(&bar, Qt::Key_Home);
        QTest::keyClick(&bar, Qt::Key_Left);
        QCOMPARE(bar.current(), 0);
        QVERIFY(!bar.accessibleName().isEmpty());
    }

    void heatIsAPartOfTheNearerLimit() {
        observe::PartitionView partition;
        partition.readsPerSecond = 1500;
        partition.writesPerSecond = 900;
        QCOMPARE(widgets::heatOf(partition), 0.9);
    }

    void aGlobalIndexShowsItsOwnPartitions() {
        auto table = std::make_shared<observe::TableView>(*test::makeTable("t"));
        observe::IndexView index;
        index.name = "g";
        index.global = true;
        index.partitions = test::makeTable("x", 0, 2)->partitions;
        table->indexes.push_back(index);
        widgets::PartitionsView view;
        view.setTable(table.get(), {});
        QCOMPARE(view.model()->rowCount(), 4);
        view.setTable(table.get(), QStringLiteral("g"));
        QCOMPARE(view.model()->rowCount(), 2);
    }
};

ORRERY_TEST_CLASS(PartitionsTest)
#include "partitions_test.moc"
