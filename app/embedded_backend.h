#pragma once

#include <QObject>
#include <memory>

#include "app/backend.h"
#include "core/engine/engine.h"

namespace orrery::app {

/// Runs the engine in this process, on its own thread. Answers are posted to the thread that
/// created the backend.
class EmbeddedBackend : public Backend {
public:
    /// Opens and starts the engine. The error is one sentence for people.
    static std::expected<std::unique_ptr<EmbeddedBackend>, std::string> open(
        const engine::EngineOptions& options);
    /// Stops the engine; answers that are not delivered yet are dropped.
    ~EmbeddedBackend() override;

    engine::Engine& engine() { return *m_engine; }

    void call(const Scope& scope, std::string_view operation, std::string_view json,
              AnswerHandler handler) override;
    void deleteItem(const Scope& scope, std::string_view json, Lsn itemLsn,
                    AnswerHandler handler) override;
    void control(std::string_view method, std::string_view target, std::string_view json,
                 AnswerHandler handler) override;
    observe::SnapshotPtr snapshot() override;
    std::vector<observe::Event> events(EventId after, std::size_t limit) override;
    std::vector<Diagnostic> check(std::string_view expression) override;
    std::string endpoint() const override;
    std::string endpointProblem() const override;
    std::string dataFolder() const override;

private:
    explicit EmbeddedBackend(std::unique_ptr<engine::Engine> engine);
    /// Wraps `handler` for the engine's thread; the wrapper posts it to ours.
    engine::Engine::AnswerHandler deliver(AnswerHandler handler);

    // The engine is destroyed before the receiver, because its thread posts to the receiver.
    QObject m_receiver;
    std::unique_ptr<engine::Engine> m_engine;
};

}  // namespace orrery::app
