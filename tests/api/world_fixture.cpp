#include "tests/api/world_fixture.h"

#include <chrono>

#include "core/api/api.h"
#include "core/api/rest_table.h"
#include "core/base/check.h"

namespace orrery::test {
namespace {

using namespace std::chrono_literals;

// 2026-01-01T00:00:00Z.
constexpr CalendarTime kStart{1'767'225'600s};
constexpr int kTurnsMax = 10'000;

std::string targetOf(std::string_view operation) {
    constexpr std::string_view kStreams = "Streams.";
    if (operation.starts_with(kStreams))
        return "DynamoDBStreams_20120810." + std::string(operation.substr(kStreams.size()));
    return "DynamoDB_20120810." + std::string(operation);
}

WorldFixture::Answer errorAnswer(const ApiError& error) {
    WorldFixture::Answer answer{httpStatus(error.type), {}};
    api::writeError(error, answer.body);
    return answer;
}

cluster::Caller callerIn(std::string_view region) {
    return {"000000000000", "test", std::string(region), ZoneIndex{0}, "127.0.0.1:8000"};
}

}  // namespace

WorldFixture::WorldFixture(const cluster::Profile& profile)
    : m_store(storage::MemoryStore::create()) {
    cluster::WorldOptions options;
    options.seed = 1;
    options.profile = profile;
    auto world = cluster::World::open(*m_store, options, kStart);
    CHECK(world.has_value());
    m_world = *std::move(world);
}

WorldFixture::~WorldFixture() = default;

void WorldFixture::endTurn() {
    m_world->endTurn();
    if (auto work = m_store->takeLogWork()) {
        work->run();
        m_store->finishLogWork(std::move(work));
    }
    // The archive is written behind.
    if (auto work = m_store->takeFlushWork(false)) {
        work->run();
        m_store->finishFlushWork(std::move(work));
    }
    static_cast<void>(m_world->admit(cluster::StorageSynced{m_store->synced()}));
}

void WorldFixture::wait(Duration duration) {
    const Instant until = m_world->now() + duration;
    while (m_world->nextEventAt() <= until) {
        m_world->run(m_world->nextEventAt());
        endTurn();
    }
    m_world->run(until);
    endTurn();
}

WorldFixture::Answer WorldFixture::call(std::string_view operation, std::string_view body,
                                        std::string_view region) {
    auto call = api::parseCall(targetOf(operation), body, region);
    if (!call) return errorAnswer(call.error());
    static_cast<void>(m_world->admit(
        cluster::CallInput{cluster::CallId{++m_calls}, *std::move(call), callerIn(region)}));
    for (int turn = 0; turn < kTurnsMax; ++turn) {
        endTurn();
        auto answers = m_world->takeAnswers();
        if (!answers.empty()) {
            CHECK(answers.size() == 1);
            cluster::Answered& answered = answers.front();
            if (!answered.result) return errorAnswer(answered.result.error());
            Answer answer;
            static_cast<const api::ApiCall&>(*answered.call)
                .writeReply(*answered.result, answer.body);
            return answer;
        }
        m_world->run(m_world->nextEventAt());
    }
    CHECK(!"the world did not answer");
    return {};
}

WorldFixture::Answer WorldFixture::rest(std::string_view method, std::string_view target,
                                        std::string_view body, std::string_view region) {
    auto answer = api::runRest(*m_world, callerIn(region), {method, target, body});
    endTurn();
    if (!answer) return {answer.error().status, api::bodyOf(answer.error())};
    return {200, *std::move(answer)};
}

}  // namespace orrery::test
