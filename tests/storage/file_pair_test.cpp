#include <QTest>

#include <filesystem>
#include <fstream>

#include "core/storage/environment.h"
#include "core/storage/file_pair.h"
#include "core/storage/lmdb_log_writer.h"
#include "core/storage/lmdb_tree_writer.h"
#include "tests/storage/mini_world.h"
#include "tests/storage/store_harness.h"
#include "tests/support/test_main.h"

// Goal: log.mdb and items.mdb are taken only as the pair that they are: either of them missing,
// empty, from another folder or of another age is refused in a sentence that says what to do.
// Method: a small world whose files are copied at several ages and put together anew.
// power_cut_test has the pairs that a cut can leave.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::MiniWorld;

namespace fs = std::filesystem;

namespace {

fs::path pathOf(const QTemporaryDir& folder) {
    return folder.path().toStdString();
}

StorageResult<std::unique_ptr<Store>> openAt(const fs::path& folder) {
    LmdbOptions options;
    options.mapBytes = 64u << 20;
    return openLmdbStore(folder, options);
}

std::string messageOf(const StorageResult<std::unique_ptr<Store>>& opened) {
    return opened ? "(opened)" : opened.error().message();
}

void runLog(Store& store) {
    if (auto work = store.takeLogWork()) {
        work->run();
        store.finishLogWork(std::move(work));
    }
}

void runFlush(Store& store) {
    if (auto work = store.takeFlushWork(true)) {
        work->run();
        store.finishFlushWork(std::move(work));
    }
}

// Two turns, their flush, and a turn that tells the log of it.
void liveOn(Store& store, MiniWorld& world) {
    world.turn(store);
    world.turn(store);
    runLog(store);
    runFlush(store);
    world.turn(store);
    runLog(store);
}

void copyFile(const fs::path& from, const fs::path& to, const char* name) {
    fs::copy_file(from / name, to / name, fs::copy_options::overwrite_existing);
}

int recordsLeft(const Store& store, const MiniWorld& world) {
    int count = 0;
    for (std::uint64_t lsn = 1; lsn <= world.records(); ++lsn) {
        const auto record = store.record(test::kA, test::kGroup, Lsn(lsn));
        if (record && *record != nullptr) ++count;
    }
    return count;
}

// As a kill during the write after generation `ended` leaves the file.
void cutLastWriteShort(const fs::path& file, std::uint64_t ended) {
    auto environment =
        Environment::open({.file = file, .mapBytes = 64u << 20, .databases = treeDatabaseNames()});
    QVERIFY(environment.has_value());
    auto transaction = WriteTransaction::begin(**environment);
    QVERIFY(transaction.has_value());
    const Database counters = databaseOf(**environment, TreeDatabase::Counters);
    const auto mark = readPairMark(*transaction, counters);
    QVERIFY(mark.has_value() && mark->has_value());
    QVERIFY(writePairMark(*transaction, counters, {(*mark)->id, (*mark)->upper, ended}));
    QVERIFY(transaction->commit().has_value());
}

// As an earlier version leaves it.
void takeMarkAway(const fs::path& file, const std::vector<std::string>& databases,
                  std::size_t counters) {
    auto environment =
        Environment::open({.file = file, .mapBytes = 64u << 20, .databases = databases});
    QVERIFY(environment.has_value());
    auto transaction = WriteTransaction::begin(**environment);
    QVERIFY(transaction.has_value());
    QVERIFY(transaction->erase((*environment)->database(counters), "pair").value_or(false));
    QVERIFY(transaction->commit().has_value());
}

/// Fills a folder; its last flush ends after `before` has got a copy of the items.
void fillAndFlush(const fs::path& folder, const fs::path& before, MiniWorld& world) {
    const auto store = openAt(folder);
    if (!store) qFatal("%s", messageOf(store).c_str());
    liveOn(**store, world);
    for (int i = 0; i < 10; ++i)
        world.turn(**store);
    runLog(**store);
    copyFile(folder, before, "items.mdb");
    runFlush(**store);
}

}  // namespace

class FilePairTest : public QObject {
    Q_OBJECT

    // The folder as it was at three moments.
    QTemporaryDir m_ages[3];
    QTemporaryDir m_other;

private slots:
    void initTestCase() {
        const QTemporaryDir folder;
        MiniWorld world(3, 30, 300);
        for (const QTemporaryDir& age : m_ages) {
            {
                const auto store = openAt(pathOf(folder));
                QVERIFY2(store.has_value(), messageOf(store).c_str());
                liveOn(**store, world);
            }
            for (const char* name : {"log.mdb", "items.mdb", "format"})
                copyFile(pathOf(folder), pathOf(age), name);
        }
        const auto store = openAt(pathOf(m_other));
        QVERIFY(store.has_value());
        MiniWorld other(4, 30, 300);
        liveOn(**store, other);
    }

