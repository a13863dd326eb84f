// Goal: whatever a repair does not list as lost is there afterwards, in every zone and index, and
// is right; and a kill during a repair loses nothing.
//
// Method: a folder with a lagging zone, trimmed logs and writes that no tree has yet is damaged at
// random, repaired and opened; all three zones are then compared with what was acknowledged.

#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>

#include "core/base/check.h"
#include "core/cluster/repair/folder_repair.h"
#include "core/cluster/replicas/jobs.h"
#include "core/storage/key_tree.h"
#include "tests/cluster/repair_world.h"
#include "tests/cluster/world_inputs.h"
#include "tests/storage/disk_recorder.h"
#include "tests/storage/file_damage.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::FileDamage;
using test::RepairWorld;

namespace fs = std::filesystem;

namespace {

using Contents = std::map<std::string, std::string>;

std::string contentOf(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Files {
    std::string log;
    std::string items;
};

void writeFiles(const fs::path& folder, const Files& files) {
    std::ofstream(folder / "log.mdb", std::ios::binary) << files.log;
    std::ofstream(folder / "items.mdb", std::ios::binary) << files.items;
    std::ofstream(folder / "format") << "orrery data folder, format 6\n";
}

bool isListed(const cluster::RepairReport& report, const std::string& key) {
    return std::ranges::any_of(report.lost, [&](const cluster::LostKeys& lost) {
        return lost.index.empty() && storage::contains(lost.keys, key);
    });
}

/// What is wrong with `found`, or nothing.
std::string judge(const Contents& found, const Contents& expected,
                  const cluster::RepairReport& report) {
    for (const auto& [key, colour] : expected) {
        if (isListed(report, key)) continue;
        const auto at = found.find(key);
        if (at == found.end()) return "an item that was not listed is lost";
        if (at->second != colour) return "an item that was not listed is another";
    }
    for (const auto& [key, colour] : found) {
        if (!expected.contains(key) && !isListed(report, key))
            return "a deleted item is back that was not listed";
    }
    return {};
}

struct Tally {
    int refused = 0;
    int whole = 0;   // Nothing was lost.
    int listed = 0;  // Keys were listed as lost.
    int noted = 0;   // Something was lost that is no key of a table.
    std::uint64_t items = 0;
};

/// Opens a repaired folder and says what is wrong with it, or nothing.
std::string judgeFolder(const fs::path& folder, const Contents& expected,
                        const cluster::RepairReport& report) {
    std::string problem;
    const auto world = RepairWorld::open(folder, problem);
    if (world == nullptr) return "it does not open: " + problem;
    test::healAll(world->world());
    world->run(60s);
    if (world->table() == nullptr) return report.notes.empty() ? "the table is gone" : "";
    if (world->store().damage()) return "it is damaged";
    for (std::uint8_t zone = 0; zone < 3; ++zone) {
        const Contents items = world->contents("", zone);
        const std::string wrong = judge(items, expected, report);
        if (!wrong.empty() && report.notes.empty()) return wrong;
        for (const char* index : {RepairWorld::kLocalIndex, RepairWorld::kGlobalIndex}) {
            if (world->contents(index, zone) != items)
                return std::string("index ") + index + " differs from the table";
        }
    }
    const auto rows = world->world().checksums("T", "us-east-1", true);
    if (!rows) return rows.error();
    for (const auto& row : *rows) {
        for (const auto& zone : row.zones) {
            if (zone.scanned != zone.checksum) return "a checksum is wrong";
            auto counted = zone.localIndexes;
            if (zone.itemCount == 0) counted.resize(zone.scannedLocalIndexes.size());
            if (counted != zone.scannedLocalIndexes) return "a count of a local index is wrong";
        }
    }
    return {};
}

/// The same ones in each run, those that once found a mistake, and new ones.
std::vector<std::uint64_t> seedsOf(bool isLog, int kind, int times) {
    std::vector<std::uint64_t> seeds = test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/repair_seeds.txt");
    constexpr std::uint64_t kSame = 12;
    const bool isAlone = qEnvironmentVariableIsSet("ORRERY_SEED");
    for (std::uint64_t number = 0; number < kSame && !isAlone; ++number)
        seeds.push_back(number * 100 + static_cast<std::uint64_t>(kind) * 2 + (isLog ? 1 : 0) +
                        static_cast<std::uint64_t>(times) * 10'000);
    std::ranges::copy(test::freshSeeds(test::seedCount(2, 200)), std::back_inserter(seeds));
    return seeds;
}

std::string commandOf(std::uint64_t seed) {
    return "ORRERY_SEED=" + std::to_string(seed) + " repair_tests --class RepairTest " +
           QTest::currentTestFunction() + ":\"" + QTest::currentDataTag() + "\"";
}

/// Prints the command if a CHECK ends the round.
class Context : public CheckContext {
public:
    explicit Context(std::uint64_t seed) : m_command(commandOf(seed)) {}
    void describe() const override { std::fprintf(stderr, "%s\n", m_command.c_str()); }

private:
    const std::string m_command;
};

std::string textWithoutFolder(cluster::RepairReport report) {
    report.kept.clear();
    return report.text();
}

// In a process of its own, which ends before its `number`-th call that changes the disk.
void repairUntil(const fs::path& folder, std::uint64_t number) {
    const pid_t child = ::fork();
    if (child == 0) {
        test::DiskRecorder recorder;
        recorder.endProcessAt(number);
        static_cast<void>(cluster::repairFolder(folder));
        ::_exit(0);
    }
    int status = 0;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QVERIFY(WIFEXITED(status));
}

}  // namespace

class RepairTest : public QObject {
    Q_OBJECT

    Files m_files;
    Contents m_expected;

    void round(const Files& files, Tally& tally, std::string& wrong) const {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        writeFiles(path, files);
        const auto report = cluster::repairFolder(path);
        if (!report) {
            ++tally.refused;
            return;
        }
        if (!report->notes.empty())
            ++tally.noted;
        else if (!report->lost.empty())
            ++tally.listed;
        else
            ++tally.whole;
        wrong = judgeFolder(path, m_expected, *report);
        if (!wrong.empty()) wrong += "\n" + report->text();
    }

private slots:
    void initTestCase() {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        m_expected = test::writeRepairFolder(path, 1);
        m_files = {contentOf(path / "log.mdb"), contentOf(path / "items.mdb")};
    }

    void losesNothingOfASoundFolder() {
        Tally tally;
        std::string wrong;
        round(m_files, tally, wrong);
        QCOMPARE(wrong, std::string());
        QCOMPARE(tally.whole, 1);
    }

    void listsAllThatIsLost_data() {
        QTest::addColumn<bool>("isLog");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("times");
        for (const bool isLog : {false, true}) {
            const char* file = isLog ? "log" : "items";
            int kind = 0;
            for (const char* name : {"truncation", "zeroes", "noise", "swap", "bit"}) {
                QTest::addRow("%s, %s", file, name) << isLog << kind << 1;
                if (kind > 0) QTest::addRow("%s, many %s", file, name) << isLog << kind << 30;
                ++kind;
            }
        }
    }
    void listsAllThatIsLost() {
        QFETCH(bool, isLog);
        QFETCH(int, kind);
        QFETCH(int, times);
        Tally tally;
        for (const std::uint64_t seed : seedsOf(isLog, kind, times)) {
            const Context context(seed);
            Prng prng(seed);
            Files files = m_files;
            for (int i = 0; i < times; ++i)
                test::damageFile(isLog ? files.log : files.items, static_cast<FileDamage>(kind),
                                 prng);
            std::string wrong;
            round(files, tally, wrong);
            QVERIFY2(wrong.empty(), (wrong + "\n    " + commandOf(seed)).c_str());
        }
        qInfo("refused %d, whole %d, listed %d, noted %d", tally.refused, tally.whole, tally.listed,
              tally.noted);
    }

    // No tree can be walked, but every page of them is there.
    void bringsBackWhatLoosePagesHold() {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        Files files = m_files;
        files.items.replace(0, 2 * 4096, 2 * 4096, '\0');
        writeFiles(path, files);
        const auto report = cluster::repairFolder(path);
        QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
        QVERIFY(!report->isComplete());
        QVERIFY2(report->text().find("were found outside any readable tree") != std::string::npos,
                 report->text().c_str());
        QVERIFY2(report->text().find("may have: T (us-east-1).") != std::string::npos,
                 report->text().c_str());
        QCOMPARE(judgeFolder(path, m_expected, *report), std::string());
        std::string problem;
        const auto world = RepairWorld::open(path, problem);
        QVERIFY2(world != nullptr, problem.c_str());
        const Contents items = world->contents("", 0);
        int longKeys = 0;
        for (const auto& [key, colour] : m_expected) {
            const auto at = items.find(key);
            if (at == items.end() && key.size() + sizeof(std::uint16_t) >= storage::kChunkBytes) {
                ++longKeys;  // Pages hold long keys in parts.
                continue;
            }
            QVERIFY(at != items.end());
            QCOMPARE(at->second, colour);
        }
        QVERIFY(longKeys * 5 < static_cast<int>(m_expected.size()));
    }

    // What the newer log had cannot be told, so "nothing is lost" would be a lie.
    void saysThatTheLogIsOlderThanTheItems() {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        writeFiles(path, m_files);
        std::string problem;
        {
            const auto world = RepairWorld::open(path, problem);
            QVERIFY2(world != nullptr, problem.c_str());
            for (int number = 0; number < 20; ++number)
                world->put(number, "newer");
            world->flush();
            world->close();
        }
        writeFiles(path, {m_files.log, contentOf(path / "items.mdb")});
        const auto report = cluster::repairFolder(path);
        QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
        QVERIFY2(report->text().find("log.mdb is older than items.mdb") != std::string::npos,
                 report->text().c_str());
        const auto world = RepairWorld::open(path, problem);
        QVERIFY2(world != nullptr, problem.c_str());
        test::healAll(world->world());
        world->run(60s);
        const Contents items = world->contents("", 0);
        for (int number = 0; number < 20; ++number) {
            const auto at = items.find(world->storageKeyOf(number));
            QVERIFY(at != items.end());
            QCOMPARE(at->second, std::string("newer"));
        }
    }

    void idsOfJobsGoOnWhereTheirCounterWasCorrupt() {
        const test::DiskRecorder noSyncs;
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        writeFiles(path, m_files);
        {
            const auto store = storage::openLmdbStore(path, {.mapBytes = 64u << 20});
            QVERIFY(store.has_value());
            storage::Turn turn;
            turn.putValue(std::string(cluster::kNextJobValue), "\1");  // A version and no id.
            (*store)->commit(std::move(turn));
            while (auto log = (*store)->takeLogWork()) {
                log->run();
                (*store)->finishLogWork(std::move(log));
            }
        }
        std::string problem;
        QVERIFY(RepairWorld::open(path, problem) == nullptr);
        QVERIFY2(problem.starts_with("The next id of a job is corrupt"), problem.c_str());
        const auto report = cluster::repairFolder(path);
        QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
        const auto world = RepairWorld::open(path, problem);
        QVERIFY2(world != nullptr, problem.c_str());
        QVERIFY(test::startChecksums(world->world(), "T", "us-east-1").has_value());
        QVERIFY(world->world().jobs().back().id > UINT32_MAX);
    }

    // A process that ends before any of its writes, syncs and renames leaves a folder that the next
    // repair, or start, makes as good as the first would have.
    void losesNothingToAKill() {
        Files files = m_files;
        Prng prng(7);
        for (int i = 0; i < 10; ++i)
            test::damageFile(files.items, FileDamage::Noise, prng);
        std::uint64_t calls = 0;
        cluster::RepairReport first;
        {
            test::DiskRecorder recorder;
            const QTemporaryDir folder;
            writeFiles(folder.path().toStdString(), files);
            const auto report = cluster::repairFolder(folder.path().toStdString());
            QVERIFY(report.has_value());
            calls = recorder.callCount();
            first = *report;
        }
        constexpr std::uint64_t kKills = 40;
        for (std::uint64_t kill = 0; kill < kKills; ++kill) {
            // All of the last ones, where the files change places, and some before.
            const std::uint64_t last = kKills / 2;
            const std::uint64_t at =
                kill < last ? 1 + kill * (calls - last) / last : calls - (kKills - kill) + 1;
            const QTemporaryDir folder;
            const fs::path path = folder.path().toStdString();
            writeFiles(path, files);
            repairUntil(path, at);
            const test::DiskRecorder noSyncs;
            const bool isDone = fs::exists(path / "repaired") || fs::exists(path / "damaged-1");
            const auto report = cluster::repairFolder(path);
            QVERIFY2(report.has_value(), report ? "" : report.error().message().c_str());
            // What was repaired before has nothing more to lose.
            QCOMPARE(textWithoutFolder(*report),
                     isDone ? "Nothing is lost.\n" : textWithoutFolder(first));
            QCOMPARE(judgeFolder(path, m_expected, first), std::string());
        }
    }
};

ORRERY_TEST_CLASS(RepairTest)
#include "repair_test.moc"
