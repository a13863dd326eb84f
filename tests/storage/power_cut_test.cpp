#include <QTest>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/storage/disk_recorder.h"
#include "tests/storage/mini_world.h"
#include "tests/storage/store_harness.h"
#include "tests/support/test_main.h"

// Goal: whatever the two files are when the power goes, every synced turn is found, whole, and each
// tree becomes what its log says.
//
// Method: every write and sync of a short run is recorded, with flushes between the turns. The log
// and the trees are written by two threads, so a cut may meet them at different points; what holds
// is that a flush begins only after the turns that it rests on are synced and the log has allowed
// it. Hence each state of the items (as of each event, with what was not synced lost, kept or torn)
// is opened with each state of the log from there on until the log may know of the next flush. Any
// other pair is one that no cut leaves: it is refused, or nothing is lost.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::Copies;
using orrery::test::DiskRecorder;
using orrery::test::DiskState;
using orrery::test::MiniWorld;

namespace {

constexpr const char* kLog = "log.mdb";
constexpr const char* kItems = "items.mdb";

LmdbOptions optionsHere() {
    LmdbOptions options;
    options.mapBytes = 64u << 20;
    options.flushPagesMax = 12;  // So that a flush of few items takes several transactions.
    return options;
}

std::unique_ptr<Store> openAt(const QTemporaryDir& folder) {
    auto store = openLmdbStore(folder.path().toStdString(), optionsHere());
    if (!store) qFatal("%s", store.error().message().c_str());
    return *std::move(store);
}

void writeFile(const QTemporaryDir& folder, const char* name, const std::string& content) {
    // A new file: some file systems write one that is truncated to the disk at once.
    const std::filesystem::path path = folder.filePath(name).toStdString();
    std::filesystem::remove(path);
    std::ofstream out(path, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
}

// A file as a cut may leave it, and what is known of the moment of the cut.
struct CutFile {
    std::string content;
    std::size_t event = 0;  // How many events there were.
    std::uint64_t recordsSynced = 0;
};

}  // namespace

class PowerCutTest : public QObject {
    Q_OBJECT

    struct Moment {
        std::size_t event;
        std::uint64_t recordsSynced;
    };

    QTemporaryDir m_folder;
    std::vector<DiskRecorder::Event> m_events;
    std::size_t m_finished = 0;                // As of which event the folder had been made.
    std::vector<Moment> m_synced;              // When turns were known to be synced.
    std::vector<std::size_t> m_flushFinished;  // At which event.
    std::unique_ptr<MiniWorld> m_world;

    std::vector<CutFile> cutsOf(const char* name) const {
        std::vector<CutFile> cuts;
        DiskState state;
        std::uint64_t recordsSynced = 0;
        auto moment = m_synced.begin();
        for (std::size_t i = 0; i <= m_events.size(); ++i) {
            while (moment != m_synced.end() && moment->event <= i)
                recordsSynced = (moment++)->recordsSynced;
            const bool isOurs = i == 0 || m_events[i - 1].file == name;
            if (i > 0) state.take(m_events[i - 1]);
            if (!isOurs) {
                if (!cuts.empty()) cuts.back().recordsSynced = recordsSynced;
                continue;
            }
            for (std::string& content : state.cuts(name, i)) {
                if (!content.empty()) cuts.push_back({std::move(content), i, recordsSynced});
            }
        }
        return cuts;
    }

    // The states of the log that may be there with the items as of an event: from the one that
    // allowed the flush that wrote last to the one that the owner learned of the next flush with.
    struct Span {
        std::size_t from = 0;
        std::size_t until = SIZE_MAX;
    };
    Span logsWith(std::size_t itemsEvent) const {
        Span span;
        const auto isItems = [&](std::size_t at) { return m_events[at].file == kItems; };
        for (std::size_t at = 1; at < itemsEvent; ++at) {
            if (isItems(at) && !isItems(at - 1)) span.from = at;
        }
        std::size_t next = itemsEvent;
        while (next < m_events.size() && !isItems(next))
            ++next;
        const auto finish = std::ranges::lower_bound(m_flushFinished, next + 1);
        if (finish != m_flushFinished.end()) span.until = *finish;
        return span;
    }

