// Goal: after a repair, a table with a stream takes writes, its stream can be read, and whatever
// the archive or a log still has is there.
//
// Method: the logs of a folder with segments, orders and an unflushed tail lose the pages of chosen
// records; the repaired folder must then take enough writes for further segments.

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "core/cluster/repair/folder_repair.h"
#include "core/storage/archive_rows.h"
#include "tests/cluster/repair_world.h"
#include "tests/cluster/world_inputs.h"
#include "tests/storage/disk_recorder.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::RepairWorld;

namespace fs = std::filesystem;

namespace {

constexpr int kItems = 330;
constexpr int kLater = 120;  // Enough for two segments.
constexpr std::size_t kPageBytes = 4096;

std::string colourOf(int number) {
    return "MARK" + QString::number(number).rightJustified(5, '0').toStdString();
}

std::string contentOf(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

std::size_t numberAt(const std::string& page, std::size_t offset) {
    return static_cast<unsigned char>(page[offset]) |
           std::size_t{static_cast<unsigned char>(page[offset + 1])} << 8;
}

/// Overwrites the values in each page of the log whose records are all in [first, last]. What a
/// page has before its entries may be left of an earlier one.
void loseRecords(const fs::path& folder, int first, int last) {
    constexpr std::size_t kFlagsAt = 10;
    constexpr std::size_t kEntriesBeginAt = 14;
    constexpr std::size_t kLeaf = 2;
    std::string log = contentOf(folder / "log.mdb");
    for (std::size_t at = 2 * kPageBytes; at < log.size(); at += kPageBytes) {
        const std::string page = log.substr(at, kPageBytes);
        if (numberAt(page, kFlagsAt) != kLeaf) continue;
        const std::size_t begin = numberAt(page, kEntriesBeginAt);
        bool isWanted = page.find("MARK", begin) != std::string::npos;
        for (std::size_t mark = page.find("MARK", begin); mark != std::string::npos && isWanted;
             mark = page.find("MARK", mark + 1)) {
            const int number = std::atoi(page.substr(mark + 4, 5).c_str());
            isWanted = first <= number && number <= last;
        }
        const std::size_t from = std::max<std::size_t>(begin, 1000);
        if (isWanted && from < kPageBytes)
            log.replace(at + from, kPageBytes - from, kPageBytes - from, '\xaa');
    }
    write(folder / "log.mdb", log);
}

}  // namespace

class RepairArchiveTest : public QObject {
    Q_OBJECT

    /// Writes until `flushed` with everything on disk, until `archived` with the archive on disk,
    /// and the rest to the log alone, where segments are ordered and not written.
    static void makeFolder(const fs::path& folder, int flushed, int archived) {
        std::string problem;
        const auto world = RepairWorld::open(folder, problem);
        QVERIFY2(world != nullptr, problem.c_str());
        world->createTable(cluster::StreamView::NewImage);
        for (int number = 0; number < kItems; ++number) {
            world->put(number, colourOf(number));
            if (number == flushed) world->flush();
            if (number == archived) world->writeArchive();
        }
        world->run(1ms);  // Has the rows of written segments saved.
        world->close();
    }

    /// Overwrites the states of the table's partitions with bytes that mean nothing.
    static void loseStates(const fs::path& folder) {
        storage::Turn turn;
        {
            std::string problem;
            const auto world = RepairWorld::open(folder, problem);
            QVERIFY2(world != nullptr, problem.c_str());
            const auto table = world->world().makeSnapshot()->regions.at(0)->tables.at(0);
            for (const observe::PartitionView& partition : table->partitions)
                turn.putGroupState(VolumeId(0), partition.group, "\1");
        }
        const auto store = storage::openLmdbStore(folder);
        QVERIFY(store.has_value());
        (*store)->commit(std::move(turn));
        while (auto work = (*store)->takeLogWork()) {
            work->run();
            (*store)->finishLogWork(std::move(work));
        }
    }

    /// Opens a repaired folder, writes, and reads its table and its stream.
    static void readBack(const fs::path& folder, std::set<std::string>& items,
                         std::vector<std::string>& streamed) {
        std::string problem;
        const auto world = RepairWorld::open(folder, problem);
        QVERIFY2(world != nullptr, problem.c_str());
        world->flush();
        for (int number = kItems; number < kItems + kLater; ++number)
            world->put(number, colourOf(number));
        // A segment's row is written with the turn after it.
        for (int flush = 0; flush < 3; ++flush) {
            world->run(30s);
            world->flush();
        }
        QCOMPARE(world->store().health(), storage::Health::Ok);
        QVERIFY(!world->store().damage());
        QCOMPARE(world->store().figures().archiveOrders, 0u);
        for (const auto& [key, colour] : world->contents("", 0))
            items.insert(colour);
        const auto colours = world->streamedColours();
        QVERIFY(colours.has_value());
        streamed = *colours;
        for (int number = kItems; number < kItems + kLater; ++number)
            QVERIFY2(items.contains(colourOf(number)), colourOf(number).c_str());
        // Reading reports damage, too.
        QVERIFY(!world->store().damage());
    }

