#include <QTest>
#include <optional>

#include "tests/storage/archive_harness.h"
#include "tests/storage/store_harness.h"
#include "tests/support/test_main.h"

// Goal: a log that is trimmed gives its bytes back, and loses nothing that a tree still lacks.
// Method: each test runs over both stores; a record is gone only when the mark is behind it and the
// tree of its own volume has it on disk.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::kA;
using orrery::test::kB;
using orrery::test::kC;
using orrery::test::kGroup;
using orrery::test::StoreHarness;

namespace {

constexpr const char* kGone = "(none)";

void trim(StoreHarness& harness, const std::vector<VolumeId>& volumes, std::uint64_t mark,
          const std::optional<ArchiveOrder>& order = std::nullopt) {
    Turn turn;
    if (order) turn.archive(*order);
    for (const VolumeId volume : volumes)
        turn.setTrimMark(volume, kGroup, Lsn(mark));
    harness->commit(std::move(turn));
}

void appendMany(StoreHarness& harness, std::uint64_t first, std::uint64_t last,
                const std::string& body) {
    for (std::uint64_t lsn = first; lsn <= last; lsn += 100)
        harness.appendEverywhere(kGroup, lsn, std::vector<std::string>(100, body));
}

}  // namespace

class TrimConformanceTest : public QObject {
    Q_OBJECT
private slots:
    void erasesWhatTheTreeHas_data() { test::addStoreRows(); }
    void erasesWhatTheTreeHas() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        harness.appendEverywhere(kGroup, 1, {"1", "2", "3", "4", "5"});
        harness.apply({kA, kB}, "key", "image", 4);
        harness.apply({kC}, "key", "image", 2);
        trim(harness, {kA, kB, kC}, 4);
        harness.syncAll();
        // No tree has anything on disk yet.
        for (const VolumeId volume : {kA, kB, kC})
            QCOMPARE(harness.record(volume, kGroup, 1), std::string("1"));
        harness.flushAll();
        for (int round = 0; round < 2; ++round) {
            QCOMPARE(harness.record(kA, kGroup, 3), std::string(kGone));
            QCOMPARE(harness.record(kB, kGroup, 1), std::string(kGone));
            QCOMPARE(harness.record(kC, kGroup, 2), std::string(kGone));
            QCOMPARE(harness.record(kC, kGroup, 3), std::string("3"));  // Its tree lacks it.
            for (const VolumeId volume : {kA, kB, kC})
                QCOMPARE(harness.record(volume, kGroup, 4), std::string("4"));
            harness.reopen();
        }
    }

    // Piece by piece, and all of it in the end.
    void goesOnInSteps_data() { test::addStoreRows(); }
    void goesOnInSteps() {
        QFETCH(QString, kind);
        StoreHarness::Options options;
        options.stepsAtOnce = 0;
        StoreHarness harness(kind, options);
        appendMany(harness, 1, 500, "record");
        harness.apply({kA, kB, kC}, "key", "image", 500);
        trim(harness, {kA, kB, kC}, 501);
        harness.flushAll();
        QCOMPARE(harness.record(kA, kGroup, 500), std::string("record"));
        int steps = 0;
        while (harness->runDeferred(10))
            ++steps;
        QVERIFY(steps >= 150);
        QVERIFY(!harness->runDeferred(10));
        harness.syncAll();
        for (const VolumeId volume : {kA, kB, kC})
            QCOMPARE(harness.record(volume, kGroup, 500), std::string(kGone));
        QCOMPARE(harness.get(kC, "key"), std::string("image"));
    }

    // Whoever owns the store frees what a flush has written, a few entries at a time: after another
    // thread freed it, the allocator would keep the owner busy for milliseconds.
    void freesAFlushedMemtableInSteps_data() { test::addStoreRows(); }
    void freesAFlushedMemtableInSteps() {
        QFETCH(QString, kind);
        StoreHarness::Options options;
        options.stepsAtOnce = 0;
        StoreHarness harness(kind, options);
        const SharedBytes image = share("image");
        for (int key = 0; key < 500; ++key)
            harness->apply(kA, kGroup, {{{std::to_string(key), image}}}, {});
        harness.flushAll();
        const bool isKept = kind == "memory";  // The tree of a store in memory holds the images.
        long uses = image.use_count();
        QVERIFY(uses > 500);
        while (harness->runDeferred(10)) {
            QVERIFY(uses - image.use_count() <= 10);
            uses = image.use_count();
        }
        QCOMPARE(image.use_count(), isKept ? 501L : 1L);
    }

    // The mark may move when all has long been flushed: at rest nothing else comes.
    void erasesWhenTheMarkComesLast_data() { test::addStoreRows(); }
    void erasesWhenTheMarkComesLast() {
        QFETCH(QString, kind);
        for (const bool reopens : {false, true}) {
            StoreHarness harness(kind);
            harness.appendEverywhere(kGroup, 1, {"1", "2", "3"});
            harness.apply({kA, kB, kC}, "key", "image", 3);
            harness.flushAll();
            if (reopens) harness.reopen();
            trim(harness, {kA, kB, kC}, 4);
            QCOMPARE(harness.record(kA, kGroup, 3), std::string("3"));
            harness.syncAll();
            for (const VolumeId volume : {kA, kB, kC})
                QCOMPARE(harness.record(volume, kGroup, 3), std::string(kGone));
        }
    }

    // Nothing has to be written for it: a folder that is opened and left alone gets smaller too.
    void goesOnAtRestWithWhatAKillInterrupted_data() { test::addStoreRows(); }
    void goesOnAtRestWithWhatAKillInterrupted() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        appendMany(harness, 1, 3000, "body");
        harness.apply({kA, kB, kC}, "key", "image", 3000);
        harness.flushAll();
        trim(harness, {kA, kB, kC}, 3001);
        QVERIFY(harness.runLogWork());  // The mark, and some of the records.
        harness.reopen();
        harness.syncAll();
        for (const VolumeId volume : {kA, kB, kC}) {
            for (const std::uint64_t lsn : {1, 1500, 3000})
                QCOMPARE(harness.record(volume, kGroup, lsn), std::string(kGone));
        }
    }

    // A log with no record left goes on where it ended.
    void saysWhereATrimmedLogEnds_data() { test::addStoreRows(); }
    void saysWhereATrimmedLogEnds() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        harness.appendEverywhere(kGroup, 1, {"1", "2", "3"});
        harness.apply({kA, kB, kC}, "key", "image", 3);
        trim(harness, {kA, kB, kC}, 4);
        QCOMPARE(*harness->lastLsn(kB, kGroup), Lsn(3));
        harness.flushAll();
        QCOMPARE(harness.record(kB, kGroup, 3), std::string(kGone));
        for (int round = 0; round < 2; ++round) {
            QCOMPARE(*harness->lastLsn(kB, kGroup), Lsn(3));
            QCOMPARE(*harness->trimMark(kB, kGroup), Lsn(4));
            harness.reopen();
        }
        harness.appendEverywhere(kGroup, 4, {"4"});
        QCOMPARE(*harness->lastLsn(kB, kGroup), Lsn(4));
        harness.syncAll();
        harness.reopen();
        QCOMPARE(harness.record(kB, kGroup, 4), std::string("4"));
        Turn cut;
        cut.truncate(kB, kGroup, Lsn(4));
        harness->commit(std::move(cut));
        QCOMPARE(*harness->lastLsn(kB, kGroup), Lsn(3));
    }

    // What a copy has brought stands for all that was there, whatever of it is on disk.
    void goesOnBeyondItsEndAfterACopy_data() { test::addStoreRows(); }
    void goesOnBeyondItsEndAfterACopy() {
        QFETCH(QString, kind);
        for (int syncs = 0; syncs < 8; ++syncs) {
            StoreHarness harness(kind);
            const auto maybeSync = [&](int bit) {
                if ((syncs & bit) != 0) harness.syncAll();
            };
            harness.appendEverywhere(kGroup, 1, {"1", "2", "3"});
            maybeSync(1);
            Turn copied;
            copied.truncate(kC, kGroup, Lsn(100));
            copied.setTrimMark(kC, kGroup, Lsn(100));
            harness->commit(std::move(copied));
            harness.apply({kC}, "key", "copied", 99);
            QCOMPARE(*harness->lastLsn(kC, kGroup), Lsn(99));
            maybeSync(2);
            Turn next;
            next.append(kC, kGroup, Lsn(100), share("100"));
            next.append(kC, kGroup, Lsn(101), share("101"));
            harness->commit(std::move(next));
            maybeSync(4);
            for (int round = 0; round < 3; ++round) {
                QCOMPARE(*harness->lastLsn(kC, kGroup), Lsn(101));
                QCOMPARE(harness.record(kC, kGroup, 100), std::string("100"));
                QCOMPARE(harness.record(kC, kGroup, 99), std::string(kGone));
                QCOMPARE(*harness->lastLsn(kA, kGroup), Lsn(3));
                if (round == 0) harness.syncAll();
                if (round == 1) harness.flushAll();
                if (round == 1) harness.reopen();
            }
            QCOMPARE(harness.record(kC, kGroup, 3), std::string(kGone));
            QCOMPARE(harness.record(kA, kGroup, 3), std::string("3"));
        }
    }

    void erasesInSteps_data() { test::addStoreRows(); }
    void erasesInSteps() {
        QFETCH(QString, kind);
        if (kind == "memory") QSKIP("A store in memory forgets records at once.");
        StoreHarness harness(kind);
        appendMany(harness, 1, 5000, "record");
        harness.apply({kA, kB, kC}, "key", "image", 5000);
        harness.flushAll();
        trim(harness, {kA, kB, kC}, 5001);
        int steps = 0;
        while (harness.runLogWork())
            ++steps;
        QVERIFY2(steps > 5 && steps < 100, qPrintable(QString::number(steps)));
        for (const VolumeId volume : {kA, kB, kC})
            QCOMPARE(harness.record(volume, kGroup, 5000), std::string(kGone));
        QVERIFY(harness->takeLogWork() == nullptr);
    }

    // Under load, with a mark that follows: the file does not grow with what is written.
    void usesTheBytesAgain_data() { test::addStoreRows(); }
    void usesTheBytesAgain() {
        QFETCH(QString, kind);
        if (kind == "memory") QSKIP("A store in memory has no file.");
        StoreHarness harness(kind);
        std::uint64_t afterOne = 0;
        for (std::uint64_t round = 0; round < 12; ++round) {
            const std::uint64_t first = round * 2000 + 1;
            appendMany(harness, first, first + 1999, std::string(1000, 'x'));
            harness.apply({kA, kB, kC}, "key", "image", first + 1999);
            trim(harness, {kA, kB, kC}, first + 2000);
            harness.flushAll();
            if (round == 2) afterOne = harness->figures().logFileBytes;
        }
        const std::uint64_t after = harness->figures().logFileBytes;
        QVERIFY2(after <= afterOne + (1u << 20),
                 qPrintable(QString("%1 then %2").arg(afterOne).arg(after)));
    }

    // A mark beyond the ordered records comes with their order. The store notes marks when it has
    // time, so the log may still be erasing what an earlier mark and the tree on disk allowed.
    void keepsWhatIsOrderedWhileEarlierRecordsAreErased_data() { test::addStoreRows(); }
    void keepsWhatIsOrderedWhileEarlierRecordsAreErased() {
        QFETCH(QString, kind);
        StoreHarness::Options options;
        options.stepsAtOnce = 0;
        StoreHarness harness(kind, options);
        test::appendTexts(harness.store(), 1, 300);
        harness.apply({kA, kB, kC}, "key", "image", 300);
        harness.flushAll();
        trim(harness, {kA, kB, kC}, 101);
        while (harness->runDeferred(10)) {
        }
        trim(harness, {kA, kB, kC}, 301, test::orderOf(101, 300));
        harness.syncAll();
        QVERIFY(harness.runFlushWork(false));
        QCOMPARE(harness->health(), Health::Ok);
        QCOMPARE(test::readArchive(harness.store(), 101), std::string("200"));
        // Afterwards they are erased as well.
        while (harness->runDeferred(10)) {
        }
        harness.flushAll();
        while (harness->runDeferred(10)) {
        }
        harness.syncAll();
        QCOMPARE(harness.record(kC, kGroup, 300), std::string(kGone));
    }

    // Keys that are written again and again fill the log, not the memtable: the flush that lets the
    // log go must not wait for a memtable that never fills.
    void flushesWhenTheLogIsLong_data() { test::addStoreRows(); }
    void flushesWhenTheLogIsLong() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        const std::string record(1'000'000, 'x');
        std::uint64_t lsn = 0;
        for (; lsn < 40 && !harness.runFlushWork(false); ++lsn) {
            harness.apply({kA, kB, kC}, "key", "image", lsn + 1);
            harness.appendEverywhere(kGroup, lsn + 1, {record});
            harness.runLogWork();
        }
        QVERIFY2(lsn >= 2 && lsn < 40, qPrintable(QString::number(lsn)));
    }
};

ORRERY_TEST_CLASS(TrimConformanceTest)
#include "trim_conformance_test.moc"
