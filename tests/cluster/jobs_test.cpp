// Goal: long work is listed with its progress, goes on after a kill and ends. Method: each kind is
// caught half-way in a world, which is killed there.

#include "core/cluster/replicas/jobs.h"

#include <QTest>
#include <algorithm>

#include "core/base/bytes.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::WorldHarness;

namespace {

constexpr int kItems = 12'000;

void fillTable(WorldHarness& t) {
    t.createTable();
    for (int i = 0; i < kItems; ++i) {
        t.put("k" + std::to_string(i), {{"colour", "c" + std::to_string(i % 7)}});
        if (i % 500 == 0) t.run(5ms);
    }
    t.run(2s);
    t.flush();
}

void deleteTable(WorldHarness& t) {
    t.submit("DeleteTable", [](const Catalog& catalog, const auto& caller) {
        return ApiResult<Request>(DeleteTable{catalog.find(caller, "T")});
    });
}

std::optional<observe::JobView> jobOf(WorldHarness& t, JobKind kind) {
    for (const observe::JobView& job : t.world().jobs()) {
        if (job.kind == kind) return job;
    }
    return std::nullopt;
}

bool isHalfDone(const std::optional<observe::JobView>& job) {
    return job && job->done > 0 && job->done < job->total;
}

/// Runs in short steps until the job is half done, or long enough.
std::optional<observe::JobView> runUntilHalf(WorldHarness& t, JobKind kind, Duration step) {
    for (int i = 0; i < 20'000 && !isHalfDone(jobOf(t, kind)); ++i)
        t.run(step);
    return jobOf(t, kind);
}

/// Lets the store reclaim some of what is dropped.
void reclaimStep(WorldHarness& t) {
    t.run(1ms);
    t.sync();
    if (auto work = t.store().takeFlushWork(true)) {
        work->run();
        t.store().finishFlushWork(std::move(work));
    }
}

bool isFilled(const WorldHarness& t) {
    return !t.table()->indexes.at(0).backfilling;
}

void runUntilFilled(WorldHarness& t) {
    for (int i = 0; i < 2000 && !isFilled(t); ++i)
        t.run(50ms);
    t.run(2s);
}

/// Values as an earlier version kept them, in place of those that jobs have.
void giveOldValues(WorldHarness& t) {
    storage::Turn turn;
    const auto values = t.store().values("job/");
    for (const auto& [name, bytes] : *values) {
        const auto job = decodeJob(bytes);
        const std::string space = std::to_string(job->space.value());
        turn.eraseValue(name);
        if (job->kind == JobKind::ReclaimSpace) {
            turn.putValue("dropped/" + space, job->cursor);
        } else if (!job->cursor.empty()) {
            turn.putValue("filling/" + space + "/" + std::to_string(job->group.value()),
                          job->cursor);
        }
    }
    t.store().commit(std::move(turn));
    t.sync();
}

}  // namespace

class JobsTest : public QObject {
    Q_OBJECT
private slots:
    void anIndexIsFilledOverKills() {
        WorldHarness t(Profile::serviceLike());
        fillTable(t);
        QVERIFY(t.world().jobs().empty());
        t.addIndex(test::colourIndex());
        const auto first = runUntilHalf(t, JobKind::FillIndex, 1ms);
        QVERIFY(isHalfDone(first));
        QCOMPARE(first->subject, std::string("index ByColour of table T"));
        QCOMPARE(first->total, std::uint64_t{kItems});
        QCOMPARE(t.world().jobs().size(), std::size_t{1});  // Not one for each partition.
        // Up to what is saved, it is not done again.
        for (int i = 0; i < 2000 && jobOf(t, JobKind::FillIndex)->done < 9000; ++i)
            t.run(1ms);
        t.sync();
        t.kill();
        const auto after = jobOf(t, JobKind::FillIndex);
        QVERIFY(after && after->done >= 2000 && after->done < 9500);
        QCOMPARE(after->total, first->total);
        QVERIFY(after->since == first->since);
        QCOMPARE(after->id, first->id);
        runUntilFilled(t);
        QVERIFY(isFilled(t));
        QVERIFY(t.world().jobs().empty());
        t.sync();
        QVERIFY(t.store().values("job/")->empty());
        QCOMPARE(QString::fromStdString(test::judgeTables(t.world())), QString());
    }

    void manyDeletedTablesAreFewRows() {
        WorldHarness t;
        for (int i = 0; i < 50; ++i)
            t.createTableNamed("T" + std::to_string(i));
        t.run(1s);
        for (int i = 0; i < 50; ++i) {
            t.submit("DeleteTable", [i](const Catalog& catalog, const auto& caller) {
                const std::string name = "T" + std::to_string(i);
                return ApiResult<Request>(DeleteTable{catalog.find(caller, name)});
            });
        }
        const auto rows = t.world().jobs();
        QCOMPARE(rows.size(), std::size_t{20});
        QCOMPARE(rows.back().subject, std::string("31 more deleted tables and indexes"));
        for (int i = 0; i < 500 && !t.world().jobs().empty(); ++i)
            reclaimStep(t);
        QVERIFY(t.world().jobs().empty());
    }

