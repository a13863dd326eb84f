#pragma once

#include <optional>
#include <string>
#include <thread>

#include "core/engine/blocking_calls.h"

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

    BlockingCalls m_calls;
    std::thread m_thread;
};

}  // namespace orrery::engine
