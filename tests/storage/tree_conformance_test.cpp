#include <QTest>

#include "tests/storage/store_harness.h"
#include "tests/support/test_main.h"

// Goal: both stores show of a tree what was applied for each volume, merged from memtables and
// tree, and find after a kill a tree that holds synced records only, with a mark that says from
// where to apply again.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::kA;
using orrery::test::kB;
using orrery::test::kC;
using orrery::test::kGroup;
using orrery::test::StoreHarness;

using Keys = std::vector<std::string>;

class TreeConformanceTest : public QObject {
    Q_OBJECT
private slots:
    void showsToEachVolumeWhatWasAppliedThere_data() { test::addStoreRows(); }
    void showsToEachVolumeWhatWasAppliedThere() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        harness.apply({kA, kB, kC}, "k", "old", 1);
        for (int round = 0; round < 4; ++round) {
            QCOMPARE(harness.get(kC, "k"), std::string("old"));
            if (round == 1) harness.apply({kA, kB}, "k", "new", 2);
            if (round == 1) QCOMPARE(harness.get(kA, "k"), std::string("new"));
            if (round == 2) harness.apply({kA}, "k", std::nullopt, 3);
            if (round >= 2) {
                QCOMPARE(harness.get(kA, "k"), std::string("(none)"));
                QCOMPARE(harness.get(kB, "k"), std::string("new"));
                QCOMPARE(harness.scan(kA, "", ""), Keys());
                QCOMPARE(harness.scan(kB, "", ""), Keys{"k=new"});
            }
            harness.flushAll();
        }
        QCOMPARE(harness->figures().memtableBytes, std::uint64_t{0});
        QCOMPARE(harness->mark(kA, kGroup)->applied, Lsn(3));
        QCOMPARE(harness->mark(kB, kGroup)->applied, Lsn(2));
        QCOMPARE(harness->mark(kC, kGroup)->applied, Lsn(1));
        harness.reopen();
        QCOMPARE(harness.get(kA, "k"), std::string("(none)"));
        QCOMPARE(harness.get(kB, "k"), std::string("new"));
        QCOMPARE(harness.get(kC, "k"), std::string("old"));
        QCOMPARE(*harness->mark(kB, kGroup), (TreeMark{Lsn(2), 2, 10, 20, 30}));
        QCOMPARE(harness.get(VolumeId(5), "k"), std::string("(none)"));
    }

    // A mark keeps whatever it has, in the memtable and on disk.
    void keepsEveryFieldOfAMark_data() { test::addStoreRows(); }
    void keepsEveryFieldOfAMark() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        TreeMark mark{Lsn(7), 2, 10, 20, 30};
        mark.localIndexes = {{1, 6}, {-1, 1LL << 40}};
        harness->apply(kA, kGroup, {}, mark);
        mark.copiedTo = "k";
        harness->apply(kB, kGroup, {}, mark);
        mark.localIndexes.clear();
        harness->apply(kC, kGroup, {}, mark);
        harness->commit({});
        harness.flushAll();
        harness.reopen();
        QCOMPARE(*harness->mark(kC, kGroup), mark);
        mark.localIndexes = {{1, 6}, {-1, 1LL << 40}};
        QCOMPARE(*harness->mark(kB, kGroup), mark);
        mark.copiedTo.reset();
        QCOMPARE(*harness->mark(kA, kGroup), mark);
        const std::string bytes = mark.encode();
        for (std::size_t size = 0; size < bytes.size(); ++size)
            if (size != 40) QVERIFY(!TreeMark::decode(bytes.substr(0, size)));
        QVERIFY(!TreeMark::decode(bytes + '\0'));
    }

    // Keys that are only in the tree, only frozen, only active, and in each two of them, some
    // deleted, seen by every range in both directions.
    void mergesScansOfTreeFrozenAndActive_data() { test::addStoreRows(); }
    void mergesScansOfTreeFrozenAndActive() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        std::map<std::string, std::string> expected;
        const auto layer = [&](int number) {
            for (int i = 0; i < 27; ++i) {
                const int digit = number == 0 ? i % 3 : number == 1 ? i / 3 % 3 : i / 9;
                const std::string key = {'k', static_cast<char>('a' + i)};
                if (digit == 1) {
                    expected[key] = key + "=" + std::to_string(number);
                    harness.apply({kB}, key, std::to_string(number), 1);
                }
                if (digit == 2) {
                    expected.erase(key);
                    harness.apply({kB}, key, std::nullopt, 1);
                }
                harness.apply({kA}, key, "other volume", 1);
            }
            harness->commit({});
        };
        layer(0);
        harness.flushAll();
        layer(1);
        auto work = harness->takeFlushWork(true);
        QVERIFY(work != nullptr);
        layer(2);
        const auto verify = [&] {
            for (char from = 'a'; from <= 'z' + 2; ++from) {
                for (char to = from; to <= 'z' + 2; ++to) {
                    const std::string begin = {'k', from};
                    const std::string end = to > 'z' + 1 ? "" : std::string{'k', to};
                    Keys keys;
                    for (auto at = expected.lower_bound(begin); at != expected.end(); ++at) {
                        if (end.empty() || at->first < end) keys.push_back(at->second);
                    }
                    QCOMPARE(harness.scan(kB, begin, end), keys);
                    std::ranges::reverse(keys);
                    QCOMPARE(harness.scan(kB, begin, end, ScanDirection::Backward), keys);
                }
            }
        };
        verify();
        work->run();
        verify();
        harness->finishFlushWork(std::move(work));
        verify();
        harness.flushAll();
        verify();
        harness.reopen();
        verify();
    }

    void stopsAScanWhereTheVisitorSays_data() { test::addStoreRows(); }
    void stopsAScanWhereTheVisitorSays() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        for (const char* key : {"a", "b", "c"})
            harness.apply({kA}, key, key, 1);
        int visited = 0;
        const auto stop = [&](std::string_view, std::string_view) {
            return ++visited == 2 ? ScanStep::Stop : ScanStep::Continue;
        };
        QVERIFY(harness->scan(kA, "", "", ScanDirection::Forward, stop).has_value());
        QCOMPARE(visited, 2);
    }

    // The tree must never be ahead of the log: a flush waits for the last turn that filled it.
    void flushesOnlyWhatASyncedTurnRestsOn_data() { test::addStoreRows(); }
    void flushesOnlyWhatASyncedTurnRestsOn() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        harness.apply({kA}, "k", "image", 1);
        QVERIFY(harness->takeFlushWork(true) == nullptr);  // The turn is open.
        harness.appendEverywhere(kGroup, 1, {"one"});
        QVERIFY(harness->takeFlushWork(true) == nullptr);  // Not synced.
        harness.syncAll();
        // Turns after the freeze do not hold it back.
        harness.apply({kA}, "k2", "image", 2);
        harness.appendEverywhere(kGroup, 2, {"two"});
        QVERIFY(harness.runFlushWork(true));
        harness.reopen();
        QCOMPARE(harness.scan(kA, "", ""), Keys{"k=image"});
    }

    void isSaturatedWhileBothMemtablesAreFull_data() { test::addStoreRows(); }
    void isSaturatedWhileBothMemtablesAreFull() {
        QFETCH(QString, kind);
        StoreHarness::Options options;
        options.memtableBytesMax = 256u << 10;
        StoreHarness harness(kind, options);
        const std::string image(10'000, 'x');
        const auto fill = [&](char name) {
            for (int i = 0; i < 30; ++i)
                harness.apply({kA, kB, kC}, name + std::to_string(i), image, 1);
            harness->commit({});
        };
        QVERIFY(harness->takeFlushWork(false) == nullptr);
        fill('a');
        QVERIFY(!harness->saturated());
        auto work = harness->takeFlushWork(false);
        QVERIFY(work != nullptr);
        QVERIFY(!harness->saturated());
        fill('b');
        QVERIFY(harness->saturated());
        QVERIFY(harness->takeFlushWork(false) == nullptr);
        work->run();
        harness->finishFlushWork(std::move(work));
        QVERIFY(!harness->saturated());
        QVERIFY(harness.runFlushWork(false));
        QVERIFY(!harness.runFlushWork(false));
        QCOMPARE(harness.scan(kC, "", "").size(), std::size_t{60});
    }

    // A restart applies again what the trees lack before it answers. Few bytes in many records take
    // long too.
    void limitsTheRecordsThatTheTreesLack_data() { test::addStoreRows(); }
    void limitsTheRecordsThatTheTreesLack() {
        QFETCH(QString, kind);
        constexpr std::uint64_t kRecordsMax = 40'000;
        constexpr std::uint64_t kRecordsPerTurn = 500;
        StoreHarness harness(kind);
        std::unique_ptr<Work> flush;
        std::uint64_t lsn = 0;
        while (!harness->saturated() && lsn <= kRecordsMax) {
            std::vector<std::string> records;
            for (std::uint64_t i = 0; i < kRecordsPerTurn; ++i, ++lsn) {
                harness.apply({kA, kB, kC}, "k" + std::to_string(lsn % 100), "image", lsn + 1);
                records.emplace_back("record");
            }
            harness.appendEverywhere(kGroup, lsn + 1 - kRecordsPerTurn, records);
            harness.syncAll();
            if (flush == nullptr) flush = harness->takeFlushWork(false);
        }
        QVERIFY(harness->saturated());
        QVERIFY2(lsn <= kRecordsMax, QByteArray::number(static_cast<qulonglong>(lsn)));
    }

    // Otherwise each kill before a flush would add to what the next restart applies.
    void countsTheRecordsThatARestartAppliedAgain_data() { test::addStoreRows(); }
    void countsTheRecordsThatARestartAppliedAgain() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        for (std::uint64_t lsn = 1; lsn <= 20'000; ++lsn)
            harness.apply({kA, kB, kC}, "k" + std::to_string(lsn % 100), "image", lsn);
        harness->commit({});
        harness.syncAll();
        QVERIFY(harness.runFlushWork(false));
    }

    void takesTheSameChangeTwice_data() { test::addStoreRows(); }
    void takesTheSameChangeTwice() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        for (int round = 0; round < 3; ++round) {
            for (std::uint64_t lsn = 1; lsn <= 5; ++lsn)
                harness.apply({kA, kB, kC}, "k" + std::to_string(lsn % 3),
                              "image " + std::to_string(lsn), lsn);
            harness.apply({kA, kB, kC}, "gone", std::nullopt, 6);
            if (round == 1) harness.flushAll();
            QCOMPARE(harness.scan(kB, "", ""), (Keys{"k0=image 3", "k1=image 4", "k2=image 5"}));
            QCOMPARE(harness->mark(kB, kGroup)->applied, Lsn(6));
        }
    }

    // Sort keys of 1,024 bytes of 0x00 become twice as long, and an index entry carries two.
    void ordersAndFindsKeysOfAnyLength_data() { test::addStoreRows(); }
    void ordersAndFindsKeysOfAnyLength() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        std::vector<std::string> keys;
        for (const std::size_t size :
             {1,   100,  495,  496,  497,  498,  499,  500,  501,  502,  503, 509,
              510, 511,  512,  513,  991,  992,  993,  994,  995,  996,  997, 998,
              999, 1000, 1001, 1002, 1003, 1011, 1500, 4164, 8000, 16384}) {
            keys.push_back(std::string(size, '\0'));
            keys.push_back(std::string(size, 'p') + '\xff');
            keys.push_back(std::string(size, '\xff'));
        }
        std::ranges::sort(keys);
        for (std::size_t i = 0; i < keys.size(); ++i)
            harness.apply({kB}, keys[i * 37 % keys.size()], "v", 1);
        Keys expected;
        for (const std::string& key : keys)
            expected.push_back(key + "=v");
        harness.flushAll();
        QVERIFY(harness.scan(kB, "", "") == expected);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            QCOMPARE(harness.get(kB, keys[i]), std::string("v"));
            QCOMPARE(harness.get(kB, keys[i] + '\1'), std::string("(none)"));
            const Keys from(expected.begin() + static_cast<std::ptrdiff_t>(i), expected.end());
            QVERIFY(harness.scan(kB, keys[i], "") == from);
            Keys before(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(i));
            std::ranges::reverse(before);
            QVERIFY(harness.scan(kB, "", keys[i], ScanDirection::Backward) == before);
        }
        QCOMPARE(harness.scan(kA, "", ""), Keys());
        QCOMPARE(harness.scan(kC, "", "", ScanDirection::Backward), Keys());
    }

    void keepsThousandsThatShareAThousandBytes_data() { test::addStoreRows(); }
    void keepsThousandsThatShareAThousandBytes() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        const std::string prefix(1000, 's');
        std::map<std::string, std::string> expected;
        for (int i = 0; i < 3000; ++i) {
            const std::string key = prefix + std::to_string(i * 7919 % 3000);
            expected[key] = key + "=" + std::to_string(i);
            harness.apply({kA}, key, std::to_string(i), 1);
        }
        harness.flushAll();
        Keys keys;
        for (const auto& [key, line] : expected)
            keys.push_back(line);
        QVERIFY(harness.scan(kA, prefix, "") == keys);
        std::ranges::reverse(keys);
        QVERIFY(harness.scan(kA, prefix, "", ScanDirection::Backward) == keys);
        for (const auto& [key, line] : expected)
            harness.apply({kA}, key, std::nullopt, 2);
        harness.flushAll();
        QCOMPARE(harness.scan(kA, "", ""), Keys());
    }

    void givesARangeBackInStepsAlsoAfterAKill_data() { test::addStoreRows(); }
    void givesARangeBackInStepsAlsoAfterAKill() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        for (int i = 0; i < 9000; ++i)
            harness.apply({kA, kB, kC}, "t1" + std::to_string(i), "image", 1);
        harness.apply({kA, kB, kC}, "t0", "before", 1);
        harness.apply({kA, kB, kC}, "t2", "after", 1);
        harness.apply({kB}, "t1" + std::string(3000, 'x'), "long", 1);
        harness.flushAll();
        harness.apply({kA, kB, kC}, "t1 in the memtable", "image", 1);
        harness->commit({});
        const auto kept = [&](VolumeId volume) {
            return harness.get(volume, "t0") == "before" && harness.get(volume, "t2") == "after";
        };

        harness->dropRange("t1", "t2");
        QVERIFY(harness->droppedKeysLeft() > 0);
        QCOMPARE(harness->commit({}), Ticket(harness->synced().value() + 1));
        QVERIFY(!harness.runFlushWork(false));  // Its turn is not synced.
        harness.syncAll();
        QVERIFY(harness.runFlushWork(false));
        QVERIFY(harness->droppedKeysLeft() > 0);
        harness.reopen();
        QVERIFY(harness->droppedKeysLeft() > 0);
        int steps = 0;
        while (harness.runFlushWork(false))
            ++steps;
        QVERIFY(steps > 2);
        QCOMPARE(harness->droppedKeysLeft(), std::uint64_t{0});
        for (const VolumeId volume : {kA, kB, kC}) {
            QVERIFY(kept(volume));
            QCOMPARE(harness.scan(volume, "", ""), (Keys{"t0=before", "t2=after"}));
        }
        // The next turn that is written says that it is done.
        harness.appendEverywhere(kGroup, 1, {"one"});
        harness.flushAll();
        harness.reopen();
        QCOMPARE(harness->droppedKeysLeft(), std::uint64_t{0});
        QVERIFY(harness->takeFlushWork(true) == nullptr);
    }

    void forgetsADropThatWasNeverSynced_data() { test::addStoreRows(); }
    void forgetsADropThatWasNeverSynced() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        harness.apply({kA}, "t1", "image", 1);
        harness.flushAll();
        harness->dropRange("t1", "t2");
        harness->commit({});
        harness.reopen();
        QCOMPARE(harness->droppedKeysLeft(), std::uint64_t{0});
        QCOMPARE(harness.get(kA, "t1"), std::string("image"));
    }
};

ORRERY_TEST_CLASS(TreeConformanceTest)
#include "tree_conformance_test.moc"
