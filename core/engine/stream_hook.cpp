#include "core/engine/stream_hook.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "core/engine/lambda_event.h"
#include "core/json/json.h"

namespace orrery::engine {

using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kBatchMax = 100;
constexpr auto kPollEvery = 200ms;
constexpr auto kFindEvery = 1s;
constexpr Duration kFirstWait = 200ms;
constexpr Duration kLongestWait = 30s;

Duration wallNow() {
    return std::chrono::steady_clock::now().time_since_epoch();
}

/// The object of a successful answer; empty for any other.
json::Object objectOf(const Engine::Answer& answer) {
    if (answer.status != 200) return {};
    const auto value = json::parse(answer.body);
    return value && value->is_object() ? value->get_object() : json::Object();
}

std::string textOf(const json::Object& object, std::string_view name) {
    const json::Value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

json::Array listOf(const json::Object& object, std::string_view name) {
    const json::Value* value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : json::Array();
}

std::string request(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
    std::string text;
    json::Writer out(text);
    out.beginObject();
    for (const auto& [name, value] : members)
        if (!value.empty()) out.name(name).string(value);
    out.endObject();
    return text;
}

}  // namespace

StreamHook::StreamHook(Engine& engine, const StreamHookOptions& options, Report report)
    : m_calls(engine),
      m_command(options.command),
      m_report(std::move(report)),
      m_region(options.region),
      m_table(options.table),
      m_checkpoint(options.file, std::chrono::floor<std::chrono::seconds>(
                                     engine.snapshot()->clock.calendar.sinceEpoch())
                                     .count()) {
    save();
    m_thread = std::thread([this] { run(); });
}

StreamHook::~StreamHook() {
    beginStop();
    m_command.stop();
    m_thread.join();
}

void StreamHook::beginStop() {
    m_calls.stop();
    m_command.beginStop();
}

void StreamHook::save() {
    const bool wasSaved = std::exchange(m_isSaved, m_checkpoint.save());
    if (wasSaved && !m_isSaved && m_report)
        m_report("how far the command for the stream of " + m_table +
                 " has come could not be saved; the next start repeats some records");
}

std::optional<Engine::Answer> StreamHook::call(const std::string& operation,
                                               const std::string& json) {
    return m_calls.call(m_region, "DynamoDBStreams_20120810." + operation, json);
}

void StreamHook::run() {
    Duration findAt = wallNow();
    for (;;) {
        if (wallNow() >= findAt) {
            if (!findShards()) return;
            findAt = wallNow() + kFindEvery;
        }
        bool moved = false;
        for (Shard& shard : m_shards)
            moved = advance(shard) || moved;
        if (!m_calls.pause(moved ? Duration::zero() : Duration(kPollEvery))) return;
    }
}

// Shards that expired are forgotten, once they are done.
bool StreamHook::findShards() {
    Listing listing;
    if (!findStreams(listing)) return false;
    if (!listing.isWhole) return true;
    m_checkpoint.keepOnly(listing.shards);
    std::erase_if(m_shards, [&](const Shard& shard) {
        return shard.isOver && shard.event.empty() &&
               !listing.shards.contains({shard.stream, shard.id});
    });
    return true;
}

bool StreamHook::findStreams(Listing& listing) {
    std::string after;
    do {
        const auto answer = call(
            "ListStreams", request({{"TableName", m_table}, {"ExclusiveStartStreamArn", after}}));
        if (!answer) return false;
        listing.isWhole = listing.isWhole && answer->status == 200;
        const json::Object list = objectOf(*answer);
        for (const json::Value& stream : listOf(list, "Streams"))
            if (!findShards(textOf(stream.as_object(), "StreamArn"), listing)) return false;
        after = textOf(list, "LastEvaluatedStreamArn");
    } while (!after.empty());
    return true;
}

bool StreamHook::findShards(const std::string& stream, Listing& listing) {
    std::string after;
    do {
        const auto answer = call(
            "DescribeStream", request({{"StreamArn", stream}, {"ExclusiveStartShardId", after}}));
        if (!answer) return false;
        // A client's error: the stream has expired.
        listing.isWhole = listing.isWhole && answer->status < 500;
        const json::Object object = objectOf(*answer);
        const json::Value* description = object.if_contains("StreamDescription");
        if (description == nullptr) return true;
        for (const json::Value& shard : listOf(description->as_object(), "Shards")) {
            const std::string id = textOf(shard.as_object(), "ShardId");
            listing.shards.emplace(stream, id);
            const bool isKnown = std::ranges::any_of(m_shards, [&](const Shard& known) {
                return known.stream == stream && known.id == id;
            });
            if (isKnown) continue;
            Shard& found = m_shards.emplace_back();
            found.stream = stream;
            found.id = id;
            found.parent = textOf(shard.as_object(), "ParentShardId");
            found.last = m_checkpoint.lastOf(stream, id);
        }
        after = textOf(description->as_object(), "LastEvaluatedShardId");
    } while (!after.empty());
    return true;
}

bool StreamHook::waitsForParent(const Shard& shard) const {
    return !shard.parent.empty() && std::ranges::any_of(m_shards, [&](const Shard& other) {
        return other.stream == shard.stream && other.id == shard.parent &&
               (!other.isOver || !other.event.empty());
    });
}

bool StreamHook::advance(Shard& shard) {
    if (!shard.event.empty()) return handle(shard);
    if (shard.isOver || waitsForParent(shard)) return false;
    return shard.iterator.empty() ? open(shard) : read(shard);
}

bool StreamHook::handle(Shard& shard) {
    if (wallNow() < shard.notBefore) return false;
    const int code = m_command.run(shard.event);
    if (code == 0) {
        shard.event.clear();
        shard.wait = {};
        m_checkpoint.note(shard.stream, shard.id, shard.last);
        save();
        return true;
    }
    // The next start runs it again.
    if (m_command.isStopped()) return false;
    shard.wait = shard.wait == Duration() ? kFirstWait : std::min(shard.wait * 2, kLongestWait);
    shard.notBefore = wallNow() + shard.wait;
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(shard.wait).count();
    if (m_report)
        m_report("the command for the stream of " + m_table + " ended with code " +
                 std::to_string(code) + "; it runs again in " + std::to_string(wait) + " ms");
    return false;
}

/// An iterator after the last record read, or at the oldest one.
bool StreamHook::open(Shard& shard) {
    const bool isFirst = shard.last.empty();
    const auto answer =
        call("GetShardIterator",
             request({{"StreamArn", shard.stream},
                      {"ShardId", shard.id},
                      {"ShardIteratorType", isFirst ? "TRIM_HORIZON" : "AFTER_SEQUENCE_NUMBER"},
                      {"SequenceNumber", shard.last}}));
    if (!answer) return false;
    if (answer->status == 400) {
        // The records after the last one are gone, or the whole stream is.
        shard.isOver = isFirst;
        shard.last.clear();
    }
    shard.iterator = textOf(objectOf(*answer), "ShardIterator");
    return !shard.iterator.empty();
}

bool StreamHook::read(Shard& shard) {
    std::string text;
    json::Writer out(text);
    out.beginObject().name("ShardIterator").string(shard.iterator);
    out.name("Limit").number(kBatchMax).endObject();
    const auto answer = call("GetRecords", text);
    if (!answer) return false;
    // An iterator expires while the world's clock moves on.
    if (answer->status == 400) shard.iterator.clear();
    if (answer->status != 200) return false;
    const json::Object object = objectOf(*answer);
    const json::Array records = listOf(object, "Records");
    const bool isMoving = !records.empty();
    json::Array batch;
    for (const json::Value& record : records) {
        const json::Object& change = record.at("dynamodb").as_object();
        shard.last = textOf(change, "SequenceNumber");
        if (change.at("ApproximateCreationDateTime").to_number<double>() >=
            static_cast<double>(m_checkpoint.since()))
            batch.push_back(record);
    }
    shard.iterator = textOf(object, "NextShardIterator");
    shard.isOver = shard.iterator.empty();
    if (!batch.empty()) shard.event = lambdaEvent(shard.stream, batch);
    return isMoving;
}

}  // namespace orrery::engine
