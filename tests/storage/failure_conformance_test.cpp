#include <QTest>

#include "tests/storage/mini_world.h"
#include "tests/storage/store_harness.h"
#include "tests/support/test_main.h"

// Goal: after a failure that was asked for, neither store claims anything more, the health says
// what it was, and opening again finds every synced turn. Method: each failure at every turn, and
// at every flush, of a short run.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::Copies;
using orrery::test::MiniWorld;
using orrery::test::StoreHarness;

using Kind = PlannedFailure::Kind;

class FailureConformanceTest : public QObject {
    Q_OBJECT
private slots:
    void failsWholeAtEveryTurn_data() { test::addStoreRows(); }
    void failsWholeAtEveryTurn() {
        QFETCH(QString, kind);
        constexpr std::uint64_t kTurns = 9;
        for (const Kind failure : {Kind::CommitFails, Kind::SyncFails}) {
            for (std::uint64_t atTurn = 1; atTurn <= kTurns; ++atTurn) {
                StoreHarness::Options options;
                options.failure = {failure, atTurn};
                StoreHarness harness(kind, options);
                MiniWorld world(atTurn, 12, 100, Copies::Some);
                for (std::uint64_t turn = 1; turn <= kTurns; ++turn) {
                    world.turn(harness.store());
                    if (turn % 2 == 0) harness.runLogWork();  // Two turns in a transaction.
                    if (turn % 3 == 0) harness.runFlushWork(true);
                }
                harness.runLogWork();
                QVERIFY(harness->synced().value() < atTurn);
                QVERIFY(harness->synced().value() + 2 >= atTurn);
                QCOMPARE(harness->health(),
                         failure == Kind::CommitFails ? Health::CommitFailed : Health::ReadOnly);
                QVERIFY(harness->lastError()->message().find("planned") != std::string::npos);
                QVERIFY(!harness.runLogWork());
                QVERIFY(!harness.runFlushWork(true));
                const std::uint64_t synced = world.recordsAt(harness->synced());
                harness.reopen();
                QCOMPARE(harness->health(), Health::Ok);
                QVERIFY(!harness->lastError().has_value());
                QCOMPARE(world.judge(harness.store(), synced), std::string());
                harness->commit({});
                harness.flushAll();
                harness.reopen();
                QCOMPARE(world.judge(harness.store(), synced), std::string());
            }
        }
    }

    void failsWholeAtEveryFlush_data() { test::addStoreRows(); }
    void failsWholeAtEveryFlush() {
        QFETCH(QString, kind);
        for (std::uint64_t atFlush = 1; atFlush <= 3; ++atFlush) {
            StoreHarness::Options options;
            options.failure = {Kind::FlushFails, atFlush};
            StoreHarness harness(kind, options);
            MiniWorld world(atFlush, 12, 100, Copies::Some);
            std::uint64_t flushes = 0;
            for (int turn = 0; turn < 8 && harness->health() == Health::Ok; ++turn) {
                world.turn(harness.store());
                harness.syncAll();
                if (turn % 2 == 1 && harness.runFlushWork(true)) ++flushes;
            }
            QCOMPARE(flushes, atFlush);
            QCOMPARE(harness->health(), Health::ReadOnly);
            harness.reopen();
            QCOMPARE(harness->health(), Health::Ok);
            QCOMPARE(world.judge(harness.store(), world.records()), std::string());
        }
    }

    // What is read stays what the world has, until it is rebuilt.
    void goesOnReadingAfterAFailure_data() { test::addStoreRows(); }
    void goesOnReadingAfterAFailure() {
        QFETCH(QString, kind);
        StoreHarness::Options options;
        options.failure = {Kind::CommitFails, 2};
        StoreHarness harness(kind, options);
        harness.appendEverywhere(test::kGroup, 1, {"one"});
        harness.syncAll();
        harness.appendEverywhere(test::kGroup, 2, {"two"});
        harness.apply({test::kA}, "k", "image", 2);
        harness.syncAll();
        QCOMPARE(harness->health(), Health::CommitFailed);
        QCOMPARE(harness.record(test::kB, test::kGroup, 1), std::string("one"));
        QCOMPARE(harness.record(test::kB, test::kGroup, 2), std::string("two"));
        QCOMPARE(harness.get(test::kA, "k"), std::string("image"));
        QCOMPARE(harness->synced(), Ticket(1));
        harness.appendEverywhere(test::kGroup, 3, {"three"});
        QCOMPARE(harness->synced(), Ticket(1));
    }

    // A kill at every step of log work and flush work, in every order of the two, and however far
    // the store is with what they leave to do.
    void recoversFromAKillAtEveryStep_data() { test::addStoreRows(); }
    void recoversFromAKillAtEveryStep() {
        QFETCH(QString, kind);
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            Prng prng(seed);
            StoreHarness::Options options;
            options.stepsAtOnce = prng.chance({1, 2}) ? SIZE_MAX : prng.below(4);
            StoreHarness harness(kind, options);
            MiniWorld world(seed, 16, 200, Copies::Some);
            std::unique_ptr<Work> log;
            std::unique_ptr<Work> flush;
            const std::uint64_t steps = prng.below(60);
            for (std::uint64_t step = 0; step < steps; ++step) {
                switch (prng.below(7)) {
                    case 0:
                    case 1:
                        world.turn(harness.store());
                        break;
                    case 2:
                        if (log == nullptr && (log = harness->takeLogWork())) log->run();
                        break;
                    case 3:
                        if (log != nullptr) harness->finishLogWork(std::exchange(log, nullptr));
                        break;
                    case 4:
                        if (flush == nullptr && (flush = harness->takeFlushWork(true)))
                            flush->run();
                        break;
                    case 5:
                        if (flush != nullptr)
                            harness->finishFlushWork(std::exchange(flush, nullptr));
                        break;
                    default:
                        harness->runDeferred(1 + prng.below(4));
                        break;
                }
            }
            const std::uint64_t synced = world.recordsAt(harness->synced());
            QCOMPARE(world.judge(harness.store(), world.records()), std::string());
            harness.reopen();
            QCOMPARE(world.judge(harness.store(), synced), std::string());
            // Work from before the kill comes back late and means nothing.
            if (harness.isMemory()) {
                if (log != nullptr) harness->finishLogWork(std::move(log));
                if (flush != nullptr) harness->finishFlushWork(std::move(flush));
                QCOMPARE(world.judge(harness.store(), synced), std::string());
            }
        }
    }
};

ORRERY_TEST_CLASS(FailureConformanceTest)
#include "failure_conformance_test.moc"