    void aDeletedTableIsGivenBackOverKills() {
        WorldHarness t;
        fillTable(t);
        deleteTable(t);
        t.run(1ms);
        const auto first = jobOf(t, JobKind::ReclaimSpace);
        QVERIFY(first.has_value());
        QCOMPARE(first->subject, std::string("table T"));
        QCOMPARE(first->total, std::uint64_t{3 * kItems});
        t.sync();
        t.kill();
        QVERIFY(jobOf(t, JobKind::ReclaimSpace).has_value());
        QVERIFY(jobOf(t, JobKind::ReclaimSpace)->since == first->since);
        bool wasHalfDone = false;
        for (int i = 0; i < 500 && jobOf(t, JobKind::ReclaimSpace); ++i) {
            reclaimStep(t);
            wasHalfDone = wasHalfDone || isHalfDone(jobOf(t, JobKind::ReclaimSpace));
        }
        QVERIFY(wasHalfDone);
        QVERIFY(t.world().jobs().empty());
        QCOMPARE(QString::fromStdString(test::judgeLeftovers(t.world(), t.store())), QString());
        t.sync();
        QVERIFY(t.store().values("job/")->empty());
    }

    // Whether it was saved or not, and however the process ended.
    void anIdIsNotGivenOutAgainAfterTheJobHasEnded() {
        WorldHarness t;
        std::uint64_t last = 0;
        const auto isLater = [&](JobKind kind) {
            const auto job = jobOf(t, kind);
            return job && std::exchange(last, job->id) < job->id;
        };
        for (const bool isKill : {true, false, true}) {
            t.createTable();
            t.put("k", {{"v", "1"}});
            t.run(1ms);
            const auto look = test::startChecksums(t.world(), "T", "us-east-1");
            QVERIFY(isLater(JobKind::ScanChecksums));
            t.run(1ms);
            test::dropChecksums(t.world(), *look);
            deleteTable(t);
            t.run(1ms);
            QVERIFY(isLater(JobKind::ReclaimSpace));
            for (int i = 0; i < 500 && !t.world().jobs().empty(); ++i)
                reclaimStep(t);
            QVERIFY(t.world().jobs().empty());
            t.sync();
            isKill ? t.reopen() : t.restart();
        }
    }

    // Something is always left to give back where tables come and go.
    void eachTableIsGivenBackOnItsOwn() {
        WorldHarness t;
        t.createTableNamed("First");
        std::size_t most = 0;
        for (int i = 0; i < 30; ++i) {
            const std::string name = "T" + std::to_string(i);
            t.createTableNamed(name);
            t.put("k", {{"v", "1"}});
            t.run(1ms);
            t.submit("DeleteTable", [name](const Catalog& catalog, const auto& caller) {
                return ApiResult<Request>(DeleteTable{catalog.find(caller, name)});
            });
            t.run(1ms);
            t.sync();
            t.run(1ms);  // The store is told.
            t.sync();
            QVERIFY(t.store().droppedKeysLeft() > 0);
            while (t.store().droppedKeysLeft() > 2) {
                auto work = t.store().takeFlushWork(true);
                QVERIFY(work != nullptr);
                work->run();
                t.store().finishFlushWork(std::move(work));
                t.sync();
            }
            t.run(1ms);
            most = std::max(most, t.world().jobs().size());
            QVERIFY(t.store().droppedKeysLeft() > 0);
        }
        QVERIFY2(most <= 2, qPrintable(QString::number(most)));
    }

    void theReadingOfChecksumsCanBeCancelled() {
        WorldHarness t;
        fillTable(t);
        const auto look = test::startChecksums(t.world(), "T", "us-east-1");
        QVERIFY(look.has_value());
        test::stepChecksums(t.world());
        const auto job = jobOf(t, JobKind::ScanChecksums);
        QVERIFY(isHalfDone(job));
        QCOMPARE(job->total, std::uint64_t{3 * kItems});
        QVERIFY(t.world().admit(CancelJob{JobId(job->id)}).has_value());
        QVERIFY(t.world().jobs().empty());
        QVERIFY(!t.world().isScanningChecksums());
        const auto result = t.world().takeChecksums(*look);
        QVERIFY(result && !result->has_value());
        QVERIFY(result->error().find("cancelled") != std::string::npos);
        QVERIFY(!t.world().admit(CancelJob{JobId(job->id)}).has_value());
    }

    void whatMustEndCannotBeCancelled() {
        WorldHarness t(Profile::serviceLike());
        fillTable(t);
        t.addIndex(test::colourIndex());
        const auto job = runUntilHalf(t, JobKind::FillIndex, 1ms);
        const auto refused = t.world().admit(CancelJob{JobId(job->id)});
        QVERIFY(!refused.has_value());
        QVERIFY(refused.error().find("cannot be cancelled") != std::string::npos);
        runUntilFilled(t);
        QVERIFY(isFilled(t));
    }

