#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "core/engine/engine.h"

namespace orrery::engine {

/// Fills an engine with the sample sets, through ordinary calls, on a thread of its own. A table
/// that is there already is left as it is.
class DemoLoader {
public:
    /// The engine must outlive the loader.
    explicit DemoLoader(Engine& engine);
    /// Gives up what is not yet loaded.
    ~DemoLoader();
    DemoLoader(const DemoLoader&) = delete;
    DemoLoader& operator=(const DemoLoader&) = delete;

private:
    void run();
    /// The answer, or nothing if the loader is to give up.
    std::optional<Engine::Answer> call(const std::string& operation, const std::string& json);
    bool waitUntilActive(const std::string& table);
    bool pause();

    Engine& m_engine;

    // Shared with the engine's thread, which may answer after the loader is gone.
    struct Shared {
        std::mutex mutex;
        std::condition_variable changed;
        bool stopping = false;
        std::optional<Engine::Answer> answer;
    };
    const std::shared_ptr<Shared> m_shared = std::make_shared<Shared>();

    std::thread m_thread;
};

}  // namespace orrery::engine
