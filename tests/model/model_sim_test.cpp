#include <QTest>

#include <string_view>

#include "tests/model/model_run.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: whatever valid request is made, alone and in whatever order, it is answered as a plain map
// of items would answer it, and failovers, kills and restarts change no answer.
//
// Method: each seed draws tables with keys and indexes, then requests: writes with conditions and
// updates in both forms, batches, transactions, reads by key, queries, scans and statements, each
// as JSON, one after the other. Zones fail, links are cut, the process is killed, also while a
// request is under way. The model (tests/model/table.h) computes each answer: items, errors with
// their texts, consumed capacity. Where a failure leaves open whether a write was done, the table
// is asked, and must hold what it held before or holds after; of a transaction all or nothing.
// Reads that may be stale are compared once all is healed. At the end the table is the model, and
// replicas and indexes agree. In a third of the runs the requests go to two namespaces with tables
// of the same names, and one of them is reset now and then. ORRERY_LONG=1 makes a million requests.

using namespace orrery;
using cluster::PlantedBug;
using test::model::Mistake;
using test::model::ModelRun;

namespace {

constexpr std::uint64_t kSeedsForBugs = 400;

/// Names the seed should a CHECK end the run.
class SeedContext : public CheckContext {
public:
    explicit SeedContext(std::uint64_t seed) : m_seed(seed) {}
    void describe() const override {
        std::fprintf(stderr, "ORRERY_SEED=%llu model_tests\n",
                     static_cast<unsigned long long>(m_seed));
    }

private:
    const std::uint64_t m_seed;
};

void checkSeed(std::uint64_t seed) {
    const SeedContext context(seed);
    const std::string problem = ModelRun(seed).run();
    QVERIFY2(problem.empty(), qPrintable(QString("%1\nORRERY_SEED=%2 model_tests")
                                             .arg(QString::fromStdString(problem))
                                             .arg(seed)));
}

/// True if one of the first seeds sees the bug, or the mistake, in the answer that it falsifies:
/// `broken` is part of what is said then.
bool finds(PlantedBug bug, std::string_view broken, Mistake mistake = Mistake::None) {
    for (std::uint64_t seed = 1; seed <= kSeedsForBugs; ++seed) {
        const SeedContext context(seed);
        const std::string problem = ModelRun(seed, bug, mistake).run();
        if (problem.empty()) continue;
        qInfo("seed %llu: %.400s", static_cast<unsigned long long>(seed), problem.c_str());
        if (problem.contains(broken)) return true;
    }
    return false;
}

bool finds(Mistake mistake, std::string_view broken) {
    return finds(PlantedBug::None, broken, mistake);
}

}  // namespace

class ModelSimTest : public QObject {
    Q_OBJECT
private slots:
    void answersAsTheModel() {
        for (const std::uint64_t seed : test::freshSeeds(test::seedCount(60, 5'000)))
            checkSeed(seed);
    }

    void answersAsTheModelWhereItOnceDidNot() {
        for (const std::uint64_t seed : test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/model_seeds.txt"))
            checkSeed(seed);
    }

    // A run in which some operation is never compared, or is always refused, proves little.
    void theMixReachesAll() {
        std::map<std::string, int> compared;
        std::map<std::string, int> refused;
        int unknown = 0;
        int repeated = 0;
        int resets = 0;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            ModelRun run(seed);
            run.run();
            for (const auto& [operation, count] : run.compared())
                compared[operation] += count;
            for (const auto& [error, count] : run.refused())
                refused[error] += count;
            unknown += run.unknown();
            repeated += run.repeated();
            resets += run.resets();
        }
        for (const auto& [operation, count] : compared)
            qInfo("%s: %d", operation.c_str(), count);
        for (const auto& [error, count] : refused)
            qInfo("refused with %s: %d", error.c_str(), count);
        qInfo("unknown: %d, asked again by a token: %d, resets: %d", unknown, repeated, resets);
        QVERIFY(compared.size() >= 16);
        for (const auto& [operation, count] : compared)
            QVERIFY2(count >= 30, operation.c_str());
        for (const char* error : {"ConditionalCheckFailedException", "ValidationException",
                                  "TransactionCanceledException", "DuplicateItemException"})
            QVERIFY2(refused[error] >= 30, error);
        QVERIFY(unknown >= 5);
        QVERIFY(repeated >= 5);
        QVERIFY(resets >= 5);
    }

    void findsATailThatIsNotCommitted() { QVERIFY(finds(PlantedBug::TailUnsettled, "shown are")); }
    void findsARecoveryThatCommits() {
        QVERIFY(finds(PlantedBug::RecoveryCommits, ", expected TransactionCanceledException"));
    }
    void findsACommitWithoutAllPrepares() {
        QVERIFY(finds(PlantedBug::CommitsUnprepared, ", expected TransactionCanceledException"));
    }
    void findsALostOutbox() { QVERIFY(finds(PlantedBug::OutboxForgotten, "shown are")); }
    void findsAResetOfAnotherNamespace() {
        QVERIFY(finds(PlantedBug::NamesakesDropped, " has other tables than its own"));
    }

    void findsAnItemMadeByARemoval() { QVERIFY(finds(Mistake::RemovalMakesItem, "counted ")); }
    void findsAConditionThatIsIgnored() {
        QVERIFY(finds(Mistake::DeletesAnyway, ", expected ConditionalCheckFailedException"));
    }
    void findsAPageThatEndsEarly() { QVERIFY(finds(Mistake::PageEndsEarly, "counted ")); }
    void findsAFilterBeforeTheCount() { QVERIFY(finds(Mistake::CountsFiltered, "counted ")); }
    void findsValuesThatAreNotShown() {
        QVERIFY(finds(Mistake::HidesValues, "Attributes is nothing"));
    }

    void endsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            ModelRun first(seed);
            ModelRun second(seed);
            first.run();
            second.run();
            QCOMPARE(first.hash(), second.hash());
        }
    }
};

ORRERY_TEST_CLASS(ModelSimTest)
#include "model_sim_test.moc"
