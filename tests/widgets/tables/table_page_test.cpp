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
};

ORRERY_TEST_CLASS(TablePageTest)
#include "table_page_test.moc"
