#include <QTest>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "tests/storage/archive_harness.h"
#include "tests/storage/disk_recorder.h"
#include "tests/support/test_main.h"

// Goal: whenever the power goes, each record that was ordered in a synced turn is found, in the
// archive or in the log that it comes from, and what has a row is whole.
//
// Method: every write and sync of a short run is recorded, of the log, the items and the segments,
// names of files included. For each event, and each way in which what was not synced may be kept,
// lost or torn, the folder is made as the cut leaves it, opened, judged, and finished.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::DiskRecorder;
using orrery::test::DiskState;
using orrery::test::readArchive;
namespace fs = std::filesystem;

namespace {

constexpr const char* kLog = "log.mdb";
constexpr const char* kItems = "items.mdb";
constexpr const char* kTableFolder = "00000005";

std::unique_ptr<Store> openAt(const fs::path& folder) {
    LmdbOptions options;
    options.mapBytes = 64u << 20;
    auto store = openLmdbStore(folder, options);
    if (!store) qFatal("%s", store.error().message().c_str());
    return *std::move(store);
}

void writeFile(const fs::path& path, const std::string& content) {
    fs::remove(path);
    std::ofstream out(path, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
}

void runLogWork(Store& store) {
    auto work = store.takeLogWork();
    if (work == nullptr) return;
    work->run();
    store.finishLogWork(std::move(work));
}

void runFlushWork(Store& store) {
    auto work = store.takeFlushWork(false);
    if (work == nullptr) return;
    work->run();
    store.finishFlushWork(std::move(work));
}

}  // namespace

class ArchivePowerCutTest : public QObject {
    Q_OBJECT

    struct Moment {
        std::size_t event;
        std::uint64_t ordered;
        std::uint64_t expired;
    };

    QTemporaryDir m_folder;
    std::vector<DiskRecorder::Event> m_events;
    std::size_t m_finished = 0;
    std::vector<Moment> m_synced;
    std::string m_format;

    /// What is wrong with a folder as a cut left it, or nothing.
    static std::string judge(Store& store, const Moment& known) {
        for (const ArchiveSegment& segment : store.archiveSegments(test::kTable)) {
            const std::uint64_t count = segment.last.value() - segment.first.value() + 1;
            const std::string found = readArchive(store, segment.first.value());
            if (found.find_first_not_of("0123456789") != std::string::npos) return found;
            if (std::stoull(found) < count) return "a segment has a row and not its records";
        }
        // What is in neither was never ordered, or expired.
        for (std::uint64_t lsn = known.expired + 1; lsn <= known.ordered; ++lsn) {
            const auto archived = store.archived(test::kTable, test::kGroup, Lsn(lsn), 1);
            if (!archived) return archived.error().message();
            const auto record = store.record(test::kB, test::kGroup, Lsn(lsn));
            if (!record) return record.error().message();
            if (archived->empty() && *record == nullptr) return "lost: " + std::to_string(lsn);
        }
        for (int steps = 0; steps < 100; ++steps) {
            runLogWork(store);
            runFlushWork(store);
            store.commit({});
        }
        if (store.health() != Health::Ok) return store.lastError()->message();
        if (store.figures().archiveOrders != 0) return "an order is never done";
        const auto segments = store.archiveSegments(test::kTable);
        const std::uint64_t end = segments.empty() ? 0 : segments.back().last.value();
        if (end < known.ordered) return "the archive ends at " + std::to_string(end);
        if (segments.empty()) return {};
        const std::uint64_t from = std::max(known.expired + 1, segments.front().first.value());
        const std::string found = readArchive(store, from);
        if (found != std::to_string(end - from + 1)) return "the archive has " + found;
        return {};
    }

private slots:
    void initTestCase() {
        DiskRecorder recorder;
        const auto store = openAt(m_folder.path().toStdString());
        m_finished = recorder.events().size();
        std::uint64_t ordered = 0;
        std::uint64_t expired = 0;
        std::map<std::uint64_t, Moment> turns;
        for (int turn = 0; turn < 16; ++turn) {
            test::appendTexts(*store, ordered + 1, ordered + 100);
            Turn next;
            next.archive(test::orderOf(ordered + 1, ordered + 100));
            ordered += 100;
            if (turn % 5 == 4) {
                expired = ordered - 300;
                next.expireArchive(test::kTable, expired + 1);
            }
            turns[store->commit(std::move(next)).value()] = {0, ordered, expired};
            if (turn % 3 != 0) runLogWork(*store);
            runFlushWork(*store);
            const auto after = turns.upper_bound(store->synced().value());
            if (after == turns.begin()) continue;
            Moment moment = std::prev(after)->second;
            moment.event = recorder.events().size();
            m_synced.push_back(moment);
        }
        QCOMPARE(store->health(), Health::Ok);
        m_events = recorder.events();
        std::ifstream in(m_folder.filePath("format").toStdString());
        m_format = {std::istreambuf_iterator<char>(in), {}};
    }

    void findsEverySyncedOrderAfterAnyCut() {
        const DiskRecorder noSyncs;  // Nothing here needs the disk.
        DiskState state;
        std::set<std::string> written;  // Segments whose name is not on disk yet.
        std::set<std::string> named;
        Moment known{};
        auto moment = m_synced.begin();
        std::uint64_t opened = 0;
        for (std::size_t i = 0; i < m_events.size(); ++i) {
            const DiskRecorder::Event& event = m_events[i];
            state.take(event);
            if (event.file.ends_with(".segment") && !named.contains(event.file))
                written.insert(event.file);
            if (event.kind == DiskRecorder::Event::Kind::FolderSync && event.file == kTableFolder)
                named.merge(written);
            while (moment != m_synced.end() && moment->event <= i + 1)
                known = *moment++;
            if (i < m_finished) continue;
            const auto logs = state.cuts(kLog, i);
            const auto items = state.cuts(kItems, i);
            for (std::size_t way = 0; way < 6; ++way) {
                const QTemporaryDir folder;
                const fs::path root = folder.path().toStdString();
                fs::create_directories(root / "archive" / kTableFolder);
                writeFile(root / kLog, logs[way % logs.size()]);
                writeFile(root / kItems, items[way % items.size()]);
                writeFile(root / "format", m_format);
                for (const std::string& file : named) {
                    const auto cuts = state.cuts(file, i);
                    writeFile(root / "archive" / kTableFolder / file, cuts[way % cuts.size()]);
                }
                // A name that was not synced may be there as well.
                for (const std::string& file : written) {
                    const auto cuts = state.cuts(file, i);
                    if (way % 2 == 0)
                        writeFile(root / "archive" / kTableFolder / file, cuts[way % cuts.size()]);
                }
                const auto store = openAt(root);
                const std::string wrong = judge(*store, known);
                if (!wrong.empty()) qWarning("cut after event %zu, way %zu", i, way);
                QCOMPARE(wrong, std::string());
                ++opened;
            }
        }
        qInfo("%llu folders opened", static_cast<unsigned long long>(opened));
        QVERIFY(opened > 500);
        QVERIFY(known.ordered > 1000 && known.expired > 500);
    }
};

ORRERY_TEST_CLASS(ArchivePowerCutTest)
#include "archive_power_cut_test.moc"
