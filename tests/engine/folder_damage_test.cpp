// Goal: whatever byte of a data folder is wrong, a start is refused with a sentence that a check
// foresaw and a repair mends, or every answer is right or an error. Nothing crashes, and nothing is
// shown that was never written.
//
// Method: one folder with tables, indexes, a stream, a time to live, tags, a fault and jobs. Each
// round flips a bit or replaces a byte of a page that is in use, then starts an engine and asks
// for everything.

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/base/check.h"
#include "core/base/prng.h"
#include "core/engine/folder_check.h"
#include "core/storage/lmdb_page.h"
#include "tests/engine/damaged_original.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPageBytes = 4096;

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

/// Asks a started engine for everything and says what is wrong with the answers, or nothing.
class Asker {
public:
    Asker(engine::Engine& engine, const Original& original, bool isRepaired)
        : m_engine(engine), m_original(original), m_isRepaired(isRepaired) {}

    std::string problem() {
        describe();
        read("Scan", table("Wide"), m_original.wide());
        read("Scan", table("Tab"), m_original.plain());
        read("Scan", R"({"TableName":"Wide","IndexName":"ByColour"})", m_original.wide());
        read("Scan", R"({"TableName":"Wide","IndexName":"ByShade"})", m_original.wide());
        for (int number = 0; number < kItems; number += 3)
            get(number);
        readStream();
        write("Wide", wideItem(1000, "0"), "w1000.0");
        write("Tab", plainItem(1000), "t1000");
        return m_problem;
    }
    /// The first answer that was an error; empty: none was.
    const std::string& error() const { return m_error; }

private:
    engine::Engine::Answer askOnce(const std::string& operation, const std::string& json) {
        std::promise<engine::Engine::Answer> promise;
        m_engine.call("us-east-1", operation, json,
                      [&](engine::Engine::Answer answer) { promise.set_value(std::move(answer)); });
        return promise.get_future().get();
    }
    // Where no leader serves yet, because a zone is down, the service would be asked again.
    engine::Engine::Answer ask(const std::string& operation, const std::string& json) {
        const QDeadlineTimer patience(10'000);
        engine::Engine::Answer answer = askOnce(operation, json);
        while (answer.body.contains("Internal server error") && !patience.hasExpired())
            answer = askOnce(operation, json);
        if (answer.status != 200 && m_error.empty()) m_error = operation + ": " + answer.body;
        return answer;
    }
    void say(const std::string& what) {
        if (m_problem.empty()) m_problem = what;
    }

    void describe() {
        ask("ListTables", "{}");
        for (const char* name : {"Wide", "Tab"}) {
            const auto text = ask("DescribeTable", table(name));
            const bool isThere = text.status != 200 || text.body.contains("\"ACTIVE\"") ||
                                 text.body.contains("ING\"");
            if (!isThere) say("a table has no status: " + text.body);
            ask("DescribeTimeToLive", table(name));
        }
        const auto tags = ask("ListTagsOfResource",
                              R"({"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/)"
                              R"(Wide"})");
        if (tags.status == 200 && !tags.body.contains(R"("blue")"))
            say("a tag is another: " + tags.body);
        for (const char* target :
             {"snapshot", "status", "jobs", "faults", "checksums?table=Wide"}) {
            std::promise<void> done;
            m_engine.control("GET", "/" + std::string(target), "",
                             [&](const engine::Engine::Answer&) { done.set_value(); });
            done.get_future().get();
        }
    }

    void judge(const std::string& what, const Values& found, const Values& expected) {
        for (const std::string& value : found) {
            if (!m_original.written().contains(value))
                return say(what + " shows " + value + ", which was never written");
        }
        if (!m_isRepaired && found != expected)
            say(what + " shows " + std::to_string(found.size()) + " of " +
                std::to_string(expected.size()) + " items, or older ones, without an error");
    }

    void read(const std::string& operation, const std::string& json, const Values& expected) {
        Values found;
        const auto answer = ask(operation, json);
        if (answer.status != 200) return;
        addValues(answer.body, found);
        judge(operation + " " + json, found, expected);
    }

    void get(int number) {
        const std::string item = wideItem(number, "0");
        const std::size_t begin = item.find(R"({"pk")");
        const std::string key = item.substr(begin, item.find(R"(,"colour")") - begin) + "}";
        const auto answer =
            ask("GetItem", R"({"TableName":"Wide","ConsistentRead":true,"Key":)" + key + "}");
        if (answer.status != 200) return;
        Values found;
        addValues(answer.body, found);
        const std::string version = number % 2 == 0 ? "1" : "0";
        judge("GetItem " + key, found, {"w" + std::to_string(number) + "." + version});
    }

    // Each change that the stream shows was made; without damage and repair, each made is shown.
    void readStream() {
        const auto described = ask("DynamoDBStreams_20120810.DescribeStream",
                                   R"({"StreamArn":")" + m_original.stream() + R"("})");
        if (described.status != 200) return;
        const std::string name = R"("ShardId":")";
        Values found;
        bool isWhole = true;
        for (std::size_t at = described.body.find(name); at != std::string::npos;
             at = described.body.find(name, at)) {
            at += name.size();
            const std::string shard = described.body.substr(at, described.body.find('"', at) - at);
            isWhole = readShard(shard, found) && isWhole;
        }
        for (const std::string& value : found) {
            if (!m_original.written().contains(value))
                return say("the stream shows " + value + ", which was never written");
        }
        if (isWhole && !m_isRepaired && !std::ranges::includes(found, m_original.wide()))
            say("the stream lacks changes without an error");
    }

    bool readShard(const std::string& shard, Values& found) {
        const auto first = ask("DynamoDBStreams_20120810.GetShardIterator",
                               R"({"StreamArn":")" + m_original.stream() + R"(","ShardId":")" +
                                   shard + R"(","ShardIteratorType":"TRIM_HORIZON"})");
        const std::string next = R"(Iterator":")";
        std::string body = first.body;
        for (int page = 0; page < 5; ++page) {
            const std::size_t at = body.find(next);
            if (at == std::string::npos) return page > 0;
            const std::size_t begin = at + next.size();
            const auto records =
                ask("DynamoDBStreams_20120810.GetRecords",
                    R"({"ShardIterator":")" + body.substr(begin, body.find('"', begin) - begin) +
                        R"("})");
            if (records.status != 200) return false;
            addValues(records.body, found);
            body = records.body;
        }
        return true;
    }

    void write(const char* name, const std::string& item, const std::string& value) {
        const auto put = ask("PutItem", item);
        if (put.status != 200) return;
        const auto scan =
            ask("Scan", R"({"TableName":")" + std::string(name) + R"(","ConsistentRead":true})");
        if (scan.status == 200 && !scan.body.contains('"' + value + '"'))
            say("an item that was written is not there");
    }

    engine::Engine& m_engine;
    const Original& m_original;
    const bool m_isRepaired;
    std::string m_error;
    std::string m_problem;
};

