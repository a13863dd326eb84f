#include <QTest>

#include "tests/storage/archive_harness.h"
#include "tests/support/test_main.h"

// Goal: both archives drop whole segments once all their records have expired, and orders with
// them; and nothing earlier.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::appendTexts;
using orrery::test::expire;
using orrery::test::kTable;
using orrery::test::order;
using orrery::test::orderOf;
using orrery::test::readArchive;
using orrery::test::segmentsOf;
using orrery::test::StoreHarness;

using Names = std::vector<std::string>;

class ArchiveExpiryTest : public QObject {
    Q_OBJECT
private slots:
    void dropsWholeSegmentsThatExpire_data() { test::addStoreRows(); }
    void dropsWholeSegmentsThatExpire() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        appendTexts(harness.store(), 1, 90);
        for (const std::uint64_t first : {1, 31, 61})
            order(harness.store(), first, first + 29);
        harness.flushAll();
        expire(harness.store(), 60);  // The second ends at 60.
        QCOMPARE(segmentsOf(harness.store()), (Names{"31-60", "61-90"}));
        QCOMPARE(readArchive(harness.store(), 1), std::string("0"));
        QCOMPARE(readArchive(harness.store(), 31), std::string("60"));
        // Not synced: still there after a kill.
        harness.reopen();
        QCOMPARE(readArchive(harness.store(), 1), std::string("90"));
        expire(harness.store(), 61);
        harness.flushAll();
        harness.reopen();
        QCOMPARE(segmentsOf(harness.store()), Names{"61-90"});
        expire(harness.store(), UINT64_MAX);
        harness.flushAll();
        QCOMPARE(harness->figures().archiveBytes, 0u);
        harness.reopen();
        QCOMPARE(segmentsOf(harness.store()), Names());
    }

    void anOrderThatExpiresIsNotKept_data() { test::addStoreRows(); }
    void anOrderThatExpiresIsNotKept() {
        QFETCH(QString, kind);
        for (const int moment : {0, 1, 2, 3}) {
            StoreHarness harness(kind);
            appendTexts(harness.store(), 1, 20);
            order(harness.store(), 1, 9);
            order(harness.store(), 10, 20);
            if (moment > 0) harness.syncAll();
            std::unique_ptr<Work> work;
            if (moment > 1) work = harness->takeFlushWork(false);
            if (moment > 2) work->run();
            expire(harness.store(), 15);
            if (work != nullptr) {
                if (moment == 2) work->run();
                harness->finishFlushWork(std::move(work));
            }
            harness.flushAll();
            QCOMPARE(segmentsOf(harness.store()), Names{"10-20"});
            QCOMPARE(harness->figures().archiveOrders, 0u);
            harness.reopen();
            QCOMPARE(segmentsOf(harness.store()), Names{"10-20"});
            QCOMPARE(readArchive(harness.store(), 10), std::string("11"));
        }
    }

    // Whoever chooses the time of an expiry knows only the orders of earlier turns.
    void whatATurnOrdersOutlivesItsExpiry_data() { test::addStoreRows(); }
    void whatATurnOrdersOutlivesItsExpiry() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        appendTexts(harness.store(), 1, 20);
        order(harness.store(), 1, 10);
        Turn both;
        both.archive(orderOf(11, 20));
        both.expireArchive(kTable, UINT64_MAX - 1);
        harness->commit(std::move(both));
        harness.flushAll();
        QCOMPARE(segmentsOf(harness.store()), Names{"11-20"});
        expire(harness.store(), UINT64_MAX - 1);
        QCOMPARE(segmentsOf(harness.store()), Names{});
        appendTexts(harness.store(), 21, 30);
        Turn gone;
        gone.archive(orderOf(21, 30));
        gone.expireArchive(kTable, UINT64_MAX);
        harness->commit(std::move(gone));
        harness.flushAll();
        QCOMPARE(segmentsOf(harness.store()), Names{});
    }
};

ORRERY_TEST_CLASS(ArchiveExpiryTest)
#include "archive_expiry_test.moc"
