#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/engine/engine.h"

namespace orrery::engine {

/// Calls of an engine from a thread that waits for each answer, until they are stopped.
class BlockingCalls {
public:
    /// The engine must outlive it.
    explicit BlockingCalls(Engine& engine) : m_engine(engine) {}

    /// The answer, or nothing once stopped. One call at a time.
    std::optional<Engine::Answer> call(const std::string& region, const std::string& operation,
                                       const std::string& json);
    /// Waits for `length`. False once stopped.
    bool pause(Duration length);
    /// Any thread.
    void stop();

private:
    Engine& m_engine;

    // Shared with the engine's thread, which may answer after this has been destroyed.
    struct Shared {
        std::mutex mutex;
        std::condition_variable changed;
        bool stopping = false;
        std::optional<Engine::Answer> answer;
    };
    const std::shared_ptr<Shared> m_shared = std::make_shared<Shared>();
};

}  // namespace orrery::engine
