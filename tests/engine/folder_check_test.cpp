// Goal: a check tells a sound folder from a damaged one and changes neither; a repair restores
// everything that the log has, and keeps the damaged file.

#include <fcntl.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>

#include "core/cluster/tables/stored_table.h"
#include "core/cluster/tables/table_values.h"
#include "core/engine/folder_check.h"
#include "core/storage/archive_rows.h"
#include "core/storage/stores.h"
#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

namespace fs = std::filesystem;

namespace {

constexpr int kItems = 200;

void fill(const fs::path& folder) {
    RunningEngine engine({.dataFolder = folder});
    QCOMPARE(engine.call("CreateTable", kCreateTable).status, 200);
    for (int i = 0; i < kItems; ++i)
        QCOMPARE(engine.call("PutItem", putJson(std::to_string(i))).status, 200);
}

/// Takes away this user's right to write to a folder. A superuser becomes nobody on this thread's
/// way to files, since no permission binds it.
class ReadOnlyFolder {
public:
    explicit ReadOnlyFolder(const fs::path& folder) : m_folder(folder) {
        constexpr uid_t kNobody = 65534;
        if (::geteuid() == 0) {
            for (const auto& entry : fs::recursive_directory_iterator(folder))
                m_owned = ::chown(entry.path().c_str(), kNobody, kNobody) == 0 && m_owned;
            m_owned = ::chown(folder.c_str(), kNobody, kNobody) == 0 && m_owned;
        }
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.is_regular_file()) fs::permissions(entry, fs::perms::owner_read);
        fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
        if (::geteuid() == 0) ::setfsuid(kNobody);
    }
    ~ReadOnlyFolder() {
        ::setfsuid(::geteuid());
        fs::permissions(m_folder, fs::perms::owner_all);
    }
    ReadOnlyFolder(const ReadOnlyFolder&) = delete;
    ReadOnlyFolder& operator=(const ReadOnlyFolder&) = delete;

    bool isReady() const {
        return m_owned && ::faccessat(AT_FDCWD, m_folder.c_str(), W_OK, AT_EACCESS) != 0;
    }

private:
    const fs::path m_folder;
    bool m_owned = true;
};

std::string contentOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

