#pragma once

#include <QDeadlineTimer>
#include <QTemporaryDir>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/engine/engine_harness.h"

namespace orrery::test {

using Values = std::set<std::string>;

inline constexpr int kItems = 40;

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

struct Files {
    std::string log;
    std::string items;
};

inline std::string contentOf(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The folder that the rounds damage.
class Original {
public:
    Original() {
        const std::filesystem::path path = m_folder.path().toStdString();
        {
            RunningEngine engine({.dataFolder = path});
            fill(engine);
        }
        std::filesystem::remove(path / "log.mdb-lock");
        std::filesystem::remove(path / "items.mdb-lock");
        m_files = {contentOf(path / "log.mdb"), contentOf(path / "items.mdb")};
    }

    const Files& files() const { return m_files; }
    const Values& wide() const { return m_wide; }    ///< What the table has.
    const Values& plain() const { return m_plain; }  ///< The same.
    const Values& written() const { return m_written; }
    const std::string& stream() const { return m_stream; }

    void copyTo(const std::filesystem::path& path) const {
        std::filesystem::copy(m_folder.path().toStdString(), path,
                              std::filesystem::copy_options::recursive);
    }

private:
    static void must(const engine::Engine::Answer& answer) {
        if (answer.status / 100 != 2) qFatal("%s", answer.body.c_str());
    }

    void fill(RunningEngine& engine) {
        must(engine.call("CreateTable", kCreateTable));
        must(engine.call("CreateTable", kCreateWide));
        must(engine.call("UpdateTimeToLive", R"({"TableName":"Wide","TimeToLiveSpecification":)"
                                             R"({"AttributeName":"expires","Enabled":true}})"));
        for (int number = 0; number < kItems; ++number) {
            must(engine.call("PutItem", wideItem(number, "0")));
            must(engine.call("PutItem", plainItem(number)));
            m_plain.insert("t" + std::to_string(number));
            m_written.insert("w" + std::to_string(number) + ".0");
        }
        must(engine.control("POST", "/faults", R"({"kind":"zone-outage","zone":"us-east-1c"})"));
        for (int number = 0; number < kItems; ++number) {
            const std::string version = number % 2 == 0 ? "1" : "0";
            // While the partitions that the zone led elect leaders, writes fail.
            const QDeadlineTimer patience(20'000);
            while (version == "1" && !patience.hasExpired() &&
                   engine.call("PutItem", wideItem(number, version)).status != 200) {
            }
            m_wide.insert("w" + std::to_string(number) + "." + version);
        }
        must(engine.call("UpdateTable",
                         R"({"TableName":"Tab","AttributeDefinitions":[{"AttributeName":"v",)"
                         R"("AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":)"
                         R"({"IndexName":"Late","KeySchema":[{"AttributeName":"v","KeyType":)"
                         R"("HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}}]})"));
        const std::string text = engine.call("DescribeTable", table("Wide")).body;
        const std::string name = R"("LatestStreamArn":")";
        const std::size_t at = text.find(name) + name.size();
        m_stream = text.substr(at, text.find('"', at) - at);
        m_written.insert(m_wide.begin(), m_wide.end());
        m_written.insert(m_plain.begin(), m_plain.end());
    }

    QTemporaryDir m_folder;
    Files m_files;
    Values m_wide;
    Values m_plain;
    Values m_written;
    std::string m_stream;
};

}  // namespace orrery::test
