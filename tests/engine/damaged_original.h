#pragma once

#include <QDeadlineTimer>
#include <QTemporaryDir>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "core/cluster/world/world.h"
#include "core/storage/stores.h"
#include "tests/engine/engine_harness.h"

namespace orrery::test {

using Values = std::set<std::string>;

inline constexpr int kItems = 40;

inline constexpr const char* kCreateGone =
    R"({"TableName":"Gone","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":)"
    R"([{"AttributeName":"pk","AttributeType":"S"}],)"
    R"("KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],)"
    R"("StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}})";

inline constexpr const char* kCreateWide =
    R"({"TableName":"Wide","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":)"
    R"([{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},)"
    R"({"AttributeName":"colour","AttributeType":"S"},)"
    R"({"AttributeName":"shade","AttributeType":"S"}],)"
    R"("KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},)"
    R"({"AttributeName":"sk","KeyType":"RANGE"}],)"
    R"("LocalSecondaryIndexes":[{"IndexName":"ByShade","KeySchema":[{"AttributeName":"pk",)"
    R"("KeyType":"HASH"},{"AttributeName":"shade","KeyType":"RANGE"}],)"
    R"("Projection":{"ProjectionType":"ALL"}}],)"
    R"("GlobalSecondaryIndexes":[{"IndexName":"ByColour","KeySchema":[{"AttributeName":"colour",)"
    R"("KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],)"
    R"("StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"},)"
    R"("Tags":[{"Key":"team","Value":"blue"}]})";

inline std::string table(const char* name) {
    return R"({"TableName":")" + std::string(name) + R"("})";
}

inline std::string wideItem(int number, const std::string& version) {
    const std::string id = std::to_string(number);
    const std::string partition = "p" + std::to_string(number % 7);
    // A fifth of the keys is longer than LMDB takes.
    const std::string sort = "s" + id + (number % 5 == 0 ? std::string(700, 'x') : std::string());
    return R"({"TableName":"Wide","Item":{"pk":{"S":")" + partition + R"("},"sk":{"S":")" + sort +
           R"("},"colour":{"S":"c)" + std::to_string(number % 3) + R"("},"shade":{"S":"d)" + id +
           R"("},"expires":{"N":"4000000000"},"v":{"S":"w)" + id + "." + version + R"("}}})";
}

inline std::string plainItem(int number) {
    return R"({"TableName":"Tab","Item":{"pk":{"S":"k)" + std::to_string(number) +
           R"("},"v":{"S":"t)" + std::to_string(number) + R"("}}})";
}

/// The values of the attribute `v` in an answer.
inline void addValues(const std::string& body, Values& values) {
    static const std::string kBegin = R"("v":{"S":")";
    for (std::size_t at = body.find(kBegin); at != std::string::npos; at = body.find(kBegin, at)) {
        at += kBegin.size();
        values.insert(body.substr(at, body.find('"', at) - at));
    }
}

inline std::string goneItem(int number) {
    return R"({"TableName":"Gone","Item":{"pk":{"S":"k)" + std::to_string(number) +
           R"("},"v":{"S":"g)" + std::to_string(number) + R"("},"text":{"S":")" +
           std::string(2000, 'x') + R"("}}})";
}

