#include "app/embedded_backend.h"

#include <QMetaObject>

#include "app/expression_check.h"

namespace orrery::app {

std::expected<std::unique_ptr<EmbeddedBackend>, std::string> EmbeddedBackend::open(
    const engine::EngineOptions& options) {
    auto engine = engine::Engine::open(options);
    if (!engine) return std::unexpected(std::move(engine).error());
    std::unique_ptr<EmbeddedBackend> backend(new EmbeddedBackend(*std::move(engine)));
    backend->m_engine->start();
    return backend;
}

EmbeddedBackend::EmbeddedBackend(std::unique_ptr<engine::Engine> engine)
    : m_engine(std::move(engine)) {}

EmbeddedBackend::~EmbeddedBackend() {
    m_engine->stop();
}

engine::Engine::AnswerHandler EmbeddedBackend::deliver(AnswerHandler handler) {
    return [receiver = &m_receiver,
            handler = std::move(handler)](engine::Engine::Answer answer) mutable {
        auto post = [handler = std::move(handler), answer = std::move(answer)]() mutable {
            handler(Answer{answer.status, std::move(answer.body), std::move(answer.headers)});
        };
        QMetaObject::invokeMethod(receiver, std::move(post), Qt::QueuedConnection);
    };
}

void EmbeddedBackend::call(const Scope& scope, std::string_view operation, std::string_view json,
                           AnswerHandler handler) {
    m_engine->call(scope, std::string(operation), std::string(json), deliver(std::move(handler)));
}

void EmbeddedBackend::deleteItem(const Scope& scope, std::string_view json, Lsn itemLsn,
                                 AnswerHandler handler) {
    m_engine->deleteItem(scope, std::string(json), itemLsn, deliver(std::move(handler)));
}

void EmbeddedBackend::control(std::string_view method, std::string_view target,
                              std::string_view json, AnswerHandler handler) {
    m_engine->control(std::string(method), std::string(target), std::string(json),
                      deliver(std::move(handler)));
}

observe::SnapshotPtr EmbeddedBackend::snapshot() {
    return m_engine->snapshot();
}

std::vector<observe::Event> EmbeddedBackend::events(EventId after, std::size_t limit) {
    return m_engine->events(after, limit);
}

std::vector<Backend::Diagnostic> EmbeddedBackend::check(std::string_view expression) {
    return checkExpression(expression);
}

std::string EmbeddedBackend::endpoint() const {
    return m_engine->endpoint();
}

std::string EmbeddedBackend::endpointProblem() const {
    return m_engine->endpointProblem();
}

std::string EmbeddedBackend::dataFolder() const {
    return m_engine->dataFolder();
}

}  // namespace orrery::app