class FolderCheckTest : public QObject {
    Q_OBJECT
private slots:
    void saysThatASoundFolderIsSound() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fill(path);
        const std::string log = contentOf(path / "log.mdb");
        const auto verdict = engine::checkFolder(path);
        QVERIFY(verdict.has_value());
        QVERIFY2(verdict->isSound, verdict->text.c_str());
        QVERIFY(contentOf(path / "log.mdb") == log);
        const auto repaired = engine::repairFolder(path);
        QVERIFY(repaired.has_value());
        QVERIFY(repaired->isSound && repaired->text.ends_with("Nothing to repair.\n"));
    }

    // A check changes nothing, so it needs no permission to.
    void checksAFolderThatItCannotWriteTo() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fill(path);
        for (const char* name : {"lock", "log.mdb-lock", "items.mdb-lock"})
            fs::remove(path / name);
        const ReadOnlyFolder readOnly(path);
        if (!readOnly.isReady()) QSKIP("This user may write to every folder.");
        const auto verdict = engine::checkFolder(path);
        QVERIFY2(verdict.has_value(), verdict ? "" : verdict.error().c_str());
        QVERIFY2(verdict->isSound, verdict->text.c_str());
        QVERIFY(!fs::exists(path / "lock"));
        QVERIFY(!engine::repairFolder(path / "none").has_value());
    }

    // It was called damaged.
    void saysThatAFileMayNotBeRead() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fill(path);
        const ReadOnlyFolder readOnly(path);
        if (!readOnly.isReady()) QSKIP("This user may write to every folder.");
        fs::permissions(path / "items.mdb", fs::perms::none);
        const auto verdict = engine::checkFolder(path);
        QVERIFY(!verdict.has_value());
        QVERIFY2(verdict.error().find("items.mdb: access is denied") != std::string::npos,
                 verdict.error().c_str());
    }

    // The start names the repair, which restores what the log holds.
    void restoresWhatTheLogHoldsOfMissingItems() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fill(path);
        // A start erases the records that the flush before it made needless.
        for (int start = 0; start < 2; ++start) {
            RunningEngine engine({.dataFolder = path});
            QCOMPARE(engine.call("PutItem", putJson("last")).status, 200);
        }
        fs::remove(path / "items.mdb");
        const auto refused = engine::Engine::open({.dataFolder = path, .port = 0});
        QVERIFY(!refused.has_value());
        QVERIFY2(refused.error().find("orreryd repair --data DIR") != std::string::npos,
                 refused.error().c_str());
        const auto repaired = engine::repairFolder(path);
        QVERIFY2(repaired.has_value(), repaired ? "" : repaired.error().c_str());
        RunningEngine engine({.dataFolder = path});
        QCOMPARE(engine.call("GetItem", getJson("last")).status, 200);
    }

    void findsAFormatThatItCannotRead() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fill(path);
        std::ofstream(path / "format") << "something else\n";
        const auto verdict = engine::checkFolder(path);
        QVERIFY(verdict.has_value());
        QVERIFY(!verdict->isSound);
        QVERIFY2(verdict->text.find("did not write (\"something else\")") != std::string::npos,
                 verdict->text.c_str());
        std::ofstream(path / "format") << "orrery data folder, format 99\n";
        const auto newer = engine::repairFolder(path);
        QVERIFY(!newer.has_value());
        QVERIFY2(newer.error().find("written by a newer version") != std::string::npos,
                 newer.error().c_str());
    }

    // Neither the check nor the repair call that damage.
    void sendsToTheVersionThatWroteATable() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fill(path);
        {
            const auto store = storage::openLmdbStore(path);
            QVERIFY(store.has_value());
            const auto tables = (*store)->values(cluster::kTablePrefix);
            QVERIFY(tables && tables->size() == 1);
            auto [name, bytes] = tables->front();
            const std::size_t versionAt = ByteReader(bytes).varint() < 0x80 ? 1 : 2;
            QCOMPARE(bytes.at(versionAt), '\2');
            bytes.at(versionAt) = '\7';
            storage::Turn turn;
            turn.putValue(name, bytes);
            (*store)->commit(std::move(turn));
            auto work = (*store)->takeLogWork();
            work->run();
            (*store)->finishLogWork(std::move(work));
        }
        const std::string newer = " was written by a newer version of Orrery; ";
        const auto verdict = engine::checkFolder(path);
        QVERIFY(verdict.has_value() && !verdict->isSound);
        QVERIFY2(verdict->text.find(newer) != std::string::npos, verdict->text.c_str());
        QVERIFY(verdict->text.find("orreryd repair") == std::string::npos);
        QCOMPARE(verdict->remedy, std::string());
        const auto repaired = engine::repairFolder(path);
        QVERIFY(!repaired.has_value());
        QVERIFY2(repaired.error().find(newer) != std::string::npos, repaired.error().c_str());
    }

    void refusesWhatIsNoDataFolder() {
        const QTemporaryDir folder;
        const auto verdict = engine::checkFolder(folder.path().toStdString());
        QVERIFY(!verdict.has_value());
        QVERIFY(verdict.error().ends_with("is not a data folder."));
    }

    void findsDamageAndRebuildsTheItems_data() {
        QTest::addColumn<bool>("isMissing");
        QTest::newRow("zeroes") << false;
        QTest::newRow("missing") << true;
    }
    void findsDamageAndRebuildsTheItems() {
        QFETCH(bool, isMissing);
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fill(path);
        std::string damaged = contentOf(path / "items.mdb");
        damaged.replace(2 * 4096, damaged.size() - 2 * 4096, damaged.size() - 2 * 4096, '\0');
        if (isMissing)
            fs::remove(path / "items.mdb");
        else
            std::ofstream(path / "items.mdb", std::ios::binary) << damaged;
        const auto refused = engine::Engine::open({.dataFolder = path, .port = 0});
        QVERIFY(!refused.has_value());
        const auto verdict = engine::checkFolder(path);
        QVERIFY(verdict.has_value());
        QVERIFY(!verdict->isSound);
        const std::string state =
            (path / "items.mdb").string() + (isMissing ? ": MISSING\n" : ": DAMAGED, ");
        QVERIFY2(verdict->text.find(state) != std::string::npos, verdict->text.c_str());
        QVERIFY2(verdict->remedy.find("run \"orreryd repair") != std::string::npos,
                 verdict->remedy.c_str());
        const auto repaired = engine::repairFolder(path);
        QVERIFY2(repaired.has_value(), repaired ? "" : repaired.error().c_str());
        QVERIFY(repaired->isSound);
        QVERIFY2(repaired->text.find("Nothing is lost.") != std::string::npos,
                 repaired->text.c_str());
        // An items.mdb that cannot be read has no age.
        QVERIFY2(repaired->text.find("is older than") == std::string::npos, repaired->text.c_str());
        const fs::path kept = path / "damaged-1" / "items.mdb.damaged";
        QCOMPARE(fs::exists(kept), !isMissing);
        if (!isMissing) QVERIFY(contentOf(kept) == damaged);
        const auto after = engine::checkFolder(path);
        QVERIFY(after.has_value() && after->isSound);
        RunningEngine engine({.dataFolder = path});
        for (int i = 0; i < kItems; ++i) {
            const auto read = engine.call("GetItem", getJson(std::to_string(i)));
            QVERIFY2(read.body.find("Item") != std::string::npos, read.body.c_str());
        }
    }

    // Only readers of a stream open the archive's files, so a start does not miss them.
    void findsASegmentWithoutItsFile() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fill(path);
        {
            const auto store = storage::openLmdbStore(path);
            QVERIFY(store.has_value());
            const auto tables = (*store)->values(cluster::kTablePrefix);
            QVERIFY(tables && tables->size() == 1);
            const auto stored = cluster::decodeStoredTable(tables->front().second);
            QVERIFY(stored.has_value());
            const GroupId group = stored->partitions.front().group;
            storage::Turn turn;
            turn.putValue(
                storage::segmentName(stored->table.space, group, Lsn(1)),
                storage::encodeSegment({stored->table.space, group, Lsn(1), Lsn(2), 0, 100, 0}));
            (*store)->commit(std::move(turn));
            auto work = (*store)->takeLogWork();
            work->run();
            (*store)->finishLogWork(std::move(work));
        }
        const auto verdict = engine::checkFolder(path);
        QVERIFY(verdict.has_value() && !verdict->isSound);
        for (const char* part : {"The archive file ", ".segment is missing; ", "orreryd repair"})
            QVERIFY2(verdict->text.find(part) != std::string::npos, verdict->text.c_str());
    }

    void repairsAFolderWithoutItsFormatFile() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fill(path);
        fs::remove(path / "format");
        const auto verdict = engine::checkFolder(path);
        QVERIFY(verdict.has_value() && !verdict->isSound);
        QVERIFY2(verdict->text.find("has data but no format file; ") != std::string::npos,
                 verdict->text.c_str());
        QVERIFY(verdict->text.find("orreryd repair") != std::string::npos);
        QCOMPARE(verdict->remedy, std::string());
        const auto repaired = engine::repairFolder(path);
        QVERIFY2(repaired.has_value(), repaired ? "" : repaired.error().c_str());
        QVERIFY2(repaired->isSound, repaired->text.c_str());
        RunningEngine engine({.dataFolder = path});
        QVERIFY(engine.call("GetItem", getJson("0")).body.find("Item") != std::string::npos);
    }

    void doesNotRepairWithoutACatalog() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fill(path);
        std::string damaged = contentOf(path / "log.mdb");
        for (std::size_t at = 2 * 4096; at < damaged.size(); at += 4096)
            damaged.replace(at, 4096, 4096, 'x');
        std::ofstream(path / "log.mdb", std::ios::binary) << damaged;
        const auto repaired = engine::repairFolder(path);
        QVERIFY(!repaired.has_value());
        QVERIFY2(repaired.error().find("log.mdb is corrupt beyond reading") != std::string::npos,
                 repaired.error().c_str());
        QVERIFY(contentOf(path / "log.mdb") == damaged);
        fs::remove(path / "log.mdb");
        const auto verdict = engine::checkFolder(path);
        QVERIFY(verdict.has_value() && !verdict->isSound);
        QVERIFY2(verdict->text.find("log.mdb: MISSING\n") != std::string::npos,
                 verdict->text.c_str());
        QVERIFY2(verdict->remedy.starts_with("log.mdb defines the tables"),
                 verdict->remedy.c_str());
        const auto missing = engine::repairFolder(path);
        QVERIFY(!missing.has_value());
        QVERIFY2(
            missing.error().find("log.mdb is missing. It defines the tables") != std::string::npos,
            missing.error().c_str());
    }
};

ORRERY_TEST_CLASS(FolderCheckTest)
#include "folder_check_test.moc"
