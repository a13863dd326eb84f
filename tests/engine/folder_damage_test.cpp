// Goal: whatever happens to a file of a data folder, a start is refused with a sentence that a
// check foresaw, or every answer is right or an error; and a repair mends what a check finds, or
// says what is lost. Nothing crashes, and nothing is shown that was never written.
//
// Method: one folder with tables, indexes, a stream, the archived stream of a deleted table, a time
// to live, tags, a fault and jobs. Each round damages one of its files, has it checked, starts an
// engine and asks for everything; what the check does not call sound is repaired and asked again.
// An engine writes the folder anew in each run, so a seed repeats the kind of damage and its place,
// and a folder that a round fails on is kept.

#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/base/check.h"
#include "core/base/prng.h"
#include "core/engine/folder_check.h"
#include "tests/engine/damaged_original.h"
#include "tests/engine/folder_asker.h"
#include "tests/storage/file_damage.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

namespace fs = std::filesystem;

namespace {

enum class Part : std::uint8_t { Log, Items, Segment, Format, Lock };

struct PartRow {
    Part part;
    const char* name;
    std::size_t usual;  ///< New rounds of each kind of damage.
    std::size_t many;   ///< The same in a long run.
};

constexpr std::array kParts = {
    PartRow{Part::Log, "log", 1, 200},         PartRow{Part::Items, "items", 1, 200},
    PartRow{Part::Segment, "segment", 0, 100}, PartRow{Part::Format, "format", 0, 20},
    PartRow{Part::Lock, "lock", 0, 20},
};

enum class Harm : std::uint8_t {
    Byte,
    Noise,
    Zeroes,
    Truncation,
    Swap,
    Older,  ///< The file as it was once; of the archive, another file.
    Missing,
    Empty,
};

constexpr std::array kHarms = {
    std::pair{Harm::Byte, "byte"},       std::pair{Harm::Noise, "noise"},
    std::pair{Harm::Zeroes, "zeroes"},   std::pair{Harm::Truncation, "truncation"},
    std::pair{Harm::Swap, "swap"},       std::pair{Harm::Older, "older"},
    std::pair{Harm::Missing, "missing"}, std::pair{Harm::Empty, "empty"},
};

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
    Round(const Original& original, Part part, Harm harm, std::uint64_t seed, Tally& tally)
        : m_original(original), m_part(part), m_harm(harm), m_prng(seed), m_tally(tally) {
        m_file = drawFile();
        m_content = drawContent();
    }

    /// What is wrong, or nothing. Keeps the folder if something is.
    std::string problem() {
        const std::string problem = problemOfStart();
        if (problem.empty()) return problem;
        m_folder.setAutoRemove(false);
        damagedFolder("damaged");
        return m_file.string() + ": " + problem + "\n    " + m_folder.path().toStdString();
    }

private:
    static engine::EngineOptions options(const fs::path& path) {
        engine::EngineOptions options;
        options.dataFolder = path;
        options.port.reset();
        return options;
    }

    fs::path drawFile() {
        static constexpr std::array kLocks = {"lock", "log.mdb-lock", "items.mdb-lock"};
        switch (m_part) {
            case Part::Log:
                return "log.mdb";
            case Part::Items:
                return "items.mdb";
            case Part::Segment:
                return m_original.segments()[m_prng.below(m_original.segments().size())];
            case Part::Format:
                return "format";
            case Part::Lock:
                return kLocks[m_prng.below(kLocks.size())];
        }
        return {};
    }

    std::string damaged(FileDamage kind) {
        std::string content = m_original.contentOf(m_file);
        damageFile(content, kind, m_prng);
        return content;
    }

    // Nothing: the file is missing.
    std::optional<std::string> drawContent() {
        switch (m_harm) {
            case Harm::Byte:
                return damaged(FileDamage::Byte);
            case Harm::Noise:
                return damaged(FileDamage::Noise);
            case Harm::Zeroes:
                return damaged(FileDamage::Zeroes);
            case Harm::Truncation:
                return damaged(FileDamage::Truncation);
            case Harm::Swap:
                return damaged(FileDamage::Swap);
            case Harm::Older:
                return m_part == Part::Segment ? m_original.contentOf(drawFile())
                                               : m_original.olderContentOf(m_file);
            case Harm::Missing:
                return std::nullopt;
            case Harm::Empty:
                return std::string();
        }
        return {};
    }

    fs::path damagedFolder(const char* name) const {
        const fs::path path = fs::path(m_folder.path().toStdString()) / name;
        m_original.copyTo(path);
        fs::remove(path / m_file);
        if (m_content) std::ofstream(path / m_file, std::ios::binary) << *m_content;
        return path;
    }

    bool isAsItWas(const fs::path& path) const {
        return fs::exists(path / m_file) == m_content.has_value() &&
               contentOf(path / m_file) == m_content.value_or("");
    }