inline std::string contentOf(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The folder that the rounds damage, and an older copy of it. Its trees have all but the last
/// writes, and its archive has the stream of a deleted table.
class Original {
public:
    Original() {
        runEngine([this](RunningEngine& engine) { fillGone(engine); });
        writeTrees();
        runEngine([this](RunningEngine& engine) { fill(engine); });
        writeTrees();
        std::filesystem::copy(path(), olderPath(), std::filesystem::copy_options::recursive);
        std::ofstream(olderPath() / "format") << "orrery data folder, format 5\n";
        runEngine([this](RunningEngine& engine) { overwrite(engine, 4); });
        writeTrees();
        runEngine([this](RunningEngine& engine) { overwrite(engine, 3); });
        for (const auto& file : std::filesystem::recursive_directory_iterator(path() / "archive")) {
            // Those of some pages, so that pages can be swapped.
            if (file.is_regular_file() && file.file_size() > 3 * 4096)
                m_segments.push_back(std::filesystem::relative(file.path(), path()));
        }
        std::ranges::sort(m_segments);
    }

    /// What one of its files has; `file` is relative to the folder.
    std::string contentOf(const std::filesystem::path& file) const {
        return test::contentOf(path() / file);
    }
    /// What the file had before the last writes, which have since reached the trees.
    std::string olderContentOf(const std::filesystem::path& file) const {
        return test::contentOf(olderPath() / file);
    }
    /// Files of the archive, relative to the folder.
    const std::vector<std::filesystem::path>& segments() const { return m_segments; }
    const Values& wide() const { return m_wide; }    ///< What the table has.
    const Values& plain() const { return m_plain; }  ///< The same.
    const Values& written() const { return m_written; }
    const std::string& stream() const { return m_stream; }
    /// The same of a table that was deleted, whose stream is in the archive.
    const Values& gone() const { return m_gone; }
    const std::string& goneStream() const { return m_goneStream; }
    /// The version that an item of `Wide` has.
    static std::string versionOf(int number) {
        return number % 3 == 0 ? "3" : number % 4 == 0 ? "2" : number % 2 == 0 ? "1" : "0";
    }

    void copyTo(const std::filesystem::path& to) const {
        std::filesystem::copy(path(), to, std::filesystem::copy_options::recursive);
    }

private:
    std::filesystem::path path() const { return m_folder.path().toStdString() + "/data"; }
    std::filesystem::path olderPath() const { return m_folder.path().toStdString() + "/older"; }

    static void must(const engine::Engine::Answer& answer) {
        if (answer.status / 100 != 2) qFatal("%s", answer.body.c_str());
    }

    void runEngine(const std::function<void(RunningEngine&)>& use) const {
        RunningEngine engine({.dataFolder = path(), .durability = storage::Durability::Relaxed});
        use(engine);
    }

    // What an engine does some seconds after the last write.
    void writeTrees() const {
        const auto store = storage::openLmdbStore(path());
        if (!store) qFatal("%s", store.error().message().c_str());
        const auto world = cluster::World::open(
            **store, {}, CalendarTime(std::chrono::system_clock::now().time_since_epoch()));
        if (!world) qFatal("%s", world.error().message().c_str());
        // The trees get what they lack in some turns.
        const Instant end = (*world)->now() + std::chrono::seconds(1);
        while (!(*world)->run(end, 1000))
            endTurn(**store, **world);
        do {
            endTurn(**store, **world);
        } while ((*store)->figures().archiveOrders > 0);
        (*world)->close();
        endTurn(**store, **world);
    }

    static void endTurn(storage::Store& store, cluster::World& world) {
        world.endTurn();
        while (auto work = store.takeLogWork()) {
            work->run();
            store.finishLogWork(std::move(work));
        }
        while (auto work = store.takeFlushWork(true)) {
            work->run();
            store.finishFlushWork(std::move(work));
        }
        static_cast<void>(world.admit(cluster::StorageSynced{store.synced()}));
    }

    static std::string streamOf(RunningEngine& engine, const char* name) {
        const std::string text = engine.call("DescribeTable", table(name)).body;
        const std::string before = R"("LatestStreamArn":")";
        const std::size_t at = text.find(before) + before.size();
        return text.substr(at, text.find('"', at) - at);
    }

    void fillGone(RunningEngine& engine) {
        must(engine.call("CreateTable", kCreateGone));
        for (int number = 0; number < kItems; ++number) {
            must(engine.call("PutItem", goneItem(number)));
            m_gone.insert("g" + std::to_string(number));
        }
        m_written.insert(m_gone.begin(), m_gone.end());
        m_goneStream = streamOf(engine, "Gone");
        must(engine.call("DeleteTable", table("Gone")));
    }

    void fill(RunningEngine& engine) {
        must(engine.call("CreateTable", kCreateTable));
        must(engine.call("CreateTable", kCreateWide));
        must(engine.call("UpdateTimeToLive", R"({"TableName":"Wide","TimeToLiveSpecification":)"
                                             R"({"AttributeName":"expires","Enabled":true}})"));
        for (int number = 0; number < kItems; ++number) {
            must(engine.call("PutItem", plainItem(number)));
            m_plain.insert("t" + std::to_string(number));
            m_wide.insert("w" + std::to_string(number) + "." + versionOf(number));
        }
        m_written.insert(m_plain.begin(), m_plain.end());
        overwrite(engine, 1);
        must(engine.control("POST", "/faults", R"({"kind":"zone-outage","zone":"us-east-1c"})"));
        overwrite(engine, 2);
        must(engine.call("UpdateTable",
                         R"({"TableName":"Tab","AttributeDefinitions":[{"AttributeName":"v",)"
                         R"("AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":)"
                         R"({"IndexName":"Late","KeySchema":[{"AttributeName":"v","KeyType":)"
                         R"("HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}}]})"));
        m_stream = streamOf(engine, "Wide");
    }

    // A new version of each `step`-th item.
    void overwrite(RunningEngine& engine, int step) {
        const std::string version = step == 1 ? "0" : step == 2 ? "1" : step == 4 ? "2" : "3";
        for (int number = 0; number < kItems; number += step) {
            // While the partitions that a failed zone led elect leaders, writes fail.
            const QDeadlineTimer patience(20'000);
            while (engine.call("PutItem", wideItem(number, version)).status != 200) {
                if (patience.hasExpired()) qFatal("No leader is elected.");
            }
            m_written.insert("w" + std::to_string(number) + "." + version);
        }
    }

    QTemporaryDir m_folder;
    std::vector<std::filesystem::path> m_segments;
    Values m_wide;
    Values m_plain;
    Values m_written;
    std::string m_stream;
    Values m_gone;
    std::string m_goneStream;
};

}  // namespace orrery::test