struct Tally {
    int refused = 0;
    int errors = 0;
    int sound = 0;
    int lossless = 0;
};

/// One damaged folder.
class Round {
public:
    Round(const Original& original, std::uint64_t seed, Tally& tally)
        : m_original(original), m_prng(seed), m_tally(tally) {}

    std::string problem() {
        const fs::path path = fs::path(m_folder.path().toStdString()) / "data";
        m_original.copyTo(path);
        damage(path);
        const auto verdict = engine::checkFolder(path);
        if (!verdict) return "the check fails: " + verdict.error();
        const auto opened = engine::Engine::open(options(path));
        if (opened) {
            (*opened)->start();
            Asker asker(**opened, m_original, false);
            const std::string problem = asker.problem();
            ++(asker.error().empty() ? m_tally.sound : m_tally.errors);
            if (!problem.empty()) return m_where + problem;
            if (verdict->isSound && !asker.error().empty())
                return m_where + "found sound, but " + asker.error();
            return {};
        }
        ++m_tally.refused;
        if (!opened.error().ends_with('.')) return m_where + "no sentence: " + opened.error();
        if (verdict->isSound) return m_where + "found sound, but refused: " + opened.error();
        return problemOfRepair(path);
    }

private:
    static engine::EngineOptions options(const fs::path& path) {
        engine::EngineOptions options;
        options.dataFolder = path;
        options.port.reset();
        return options;
    }

    void damage(const fs::path& path) {
        const bool isLog = m_prng.chance({2, 3});
        const fs::path name = isLog ? "log.mdb" : "items.mdb";
        std::string file = isLog ? m_original.files().log : m_original.files().items;
        const std::size_t at = drawPlace(file, m_prng);
        const auto before = static_cast<unsigned char>(file[at]);
        const unsigned wrong = m_prng.chance({1, 2}) ? 1u << m_prng.below(8)
                                                     : 1 + static_cast<unsigned>(m_prng.below(255));
        file[at] = static_cast<char>(before ^ wrong);
        std::ofstream(path / name, std::ios::binary) << file;
        m_where = name.string() + ", page " + std::to_string(at / kPageBytes) + ", byte " +
                  std::to_string(at % kPageBytes) + ": ";
    }

    std::string problemOfRepair(const fs::path& path) {
        const auto repaired = engine::repairFolder(path);
        if (!repaired) return m_where + "not repaired: " + repaired.error();
        if (repaired->isSound) ++m_tally.lossless;
        const auto verdict = engine::checkFolder(path);
        if (!verdict || !verdict->isSound)
            return m_where +
                   "not sound after the repair: " + (verdict ? verdict->text : verdict.error());
        const auto opened = engine::Engine::open(options(path));
        if (!opened) return m_where + "refused after the repair: " + opened.error();
        (*opened)->start();
        // What is all there has to be right.
        const std::string problem = Asker(**opened, m_original, !repaired->isSound).problem();
        return problem.empty() ? problem : m_where + "after the repair " + problem;
    }

    const Original& m_original;
    Prng m_prng;
    Tally& m_tally;
    QTemporaryDir m_folder;
    std::string m_where;
};

std::string commandOf(std::uint64_t seed) {
    return "ORRERY_SEED=" + std::to_string(seed) + " folder_damage_tests";
}

/// Prints the command if a CHECK ends the round.
class Context : public CheckContext {
public:
    explicit Context(std::uint64_t seed) : m_command(commandOf(seed)) {}
    void describe() const override { std::fprintf(stderr, "%s\n", m_command.c_str()); }

private:
    const std::string m_command;
};

}  // namespace

class FolderDamageTest : public QObject {
    Q_OBJECT
private slots:
    void answersRightOrNotAtAll() {
        const Original original;
        Tally tally;
        for (const std::uint64_t seed : freshSeeds(seedCount(25, 1000))) {
            const Context context(seed);
            const std::string problem = Round(original, seed, tally).problem();
            QVERIFY2(problem.empty(), (problem + "\n    " + commandOf(seed)).c_str());
        }
        qInfo("%d refused (%d repaired without a loss), %d with an error, %d sound", tally.refused,
              tally.lossless, tally.errors, tally.sound);
    }
};

ORRERY_TEST_CLASS(FolderDamageTest)
#include "folder_damage_test.moc"
