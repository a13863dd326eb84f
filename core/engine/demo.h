#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "core/engine/engine.h"

namespace orrery::engine {

/// Fills an engine with the sample sets by ordinary calls, on a thread of its own. It does not
/// touch a table that already exists.
class DemoLoader {
public:
    /// The engine must outlive the loader.
    explicit DemoLoader(Engine& engine);
    /// Stops; tables not yet loaded stay incomplete.
    ~DemoLoader();
    DemoLoader(const DemoLoader&) = delete;
    DemoLoader& operator=(const DemoLoader&) = delete;

private:
    void run();
    /// The answer, or nothing if the loader has to stop.
    std::optional<Engine::Answer> call(const std::string& operation, const std::string& json);
    bool waitUntilActive(const std::string& table);
    bool write(std::string batch);
    bool pause();

    Engine& m_engine;

    // Shared with the engine's thread, which may answer after the loader has been destroyed.
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
