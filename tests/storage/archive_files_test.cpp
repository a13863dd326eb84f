#include <QTest>

#include <filesystem>
#include <fstream>

#include "core/base/prng.h"
#include "tests/storage/archive_harness.h"
#include "tests/storage/disk_recorder.h"
#include "tests/support/file_limit.h"
#include "tests/support/test_main.h"

// Goal: the files of the archive are never believed further than their checksums go, nothing is
// left over in its folder, and a disk that is full or fails loses nothing.

using namespace orrery;
using namespace orrery::storage;
using orrery::test::appendTexts;
using orrery::test::DiskRecorder;
using orrery::test::orderOf;
using orrery::test::readArchive;
using orrery::test::segmentsOf;
namespace fs = std::filesystem;

namespace {

constexpr const char* kFirst = "0000000000000007-0000000000000001.segment";
constexpr const char* kSecond = "0000000000000007-00000000000000c9.segment";

std::unique_ptr<Store> openAt(const fs::path& folder) {
    LmdbOptions options;
    options.mapBytes = 64u << 20;
    auto store = openLmdbStore(folder, options);
    if (!store) qFatal("%s", store.error().message().c_str());
    return *std::move(store);
}

// Runs all work there is, but no more than `flushesMax` pieces beside the log's.
void runWork(Store& store, int flushesMax = 1000) {
    while (true) {
        if (auto log = store.takeLogWork()) {
            log->run();
            store.finishLogWork(std::move(log));
        } else if (auto flush = flushesMax-- > 0 ? store.takeFlushWork(false) : nullptr) {
            flush->run();
            store.finishFlushWork(std::move(flush));
            store.commit({});
        } else {
            return;
        }
    }
}

Ticket order(Store& store, std::uint64_t first, std::uint64_t last) {
    Turn turn;
    turn.archive(orderOf(first, last));
    return store.commit(std::move(turn));
}

Ticket expire(Store& store, std::uint64_t before) {
    Turn turn;
    turn.expireArchive(test::kTable, before);
    return store.commit(std::move(turn));
}

std::string contentOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

/// What became of the first order.
enum class First : std::uint8_t { Kept, MayHaveExpired, Expired };

/// What the synced turns say.
struct Known {
    std::uint64_t appended = 0;
    std::uint64_t ordered = 0;
    First first = First::Kept;
};

/// Three orders, and the expiry of the first one before the last, for as long as the disk works.
Known liveOn(Store& store, const DiskRecorder& recorder) {
    const auto isSynced = [&](Ticket ticket) {
        runWork(store);
        return store.synced() >= ticket;
    };
    Known known;
    appendTexts(store, 1, 300);
    if (isSynced(store.commit({}))) known.appended = 300;
    for (const std::uint64_t first : {1, 101}) {
        if (isSynced(order(store, first, first + 99))) known.ordered = first + 99;
    }
    if (!recorder.hasFailed() || store.health() == Health::NoRoom)
        known.first = isSynced(expire(store, 101)) ? First::Expired : First::MayHaveExpired;
    if (isSynced(order(store, 201, 300))) known.ordered = 300;
    return known;
}

/// What is wrong with a store that was opened again, or nothing. `folder` has its segments.
std::string judge(Store& store, const Known& known, const fs::path& folder) {
    if (store.lastLsn(test::kB, test::kGroup).value_or(Lsn(0)).value() < known.appended)
        return "records are lost";
    runWork(store);
    if (store.health() != Health::Ok) return store.lastError()->message();
    if (store.figures().archiveOrders != 0) return "an order is never done";
    const auto segments = segmentsOf(store);
    const bool hasFirst = std::ranges::find(segments, "1-100") != segments.end();
    if (hasFirst && known.first == First::Expired) return "what expired is back";
    if (!hasFirst && known.first == First::Kept && known.ordered > 0) return "the first is lost";
    const std::string found = readArchive(store, hasFirst ? 1 : 101);
    if (found.find_first_not_of("0123456789") != std::string::npos) return found;
    if (std::stoull(found) + (hasFirst ? 0 : 100) < known.ordered)
        return "of " + std::to_string(known.ordered) + " records there are " + found;
    std::size_t files = 0;
    if (fs::exists(folder))
        files = static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
    if (files != segments.size()) return std::to_string(files) + " files are in the folder";
    return {};
}

}  // namespace

class ArchiveFilesTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Store> m_store;

    fs::path root() const { return m_folder->path().toStdString(); }
    fs::path table() const { return root() / "archive" / "00000005"; }
    std::vector<std::string> filesOfTable() const {
        std::vector<std::string> names;
        for (const auto& file : fs::directory_iterator(table()))
            names.push_back(file.path().filename().string());
        std::ranges::sort(names);
        return names;
    }
    void reopen() {
        m_store.reset();
        m_store = openAt(root());
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_store = openAt(root());
        appendTexts(*m_store, 1, 400);
        order(*m_store, 1, 200);
        order(*m_store, 201, 400);
        runWork(*m_store);
        QCOMPARE(readArchive(*m_store, 1), std::string("400"));
        QCOMPARE(filesOfTable(), (std::vector<std::string>{kFirst, kSecond}));
    }
    void cleanup() {
        m_store.reset();
        m_folder.reset();
    }

    void namesAFileThatIsMissing() {
        fs::remove(table() / kFirst);
        reopen();
        const auto read = m_store->archived(test::kTable, test::kGroup, Lsn(5), 1);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ENOENT);
        QVERIFY(read.error().message().find(kFirst) != std::string::npos);
        QVERIFY(read.error().message().find("missing") != std::string::npos);
        QCOMPARE(readArchive(*m_store, 201), std::string("200"));  // What is sound is read.
    }

    void refusesTheFileOfAnother() {
        fs::copy_file(table() / kSecond, table() / kFirst, fs::copy_options::overwrite_existing);
        reopen();
        QVERIFY(readArchive(*m_store, 1).find("is corrupt") != std::string::npos);
        QVERIFY(readArchive(*m_store, 1).find(kFirst) != std::string::npos);
        QCOMPARE(readArchive(*m_store, 201), std::string("200"));
    }

    // A file of the same place and size from another life of the folder.
    void refusesAnEarlierVersionOfItself() {
        std::string content = contentOf(table() / kFirst);
        QTemporaryDir other;
        {
            const auto store = openAt(other.path().toStdString());
            Turn turn;
            for (std::uint64_t lsn = 1; lsn <= 200; ++lsn) {
                std::string text = test::archivedText(lsn);
                text.front() = '0';
                turn.append(test::kB, test::kGroup, Lsn(lsn), share(text));
            }
            turn.archive(orderOf(1, 200));
            store->commit(std::move(turn));
            runWork(*store);
        }
        const std::string theirs =
            contentOf(fs::path(other.path().toStdString()) / "archive" / "00000005" / kFirst);
        QCOMPARE(theirs.size(), content.size());
        write(table() / kFirst, theirs);
        reopen();
        QVERIFY(readArchive(*m_store, 1).find("is corrupt") != std::string::npos);
    }

    // Whatever happens to its bytes, a segment answers what was written or an error with its name.
    void noticesEveryDamage() {
        const std::string sound = contentOf(table() / kFirst);
        Prng prng(5);
        int errors = 0;
        for (int i = 0; i < 600; ++i) {
            std::string content = sound;
            const std::uint64_t at = prng.below(content.size());
            switch (i % 4) {
                case 0:
                    content[at] = static_cast<char>(content[at] ^ (1 << prng.below(8)));
                    break;
                case 1:
                    content.resize(at);
                    break;
                case 2:
                    content.append(1 + prng.below(5000), 'x');
                    break;
                default:
                    for (std::uint64_t j = at; j < std::min(at + 4096, sound.size()); ++j)
                        content[j] = static_cast<char>(prng.below(256));
            }
            write(table() / kFirst, content);
            // Another file is read in between: the one read last stays open.
            QCOMPARE(readArchive(*m_store, 201), std::string("200"));
            const std::string found = readArchive(*m_store, 1);
            const bool isTold = found.find(kFirst) != std::string::npos;
            QVERIFY2(isTold || found == "400", found.c_str());
            errors += isTold ? 1 : 0;
        }
        QVERIFY(errors >= 599);  // Noise may happen to be what was there.
        write(table() / kFirst, sound);
        QCOMPARE(readArchive(*m_store, 201), std::string("200"));
        QCOMPARE(readArchive(*m_store, 1), std::string("400"));
    }

    void removesWhatHasNoRow() {
        write(table() / "0000000000000007-0000000000000999.segment", "torn");
        fs::create_directory(root() / "archive" / "00000009");
        write(root() / "archive" / "00000009" / kFirst, contentOf(table() / kFirst));
        reopen();
        QCOMPARE(filesOfTable(), (std::vector<std::string>{kFirst, kSecond}));
        QVERIFY(fs::is_empty(root() / "archive" / "00000009"));
        QCOMPARE(readArchive(*m_store, 1), std::string("400"));
    }

    void removesTheFileOfWhatExpired() {
        Turn turn;
        turn.expireArchive(test::kTable, 201);
        m_store->commit(std::move(turn));
        QCOMPARE(filesOfTable().size(), std::size_t{2});  // Until that is on disk.
        runWork(*m_store);
        QCOMPARE(filesOfTable(), std::vector<std::string>{kSecond});
        // Killed between the row and the file: the next open removes it.
        Turn all;
        all.expireArchive(test::kTable, UINT64_MAX);
        m_store->commit(std::move(all));
        runWork(*m_store, 0);
        reopen();
        QVERIFY(filesOfTable().empty());
    }

    // The order waits until there is room, and turns are still written. Nothing else has to happen
    // for the next attempt.
    void waitsForRoom() {
        appendTexts(*m_store, 401, 900);
        order(*m_store, 401, 900);
        runWork(*m_store, 0);
        {
            DiskRecorder recorder;
            recorder.failWrites(3, ENOSPC);  // In the middle of the segment.
            auto work = m_store->takeFlushWork(false);
            work->run();
            m_store->finishFlushWork(std::move(work));
            QVERIFY(recorder.hasFailed());
        }
        QCOMPARE(m_store->health(), Health::NoRoom);
        QVERIFY(m_store->lastError()->message().find("disk is full") != std::string::npos);
        QCOMPARE(filesOfTable(), (std::vector<std::string>{kFirst, kSecond}));
        Turn next;
        next.putValue("n", "1");
        const Ticket ticket = m_store->commit(std::move(next));
        runWork(*m_store);
        QVERIFY(m_store->synced() == ticket);
        QCOMPARE(m_store->figures().archiveOrders, 1u);
        m_store->tryAgain();
        QCOMPARE(m_store->health(), Health::Ok);
        QVERIFY(!m_store->lastError().has_value());
        runWork(*m_store);
        QCOMPARE(readArchive(*m_store, 1), std::string("900"));
        QCOMPARE(m_store->figures().archiveOrders, 0u);
    }

    // One that is too large for what is left waits, as do those after it, and nothing fails.
    void aSegmentWaitsForTheRoomThatItNeeds() {
        appendTexts(*m_store, 401, 900);
        order(*m_store, 401, 800);
        order(*m_store, 801, 900);
        runWork(*m_store, 0);
        {
            constexpr std::uintmax_t kLeftForOthers = 1u << 20;
            const std::uintmax_t bytes = fs::file_size(root() / "log.mdb") + kLeftForOthers;
            const test::FileLimit limit(bytes + 1000);
            runWork(*m_store);
            QCOMPARE(m_store->health(), Health::Ok);
            QCOMPARE(filesOfTable(), (std::vector<std::string>{kFirst, kSecond}));
            QCOMPARE(m_store->figures().archiveOrders, 2u);
            QVERIFY(m_store->takeFlushWork(false) == nullptr);  // It is known not to fit.
        }
        runWork(*m_store);
        QCOMPARE(m_store->figures().archiveOrders, 0u);
        QCOMPARE(readArchive(*m_store, 1), std::string("900"));
    }

    void aSmallSegmentIsWrittenWithLittleRoom() {
        appendTexts(*m_store, 401, 410);
        order(*m_store, 401, 410);
        runWork(*m_store, 0);
        const test::FileLimit limit(fs::file_size(root() / "log.mdb") + (2u << 20));
        runWork(*m_store);
        QCOMPARE(m_store->figures().archiveOrders, 0u);
        QCOMPARE(readArchive(*m_store, 401), std::string("10"));
    }

    // The n-th sync or write fails, and all after it, for every n: of two orders, the expiry of the
    // first, and one more order.
    void losesNothingWhereTheDiskFails_data() {
        QTest::addColumn<bool>("sync");
        QTest::addColumn<int>("code");
        QTest::newRow("a full disk") << false << ENOSPC;
        QTest::newRow("a write error") << false << EIO;
        QTest::newRow("a sync error") << true << EIO;
    }
    void losesNothingWhereTheDiskFails() {
        QFETCH(bool, sync);
        QFETCH(int, code);
        bool hasFailed = true;
        int failuresAfterExpiry = 0;
        for (std::uint64_t number = 1; hasFailed; ++number) {
            const QTemporaryDir folder;
            const fs::path path = folder.path().toStdString();
            Known known;
            {
                const auto store = openAt(path);
                DiskRecorder recorder;
                if (sync)
                    recorder.failSyncs(number, code);
                else
                    recorder.failWrites(number, code);
                known = liveOn(*store, recorder);
                hasFailed = recorder.hasFailed();
                QCOMPARE(store->health() == Health::Ok, !hasFailed);
                QVERIFY(!hasFailed || store->lastError().has_value());
            }
            if (hasFailed && known.first == First::Expired) ++failuresAfterExpiry;
            const DiskRecorder noSyncs;
            const auto again = openAt(path);
            QCOMPARE(judge(*again, known, path / "archive" / "00000005"), std::string());
            QVERIFY(number < 200);
        }
        QVERIFY2(failuresAfterExpiry >= 3, qPrintable(QString::number(failuresAfterExpiry)));
    }
};

ORRERY_TEST_CLASS(ArchiveFilesTest)
#include "archive_files_test.moc"
