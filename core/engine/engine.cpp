#include "core/engine/engine.h"

#include "core/base/result.h"
#include "core/engine/engine_impl.h"
#include "core/json/json.h"

namespace orrery::engine {
namespace {

/// Runs `work` on the loop's thread, with the handler. If too much waits there, answers at once
/// with a 503 whose body has the reason under `member`.
template <typename Work>
void post(Loop& loop, Engine::AnswerHandler handler, std::string_view member, Work work) {
    const auto shared = std::make_shared<Engine::AnswerHandler>(std::move(handler));
    const bool posted = loop.post([work = std::move(work), shared] { work(std::move(*shared)); });
    if (posted) return;
    std::string body;
    json::Writer(body)
        .beginObject()
        .name(member)
        .string("Too many requests are in progress.")
        .endObject();
    (*shared)({503, std::move(body), {}});
}

}  // namespace

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

void Engine::call(Scope scope, std::string operation, std::string json, AnswerHandler handler) {
    post(m_impl->m_loop, std::move(handler), "message",
         [impl = m_impl.get(), scope = std::move(scope), operation = std::move(operation),
          json = std::move(json)](AnswerHandler answer) {
             impl->callFromInside(scope, operation, json, std::nullopt, std::move(answer));
         });
}

void Engine::deleteItem(Scope scope, std::string json, Lsn itemLsn, AnswerHandler handler) {
    post(m_impl->m_loop, std::move(handler), "message",
         [impl = m_impl.get(), scope = std::move(scope), json = std::move(json),
          itemLsn](AnswerHandler answer) {
             impl->callFromInside(scope, "DeleteItem", json, itemLsn, std::move(answer));
         });
}

void Engine::control(std::string method, std::string target, std::string json,
                     AnswerHandler handler) {
    post(m_impl->m_loop, std::move(handler), "error",
         [impl = m_impl.get(), method = std::move(method), target = std::move(target),
          json = std::move(json)](const AnswerHandler& answer) {
             impl->controlFromInside(method, target, json, answer);
         });
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