    static StorageResult<std::unique_ptr<Store>> openPair(const QTemporaryDir& folder,
                                                          const CutFile& log,
                                                          const CutFile& items) {
        writeFile(folder, kLog, log.content);
        writeFile(folder, kItems, items.content);
        writeFile(folder, "format", "orrery data folder, format 6\n");
        return openLmdbStore(folder.path().toStdString(), optionsHere());
    }

private slots:
    void initTestCase() {
        m_world = std::make_unique<MiniWorld>(11, 40, 900, Copies::Some);
        DiskRecorder recorder;
        const auto store = openAt(m_folder);
        m_finished = recorder.events().size();
        std::unique_ptr<Work> flush;
        for (int turn = 0; turn < 18; ++turn) {
            m_world->turn(*store);
            if (turn % 3 != 2) {
                auto work = store->takeLogWork();
                work->run();
                store->finishLogWork(std::move(work));
                m_synced.push_back({recorder.events().size(), m_world->recordsAt(store->synced())});
            }
            // Run at once, or only two turns later, as a slow flusher does.
            const bool isSlow = turn % 8 > 3;
            if (turn % 4 == 1 && flush == nullptr) {
                flush = store->takeFlushWork(true);
                if (flush != nullptr && !isSlow) flush->run();
            } else if (turn % 4 == 3 && flush != nullptr) {
                if (isSlow) flush->run();
                store->finishFlushWork(std::exchange(flush, nullptr));
                m_flushFinished.push_back(recorder.events().size());
            }
        }
        QCOMPARE(store->health(), Health::Ok);
        // Something was trimmed, or the test tells nothing of it.
        QCOMPARE(*store->record(test::kA, test::kGroup, Lsn(1)), SharedBytes());
        QVERIFY(m_flushFinished.size() >= 3);
        QVERIFY(m_world->copiesEnded() >= 1);
        m_events = recorder.events();
    }

    void recordsWhatTheFilesHold() {
        DiskState state;
        for (const DiskRecorder::Event& event : m_events)
            state.take(event);
        for (const char* name : {kLog, kItems}) {
            std::ifstream in(m_folder.filePath(name).toStdString(), std::ios::binary);
            const std::string content{std::istreambuf_iterator<char>(in), {}};
            QVERIFY(content == state.cuts(name, 0).front());
        }
    }

    void findsEverySyncedTurnAfterAnyCut() {
        const std::vector<CutFile> logs = cutsOf(kLog);
        const std::vector<CutFile> items = cutsOf(kItems);
        QVERIFY(logs.size() > 100);
        QVERIFY(items.size() > 20);
        const DiskRecorder noSyncs;  // Nothing here needs the disk.
        const bool isLong = qEnvironmentVariableIsSet("ORRERY_LONG");
        const QTemporaryDir folder;
        std::uint64_t opened = 0;
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Span span = logsWith(items[i].event);
            for (std::size_t l = 0; l < logs.size(); ++l) {
                if (logs[l].event < span.from || logs[l].event > span.until) continue;
                // Every log, or, where time matters, those soon after and some later.
                const std::size_t share = logs[l].event <= span.from + 6 ? 1 : 13;
                if (!isLong && (l + i) % share != 0) continue;
                if (logs[l].event < m_finished || items[i].event < m_finished) continue;
                const auto store = openPair(folder, logs[l], items[i]);
                QVERIFY2(store.has_value(), store ? "" : store.error().message().c_str());
                const std::string wrong = m_world->judge(**store, logs[l].recordsSynced);
                if (!wrong.empty())
                    qWarning("items as of event %zu, log as of event %zu", items[i].event,
                             logs[l].event);
                QCOMPARE(wrong, std::string());
                ++opened;
            }
        }
        qInfo("%llu pairs of files opened", static_cast<unsigned long long>(opened));
        QVERIFY(opened > 1000);
    }

    void makesAFolderAnewThatWasNeverFinished() {
        const DiskRecorder noSyncs;
        for (const CutFile& log : cutsOf(kLog)) {
            for (const CutFile& items : cutsOf(kItems)) {
                if (log.event > m_finished || items.event > m_finished) continue;
                const QTemporaryDir folder;
                writeFile(folder, kLog, log.content);
                writeFile(folder, kItems, items.content);
                writeFile(folder, "format", "orrery data folder, format 6, unfinished\n");
                QCOMPARE(m_world->judge(*openAt(folder), 0), std::string());
                QCOMPARE(m_world->judge(*openAt(folder), 0), std::string());
            }
        }
    }

    // Either file from any moment: refused, or nothing that the log had synced is lost and each
    // tree becomes what the log says.
    void refusesFilesOfDifferentAgeOrLosesNothing() {
        const std::vector<CutFile> logs = cutsOf(kLog);
        const std::vector<CutFile> items = cutsOf(kItems);
        const DiskRecorder noSyncs;
        const QTemporaryDir folder;
        std::uint64_t refused = 0;
        std::uint64_t opened = 0;
        Prng prng(5);
        for (int i = 0; i < 1500; ++i) {
            const CutFile& log = logs[prng.below(logs.size())];
            const CutFile& tree = items[prng.below(items.size())];
            if (log.event < m_finished || tree.event < m_finished) continue;
            const auto store = openPair(folder, log, tree);
            if (!store) {
                const std::string why = store.error().message();
                QVERIFY2(why.find("older than its") != std::string::npos, why.c_str());
                const Span span = logsWith(tree.event);
                QVERIFY(log.event < span.from || log.event > span.until);
                ++refused;
                continue;
            }
            QCOMPARE(m_world->judge(**store, log.recordsSynced), std::string());
            ++opened;
        }
        qInfo("%llu pairs refused, %llu opened", static_cast<unsigned long long>(refused),
              static_cast<unsigned long long>(opened));
        QVERIFY(refused > 300);
        QVERIFY(opened > 100);
    }

