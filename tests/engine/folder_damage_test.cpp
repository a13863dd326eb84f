// Goal: whatever is wrong with a file of a data folder, a start is refused with a sentence that a
// check foresaw, or every answer is right or an error; and a repair mends what a check finds.
// Nothing crashes, and nothing is shown that was never written.
//
// Method: one folder with tables, indexes, a stream, the archived stream of a deleted table, a time
// to live, tags, a fault and jobs. Each round damages log.mdb, items.mdb or a segment of the
// archive, then starts an engine and asks for everything.

#include <QTemporaryDir>
#include <QtTest>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/base/check.h"
#include "core/base/prng.h"
#include "core/engine/folder_check.h"
#include "core/storage/lmdb_page.h"
#include "tests/engine/damaged_original.h"
#include "tests/engine/folder_asker.h"
#include "tests/storage/file_damage.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPageBytes = 4096;

/// What a round does to a file.
struct DamageKind {
    const char* name;
    bool isOfSegment = false;
    /// Absent: a byte of a page in use, or for a segment, the file is removed.
    std::optional<FileDamage> damage = {};
    std::size_t usual = 2;  ///< Rounds of a short run.
    std::size_t many = 200;
};

constexpr std::array kKinds = {
    DamageKind{"byte", false, {}, 25, 1000},
    DamageKind{"truncation", false, FileDamage::Truncation},
    DamageKind{"zeroes", false, FileDamage::Zeroes},
    DamageKind{"noise", false, FileDamage::Noise},
    DamageKind{"swap", false, FileDamage::Swap},
    DamageKind{"bit", false, FileDamage::Bit},
    DamageKind{"segment-missing", true},
    DamageKind{"segment-truncation", true, FileDamage::Truncation},
    DamageKind{"segment-zeroes", true, FileDamage::Zeroes},
    DamageKind{"segment-noise", true, FileDamage::Noise},
    DamageKind{"segment-swap", true, FileDamage::Swap},
    DamageKind{"segment-bit", true, FileDamage::Bit},
};

/// A place that a page in use has bytes at.
std::size_t drawPlace(const std::string& file, Prng& prng) {
    const std::size_t pages = file.size() / kPageBytes;
    while (true) {
        const std::size_t page = prng.below(pages) * kPageBytes;
        const auto header = storage::loadAt<storage::PageHeader>(file.data() + page);
        const bool hasNodes = header.flags == storage::page_flag::kBranch ||
                              header.flags == storage::page_flag::kLeaf;
        if (!hasNodes) {
            if (prng.chance({1, 8})) return page + prng.below(kPageBytes);
            continue;
        }
        const std::size_t lower = storage::kPageHeaderBytes + header.lower % kPageBytes;
        const std::size_t at = prng.below(kPageBytes);
        if (at < lower || at >= header.upper) return page + at;
    }
}

struct Tally {
    int refused = 0;
    int errors = 0;
    int sound = 0;
    int lossless = 0;
    int lossy = 0;
    int hopeless = 0;  ///< Nothing could be repaired without log.mdb.
};

/// One damaged folder.
class Round {
public:
    Round(const Original& original, const DamageKind& kind, std::uint64_t seed, Tally& tally)
        : m_original(original), m_kind(kind), m_prng(seed), m_tally(tally) {
        draw();
    }

    std::string problem() {
        const std::string problem = problemOfStart();
        return problem.empty() ? problem : m_where + problem;
    }

private:
    static engine::EngineOptions options(const fs::path& path) {
        engine::EngineOptions options;
        options.dataFolder = path;
        options.port.reset();
        return options;
    }

    void draw() {
        const std::size_t segments = m_original.segments().size();
        m_file = m_kind.isOfSegment      ? m_original.segments()[m_prng.below(segments)]
                 : m_prng.chance({2, 3}) ? fs::path("log.mdb")
                                         : fs::path("items.mdb");
        m_where = m_file.string() + ": ";
        if (m_kind.isOfSegment && !m_kind.damage) return;
        m_content = m_original.contentOf(m_file);
        if (m_kind.damage) return damageFile(*m_content, *m_kind.damage, m_prng);
        const std::size_t at = drawPlace(*m_content, m_prng);
        const auto before = static_cast<unsigned char>((*m_content)[at]);
        const unsigned wrong = m_prng.chance({1, 2}) ? 1u << m_prng.below(8)
                                                     : 1 + static_cast<unsigned>(m_prng.below(255));
        (*m_content)[at] = static_cast<char>(before ^ wrong);
        m_where = m_file.string() + ", page " + std::to_string(at / kPageBytes) + ", byte " +
                  std::to_string(at % kPageBytes) + ": ";
    }

    fs::path damagedFolder(const char* name) const {
        const fs::path path = fs::path(m_folder.path().toStdString()) / name;
        m_original.copyTo(path);
        fs::remove(path / m_file);
        if (m_content) std::ofstream(path / m_file, std::ios::binary) << *m_content;
        return path;
    }

