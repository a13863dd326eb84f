#include <sys/wait.h>
#include <unistd.h>

#include <QTest>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "core/storage/lmdb_log_writer.h"
#include "tests/storage/disk_recorder.h"
#include "tests/storage/mini_world.h"
#include "tests/storage/store_harness.h"
#include "tests/support/test_main.h"

// What only a store in a folder has: the folder itself, its lock and format, a map that grows, a
// process that is killed, and workers on other threads.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::DiskRecorder;
using orrery::test::MiniWorld;
using orrery::test::StoreHarness;

namespace {

StorageResult<std::unique_ptr<Store>> openAt(const QTemporaryDir& folder,
                                             const LmdbOptions& options = {}) {
    return openLmdbStore(folder.path().toStdString(), options);
}

std::string messageOf(const StorageResult<std::unique_ptr<Store>>& opened) {
    return opened ? "(opened)" : opened.error().message();
}

void writeText(const QString& path, const std::string& text) {
    std::ofstream(path.toStdString(), std::ios::binary) << text;
}

// A process of our own that runs `body` with the end of a pipe to write to, and never returns.
class Child {
public:
    explicit Child(const std::function<void(int)>& body) {
        int ends[2];
        if (::pipe(ends) != 0) qFatal("pipe");
        m_pid = ::fork();
        if (m_pid == 0) {
            ::close(ends[0]);
            body(ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        m_pipe = ends[0];
    }
    ~Child() {
        kill();
        ::close(m_pipe);
    }

    ::pid_t pid() const { return m_pid; }
    /// The next number that it wrote; nothing once it has ended.
    std::optional<std::uint64_t> next() {
        std::uint64_t number = 0;
        if (::read(m_pipe, &number, sizeof number) != sizeof number) return std::nullopt;
        return number;
    }
    void kill() {
        if (m_pid <= 0) return;
        ::kill(m_pid, SIGKILL);
        ::waitpid(std::exchange(m_pid, -1), nullptr, 0);
    }

private:
    ::pid_t m_pid = -1;
    int m_pipe = -1;
};

void say(int pipe, std::uint64_t number) {
    if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(1);
}

}  // namespace

class LmdbStoreTest : public QObject {
    Q_OBJECT
private slots:
    void makesTheFolderWhereItIsMissing() {
        const QTemporaryDir folder;
        const std::filesystem::path path =
            std::filesystem::path(folder.path().toStdString()) / "deep" / "data";
        QVERIFY(openLmdbStore(path).has_value());
        QVERIFY(std::filesystem::exists(path / "log.mdb"));
        QVERIFY(std::filesystem::exists(path / "items.mdb"));
        QVERIFY(openLmdbStore(path).has_value());
    }

    // A folder whose name is lost with the power takes all that was synced in it along.
    void syncsTheNamesOfTheFoldersThatItMakes() {
        const QTemporaryDir folder;
        const std::filesystem::path base = std::filesystem::canonical(folder.path().toStdString());
        const DiskRecorder recorder;
        const auto synced = [&](const std::filesystem::path& path) {
            return std::ranges::count(recorder.folderSyncs(), path.string());
        };
        QVERIFY(openLmdbStore(base / "deep" / "data" / "").has_value());
        QVERIFY(synced(base) >= 1);
        QVERIFY(synced(base / "deep") >= 1);
        const auto before = synced(base / "deep");
        QVERIFY(openLmdbStore(base / "deep" / "data").has_value());
        QCOMPARE(synced(base / "deep"), before);
        // One that somebody made and nobody finished.
        std::filesystem::create_directory(base / "made");
        const auto above = synced(base);
        QVERIFY(openLmdbStore(base / "made").has_value());
        QVERIFY(synced(base) > above);
    }

