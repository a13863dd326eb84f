#include <future>
#include <string>
#include <vector>

#include <QTest>

#include "tests/storage/store_harness.h"
#include "tests/support/test_main.h"

// Goal: both stores keep turns whole and in order, show them at once, and find after a kill what
// was synced and nothing else. Method: each test runs over both, at every point where a turn can
// stand: given, out with the worker, written, reopened.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::kA;
using orrery::test::kB;
using orrery::test::kC;
using orrery::test::kGroup;
using orrery::test::StoreHarness;

namespace {

/// The records that a visit shows, up to the first that begins with "stop".
std::vector<std::string> visited(StoreHarness& harness, Reader reader, std::uint64_t first,
                                 std::uint64_t last) {
    std::vector<std::string> seen;
    const auto result = harness->visitRecords(
        reader, kB, kGroup, Lsn(first), Lsn(last), [&](Lsn lsn, std::string_view record) {
            seen.push_back(std::to_string(lsn.value()) + ":" + std::string(record));
            return record.starts_with("stop") ? ScanStep::Stop : ScanStep::Continue;
        });
    if (!result) seen.push_back(result.error().message());
    return seen;
}

}  // namespace

class LogConformanceTest : public QObject {
    Q_OBJECT
private slots:
    void showsATurnAtOnceAndKeepsItOnceSynced_data() { test::addStoreRows(); }
    void showsATurnAtOnceAndKeepsItOnceSynced() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        QCOMPARE(harness->synced(), Ticket(0));
        const Ticket first = harness.appendEverywhere(kGroup, 1, {"one", "two"});
        QCOMPARE(first, Ticket(1));
        QCOMPARE(harness->synced(), Ticket(0));
        QCOMPARE(harness.record(kB, kGroup, 2), std::string("two"));
        QCOMPARE(harness.record(kB, kGroup, 3), std::string("(none)"));
        QCOMPARE(harness.record(kB, GroupId(8), 1), std::string("(none)"));
        QCOMPARE(*harness->lastLsn(kC, kGroup), Lsn(2));
        QCOMPARE(*harness->lastLsn(kC, GroupId(8)), Lsn(0));

        harness.syncAll();
        QCOMPARE(harness->synced(), first);
        QCOMPARE(harness.record(kA, kGroup, 1), std::string("one"));
        harness.appendEverywhere(kGroup, 3, {"three"});
        QCOMPARE(*harness->lastLsn(kA, kGroup), Lsn(3));

