// Goal: a value of the catalog that is corrupt is dropped, and the report says what is lost with
// it; the rest of the folder opens as before.

#include <QTemporaryDir>
#include <QTest>

#include "core/cluster/catalog/global_table.h"
#include "core/cluster/faults/experiment_codec.h"
#include "core/cluster/faults/experiments.h"
#include "core/cluster/repair/folder_repair.h"
#include "tests/cluster/repair_world.h"
#include "tests/storage/disk_recorder.h"
#include "tests/support/test_main.h"

using namespace orrery;

namespace {

/// Adds these values to a folder that no process has open.
void put(const std::filesystem::path& folder, const std::map<std::string, std::string>& values) {
    const auto store = storage::openLmdbStore(folder, {.mapBytes = 64u << 20});
    QVERIFY(store.has_value());
    storage::Turn turn;
    for (const auto& [name, value] : values)
        turn.putValue(name, value);
    (*store)->commit(std::move(turn));
    while (auto log = (*store)->takeLogWork()) {
        log->run();
        (*store)->finishLogWork(std::move(log));
    }
}

}  // namespace

class RepairValuesTest : public QObject {
    Q_OBJECT
private slots:
    // No table is a replica of two.
    void dropsGlobalTablesThatAreCorrupt() {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        test::writeRepairFolder(path, 1);
        cluster::GlobalTable global;
        global.id = 900;
        global.replicas = {
            {KeySpaceId(1), cluster::ReplicaStatus::Active, {}, {}, {}},
            {KeySpaceId(800), cluster::ReplicaStatus::Active, {}, KeySpaceId(1), {}}};
        const std::string sound = encodeGlobalTable(global);
        global.id = 901;
        put(path, {{"global/77", sound.substr(0, sound.size() - 1)},
                   {"global/78", sound},  // The value of another one.
                   {"global/900", sound},
                   {"global/901", encodeGlobalTable(global)}});
        std::string problem;
        QVERIFY(test::RepairWorld::open(path, problem) == nullptr);
        const auto report = cluster::repairFolder(path);
        QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
        for (const int id : {77, 78, 901}) {
            const std::string loss = "\"global/" + std::to_string(id) +
                                     "\" is corrupt; tables in several Regions are no longer "
                                     "replicas of one another.";
            QVERIFY2(report->text().find(loss) != std::string::npos, report->text().c_str());
        }
        QVERIFY2(report->text().find("global/900") == std::string::npos, report->text().c_str());
        // It has one replica that exists.
        const auto world = test::RepairWorld::open(path, problem);
        QVERIFY2(world != nullptr, problem.c_str());
        QVERIFY(world->table() != nullptr);
        QCOMPARE(world->world().catalog().globals().size(), std::size_t{0});
    }

    void dropsExperimentsThatAreCorrupt() {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        test::writeRepairFolder(path, 1);
        const std::string experiment = cluster::encodeExperiment({});
        const std::string experimentTemplate = cluster::encodeTemplate({});
        put(path, {{"fis/experiment/EXP1", experiment.substr(1)},
                   {"fis/experiment/EXP2", experiment},
                   {"fis/template/EXT1", experimentTemplate + "x"},
                   {"fis/template/EXT2", experimentTemplate}});
        std::string problem;
        QVERIFY(test::RepairWorld::open(path, problem) == nullptr);
        const auto report = cluster::repairFolder(path);
        QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
        for (const char* loss :
             {"\"fis/experiment/EXP1\" is corrupt; the experiment is no longer listed; its fault "
              "ends by itself.",
              "\"fis/template/EXT1\" is corrupt; the experiment template is lost."})
            QVERIFY2(report->text().find(loss) != std::string::npos, report->text().c_str());
        const auto world = test::RepairWorld::open(path, problem);
        QVERIFY2(world != nullptr, problem.c_str());
        const cluster::Experiments& left = world->world().experiments();
        QVERIFY(left.experiments().size() == 1 && left.experiments().contains("EXP2"));
        QVERIFY(left.templates().size() == 1 && left.templates().contains("EXT2"));
    }
};

ORRERY_TEST_CLASS(RepairValuesTest)
#include "repair_values_test.moc"
