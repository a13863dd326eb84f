// Goal: an experiment pauses the replication of its tables from its beginning to its end or until
// it is stopped, by the world's time, over restarts and kills; its status follows. Method: a table
// with replicas in three Regions, writes in each.

#include "core/cluster/faults/experiment.h"

#include <QTest>

#include "core/cluster/faults/experiment_codec.h"
#include "core/cluster/faults/experiments.h"
#include "tests/cluster/replicas_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::ReplicasHarness;

namespace {

constexpr const char* kHome = "us-east-1";
constexpr const char* kIreland = "eu-west-1";
constexpr const char* kTokyo = "ap-northeast-1";

void openReplicas(ReplicasHarness& t) {
    t.createTable();
    t.addReplica(kHome, kIreland);
    t.addReplica(kHome, kTokyo);
    t.run(1s);
}

Experiment pauseOf(const std::string& region, Duration duration) {
    Experiment experiment;
    experiment.accountId = kSharedAccount;
    experiment.regionName = kHome;
    experiment.actions = {{"Pause", duration, {{region, "T"}}, {}}};
    return experiment;
}

/// Begins it and returns its id.
std::string begin(ReplicasHarness& t, Experiment experiment) {
    static_cast<void>(t.world().admit(ExperimentInput(StartExperiment{std::move(experiment)})));
    // The newest one.
    std::string id;
    Instant begunAt;
    for (const auto& [name, one] : t.world().experiments().experiments()) {
        if (one.begunAt < begunAt) continue;
        id = name;
        begunAt = one.begunAt;
    }
    return id;
}

const Experiment& experimentIn(ReplicasHarness& t, const std::string& id) {
    return t.world().experiments().experiments().at(id);
}

ExperimentStatus statusIn(ReplicasHarness& t, const std::string& id) {
    return statusOf(experimentIn(t, id), t.world().now());
}

bool stop(ReplicasHarness& t, const std::string& id) {
    return t.world().admit(ExperimentInput(StopExperiment{id})).has_value();
}

std::size_t activeFaults(ReplicasHarness& t) {
    return static_cast<std::size_t>(
        std::ranges::count_if(t.world().faults(), [](const auto& fault) { return fault.active; }));
}

/// How many items each Region has.
std::vector<std::size_t> counts(ReplicasHarness& t) {
    return {t.items(kHome).size(), t.items(kIreland).size(), t.items(kTokyo).size()};
}

using Counts = std::vector<std::size_t>;

}  // namespace

class ExperimentTest : public QObject {
    Q_OBJECT
private slots:
    void pausesReplicationUntilItEnds() {
        ReplicasHarness t;
        openReplicas(t);
        const std::string id = begin(t, pauseOf(kHome, 2min));
        QCOMPARE(statusIn(t, id), ExperimentStatus::Running);
        t.putMany(kHome, "home", 5);
        t.putMany(kIreland, "away", 3);
        t.run(30s);
        // Nothing leaves or reaches the Region of the target; the others go on.
        QCOMPARE(counts(t), (Counts{5, 3, 3}));
        t.run(2min);
        QCOMPARE(statusIn(t, id), ExperimentStatus::Completed);
        QCOMPARE(counts(t), (Counts{8, 8, 8}));
        QCOMPARE(activeFaults(t), std::size_t{0});
    }

    void resumesReplicationWhenItIsStopped() {
        ReplicasHarness t;
        openReplicas(t);
        const std::string id = begin(t, pauseOf(kHome, 10min));
        t.putMany(kHome, "home", 5);
        t.run(30s);
        QCOMPARE(counts(t), (Counts{5, 0, 0}));
        QVERIFY(stop(t, id));
        QCOMPARE(statusIn(t, id), ExperimentStatus::Stopped);
        QVERIFY(!stop(t, id));
        t.run(5s);
        QCOMPARE(counts(t), (Counts{5, 5, 5}));
    }

    // No time passes in between, however long the process is away.
    void continuesAfterRestartsAndKills() {
        ReplicasHarness t;
        openReplicas(t);
        const std::string id = begin(t, pauseOf(kIreland, 2min));
        t.putMany(kHome, "home", 4);
        const Experiment before = experimentIn(t, id);
        t.run(30s);
        t.restart();
        QVERIFY(experimentIn(t, id) == before);
        QCOMPARE(statusIn(t, id), ExperimentStatus::Running);
        t.run(30s);
        t.sync();
        t.kill();
        QVERIFY(experimentIn(t, id) == before);
        QCOMPARE(statusIn(t, id), ExperimentStatus::Running);
        QCOMPARE(activeFaults(t), std::size_t{1});
        t.run(30s);
        QCOMPARE(counts(t), (Counts{4, 0, 4}));
        t.run(2min);
        QCOMPARE(statusIn(t, id), ExperimentStatus::Completed);
        QCOMPARE(counts(t), (Counts{4, 4, 4}));
        t.restart();
        QCOMPARE(statusIn(t, id), ExperimentStatus::Completed);
    }

