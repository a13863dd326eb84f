#include <QtTest>

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
// is that a flush begins only after the turns that it rests on are synced. Hence each state of the
// items (as of each event, with what was not synced lost, kept or torn) is opened with each state
// of the log from the one on with which its flush was handed out.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::DiskRecorder;
using orrery::test::DiskState;
using orrery::test::MiniWorld;

namespace {

constexpr const char* kLog = "log.mdb";
constexpr const char* kItems = "items.mdb";

std::unique_ptr<Store> openAt(const QTemporaryDir& folder) {
    LmdbOptions options;
    options.mapBytes = 64u << 20;
    options.flushPagesMax = 12;  // So that a flush of few items takes several transactions.
    auto store = openLmdbStore(folder.path().toStdString(), options);
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
    std::size_t m_finished = 0;                 // As of which event the folder had been made.
    std::vector<Moment> m_synced;               // When turns were known to be synced.
    std::vector<std::size_t> m_flushHandedOut;  // At which event.
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

private slots:
    void initTestCase() {
        m_world = std::make_unique<MiniWorld>(11, 40, 900);
        DiskRecorder recorder;
        const auto store = openAt(m_folder);
        m_finished = recorder.events().size();
        std::unique_ptr<Work> flush;
        for (int turn = 0; turn < 14; ++turn) {
            m_world->turn(*store);
            if (turn % 3 != 2) {
                auto work = store->takeLogWork();
                work->run();
                store->finishLogWork(std::move(work));
                m_synced.push_back({recorder.events().size(), m_world->recordsAt(store->synced())});
            }
            // Handed out after one turn and run after another, as a slow flusher does.
            if (turn % 4 == 1 && flush == nullptr) {
                flush = store->takeFlushWork(true);
                if (flush != nullptr) m_flushHandedOut.push_back(recorder.events().size());
            } else if (turn % 4 == 3 && flush != nullptr) {
                flush->run();
                store->finishFlushWork(std::exchange(flush, nullptr));
            }
        }
        QCOMPARE(store->health(), Health::Ok);
        QVERIFY(m_flushHandedOut.size() >= 3);
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
            // The flush that writes at this event was handed out at the last such moment before it.
            std::size_t from = 0;
            for (const std::size_t handedOut : m_flushHandedOut) {
                if (handedOut < items[i].event) from = handedOut;
            }
            for (std::size_t l = 0; l < logs.size(); ++l) {
                if (logs[l].event < from) continue;
                // Every log, or, where time matters, a third of those soon after and some later.
                const std::size_t share = logs[l].event <= from + 6 ? 3 : 101;
                if (!isLong && (l + i) % share != 0) continue;
                if (logs[l].event < m_finished || items[i].event < m_finished) continue;
                writeFile(folder, kLog, logs[l].content);
                writeFile(folder, kItems, items[i].content);
                writeFile(folder, "format", "orrery data folder, format 2\n");
                const auto store = openAt(folder);
                const std::string wrong = m_world->judge(*store, logs[l].recordsSynced);
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
                writeFile(folder, "format", "orrery data folder, format 2, unfinished\n");
                QCOMPARE(m_world->judge(*openAt(folder), 0), std::string());
                QCOMPARE(m_world->judge(*openAt(folder), 0), std::string());
            }
        }
    }

    // The judge must see what is lost: a log from before a flush that rests on it is one that no
    // cut can leave.
    void wouldNoticeATreeAheadOfItsLog() {
        const std::vector<CutFile> logs = cutsOf(kLog);
        const std::vector<CutFile> items = cutsOf(kItems);
        const QTemporaryDir folder;
        std::size_t early = 0;
        while (logs[early].recordsSynced == 0)
            ++early;
        writeFile(folder, kLog, logs[early].content);
        writeFile(folder, kItems, items.back().content);
        writeFile(folder, "format", "orrery data folder, format 2\n");
        QVERIFY(!m_world->judge(*openAt(folder), 0).empty());
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
            MiniWorld world(number, 20, 3000);
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
                    const Health expected =
                        code == ENOSPC && !flushFailed ? Health::CommitFailed : Health::ReadOnly;
                    QCOMPARE(store->health(), expected);
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