    std::string problemOfStart() {
        const fs::path path = damagedFolder("data");
        const auto verdict = engine::checkFolder(path);
        if (!verdict) return "the check fails: " + verdict.error();
        if (const std::string problem = problemOfOpened(path, verdict->isSound); !problem.empty())
            return problem;
        return verdict->isSound ? std::string() : problemOfRepair(damagedFolder("repaired"));
    }

    std::string problemOfOpened(const fs::path& path, bool isFoundSound) {
        const auto opened = engine::Engine::open(options(path));
        if (!opened) {
            ++m_tally.refused;
            if (!opened.error().ends_with('.')) return "no sentence: " + opened.error();
            return isFoundSound ? "found sound, but refused: " + opened.error() : std::string();
        }
        (*opened)->start();
        Asker asker(**opened, m_original, false);
        const std::string problem = asker.problem();
        ++(asker.error().empty() ? m_tally.sound : m_tally.errors);
        if (!problem.empty()) return problem;
        if (isFoundSound && !asker.error().empty()) return "found sound, but " + asker.error();
        return {};
    }

    // What is left of log.mdb may define no table, and then nothing is changed.
    bool mayBeHopeless(const std::string& why) const {
        if (m_file != "log.mdb" || !m_kind.damage) return false;
        return why.contains("nothing can be repaired without it") ||
               why.contains("cannot be derived from the tables");
    }

    std::string problemOfRepair(const fs::path& path) {
        const auto repaired = engine::repairFolder(path);
        if (!repaired) {
            if (!mayBeHopeless(repaired.error())) return "not repaired: " + repaired.error();
            ++m_tally.hopeless;
            return contentOf(path / m_file) == *m_content ? ""
                                                          : "a repair that fails changes files";
        }
        ++(repaired->isSound ? m_tally.lossless : m_tally.lossy);
        const auto verdict = engine::checkFolder(path);
        if (!verdict || !verdict->isSound)
            return "not sound after the repair: " + (verdict ? verdict->text : verdict.error());
        const auto opened = engine::Engine::open(options(path));
        if (!opened) return "refused after the repair: " + opened.error();
        (*opened)->start();
        // What is all there has to be right.
        Asker asker(**opened, m_original, !repaired->isSound);
        const std::string problem = asker.problem();
        if (!problem.empty()) return "after the repair " + problem + "\n" + repaired->text;
        if (repaired->isSound && !asker.error().empty())
            return "repaired without a loss, but " + asker.error() + "\n" + repaired->text;
        return {};
    }

    const Original& m_original;
    const DamageKind& m_kind;
    Prng m_prng;
    Tally& m_tally;
    QTemporaryDir m_folder;
    fs::path m_file;
    std::optional<std::string> m_content;  ///< Of the damaged file; absent: it is missing.
    std::string m_where;
};

std::string commandOf(const DamageKind& kind, std::uint64_t seed) {
    return "ORRERY_SEED=" + std::to_string(seed) +
           " folder_damage_tests answersRightOrNotAtAll:" + kind.name;
}

/// Prints the command if a CHECK ends the round.
class Context : public CheckContext {
public:
    Context(const DamageKind& kind, std::uint64_t seed) : m_command(commandOf(kind, seed)) {}
    void describe() const override { std::fprintf(stderr, "%s\n", m_command.c_str()); }

private:
    const std::string m_command;
};

}  // namespace

class FolderDamageTest : public QObject {
    Q_OBJECT

    std::unique_ptr<Original> m_original;

private slots:
    void initTestCase() {
        m_original = std::make_unique<Original>();
        QVERIFY(m_original->segments().size() >= 2);
    }

    void answersRightOrNotAtAll_data() {
        QTest::addColumn<int>("kind");
        for (std::size_t i = 0; i < kKinds.size(); ++i)
            QTest::newRow(kKinds[i].name) << static_cast<int>(i);
    }
    void answersRightOrNotAtAll() {
        QFETCH(int, kind);
        const DamageKind& damage = kKinds[static_cast<std::size_t>(kind)];
        std::vector<std::uint64_t> seeds =
            keptSeeds(ORRERY_TEST_SOURCE_DIR "/folder_damage_seeds.txt");
        std::ranges::copy(freshSeeds(seedCount(damage.usual, damage.many)),
                          std::back_inserter(seeds));
        Tally tally;
        for (const std::uint64_t seed : seeds) {
            const Context context(damage, seed);
            const std::string problem = Round(*m_original, damage, seed, tally).problem();
            QVERIFY2(problem.empty(), (problem + "\n    " + commandOf(damage, seed)).c_str());
        }
        qInfo(
            "%d refused, %d with an error, %d sound; repaired %d without and %d with a loss, %d "
            "without a catalog",
            tally.refused, tally.errors, tally.sound, tally.lossless, tally.lossy, tally.hopeless);
    }
};

ORRERY_TEST_CLASS(FolderDamageTest)
#include "folder_damage_test.moc"