    static void verifyThere(const std::set<std::string>& items,
                            const std::vector<std::string>& streamed, int first, int last) {
        const std::set<std::string> shown(streamed.begin(), streamed.end());
        for (int number = first; number <= last; ++number) {
            QVERIFY2(items.contains(colourOf(number)), colourOf(number).c_str());
            QVERIFY2(shown.contains(colourOf(number)), colourOf(number).c_str());
        }
    }

private slots:
    void takesWritesAfterALogLostRecords_data() {
        QTest::addColumn<int>("flushed");
        QTest::addColumn<int>("archived");
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("last");
        // The items up to here are in the table and its stream; others are listed.
        QTest::addColumn<int>("kept");
        // Records that were ordered, and not written.
        QTest::addRow("ordered, to the end") << 120 << 120 << 180 << kItems << -1;
        QTest::addRow("ordered, some") << 120 << 120 << 150 << 170 << -1;
        QTest::addRow("ordered, flushed, trimmed") << 320 << 320 << 100 << 280 << 99;
        // The tail of the log, whose first part is in the archive.
        QTest::addRow("archived, to the end") << 120 << 290 << 180 << kItems << 119;
        QTest::addRow("archived, all") << -1 << 290 << 0 << kItems << -1;
    }
    void takesWritesAfterALogLostRecords() {
        QFETCH(int, flushed);
        QFETCH(int, archived);
        QFETCH(int, first);
        QFETCH(int, last);
        QFETCH(int, kept);
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        makeFolder(path, flushed, archived);
        loseRecords(path, first, last);
        const auto report = cluster::repairFolder(path);
        QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
        qInfo("%s", report->text().c_str());
        std::set<std::string> items;
        std::vector<std::string> streamed;
        readBack(path, items, streamed);
        verifyThere(items, streamed, 0, kept);
        const bool isAll = items.size() == kItems + kLater && streamed.size() == items.size();
        QCOMPARE(report->isComplete(), isAll);
    }

    void takesARecordFromTheArchiveThatNoTreeHas() {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        makeFolder(path, kItems - 1, kItems - 1);
        std::string items = contentOf(path / "items.mdb");
        items.replace(0, 2 * kPageBytes, 2 * kPageBytes, '\0');
        write(path / "items.mdb", items);
        const auto report = cluster::repairFolder(path);
        QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
        for (const cluster::LostKeys& lost : report->lost)
            QVERIFY2(!lost.index.empty(), lost.text().c_str());
        std::set<std::string> found;
        std::vector<std::string> streamed;
        readBack(path, found, streamed);
        verifyThere(found, streamed, 0, kItems - 1);
    }

    // Nothing but the state says that the archive still reads a log, so the log was trimmed.
    void keepsTheStreamOfPartitionsWhoseStatesAreLost() {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        makeFolder(path, kItems - 1, 120);
        loseStates(path);
        const auto report = cluster::repairFolder(path);
        QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
        QVERIFY2(report->isComplete(), report->text().c_str());
        std::set<std::string> items;
        std::vector<std::string> streamed;
        readBack(path, items, streamed);
        verifyThere(items, streamed, 0, kItems - 1);
        QCOMPARE(streamed.size(), std::size_t{kItems + kLater});
    }

    void leavesOutASegmentThatIsCorrupt() {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        makeFolder(path, kItems - 1, kItems - 1);
        std::vector<fs::path> files;
        for (const auto& entry : fs::recursive_directory_iterator(path / "archive"))
            if (entry.is_regular_file()) files.push_back(entry.path());
        std::ranges::sort(files);
        QVERIFY(files.size() >= 3);
        std::string segment = contentOf(files[1]);
        segment.replace(segment.size() / 2, 8, 8, '\xaa');
        write(files[1], segment);
        const auto report = cluster::repairFolder(path);
        QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
        std::set<std::string> items;
        std::vector<std::string> streamed;
        readBack(path, items, streamed);
        QCOMPARE(items.size(), std::size_t{kItems + kLater});
        const bool isNoted = report->text().find("The stream of partition") != std::string::npos;
        QCOMPARE(isNoted, streamed.size() < items.size());
    }

    // New records would get positions that the archive has already.
    void refusesAnArchiveThatGoesBeyondTheLog() {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        makeFolder(path, kItems - 1, kItems - 1);
        {
            auto store = storage::openLmdbStore(path);
            QVERIFY(store.has_value());
            const auto rows = (*store)->values(storage::kSegmentPrefix);
            QVERIFY(rows && !rows->empty());
            auto segment = storage::decodeSegment(rows->back().first, rows->back().second);
            QVERIFY(segment.has_value());
            segment->first = Lsn(9000);
            segment->last = Lsn(9001);
            storage::Turn turn;
            turn.putValue(storage::segmentName(segment->table, segment->group, segment->first),
                          storage::encodeSegment(*segment));
            (*store)->commit(std::move(turn));
            auto work = (*store)->takeLogWork();
            work->run();
            (*store)->finishLogWork(std::move(work));
        }
        std::string problem;
        QVERIFY(RepairWorld::open(path, problem) == nullptr);
        QVERIFY2(problem.find("come after the end of its log") != std::string::npos,
                 problem.c_str());
        QVERIFY2(problem.find("orreryd repair") != std::string::npos, problem.c_str());
        const auto report = cluster::repairFolder(path);
        QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
        std::set<std::string> items;
        std::vector<std::string> streamed;
        readBack(path, items, streamed);
        QCOMPARE(streamed.size(), std::size_t{kItems + kLater});
    }
};

ORRERY_TEST_CLASS(RepairArchiveTest)
#include "repair_archive_test.moc"
