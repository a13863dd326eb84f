// Goal: the list of jobs has a bounded length and right sums, whatever begins, moves on and ends.
// Method: jobs without workers, and the sums over all of them as they are known here.

#include <QTest>
#include <algorithm>
#include <map>

#include "core/base/prng.h"
#include "core/cluster/replicas/jobs.h"
#include "core/storage/stores.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::cluster;

namespace {

struct Sum {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    bool isStopped = false;
    bool waitsForRoom = false;
    bool operator==(const Sum&) const = default;
};

class Listed {
public:
    JobId begin(JobKind kind, std::uint32_t space = 1, std::uint64_t total = 10) {
        Job job;
        job.kind = kind;
        job.space = KeySpaceId(space);
        job.subject = "subject " + std::to_string(space);
        job.total = total;
        const JobId id = jobs.beginUnsaved(std::move(job));
        known.insert(id);
        return id;
    }
    void end(JobId id) {
        jobs.end(id);
        known.erase(id);
    }
    std::vector<observe::JobView> rows(JobKind kind) const {
        std::vector<observe::JobView> rows = jobs.views();
        std::erase_if(rows, [kind](const observe::JobView& row) { return row.kind != kind; });
        return rows;
    }
    std::map<JobKind, Sum> listed() const {
        std::map<JobKind, Sum> sums;
        for (const observe::JobView& row : jobs.views())
            add(sums[row.kind], {row.done, row.total, row.isStopped, row.waitsForRoom});
        return sums;
    }
    std::map<JobKind, Sum> expected() const {
        std::map<JobKind, Sum> sums;
        for (const JobId id : known) {
            const Job& job = *jobs.find(id);
            add(sums[job.kind],
                {job.done, std::max(job.done, job.total), job.isStopped, job.waitsForRoom});
        }
        return sums;
    }

    std::unique_ptr<storage::MemoryStore> store = storage::MemoryStore::create();
    WorldState world{*store, Profile::dropIn(), 1, 100};
    Jobs jobs{world};
    std::set<JobId> known;

private:
    static void add(Sum& sum, const Sum& other) {
        sum.done += other.done;
        sum.total += other.total;
        sum.isStopped = sum.isStopped || other.isStopped;
        sum.waitsForRoom = sum.waitsForRoom || other.waitsForRoom;
    }
};

}  // namespace

class JobListTest : public QObject {
    Q_OBJECT
private slots:
    // A zone that comes back may have 40,000 of them, and each snapshot has the list.
    void manyCopiesAreFewRows() {
        Listed t;
        std::vector<JobId> copies;
        for (std::uint32_t i = 0; i < 1000; ++i)
            copies.push_back(t.begin(JobKind::CopyReplica, i));
        t.jobs.setDone(copies.back(), 4);
        t.jobs.setSubject(copies.front(), "another subject");
        auto rows = t.jobs.views();
        QCOMPARE(rows.size(), JobList::kRowsMax);
        QCOMPARE(rows.front().subject, std::string("another subject"));
        QCOMPARE(rows.back().subject, std::string("981 more replicas"));
        QCOMPARE(rows.back().done, std::uint64_t{4});
        QCOMPARE(rows.back().total, std::uint64_t{9810});
        while (copies.size() > JobList::kRowsMax) {
            t.end(copies.front());
            copies.erase(copies.begin());
        }
        rows = t.jobs.views();
        QCOMPARE(rows.size(), JobList::kRowsMax);
        QCOMPARE(rows.back().subject, std::string("subject 999"));
        QCOMPARE(rows.back().done, std::uint64_t{4});
    }

    void allPartitionsOfAnIndexAreOneRow() {
        Listed t;
        std::vector<JobId> first;
        for (std::uint32_t index = 1; index <= 30; ++index) {
            for (int partition = 0; partition < 4; ++partition) {
                const JobId id = t.begin(JobKind::FillIndex, index);
                if (index == 1) first.push_back(id);
            }
        }
        auto rows = t.jobs.views();
        QCOMPARE(rows.size(), JobList::kRowsMax);
        QCOMPARE(rows.front().total, std::uint64_t{40});
        QCOMPARE(rows.back().subject, std::string("11 more indexes"));
        QCOMPARE(rows.back().total, std::uint64_t{440});
        for (const JobId id : first)
            t.end(id);
        rows = t.jobs.views();
        QCOMPARE(rows.front().subject, std::string("subject 2"));
        QCOMPARE(rows.back().subject, std::string("10 more indexes"));
    }

    // Each must be found to be cancelled; their number is bounded where they begin.
    void everyJobThatCanBeCancelledIsListed() {
        Listed t;
        for (std::uint32_t i = 0; i < 30; ++i)
            t.begin(JobKind::ScanChecksums, i);
        QCOMPARE(t.jobs.views().size(), std::size_t{30});
    }

    void theSumsFollowEveryChange() {
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            Prng prng = Prng::stream(seed, "job-list");
            Listed t;
            for (int step = 0; step < 300; ++step) {
                if (t.known.empty() || prng.chance({2, 5})) {
                    t.begin(static_cast<JobKind>(prng.below(observe::jobSpecs().size())),
                            static_cast<std::uint32_t>(prng.below(40)), prng.below(100));
                    continue;
                }
                const JobId id =
                    *std::next(t.known.begin(), static_cast<int>(prng.below(t.known.size())));
                if (prng.chance({1, 3}))
                    t.end(id);
                else if (prng.chance({1, 10}))
                    t.jobs.setStopped(id, prng.chance({1, 2}));
                else if (prng.chance({1, 5}))
                    t.jobs.setWaitsForRoom(id, prng.chance({1, 2}));
                else
                    t.jobs.setProgress(id, prng.below(200), prng.below(100));
            }
            QVERIFY(t.listed() == t.expected());
            const auto rows = t.jobs.views();
            QVERIFY(std::ranges::is_sorted(rows, {}, &observe::JobView::id));
            for (const observe::JobSpec& spec : observe::jobSpecs())
                QVERIFY(spec.canCancel || t.rows(spec.kind).size() <= JobList::kRowsMax);
        }
    }
};

ORRERY_TEST_CLASS(JobListTest)
#include "job_list_test.moc"