    // A format file may say that a later version wrote the folder, which nobody but that may touch.
    bool mayBeOfALaterVersion(const std::string& why) const {
        return m_part == Part::Format && why.contains("was written by a newer version");
    }

    std::string problemOfStart() {
        const fs::path path = damagedFolder("data");
        const auto verdict = engine::checkFolder(path);
        if (!verdict) {
            if (!mayBeOfALaterVersion(verdict.error())) return "not checked: " + verdict.error();
            return engine::Engine::open(options(path)) ? "the check fails, and it opens" : "";
        }
        if (m_part != Part::Lock && !isAsItWas(path)) return "the check changes the file";
        if (const std::string problem = problemOfOpened(path, verdict->isSound); !problem.empty())
            return problem + "\n" + verdict->text;
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

    // What is left of log.mdb may define no table.
    bool mayBeHopeless(const std::string& why) const {
        if (m_part != Part::Log || m_harm == Harm::Byte || m_harm == Harm::Older) return false;
        return why.contains("nothing can be repaired without it") ||
               why.contains("cannot be derived from the tables");
    }

    std::string problemOfRepair(const fs::path& path) {
        const auto repaired = engine::repairFolder(path);
        if (!repaired) {
            if (!mayBeHopeless(repaired.error())) return "not repaired: " + repaired.error();
            ++m_tally.hopeless;
            return isAsItWas(path) ? "" : "a repair that fails changes the file";
        }
        ++(repaired->isSound ? m_tally.lossless : m_tally.lossy);
        const std::string problem = problemOfRepaired(path, repaired->isSound);
        return problem.empty() ? problem : problem + "\n" + repaired->text;
    }

    // What the repair does not call lost has to be right.
    std::string problemOfRepaired(const fs::path& path, bool isWhole) const {
        const auto verdict = engine::checkFolder(path);
        if (!verdict || !verdict->isSound)
            return "not sound after the repair: " + (verdict ? verdict->text : verdict.error());
        const auto opened = engine::Engine::open(options(path));
        if (!opened) return "refused after the repair: " + opened.error();
        (*opened)->start();
        Asker asker(**opened, m_original, !isWhole);
        const std::string problem = asker.problem();
        if (!problem.empty()) return "after the repair " + problem;
        if (isWhole && !asker.error().empty())
            return "repaired without a loss, but " + asker.error();
        return {};
    }

    const Original& m_original;
    const Part m_part;
    const Harm m_harm;
    Prng m_prng;
    Tally& m_tally;
    QTemporaryDir m_folder;
    fs::path m_file;                       ///< Relative to the folder.
    std::optional<std::string> m_content;  ///< Of the damaged file; absent: it is missing.
};

std::string commandOf(std::uint64_t seed) {
    return "ORRERY_SEED=" + std::to_string(seed) +
           " folder_damage_tests --class FolderDamageTest " + QTest::currentTestFunction() + ":\"" +
           QTest::currentDataTag() + "\"";
}

/// Prints the command if a CHECK ends the round.
class Context : public CheckContext {
public:
    explicit Context(std::uint64_t seed) : m_command(commandOf(seed)) {}
    void describe() const override { std::fprintf(stderr, "%s\n", m_command.c_str()); }

private:
    const std::string m_command;
};

/// The same one in each run, those that once found a mistake, and new ones.
std::vector<std::uint64_t> seedsOf(const PartRow& row) {
    std::vector<std::uint64_t> seeds = keptSeeds(ORRERY_TEST_SOURCE_DIR "/folder_damage_seeds.txt");
    if (qEnvironmentVariableIsSet("ORRERY_SEED")) return freshSeeds(1);
    seeds.push_back(1);
    std::ranges::copy(freshSeeds(seedCount(row.usual, row.many)), std::back_inserter(seeds));
    return seeds;
}

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
        QTest::addColumn<std::size_t>("part");
        QTest::addColumn<std::size_t>("harm");
        for (std::size_t part = 0; part < kParts.size(); ++part) {
            for (std::size_t harm = 0; harm < kHarms.size(); ++harm)
                QTest::addRow("%s, %s", kParts[part].name, kHarms[harm].second) << part << harm;
        }
    }
    void answersRightOrNotAtAll() {
        QFETCH(std::size_t, part);
        QFETCH(std::size_t, harm);
        const PartRow& row = kParts[part];
        Tally tally;
        for (const std::uint64_t seed : seedsOf(row)) {
            const Context context(seed);
            const std::string problem =
                Round(*m_original, row.part, kHarms[harm].first, seed, tally).problem();
            QVERIFY2(problem.empty(), (problem + "\n    " + commandOf(seed)).c_str());
        }
        qInfo(
            "%d refused, %d with an error, %d sound; repaired %d without and %d with a loss, %d "
            "without a catalog",
            tally.refused, tally.errors, tally.sound, tally.lossless, tally.lossy, tally.hopeless);
    }
};

ORRERY_TEST_CLASS(FolderDamageTest)
#include "folder_damage_test.moc"
