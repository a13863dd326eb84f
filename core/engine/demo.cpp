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

DemoLoader::DemoLoader(Engine& engine) : m_calls(engine), m_thread([this] { run(); }) {}

DemoLoader::~DemoLoader() {
    m_calls.stop();
    m_thread.join();
}

std::optional<Engine::Answer> DemoLoader::call(const std::string& operation,
                                               const std::string& json) {
    return m_calls.call(kRegion, operation, json);
}

bool DemoLoader::waitUntilActive(const std::string& table) {
    std::string request;
    json::Writer(request).beginObject().name("TableName").string(table).endObject();
    for (;;) {
        const auto answer = call("DescribeTable", request);
        if (!answer || answer->status != 200) return false;
        if (answer->body.find(R"("TableStatus":"ACTIVE")") != std::string::npos) return true;
        if (!m_calls.pause(kPollEvery)) return false;
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
        if (!m_calls.pause(kPollEvery)) return false;
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