    void refusesATreeAheadOfItsLog() {
        const std::vector<CutFile> logs = cutsOf(kLog);
        const std::vector<CutFile> items = cutsOf(kItems);
        const QTemporaryDir folder;
        std::size_t early = 0;
        while (logs[early].recordsSynced == 0)
            ++early;
        const auto store = openPair(folder, logs[early], items.back());
        QVERIFY(!store.has_value());
        QCOMPARE(store.error().message(),
                 "The data folder " + folder.path().toStdString() +
                     " has a log.mdb that is older than its items.mdb; restore the data folder "
                     "from a backup, or run \"orreryd repair --data DIR\".");
    }

    // The memtable stays, and its reads, until the flush finds room; logs are written meanwhile.
    void flushesAgainOnceThereIsRoom() {
        const QTemporaryDir folder;
        MiniWorld world(9, 20, 3000, Copies::Some);
        {
            DiskRecorder recorder;
            const auto store = openAt(folder);
            const auto runLog = [&] {
                auto work = store->takeLogWork();
                work->run();
                store->finishLogWork(std::move(work));
            };
            const auto runFlush = [&] {
                auto work = store->takeFlushWork(true);
                work->run();
                store->finishFlushWork(std::move(work));
            };
            for (std::uint64_t number = 1; number <= 12; ++number) {
                world.turn(*store);
                runLog();
                recorder.failWrites(number, ENOSPC);
                runFlush();
                if (store->health() == Health::Ok) break;  // It needs no more writes than that.
                QCOMPARE(store->health(), Health::NoRoom);
                QVERIFY(store->takeFlushWork(true) == nullptr);
                recorder.failWrites(UINT64_MAX, 0);
                world.turn(*store);
                runLog();
                QVERIFY(store->health() <= Health::CommitFailed);
                if (store->health() == Health::CommitFailed) break;  // A meta page was not written.
                QCOMPARE(world.recordsAt(store->synced()), world.records());
                store->tryAgain();
                QCOMPARE(store->health(), Health::Ok);
                runFlush();
                if (store->health() == Health::CommitFailed) break;
                QCOMPARE(store->health(), Health::Ok);
                QVERIFY(!store->lastError().has_value());
            }
        }
        const DiskRecorder noSyncs;
        const auto again = openAt(folder);
        const auto last = again->lastLsn(test::kA, test::kGroup);
        QCOMPARE(world.judge(*again, last->value()), std::string());
    }

    void failsWholeWhereTheDiskFails_data() {
        QTest::addColumn<bool>("sync");
        QTest::addColumn<int>("code");
        QTest::newRow("a full disk") << false << ENOSPC;
        QTest::newRow("a write error") << false << EIO;
        QTest::newRow("a sync error") << true << EIO;
    }
    // The n-th write or sync of a run fails, and all after it, for every n.
    void failsWholeWhereTheDiskFails() {
        QFETCH(bool, sync);
        QFETCH(int, code);
        bool hasFailed = true;
        for (std::uint64_t number = 1; hasFailed; ++number) {
            QTemporaryDir folder;
            MiniWorld world(number, 20, 3000, Copies::Some);
            std::uint64_t synced = 0;
            {
                DiskRecorder recorder;
                const auto store = openAt(folder);
                if (sync)
                    recorder.failSyncs(number, code);
                else
                    recorder.failWrites(number, code);
                bool flushFailed = false;
                for (int turn = 0; turn < 6; ++turn) {
                    world.turn(*store);
                    if (auto work = store->takeLogWork()) {
                        work->run();
                        store->finishLogWork(std::move(work));
                    }
                    synced = world.recordsAt(store->synced());
                    if (auto work = turn % 2 == 1 ? store->takeFlushWork(true) : nullptr) {
                        const bool before = recorder.hasFailed();
                        work->run();
                        store->finishFlushWork(std::move(work));
                        flushFailed = !before && recorder.hasFailed();
                    }
                    if (recorder.hasFailed()) break;
                }
                hasFailed = recorder.hasFailed();
                if (hasFailed) {
                    const Health whenFull = flushFailed ? Health::NoRoom : Health::CommitFailed;
                    QCOMPARE(store->health(), code == ENOSPC ? whenFull : Health::ReadOnly);
                    QVERIFY(store->lastError().has_value());
                    QCOMPARE(store->takeLogWork().get(), static_cast<Work*>(nullptr));
                    QCOMPARE(store->takeFlushWork(true).get(), static_cast<Work*>(nullptr));
                } else {
                    QCOMPARE(store->health(), Health::Ok);
                }
            }
            const DiskRecorder noSyncs;
            const auto again = openAt(folder);
            QCOMPARE(world.judge(*again, synced), std::string());
            // It goes on.
            MiniWorld other(number, 5, 10);
            QCOMPARE(again->health(), Health::Ok);
            QVERIFY(number < 1000);
        }
    }
};

ORRERY_TEST_CLASS(PowerCutTest)
#include "power_cut_test.moc"
