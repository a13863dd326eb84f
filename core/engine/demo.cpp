#include "core/engine/demo.h"

#include <chrono>

#include "core/exchange/samples.h"
#include "core/json/json.h"

namespace orrery::engine {

using namespace std::chrono_literals;

namespace {

constexpr const char* kRegion = "us-east-1";
constexpr auto kPollEvery = 50ms;

}  // namespace

DemoLoader::DemoLoader(Engine& engine) : m_engine(engine), m_thread([this] { run(); }) {}

DemoLoader::~DemoLoader() {
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->stopping = true;
    }
    m_shared->changed.notify_all();
    m_thread.join();
}

std::optional<Engine::Answer> DemoLoader::call(const std::string& operation,
                                               const std::string& json) {
    m_engine.call(kRegion, operation, json, [shared = m_shared](Engine::Answer answer) {
        {
            const std::lock_guard lock(shared->mutex);
            shared->answer = std::move(answer);
        }
        shared->changed.notify_all();
    });
    std::unique_lock lock(m_shared->mutex);
    m_shared->changed.wait(lock, [&] { return m_shared->answer || m_shared->stopping; });
    if (m_shared->stopping) return std::nullopt;
    return std::exchange(m_shared->answer, std::nullopt);
}

/// False if the loader has to stop.
bool DemoLoader::pause() {
    std::unique_lock lock(m_shared->mutex);
    return !m_shared->changed.wait_for(lock, kPollEvery, [&] { return m_shared->stopping; });
}

bool DemoLoader::waitUntilActive(const std::string& table) {
    std::string request;
    json::Writer(request).beginObject().name("TableName").string(table).endObject();
    for (;;) {
        const auto answer = call("DescribeTable", request);
        if (!answer || answer->status != 200) return false;
        if (answer->body.find(R"("TableStatus":"ACTIVE")") != std::string::npos) return true;
        if (!pause()) return false;
    }
}

/// Writes a whole batch, with as many retries as outages of zones require.
bool DemoLoader::write(std::string batch) {
    for (;;) {
        const auto answer = call("BatchWriteItem", batch);
        if (!answer) return false;
        if (answer->status == 200) {
            auto again = exchange::requestForUnprocessed(answer->body);
            if (!again) return true;
            batch = *std::move(again);
        } else if (answer->status < 500) {
            return true;  // The table has been deleted in the meantime.
        }
        if (!pause()) return false;
    }
}

void DemoLoader::run() {
    for (const exchange::SampleSet& set : exchange::sampleSets()) {
        for (const exchange::SampleTable& table : set.tables) {
            const auto created = call("CreateTable", table.createTable);
            if (!created) return;
            if (created->status != 200 || !waitUntilActive(table.name)) continue;
            for (const std::string& batch : exchange::batchWriteRequests(table))
                if (!write(batch)) return;
        }
    }
}

}  // namespace orrery::engine
