// Goal: what the page of a table says about it. Method: the page alone, over made-up items.

#include "widgets/tables/table_page.h"

#include <QTest>

#include "tests/support/test_main.h"
#include "tests/widgets/items/numbered_items.h"
#include "tests/widgets/snapshots.h"

using namespace orrery;
using widgets::TablePage;

class TablePageTest : public QObject {
    Q_OBJECT
private slots:
    // A zone that has failed holds fewer items than the others, and counts may be older than rows.
    void theFooterCountsWhatTheShownZoneHolds() {
        test::NumberedItems items(10);
        TablePage page(&items, {"us-east-1", "Orders", {}});
        const auto region = test::makeRegion("us-east-1", {});
        observe::TableView table = *test::makeTable("Orders", 30, 1);
        for (observe::ReplicaView& replica : table.partitions[0].replicas)
            replica.itemCount = 10;
        page.setTable(region.get(), &table);
        items.answer();
        QVERIFY2(page.footerText().endsWith("10 of 10 items in memory"),
                 qPrintable(page.footerText()));
        table.partitions[0].replicas[0].itemCount = 9;
        page.setTable(region.get(), &table);
        QVERIFY2(page.footerText().endsWith("10 of 10 items in memory"),
                 qPrintable(page.footerText()));
        table.partitions[0].replicas[0].itemCount = 12;
        page.setTable(region.get(), &table);
        QVERIFY2(page.footerText().endsWith("10 of 12 items in memory"),
                 qPrintable(page.footerText()));
    }

    // A global table may still exist in other Regions.
    void aTableThatIsGoneIsSaidWithItsRegion() {
        test::NumberedItems items(10);
        TablePage page(&items, {"ap-northeast-1", "Orders", {}});
        page.setTable(nullptr, nullptr);
        QCOMPARE(page.emptyText(),
                 QStringLiteral("The table Orders no longer exists in ap-northeast-1."));
    }

    void theBoxOfIndexesGrowsWithAnIndexThatComesLater() {
        test::NumberedItems items(10);
        TablePage page(&items, {"us-east-1", "Orders", {}});
        page.resize(900, 400);
        const auto region = test::makeRegion("us-east-1", {});
        observe::TableView table = *test::makeTable("Orders", 30, 1);
        observe::IndexView index;
        index.name = "i";
        table.indexes.push_back(index);
        page.setTable(region.get(), &table);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        index.name = "by_status_and_total";
        table.indexes.push_back(index);
        page.setTable(region.get(), &table);
        QTRY_VERIFY(page.indexBox()->width() >
                    page.fontMetrics().horizontalAdvance(QString::fromStdString(index.name)));
    }
};

ORRERY_TEST_CLASS(TablePageTest)
#include "table_page_test.moc"
