#include "core/engine/blocking_calls.h"

#include <utility>

namespace orrery::engine {

std::optional<Engine::Answer> BlockingCalls::call(const std::string& region,
                                                  const std::string& operation,
                                                  const std::string& json) {
    m_engine.call(region, operation, json, [shared = m_shared](Engine::Answer answer) {
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

bool BlockingCalls::pause(Duration length) {
    std::unique_lock lock(m_shared->mutex);
    return !m_shared->changed.wait_for(lock, length, [&] { return m_shared->stopping; });
}

void BlockingCalls::stop() {
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->stopping = true;
    }
    m_shared->changed.notify_all();
}

}  // namespace orrery::engine