    void takesTheTimeOfTheProfile() {
        ReplicasHarness t(Profile::serviceLike());
        openReplicas(t);
        t.run(1min);
        const Duration delay = t.world().profile().transientStates;
        QVERIFY(delay > 0s);
        const std::string id = begin(t, pauseOf(kHome, 2min));
        QCOMPARE(statusIn(t, id), ExperimentStatus::Pending);
        t.run(delay / 2);
        QCOMPARE(statusIn(t, id), ExperimentStatus::Initiating);
        t.run(delay / 2 + 1ns);
        QCOMPARE(statusIn(t, id), ExperimentStatus::Running);
        t.run(1min);
        QVERIFY(stop(t, id));
        QCOMPARE(statusIn(t, id), ExperimentStatus::Stopping);
        QCOMPARE(activeFaults(t), std::size_t{0});
        QVERIFY(stop(t, id));  // As the service takes it.
        t.run(delay);
        QCOMPARE(statusIn(t, id), ExperimentStatus::Stopped);
    }

    void isStoppedByWhoeverHealsItsFault() {
        ReplicasHarness t;
        openReplicas(t);
        const std::string first = begin(t, pauseOf(kHome, 2min));
        t.run(1s);
        const std::string second = begin(t, pauseOf(kIreland, 2min));
        t.run(1s);
        QVERIFY(test::heal(t.world(), experimentIn(t, first).actions.front().faults.front()));
        QCOMPARE(statusIn(t, first), ExperimentStatus::Stopped);
        QCOMPARE(statusIn(t, second), ExperimentStatus::Running);
        QCOMPARE(experimentIn(t, first).reason,
                 std::string("The fault of the experiment was healed."));
        test::healAll(t.world());
        QCOMPARE(statusIn(t, second), ExperimentStatus::Stopped);
    }

    // What it has begun by then ends.
    void failsIfOneOfItsFaultsIsRefused() {
        ReplicasHarness t;
        openReplicas(t);
        const std::string first = begin(t, pauseOf(kHome, 2min));
        t.run(1s);
        Experiment both = pauseOf(kIreland, 2min);
        both.actions.push_back({"Again", 1min, {{kHome, "T"}}, {}});
        const std::string second = begin(t, both);
        QCOMPARE(statusIn(t, second), ExperimentStatus::Failed);
        QCOMPARE(experimentIn(t, second).reason,
                 std::string("Replication is paused already: T, us-east-1."));
        QCOMPARE(activeFaults(t), std::size_t{1});
        QCOMPARE(statusIn(t, first), ExperimentStatus::Running);
    }

    void theSameSeedGivesTheSameIds() {
        std::vector<std::string> ids;
        for (int i = 0; i < 2; ++i) {
            ReplicasHarness t;
            openReplicas(t);
            PutExperimentTemplate put;
            for (int j = 0; j < 3; ++j)
                static_cast<void>(t.world().admit(ExperimentInput(put)));
            std::string all;
            for (const auto& [id, one] : t.world().experiments().templates()) {
                QVERIFY(id.starts_with("EXT") && id.size() == 17);
                all += id;
            }
            ids.push_back(all);
        }
        QCOMPARE(ids[0].size(), std::size_t{3 * 17});
        QCOMPARE(ids[0], ids[1]);
    }

    void forgetsExperimentsOfLongAgo() {
        ReplicasHarness t;
        t.createTable();
        const std::string old = begin(t, pauseOf(kHome, 1min));
        t.run(24h * 119);
        begin(t, pauseOf(kHome, 1min));
        QCOMPARE(t.world().experiments().experiments().size(), std::size_t{2});
        t.run(24h * 2);
        begin(t, pauseOf(kHome, 1min));
        QCOMPARE(t.world().experiments().experiments().size(), std::size_t{2});
        QVERIFY(!t.world().experiments().experiments().contains(old));
        t.restart();
        QCOMPARE(t.world().experiments().experiments().size(), std::size_t{2});
    }

    void readsWhatItWrote() {
        Experiment experiment = pauseOf(kHome, 5min);
        experiment.id = "EXP1";
        experiment.templateId = "EXT1";
        experiment.clientToken = "token";
        experiment.definition = "{}";
        experiment.tags = {{"a", "1"}, {"b", ""}};
        experiment.createdAt = CalendarTime(17s);
        experiment.begunAt = Instant(3s);
        experiment.delay = 4s;
        experiment.end = ExperimentEnd::Stopped;
        experiment.endedAt = Instant(9s);
        experiment.reason = "Experiment stopped.";
        experiment.actions.front().faults = {7, 300};
        const std::string bytes = encodeExperiment(experiment);
        const auto read = decodeExperiment("EXP1", bytes);
        QVERIFY(read.has_value() && *read == experiment);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeExperiment("EXP1", std::string_view(bytes).substr(0, size)));
        QVERIFY(!decodeExperiment("", bytes));
        QVERIFY(!decodeExperiment("EXP1", bytes + "x"));
        ExperimentTemplate one{
            "EXT1", "1", kHome, "t", "{}", {{"a", "1"}}, CalendarTime(1s), CalendarTime(2s)};
        const std::string template1 = encodeTemplate(one);
        const auto readTemplate = decodeTemplate("EXT1", template1);
        QVERIFY(readTemplate.has_value() && *readTemplate == one);
        for (std::size_t size = 0; size < template1.size(); ++size)
            QVERIFY(!decodeTemplate("EXT1", std::string_view(template1).substr(0, size)));
    }
};

ORRERY_TEST_CLASS(ExperimentTest)
#include "experiment_test.moc"