        harness.reopen();
        QCOMPARE(harness.record(kA, kGroup, 1), std::string("one"));
        QCOMPARE(harness.record(kC, kGroup, 2), std::string("two"));
        QCOMPARE(harness.record(kC, kGroup, 3), std::string("(none)"));
        QCOMPARE(*harness->lastLsn(kA, kGroup), Lsn(2));
    }

    void givesAnEmptyTurnTheLastTicketAgain_data() { test::addStoreRows(); }
    void givesAnEmptyTurnTheLastTicketAgain() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        QCOMPARE(harness->commit({}), Ticket(0));
        QCOMPARE(harness->takeLogWork().get(), static_cast<Work*>(nullptr));
        Turn turn;
        turn.putValue("a", "1");
        QCOMPARE(harness->commit(std::move(turn)), Ticket(1));
        QCOMPARE(harness->commit({}), Ticket(1));
    }

    // What waits for the disk is in memory: a replica that catches up must not run far ahead of it.
    void isSaturatedWhileMuchOfTheLogWaits_data() { test::addStoreRows(); }
    void isSaturatedWhileMuchOfTheLogWaits() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        const std::string record(1'000'000, 'x');
        std::uint64_t lsn = 0;
        while (!harness->saturated() && lsn < 30)
            harness.appendEverywhere(kGroup, ++lsn, {record});
        QVERIFY2(lsn >= 2 && lsn <= 6, qPrintable(QString::number(lsn)));
        QVERIFY(harness.runLogWork());
        QVERIFY(!harness->saturated());
        QCOMPARE(harness.record(kB, kGroup, lsn), record);
    }

    void takesAllWaitingTurnsAtOnceAndOneWorkAtATime_data() { test::addStoreRows(); }
    void takesAllWaitingTurnsAtOnceAndOneWorkAtATime() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        harness.appendEverywhere(kGroup, 1, {"one"});
        harness.appendEverywhere(kGroup, 2, {"two"});
        auto work = harness->takeLogWork();
        QVERIFY(work != nullptr);
        QVERIFY(harness->takeLogWork() == nullptr);
        const Ticket third = harness.appendEverywhere(kGroup, 3, {"three"});
        work->run();
        QCOMPARE(harness->synced(), Ticket(0));
        QCOMPARE(harness.record(kA, kGroup, 1), std::string("one"));
        harness->finishLogWork(std::move(work));
        QCOMPARE(harness->synced(), Ticket(2));
        QCOMPARE(harness.record(kA, kGroup, 3), std::string("three"));
        QVERIFY(harness.runLogWork());
        QCOMPARE(harness->synced(), third);
        QVERIFY(!harness.runLogWork());
    }

    void givesTurnsOutAgainThatCameBackUnwritten_data() { test::addStoreRows(); }
    void givesTurnsOutAgainThatCameBackUnwritten() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        harness.appendEverywhere(kGroup, 1, {"one"});
        harness->finishLogWork(harness->takeLogWork());
        QCOMPARE(harness->synced(), Ticket(0));
        QCOMPARE(harness->health(), Health::Ok);
        harness.syncAll();
        QCOMPARE(harness->synced(), Ticket(1));
        QCOMPARE(harness.record(kA, kGroup, 1), std::string("one"));
    }

    void visitsAPartOfALogOnTwoThreadsAfterAnOpening_data() { test::addStoreRows(); }
    void visitsAPartOfALogOnTwoThreadsAfterAnOpening() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        harness.appendEverywhere(GroupId(6), 1, {"before"});
        harness.appendEverywhere(kGroup, 1, {"one", "two", "three", "stop", "five"});
        harness.appendEverywhere(GroupId(8), 1, {"after"});
        harness.syncAll();
        harness.reopen();
        using Seen = std::vector<std::string>;
        const auto both = [&](std::uint64_t first, std::uint64_t last) {
            auto aside = std::async(std::launch::async,
                                    [&] { return visited(harness, Reader::Worker, first, last); });
            const Seen here = visited(harness, Reader::Owner, first, last);
            return aside.get() == here ? here : Seen{"The threads differ."};
        };
        QCOMPARE(both(2, 3), (Seen{"2:two", "3:three"}));
        QCOMPARE(both(3, 5), (Seen{"3:three", "4:stop"}));
        QCOMPARE(both(5, 9), (Seen{"5:five"}));
        QCOMPARE(both(0, 2), Seen());
        QCOMPARE(both(6, 9), Seen());
    }

    // The tail of one leader is replaced by another's, with the cut and the new records before,
    // between and after what the disk has.
    void replacesATailAtEveryPointOfWriting_data() { test::addStoreRows(); }
    void replacesATailAtEveryPointOfWriting() {
        QFETCH(QString, kind);
        for (int syncs = 0; syncs < 8; ++syncs) {
            StoreHarness harness(kind);
            const auto maybeSync = [&](int bit) {
                if ((syncs & bit) != 0) harness.syncAll();
            };
            harness.appendEverywhere(kGroup, 1, {"1", "2", "3", "4"});
            maybeSync(1);
            Turn cut;
            cut.truncate(kA, kGroup, Lsn(3));
            harness->commit(std::move(cut));
            QCOMPARE(*harness->lastLsn(kA, kGroup), Lsn(2));
            QCOMPARE(*harness->lastLsn(kB, kGroup), Lsn(4));
            QCOMPARE(harness.record(kA, kGroup, 3), std::string("(none)"));
            QCOMPARE(harness.record(kA, kGroup, 2), std::string("2"));
            maybeSync(2);
            Turn again;
            again.append(kA, kGroup, Lsn(3), share("3b"));
            again.append(kA, kGroup, Lsn(4), share("4b"));
            again.truncate(kA, kGroup, Lsn(4));
            again.append(kA, kGroup, Lsn(4), share("4c"));
            harness->commit(std::move(again));
            maybeSync(4);
            for (int round = 0; round < 3; ++round) {
                QCOMPARE(harness.record(kA, kGroup, 2), std::string("2"));
                QCOMPARE(harness.record(kA, kGroup, 3), std::string("3b"));
                QCOMPARE(harness.record(kA, kGroup, 4), std::string("4c"));
                QCOMPARE(harness.record(kA, kGroup, 5), std::string("(none)"));
                QCOMPARE(harness.record(kB, kGroup, 4), std::string("4"));
                QCOMPARE(*harness->lastLsn(kA, kGroup), Lsn(4));
                harness.syncAll();
                if (round == 1) harness.reopen();
            }
        }
    }

    void keepsStatesValuesAndTrimMarks_data() { test::addStoreRows(); }
    void keepsStatesValuesAndTrimMarks() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        QVERIFY(!harness->groupState(kA, kGroup)->has_value());
        Turn turn;
        turn.putGroupState(kA, kGroup, "term 1");
        turn.putGroupState(kB, kGroup, "");
        turn.putGroupState(kA, kGroup, "term 2");
        turn.putValue("table/b", "B");
        turn.putValue("table/a", "A");
        turn.putValue("tab", "no");
        turn.putValue("table/c", "C");
        turn.setTrimMark(kA, kGroup, Lsn(5));
        harness->commit(std::move(turn));
        for (int round = 0; round < 3; ++round) {
            QCOMPARE(**harness->groupState(kA, kGroup), std::string("term 2"));
            QCOMPARE(**harness->groupState(kB, kGroup), std::string());
            QVERIFY(!harness->groupState(kC, kGroup)->has_value());
            QCOMPARE(*harness->trimMark(kA, kGroup), Lsn(5));
            QCOMPARE(*harness->trimMark(kB, kGroup), Lsn(0));
            QCOMPARE(*harness->trimMark(kA, GroupId(8)), Lsn(0));
            const std::vector<std::pair<std::string, std::string>> tables = {
                {"table/a", "A"}, {"table/b", "B"}, {"table/c", "C"}};
            QVERIFY(*harness->values("table/") == tables);
            QCOMPARE(harness->values("")->size(), std::size_t{4});
            harness.syncAll();
            if (round == 1) harness.reopen();
        }
        // Over what the disk has by now.
        Turn later;
        later.eraseValue("table/b");
        later.putValue("table/c", "C2");
        later.putValue("table/bb", "BB");
        later.eraseValue("table/zz");
        harness->commit(std::move(later));
        for (int round = 0; round < 3; ++round) {
            const std::vector<std::pair<std::string, std::string>> tables = {
                {"table/a", "A"}, {"table/bb", "BB"}, {"table/c", "C2"}};
            QVERIFY(*harness->values("table/") == tables);
            QCOMPARE(harness.value("table/b"), std::string("(none)"));
            QCOMPARE(harness.value("table/c"), std::string("C2"));
            harness.syncAll();
            if (round == 1) harness.reopen();
        }
    }

    void takesNamesAndValuesOfAnyLength_data() { test::addStoreRows(); }
    void takesNamesAndValuesOfAnyLength() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        const std::string prefix(700, 'n');
        const std::string large(300'000, 'v');
        Turn turn;
        for (const int size : {0, 1, 400, 2000})
            turn.putValue(prefix + std::string(static_cast<std::size_t>(size), 'x'), large);
        turn.putValue("n", "short");
        harness->commit(std::move(turn));
        harness.syncAll();
        harness.reopen();
        QCOMPARE(harness.value(prefix + std::string(400, 'x')), large);
        QCOMPARE(harness->values(prefix)->size(), std::size_t{4});
        QCOMPARE(harness->values("n")->size(), std::size_t{5});
        Turn erase;
        erase.eraseValue(prefix + "x");
        harness->commit(std::move(erase));
        harness.syncAll();
        QCOMPARE(harness->values(prefix)->size(), std::size_t{3});
    }

    void forgetsADroppedGroupAtOnceAndGivesItBackInSteps_data() { test::addStoreRows(); }
    void forgetsADroppedGroupAtOnceAndGivesItBackInSteps() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        for (std::uint64_t lsn = 1; lsn <= 5000; lsn += 100)
            harness.appendEverywhere(kGroup, lsn, std::vector<std::string>(100, "record"));
        harness.appendEverywhere(GroupId(8), 1, {"other"});
        Turn state;
        state.putGroupState(kB, kGroup, "state");
        state.setTrimMark(kA, kGroup, Lsn(9));
        harness->commit(std::move(state));
        harness.apply({kA, kB, kC}, "key", "image", 5000);
        harness.flushAll();

        Turn drop;
        drop.append(kA, kGroup, Lsn(5001), share("late"));
        drop.dropGroup(kGroup);
        harness->commit(std::move(drop));
        QVERIFY(harness->droppedKeysLeft() > 0);
        const auto isGone = [&] {
            return harness.record(kA, kGroup, 1) == "(none)" &&
                   harness.record(kA, kGroup, 5001) == "(none)" &&
                   *harness->lastLsn(kC, kGroup) == Lsn(0) &&
                   !harness->groupState(kB, kGroup)->has_value() &&
                   *harness->trimMark(kA, kGroup) == Lsn(0);
        };
        QVERIFY(isGone());
        harness.runLogWork();
        QVERIFY(isGone());
        harness.reopen();
        QVERIFY(isGone());
        QVERIFY(harness->droppedKeysLeft() > 0);
        harness.runFlushWork(false);
        harness.runLogWork();
        QVERIFY(isGone());
        harness.reopen();
        QVERIFY(isGone());
        harness.flushAll();
        QCOMPARE(harness->droppedKeysLeft(), std::uint64_t{0});
        QVERIFY(isGone());
        QCOMPARE(harness->mark(kB, kGroup)->applied, Lsn(0));
        QCOMPARE(harness.record(kA, GroupId(8), 1), std::string("other"));
        harness.reopen();
        QVERIFY(isGone());
        QCOMPARE(harness->droppedKeysLeft(), std::uint64_t{0});
        QVERIFY(harness->takeLogWork() == nullptr);
        QVERIFY(harness->takeFlushWork(true) == nullptr);
    }

    void tellsTheLastGroupThatIsThereOrStillToBeGivenBack_data() { test::addStoreRows(); }
    void tellsTheLastGroupThatIsThereOrStillToBeGivenBack() {
        QFETCH(QString, kind);
        StoreHarness harness(kind);
        QCOMPARE(harness->lastGroup()->value(), std::uint64_t{0});
        Turn turn;
        turn.putGroupState(kB, GroupId(3), "state");
        turn.putGroupState(kA, GroupId(9), "state");
        turn.append(kA, GroupId(9), Lsn(1), share("record"));
        harness->commit(std::move(turn));
        QCOMPARE(harness->lastGroup()->value(), std::uint64_t{9});
        harness.syncAll();
        harness.reopen();
        QCOMPARE(harness->lastGroup()->value(), std::uint64_t{9});
        Turn drop;
        drop.dropGroup(GroupId(9));
        harness->commit(std::move(drop));
        QCOMPARE(harness->lastGroup()->value(), std::uint64_t{9});
        harness.runLogWork();
        harness.reopen();
        QCOMPARE(harness->lastGroup()->value(), std::uint64_t{9});
        harness.flushAll();
        QCOMPARE(harness->lastGroup()->value(), std::uint64_t{3});
    }

    void findsAfterAKillWhatWasSyncedAndNothingElse_data() { test::addStoreRows(); }
    void findsAfterAKillWhatWasSyncedAndNothingElse() {
        QFETCH(QString, kind);
        // A kill after every step of a run of turns, with the work given, run or finished.
        for (int killAt = 0; killAt < 24; ++killAt) {
            StoreHarness harness(kind);
            std::unique_ptr<Work> work;
            std::uint64_t lsn = 0;
            for (int step = 0; step < killAt; ++step) {
                if (step % 4 == 0) {
                    ++lsn;
                    harness.appendEverywhere(kGroup, lsn, {std::to_string(lsn)});
                }
                if (step % 4 == 1) work = harness->takeLogWork();
                if (step % 4 == 2) work->run();
                if (step % 4 == 3) harness->finishLogWork(std::exchange(work, nullptr));
            }
            const std::uint64_t synced = harness->synced().value();
            harness.reopen();
            const std::uint64_t found = harness->lastLsn(kA, kGroup)->value();
            // Work that was run and not finished may be there, whole.
            QVERIFY(found == synced || found == synced + 1);
            for (const VolumeId volume : {kA, kB, kC}) {
                QCOMPARE(harness->lastLsn(volume, kGroup)->value(), found);
                for (std::uint64_t at = 1; at <= found; ++at)
                    QCOMPARE(harness.record(volume, kGroup, at), std::to_string(at));
            }
        }
    }
};

ORRERY_TEST_CLASS(LogConformanceTest)
#include "log_conformance_test.moc"
