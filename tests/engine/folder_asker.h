#pragma once

#include <QDeadlineTimer>
#include <algorithm>
#include <future>
#include <string>

#include "core/engine/engine.h"
#include "tests/engine/damaged_original.h"

namespace orrery::test {

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
        readStream(m_original.stream(), m_original.wide());
        readStream(m_original.goneStream(), m_original.gone());
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
        judge("GetItem " + key, found,
              {"w" + std::to_string(number) + "." + Original::versionOf(number)});
    }

    // Each change that the stream shows was made; without damage and repair, each made is shown.
    void readStream(const std::string& arn, const Values& expected) {
        const auto described =
            ask("DynamoDBStreams_20120810.DescribeStream", R"({"StreamArn":")" + arn + R"("})");
        if (described.status != 200) return;
        const std::string name = R"("ShardId":")";
        Values found;
        bool isWhole = true;
        for (std::size_t at = described.body.find(name); at != std::string::npos;
             at = described.body.find(name, at)) {
            at += name.size();
            const std::string shard = described.body.substr(at, described.body.find('"', at) - at);
            isWhole = readShard(arn, shard, found) && isWhole;
        }
        for (const std::string& value : found) {
            if (!m_original.written().contains(value))
                return say("the stream shows " + value + ", which was never written");
        }
        if (isWhole && !m_isRepaired && !std::ranges::includes(found, expected))
            say("the stream lacks changes without an error");
    }

    bool readShard(const std::string& arn, const std::string& shard, Values& found) {
        const auto first = ask("DynamoDBStreams_20120810.GetShardIterator",
                               R"({"StreamArn":")" + arn + R"(","ShardId":")" + shard +
                                   R"(","ShardIteratorType":"TRIM_HORIZON"})");
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

}  // namespace orrery::test