    void refusesAFolderThatIsInUseAndNamesTheProcess() {
        const QTemporaryDir folder;
        Child child([&](int pipe) {
            const auto store = openAt(folder);
            say(pipe, store.has_value());
            ::pause();
        });
        QCOMPARE(child.next(), std::optional<std::uint64_t>(1));
        const std::string pid = std::to_string(child.pid());
        const std::string refused = messageOf(openAt(folder));
        QCOMPARE(refused, "The data folder " + folder.path().toStdString() +
                              " is in use by storage_tests (process " + pid +
                              "); stop that process or choose another folder.");
        // Also if somebody takes the lock file for stale.
        std::filesystem::remove(std::filesystem::path(folder.path().toStdString()) / "lock");
        QVERIFY(messageOf(openAt(folder)).find("is in use by another process") !=
                std::string::npos);
        child.kill();
        const auto store = openAt(folder);
        QVERIFY(store.has_value());
        // A second time in the same process as well.
        QVERIFY(messageOf(openAt(folder)).find("(process " + std::to_string(::getpid()) + ")") !=
                std::string::npos);
    }

    void refusesWhatItDoesNotKnowInOneSentence_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("says");
        QTest::newRow("newer")
            << "orrery data folder, format 7\n"
            << "was written by a newer version (format 7; this version reads up to 6)"
               "; use that version or choose another folder.";
        QTest::newRow("foreign") << "something else\n"
                                 << "has a format file that this program did not write "
                                    "(\"something else\"); restore the data folder from a backup, "
                                    "or run \"orreryd repair --data DIR\".";
        QTest::newRow("empty") << ""
                               << "has an empty format file; restore the data folder from a backup";
        QTest::newRow("zero") << "orrery data folder, format 0\n"
                              << "has a format file that this program did not write";
    }
    void refusesWhatItDoesNotKnowInOneSentence() {
        QFETCH(QString, format);
        QFETCH(QString, says);
        const QTemporaryDir folder;
        QVERIFY(openAt(folder).has_value());
        writeText(folder.filePath("format"), format.toStdString());
        const std::string message = messageOf(openAt(folder));
        QVERIFY2(message.find(says.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(message.starts_with("The data folder "));
        writeText(folder.filePath("format"), "orrery data folder, format 6\n");
        QVERIFY(openAt(folder).has_value());
        std::filesystem::remove(folder.filePath("format").toStdString());
        std::filesystem::create_directory(folder.filePath("format").toStdString());
        QVERIFY(messageOf(openAt(folder)).find("something else in place of its format file") !=
                std::string::npos);
        std::filesystem::remove(folder.filePath("format").toStdString());
        QVERIFY(messageOf(openAt(folder)).find("no format file") != std::string::npos);
    }

    // A program that knows format 1 only must refuse the folder before it meets a later record.
    void saysTheNewFormatBeforeItChangesAnOlderFolder() {
        const QTemporaryDir folder;
        QVERIFY(openAt(folder).has_value());
        const QString older = "orrery data folder, format 1\n";
        writeText(folder.filePath("format"), older.toStdString());
        const auto format = [&] {
            QFile file(folder.filePath("format"));
            return file.open(QIODevice::ReadOnly) ? QString(file.readAll()) : QString();
        };
        const auto store = openAt(folder);
        QVERIFY(store.has_value());
        QCOMPARE(format(), older);
        Turn turn;
        turn.putValue("name", "value");
        (*store)->commit(std::move(turn));
        auto work = (*store)->takeLogWork();
        QVERIFY(work != nullptr);
        work->run();
        QCOMPARE(format(), QString("orrery data folder, format 6\n"));
        (*store)->finishLogWork(std::move(work));
        QCOMPARE((*store)->health(), Health::Ok);
    }

    void refusesAFolderThatItCannotUse() {
        const QTemporaryDir folder;
        writeText(folder.filePath("file"), "");
        const auto opened = openLmdbStore(folder.filePath("file/data").toStdString());
        QVERIFY(messageOf(opened).find("failed on") != std::string::npos);
        const QTemporaryDir damaged;
        QVERIFY(openAt(damaged).has_value());
        writeText(damaged.filePath("items.mdb"), std::string(20'000, 'x'));
        QVERIFY(messageOf(openAt(damaged)).find("is corrupt") != std::string::npos);
    }

    void growsItsMapsWhenTheyAreFull() {
        StoreHarness::Options options;
        options.mapBytes = 1u << 20;
        StoreHarness harness("lmdb", options);
        const std::string image(4000, 'i');
        for (std::uint64_t lsn = 1; lsn <= 800; ++lsn) {
            harness.appendEverywhere(test::kGroup, lsn, {image});
            harness.apply({test::kA, test::kB}, "key " + std::to_string(lsn), image, lsn);
            if (lsn % 50 == 0) harness.flushAll();
        }
        harness.flushAll();
        QCOMPARE(harness->health(), Health::Ok);
        QCOMPARE(harness->synced(), Ticket(800));
        QVERIFY(harness->figures().logFileBytes > 8u << 20);
        QVERIFY(harness->figures().treeFileBytes > 4u << 20);
        harness.reopen();
        QCOMPARE(harness.record(test::kC, test::kGroup, 800), image);
        QCOMPARE(harness.scan(test::kB, "", "").size(), std::size_t{800});
    }

    // A mark that is damaged lets no record go.
    void keepsRecordsWhoseTrimMarkIsDamaged_data() {
        QTest::addColumn<QByteArray>("mark");
        QTest::newRow("zero") << QByteArray(8, '\0');
        QTest::newRow("cut off") << QByteArray(3, '\0');
        QTest::newRow("empty") << QByteArray();
    }
    void keepsRecordsWhoseTrimMarkIsDamaged() {
        QFETCH(QByteArray, mark);
        const QTemporaryDir folder;
        const auto syncAll = [](Store& store) {
            while (auto work = store.takeLogWork()) {
                work->run();
                store.finishLogWork(std::move(work));
            }
        };
        {
            const auto store = openAt(folder);
            Turn turn;
            for (std::uint64_t lsn = 1; lsn <= 3; ++lsn)
                turn.append(test::kB, test::kGroup, Lsn(lsn), share("record"));
            turn.setTrimMark(test::kB, test::kGroup, Lsn(2));
            (*store)->commit(std::move(turn));
            syncAll(**store);
        }
        {
            auto environment = Environment::open(
                {folder.filePath("log.mdb").toStdString(), 1u << 30, logDatabaseNames()});
            auto transaction = WriteTransaction::begin(**environment);
            QVERIFY(transaction
                        ->put(databaseOf(**environment, LogDatabase::TrimMarks),
                              stateKey(test::kGroup, test::kB), mark.toStdString())
                        .has_value());
            QVERIFY(transaction->commit().has_value());
        }
        const auto store = openAt(folder);
        const TreeChange change{"key", share("image")};
        (*store)->apply(test::kB, test::kGroup, std::span(&change, 1),
                        TreeMark{Lsn(3), 3, 1, 1, 1});
        (*store)->commit({});
        syncAll(**store);
        if (auto work = (*store)->takeFlushWork(true)) {
            work->run();
            (*store)->finishFlushWork(std::move(work));
        }
        syncAll(**store);
        for (std::uint64_t lsn = 1; lsn <= 3; ++lsn)
            QCOMPARE(**(*store)->record(test::kB, test::kGroup, Lsn(lsn)), std::string("record"));
        if (mark.size() != 8) QVERIFY((*store)->damage().has_value());
    }

    void answersAheadOfTheDiskWithinABoundWhereRelaxed() {
        StoreHarness::Options options;
        options.durability = Durability::Relaxed;
        StoreHarness harness("lmdb", options);
        harness.apply({test::kA}, "k", "image", 1);
        const Ticket first = harness.appendEverywhere(test::kGroup, 1, {"one"});
        QCOMPARE(harness->synced(), first);
        QCOMPARE(harness->figures().pendingTurns, std::uint64_t{1});
        // The tree still waits for the disk.
        QVERIFY(harness->takeFlushWork(true) == nullptr);
        const std::string large(1u << 20, 'x');
        std::uint64_t lsn = 1;
        Ticket ticket = first;
        for (; harness->synced() == ticket && lsn < 20; ++lsn)
            ticket = harness.appendEverywhere(test::kGroup, lsn + 1, {large});
        const Ticket held = harness->synced();
        QVERIFY(held < ticket);
        harness.appendEverywhere(test::kGroup, lsn + 1, {large});
        QCOMPARE(harness->synced(), held);
        harness.syncAll();
        QVERIFY(harness->synced() > ticket);
        QCOMPARE(harness->figures().pendingTurns, std::uint64_t{0});
        harness.appendEverywhere(test::kGroup, lsn + 2, {"lost"});
        harness.reopen();
        QCOMPARE(*harness->lastLsn(test::kB, test::kGroup), Lsn(lsn + 1));
    }

    // kill -9 in the middle of writing; every turn that was said to be synced is there.
    void losesNothingSyncedWhenItIsKilled() {
        for (std::uint64_t kills = 1; kills <= 12; ++kills) {
            const QTemporaryDir fresh;
            Child child([&](int pipe) {
                const auto opened = openAt(fresh);
                if (!opened) ::_exit(1);
                Store& store = **opened;
                MiniWorld world(kills, 30, 600, test::Copies::Some);
                for (int turn = 0; turn < 100'000; ++turn) {
                    world.turn(store);
                    auto work = store.takeLogWork();
                    work->run();
                    store.finishLogWork(std::move(work));
                    say(pipe, world.recordsAt(store.synced()));
                    if (turn % 5 != 4) continue;
                    if (auto flush = store.takeFlushWork(true)) {
                        flush->run();
                        store.finishFlushWork(std::move(flush));
                    }
                }
            });
            std::uint64_t synced = 0;
            for (std::uint64_t turns = 0; turns < 3 * kills; ++turns)
                synced = child.next().value_or(synced);
            child.kill();
            while (const auto more = child.next())
                synced = *more;
            QVERIFY(synced > 0);
            // The same seed says what was written, beyond what was synced too.
            MiniWorld world(kills, 30, 600, test::Copies::Some);
            const auto memory = MemoryStore::create();
            while (world.records() < synced + 8)
                world.turn(*memory);
            const auto store = openAt(fresh);
            QVERIFY2(store.has_value(), messageOf(store).c_str());
            QCOMPARE(world.judge(**store, synced), std::string());
        }
    }

    // The owner reads and scans while both workers write. For the thread sanitizer above all.
    void readsWhileWorkersWrite() {
        const QTemporaryDir folder;
        LmdbOptions options;
        options.memtableBytesMax = 64u << 10;
        const auto opened = openAt(folder, options);
        QVERIFY(opened.has_value());
        Store& store = **opened;
        MiniWorld world(5, 200, 800);
        const auto inBackground = [](std::unique_ptr<Work>& work) {
            return work == nullptr ? std::thread() : std::thread([&work] { work->run(); });
        };
        for (int round = 0; round < 120; ++round) {
            world.turn(store);
            auto log = store.takeLogWork();
            auto flush = store.takeFlushWork(round % 10 == 0);
            std::thread logWriter = inBackground(log);
            std::thread flusher = inBackground(flush);
            world.turn(store);
            std::uint64_t visited = 0;
            for (const VolumeId volume : {test::kA, test::kB, test::kC}) {
                QVERIFY(store.record(volume, test::kGroup, Lsn(1)).has_value());
                QVERIFY(store.get(volume, "key 1").has_value());
                QVERIFY(store
                            .scan(volume, "", "", ScanDirection::Backward,
                                  [&](auto, auto) {
                                      ++visited;
                                      return ScanStep::Continue;
                                  })
                            .has_value());
            }
            if (logWriter.joinable()) logWriter.join();
            if (flusher.joinable()) flusher.join();
            if (log != nullptr) store.finishLogWork(std::move(log));
            if (flush != nullptr) store.finishFlushWork(std::move(flush));
        }
        while (auto log = store.takeLogWork()) {
            log->run();
            store.finishLogWork(std::move(log));
        }
        QCOMPARE(store.health(), Health::Ok);
        QCOMPARE(world.judge(store, world.records()), std::string());
    }
};

ORRERY_TEST_CLASS(LmdbStoreTest)
#include "lmdb_store_test.moc"