    void opensFilesOfOneAge() {
        for (const QTemporaryDir& age : m_ages)
            QCOMPARE(messageOf(openAt(pathOf(age))), std::string("(opened)"));
    }

    void refusesAnyOtherPair_data() {
        QTest::addColumn<int>("logAge");
        QTest::addColumn<int>("itemsAge");
        QTest::addColumn<QString>("says");
        const QString older = "has a log.mdb that is older than its items.mdb";
        const QString newer = "has an items.mdb that is older than its log.mdb";
        QTest::newRow("log of 1, items of 2") << 0 << 1 << older;
        QTest::newRow("log of 1, items of 3") << 0 << 2 << older;
        QTest::newRow("log of 2, items of 3") << 1 << 2 << older;
        QTest::newRow("log of 2, items of 1") << 1 << 0 << newer;
        QTest::newRow("log of 3, items of 1") << 2 << 0 << newer;
        QTest::newRow("log of 3, items of 2") << 2 << 1 << newer;
    }
    void refusesAnyOtherPair() {
        QFETCH(int, logAge);
        QFETCH(int, itemsAge);
        QFETCH(QString, says);
        const QTemporaryDir folder;
        copyFile(pathOf(m_ages[logAge]), pathOf(folder), "format");
        copyFile(pathOf(m_ages[logAge]), pathOf(folder), "log.mdb");
        copyFile(pathOf(m_ages[itemsAge]), pathOf(folder), "items.mdb");
        const std::string message = messageOf(openAt(pathOf(folder)));
        QVERIFY2(message.find(says.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(message.ends_with(
            "; restore the data folder from a backup, or run \"orreryd repair --data DIR\"."));
    }

    void refusesAFileThatIsMissingEmptyOrAnotherFolders_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("log") << "log.mdb";
        QTest::newRow("items") << "items.mdb";
    }
    void refusesAFileThatIsMissingEmptyOrAnotherFolders() {
        QFETCH(QString, name);
        const std::string file = name.toStdString();
        const QTemporaryDir folder;
        for (const char* each : {"log.mdb", "items.mdb", "format"})
            copyFile(pathOf(m_ages[1]), pathOf(folder), each);
        const auto says = [&](const std::string& text) {
            const std::string message = messageOf(openAt(pathOf(folder)));
            const bool found = message.find(text) != std::string::npos;
            if (!found) qWarning("%s", message.c_str());
            return found;
        };
        fs::remove(pathOf(folder) / file);
        QVERIFY(says("is missing its " + file));
        QVERIFY(!fs::exists(pathOf(folder) / file));
        std::ofstream(pathOf(folder) / file).flush();
        QVERIFY(says("has an empty " + file));
        copyFile(pathOf(m_other), pathOf(folder), file.c_str());
        QVERIFY(
            says("from different folders; replace one of them with the file that belongs to the "
                 "other, or restore both from one backup."));
        // One that was only just made.
        const QTemporaryDir fresh;
        QVERIFY(openAt(pathOf(fresh)).has_value());
        copyFile(pathOf(fresh), pathOf(folder), file.c_str());
        QVERIFY(says("from different folders"));
        fs::remove(pathOf(folder) / "format");
        QVERIFY(
            says("has data but no format file; restore the data folder from a backup, or run "
                 "\"orreryd repair --data DIR\"."));
        // Nothing can be repaired without the log.
        fs::remove(pathOf(folder) / "log.mdb");
        QVERIFY(says("has data but no format file and no log.mdb, which defines the tables; "));
    }

    // Without items.mdb, all that the log no longer holds is lost, and a write that is acknowledged
    // would be, too. It was noticed at the next flush only.
    void writesNothingToTheLogOnceTheItemsAreGone_data() {
        QTest::addColumn<bool>("replaced");
        QTest::newRow("deleted") << false;
        QTest::newRow("replaced") << true;
    }
    void writesNothingToTheLogOnceTheItemsAreGone() {
        QFETCH(bool, replaced);
        const QTemporaryDir folder;
        MiniWorld world(9, 30, 300);
        const auto store = openAt(pathOf(folder));
        QVERIFY(store.has_value());
        liveOn(**store, world);
        const fs::path items = pathOf(folder) / "items.mdb";
        fs::rename(items, pathOf(folder) / "away");
        if (replaced) fs::copy_file(pathOf(folder) / "away", items);
        world.turn(**store);
        runLog(**store);
        QVERIFY((*store)->figures().pendingTurns > 0);
        QVERIFY((*store)->lastError().has_value());
        const std::string message = (*store)->lastError()->message();
        QVERIFY(message.contains(items.string() + " was deleted or replaced"));
        QVERIFY((*store)->health() == Health::ReadOnly);
    }

    // A start erases the records that the last flush before it made needless. The log then says so,
    // and older items, which need those records, are refused.
    void aStartNotesTheLastFlush() {
        const QTemporaryDir folder;
        const QTemporaryDir old;
        MiniWorld world(5, 30, 300);
        fillAndFlush(pathOf(folder), pathOf(old), world);
        {
            const auto store = openAt(pathOf(folder));
            QVERIFY(store.has_value());
            const int before = recordsLeft(**store, world);
            runLog(**store);
            QVERIFY(recordsLeft(**store, world) < before);
        }
        copyFile(pathOf(old), pathOf(folder), "items.mdb");
        const std::string message = messageOf(openAt(pathOf(folder)));
        QVERIFY2(message.find("older than its log.mdb") != std::string::npos, message.c_str());
    }

    // The tree may hold part of a flush that was cut short. Nothing that only this part has is
    // erased from the log before a flush has ended, so the items from before it still open.
    void aStartErasesNothingAfterAFlushCutShort() {
        const QTemporaryDir folder;
        const QTemporaryDir old;
        MiniWorld world(6, 30, 300);
        fillAndFlush(pathOf(folder), pathOf(old), world);
        cutLastWriteShort(pathOf(folder) / "items.mdb", 1);
        const QTemporaryDir mixed;
        {
            const auto store = openAt(pathOf(folder));
            QVERIFY(store.has_value());
            const int before = recordsLeft(**store, world);
            runLog(**store);
            world.turn(**store);
            runLog(**store);
            QVERIFY(recordsLeft(**store, world) > before);
            for (const char* name : {"log.mdb", "format"})
                copyFile(pathOf(folder), pathOf(mixed), name);
            runFlush(**store);
            world.turn(**store);
            runLog(**store);
            QVERIFY(recordsLeft(**store, world) < before);
        }
        copyFile(pathOf(old), pathOf(mixed), "items.mdb");
        const auto store = openAt(pathOf(mixed));
        QVERIFY2(store.has_value(), messageOf(store).c_str());
        QCOMPARE(world.judge(**store, world.recordsAt((*store)->synced())), std::string());
    }

    // A folder of an earlier version opens as it is; its files get their marks with the first
    // flush.
    void takesUpAFolderWithoutMarks() {
        const QTemporaryDir folder;
        MiniWorld world(8, 30, 300);
        {
            const auto store = openAt(pathOf(folder));
            QVERIFY(store.has_value());
            liveOn(**store, world);
        }
        takeMarkAway(
            pathOf(folder) / "log.mdb",
            {"records", "states", "trim_marks", "values", "value_paths", "dropped", "counters"},
            static_cast<std::size_t>(LogDatabase::Counters));
        takeMarkAway(pathOf(folder) / "items.mdb", {"items", "paths", "marks", "counters"},
                     static_cast<std::size_t>(TreeDatabase::Counters));
        const QTemporaryDir old;
        for (const char* name : {"log.mdb", "items.mdb", "format"})
            copyFile(pathOf(folder), pathOf(old), name);
        {
            const auto store = openAt(pathOf(folder));
            QVERIFY2(store.has_value(), messageOf(store).c_str());
            QCOMPARE(world.judge(**store, world.records()), std::string());
            world.turn(**store);
            runLog(**store);
            runFlush(**store);
        }
        // The log does not know yet that the flush ended, so the old items lose nothing.
        const QTemporaryDir mixed;
        for (const char* name : {"log.mdb", "format"})
            copyFile(pathOf(folder), pathOf(mixed), name);
        copyFile(pathOf(old), pathOf(mixed), "items.mdb");
        {
            const auto store = openAt(pathOf(mixed));
            QVERIFY2(store.has_value(), messageOf(store).c_str());
            QCOMPARE(world.judge(**store, world.records()), std::string());
        }
        copyFile(pathOf(folder), pathOf(mixed), "items.mdb");
        copyFile(pathOf(old), pathOf(mixed), "log.mdb");
        QVERIFY(messageOf(openAt(pathOf(mixed))).find("without the id of its items.mdb") !=
                std::string::npos);
        {
            const auto store = openAt(pathOf(folder));
            QVERIFY2(store.has_value(), messageOf(store).c_str());
            liveOn(**store, world);
        }
        for (const char* name : {"log.mdb", "items.mdb"})
            copyFile(pathOf(folder), pathOf(mixed), name);
        copyFile(pathOf(old), pathOf(mixed), "items.mdb");
        QVERIFY(messageOf(openAt(pathOf(mixed))).find("older than its log.mdb") !=
                std::string::npos);
    }
};

ORRERY_TEST_CLASS(FilePairTest)
#include "file_pair_test.moc"
