#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/cluster/world/world.h"
#include "core/storage/stores.h"

namespace orrery::test {

/// A world on a store in memory, called through the API as by a client: a target and a body in, a
/// status and a body out. It reads no clock, so the same requests give the same answers.
class WorldFixture {
public:
    struct Answer {
        int status = 200;
        std::string body;
    };

    explicit WorldFixture(const cluster::Profile& profile = cluster::Profile::dropIn());
    ~WorldFixture();

    /// "GetItem", or "Streams.ListStreams".
    Answer call(std::string_view operation, std::string_view body,
                std::string_view region = "us-east-1");
    /// A request of a REST service: "GET", "/experiments?maxResults=1".
    Answer rest(std::string_view method, std::string_view target, std::string_view body,
                std::string_view region = "us-east-1");
    /// Lets this much of the world's time pass: jobs continue, tables become active.
    void wait(Duration duration);

private:
    void endTurn();

    std::unique_ptr<storage::MemoryStore> m_store;
    std::unique_ptr<cluster::World> m_world;
    std::uint64_t m_calls = 0;
};

}  // namespace orrery::test
