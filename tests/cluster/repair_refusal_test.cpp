// Goal: a repair that would lose what another version or another folder has is refused and changes
// nothing.

#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>

#include "core/cluster/repair/folder_repair.h"
#include "tests/cluster/repair_world.h"
#include "tests/storage/disk_recorder.h"
#include "tests/support/test_main.h"

using namespace orrery;

namespace fs = std::filesystem;

namespace {

std::string contentOf(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void commit(const fs::path& folder, storage::Turn turn) {
    const auto store = storage::openLmdbStore(folder, {.mapBytes = 64u << 20});
    QVERIFY(store.has_value());
    (*store)->commit(std::move(turn));
    while (auto log = (*store)->takeLogWork()) {
        log->run();
        (*store)->finishLogWork(std::move(log));
    }
}

/// The message of a repair that is refused.
std::string refusal(const fs::path& folder) {
    const std::string log = contentOf(folder / "log.mdb");
    const std::string items = contentOf(folder / "items.mdb");
    const auto report = cluster::repairFolder(folder);
    if (report) return "repaired: " + report->text();
    const bool isSame =
        contentOf(folder / "log.mdb") == log && contentOf(folder / "items.mdb") == items;
    return isSame ? report.error().message() : "changed files";
}

}  // namespace

class RepairRefusalTest : public QObject {
    Q_OBJECT

    const test::DiskRecorder m_noSyncs;
    QTemporaryDir m_folder;

    fs::path folder() const { return m_folder.path().toStdString(); }
    GroupId aGroup() const {
        std::string problem;
        const auto world = test::RepairWorld::open(folder(), problem);
        return world->world().makeSnapshot()->regions.at(0)->tables.at(0)->partitions.at(0).group;
    }

private slots:
    void initTestCase() { test::writeRepairFolder(folder(), 1); }

    void refusesWhatALaterVersionWrote_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("a table") << "table/77" << QByteArray("\5\x9late", 6);
        QTest::newRow("a global table") << "global/77" << QByteArray("\x9later", 6);
        QTest::newRow("a job") << "job/77" << QByteArray("\x9later", 6);
        QTest::newRow("a kind of job") << "job/77" << QByteArray("\1\x63later", 7);
        QTest::newRow("a stream") << "stream/1/2" << QByteArray("\x9later", 6);
        QTest::newRow("the list of faults") << "faults" << QByteArray("\0\x9later", 7);
        QTest::newRow("a partition") << "" << QByteArray("\x9later", 6);
    }
    void refusesWhatALaterVersionWrote() {
        QFETCH(QString, name);
        QFETCH(QByteArray, value);
        const GroupId group = aGroup();
        storage::Turn turn;
        std::optional<std::string> before;
        {
            const auto store = storage::openLmdbStore(folder(), {.mapBytes = 64u << 20});
            before = name.isEmpty() ? *(*store)->groupState(VolumeId(0), group)
                                    : *(*store)->value(name.toStdString());
        }
        const auto put = [&](const std::optional<std::string>& bytes) {
            if (name.isEmpty())
                turn.putGroupState(VolumeId(0), group, *bytes);
            else if (bytes)
                turn.putValue(name.toStdString(), *bytes);
            else
                turn.eraseValue(name.toStdString());
            commit(folder(), std::exchange(turn, {}));
        };
        put(value.toStdString());
        const std::string message = refusal(folder());
        put(before);
        QVERIFY2(message.find("was written by a newer version of Orrery; ") != std::string::npos,
                 message.c_str());
    }

    void refusesFilesOfTwoFolders() {
        const QTemporaryDir other;
        test::writeRepairFolder(other.path().toStdString(), 2);
        fs::copy_file(folder() / "log.mdb", fs::path(other.path().toStdString()) / "log.mdb",
                      fs::copy_options::overwrite_existing);
        const std::string message = refusal(other.path().toStdString());
        QVERIFY2(message.find("from different folders") != std::string::npos, message.c_str());
    }
};

ORRERY_TEST_CLASS(RepairRefusalTest)
#include "repair_refusal_test.moc"