    void aCopyIsListedWhileItLasts() {
        LogBounds bounds;
        bounds.groupHeldBytesMax = 2000;
        bounds.stepRecords = 8;
        bounds.rangeKeysMax = 4;
        WorldHarness t(Profile::serviceLike(), 1, 16'384, bounds);
        t.createTable();
        const auto write = [&](const std::string& value) {
            for (int i = 0; i < 400; ++i) {
                t.put("k" + std::to_string(i), {{"v", value + std::string(100, '.')}});
                t.run(1ms);
            }
        };
        write("first");
        const auto fault = test::failZone(t.world(), "us-east-1b", std::nullopt);
        QVERIFY(fault.has_value());
        t.run(3s);
        write("second");
        write("third");
        t.flush();
        test::heal(t.world(), *fault);
        const auto job = runUntilHalf(t, JobKind::CopyReplica, 200us);
        QVERIFY(isHalfDone(job));
        QVERIFY(job->subject.ends_with("of table T to us-east-1b"));
        t.run(30s);
        QVERIFY(t.world().jobs().empty());
    }

    // Not with the next turn, which would have to look for it among all copies.
    void aCopyEndsWithItsTable() {
        LogBounds bounds;
        bounds.groupHeldBytesMax = 2000;
        bounds.stepRecords = 8;
        bounds.rangeKeysMax = 4;
        WorldHarness t(Profile::dropIn(), 1, 16'384, bounds);
        t.createTable();
        const auto fault = test::failZone(t.world(), "us-east-1b", std::nullopt);
        t.run(15s);
        for (int i = 0; i < 400; ++i) {
            t.put("k" + std::to_string(i), {{"v", std::string(100, '.')}});
            t.run(1ms);
        }
        t.flush();
        test::heal(t.world(), *fault);
        for (int i = 0; i < 20'000 && !jobOf(t, JobKind::CopyReplica); ++i)
            t.turn(t.world().now() + 1ms, 1);
        QVERIFY(jobOf(t, JobKind::CopyReplica).has_value());
        deleteTable(t);
        QVERIFY(t.table() == nullptr);
        QVERIFY(!jobOf(t, JobKind::CopyReplica).has_value());
        t.run(1s);
        QVERIFY(!jobOf(t, JobKind::CopyReplica).has_value());
    }

    void goesOnFromTheValuesOfAnEarlierVersion() {
        WorldHarness t(Profile::serviceLike());
        fillTable(t);
        t.createTableNamed("Other");
        t.submit("DeleteTable", [](const Catalog& catalog, const auto& caller) {
            return ApiResult<Request>(DeleteTable{catalog.find(caller, "Other")});
        });
        t.run(t.options().profile.transientStates + 1ms);
        t.use("T");
        t.addIndex(test::colourIndex());
        for (int i = 0; i < 20'000; ++i) {
            t.run(1ms);
            const auto job = jobOf(t, JobKind::FillIndex);
            if (job && job->done >= 9000) break;
        }
        t.sync();
        giveOldValues(t);
        QVERIFY(!t.store().values("filling/")->empty());
        QVERIFY(!t.store().values("dropped/")->empty());
        t.kill();
        QVERIFY(jobOf(t, JobKind::FillIndex).has_value());
        QVERIFY(jobOf(t, JobKind::ReclaimSpace).has_value());
        runUntilFilled(t);
        QVERIFY(isFilled(t));
        for (int i = 0; i < 20; ++i) {
            t.flush();
            t.run(1s);
        }
        for (const char* old : {"filling/", "dropped/"})
            QVERIFY(t.store().values(old)->empty());
        QCOMPARE(QString::fromStdString(test::judgeTables(t.world())), QString());
        QCOMPARE(QString::fromStdString(test::judgeLeftovers(t.world(), t.store())), QString());
    }

    void areRefusedWhereTheyAreDamagedOrNewer() {
        Job job;
        job.kind = JobKind::ReclaimSpace;
        job.subject = "table T";
        job.cursor = "abc";
        const std::string bytes = encodeJob(job);
        QVERIFY(decodeJob(bytes).has_value());
        for (std::size_t length = 0; length < bytes.size(); ++length)
            QVERIFY(!decodeJob(std::string_view(bytes).substr(0, length)));
        std::string newer = bytes;
        newer.front() = 2;
        QVERIFY(!decodeJob(newer));

        const auto store = storage::MemoryStore::create();
        storage::Turn turn;
        turn.putValue("job/1", newer);
        store->commit(std::move(turn));
        const auto opened = World::open(*store, {}, CalendarTime(2'000'000'000s));
        QVERIFY(!opened.has_value());
        QVERIFY(opened.error().message().find("newer version") != std::string::npos);
    }
};

ORRERY_TEST_CLASS(JobsTest)
#include "jobs_test.moc"
