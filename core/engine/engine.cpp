#include "core/engine/engine.h"

#include "core/base/result.h"
#include "core/engine/engine_impl.h"

namespace orrery::engine {

std::expected<std::unique_ptr<Engine>, std::string> Engine::open(const EngineOptions& options) {
    auto impl = std::make_unique<Impl>(options);
    TRY(impl->open());
    return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Engine::Engine(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Engine::~Engine() {
    stop();
}

void Engine::run() {
    m_impl->run();
}

void Engine::start() {
    m_impl->m_thread = std::thread([this] { m_impl->run(); });
}

void Engine::stop() {
    m_impl->m_loop.postAlways([impl = m_impl.get()] { impl->stop(); });
    if (m_impl->m_thread.joinable()) m_impl->m_thread.join();
}

void Engine::stopOnSignals() {
    m_impl->m_loop.onStopSignals([impl = m_impl.get()] { impl->stop(); });
}

void Engine::call(std::string region, std::string operation, std::string json,
                  AnswerHandler handler) {
    auto shared = std::make_shared<AnswerHandler>(std::move(handler));
    const bool posted =
        m_impl->m_loop.post([impl = m_impl.get(), region = std::move(region),
                             operation = std::move(operation), json = std::move(json), shared] {
            impl->callFromInside(region, operation, json, std::nullopt, std::move(*shared));
        });
    if (!posted) (*shared)({503, R"({"message":"Too many requests are in progress."})", {}});
}

void Engine::deleteItem(std::string region, std::string json, Lsn itemLsn, AnswerHandler handler) {
    auto shared = std::make_shared<AnswerHandler>(std::move(handler));
    const bool posted = m_impl->m_loop.post(
        [impl = m_impl.get(), region = std::move(region), json = std::move(json), itemLsn, shared] {
            impl->callFromInside(region, "DeleteItem", json, itemLsn, std::move(*shared));
        });
    if (!posted) (*shared)({503, R"({"message":"Too many requests are in progress."})", {}});
}

void Engine::control(std::string method, std::string target, std::string json,
                     AnswerHandler handler) {
    auto shared = std::make_shared<AnswerHandler>(std::move(handler));
    const bool posted =
        m_impl->m_loop.post([impl = m_impl.get(), method = std::move(method),
                             target = std::move(target), json = std::move(json),
                             shared] { impl->controlFromInside(method, target, json, *shared); });
    if (!posted) (*shared)({503, R"({"error":"Too many requests are in progress."})", {}});
}

observe::SnapshotPtr Engine::snapshot() {
    return m_impl->snapshot();
}

std::vector<observe::Event> Engine::events(EventId after, std::size_t limit) const {
    return m_impl->events(after, limit);
}

const std::string& Engine::endpoint() const {
    return m_impl->m_endpoint;
}

const std::string& Engine::endpointProblem() const {
    return m_impl->m_endpointProblem;
}

const std::vector<std::string>& Engine::notes() const {
    return m_impl->m_notes;
}

std::string Engine::dataFolder() const {
    return m_impl->m_options.dataFolder.string();
}

}  // namespace orrery::engine
