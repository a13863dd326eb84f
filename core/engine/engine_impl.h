#pragma once

#include <mutex>
#include <thread>

#include "core/control/control.h"
#include "core/engine/call_table.h"
#include "core/engine/endpoint.h"
#include "core/engine/engine.h"
#include "core/engine/live_driver.h"
#include "core/engine/loop.h"
#include "core/http/server.h"

namespace orrery::engine {

/// Everything that the engine's thread owns, and the few things that it shares.
class Engine::Impl : public Dispatcher, public control::Host {
public:
    explicit Impl(const EngineOptions& options);
    ~Impl() override;

    std::expected<void, std::string> open();
    void run();
    void stop();

    // --- Dispatcher

    void submit(std::unique_ptr<cluster::Call> call, cluster::Caller caller,
                Destination to) override;
    void refused(cluster::RefusedCall call) override { m_driver->record(std::move(call)); }
    void control(http::ExchangeId exchange, std::string_view method, std::string_view target,
                 std::string_view body) override;
    void rest(http::ExchangeId exchange, const cluster::Caller& caller,
              const api::RestRequest& request) override;
    bool clientEnded(std::uint64_t connection) override;
    void clientGone(std::uint64_t connection) override;

    // --- control::Host

    Facts facts() const override;
    Duration wall() const override { return Loop::now(); }
    bool stepOneEvent() override { return m_driver->stepOneEvent(); }

    // --- calls from the window, on the loop's thread

    void callFromInside(const Scope& scope, std::string_view operation, std::string_view json,
                        std::optional<Lsn> itemLsn, AnswerHandler handler);
    void controlFromInside(std::string_view method, std::string_view target, std::string_view body,
                           const AnswerHandler& handler);

    // --- any thread

    observe::SnapshotPtr snapshot();
    std::vector<observe::Event> events(EventId after, std::size_t limit) const;

    const EngineOptions m_options;
    std::string m_endpoint;  // Written before any thread starts.
    std::string m_endpointProblem;
    std::vector<std::string> m_notes;
    Loop m_loop;
    std::thread m_thread;

private:
    /// A control call whose answer waits until it exists, until the world has reached an instant,
    /// and until its content is on disk.
    struct Held {
        http::ExchangeId exchange;
        AnswerHandler handler;
        control::Response response;
        std::uint64_t generation = 0;         ///< Of the world to which it belongs.
        std::optional<storage::Ticket> gate;  ///< Known after the turn on which the answer depends.
        bool isBegun = false;                 ///< Its body is being sent in pieces.
    };
    /// A client that follows the trace.
    struct Follower {
        http::ExchangeId exchange;
        EventId after;
    };

    static std::expected<void, std::string> checkAddressSpace();
    std::expected<void, std::string> listen();
    void round(Duration wall);
    void tickServer(Duration wall);
    void deliver();
    void finishHeld();
    bool finish(Held& held, Duration end);
    bool gatherPieces(Held& held);
    bool sendPieces(Held& held, Duration end);
    bool isReady(Held& held);
    void feedFollowers(Duration wall);
    void publish(Duration wall);
    void publishProblem();
    void noteGeneration();
    std::optional<Duration> sleepUntil(Duration wall) const;
    bool mayEnd(Duration wall) const;
    /// False if the disk does not accept what such a call may write.
    bool mayRun(const cluster::Call& call) const;
    /// Answers with an error that the world has not given, and records the request.
    void refuse(const Destination& to, std::string_view operation, std::string_view table,
                const ApiError& error);
    control::Response runControl(std::string_view method, std::string_view target,
                                 std::string_view body);
    void finishControl(const http::ExchangeId& exchange, const AnswerHandler& handler,
                       control::Response response);
    void sendControl(const http::ExchangeId& exchange, const AnswerHandler& handler,
                     control::Response response);

    // Members of the loop's thread.
    Endpoint m_handler;
    http::Server m_server;
    Answering m_answering;
    CallTable m_calls;
    std::vector<cluster::Answered> m_answers;  // A member only to reuse its memory.
    std::vector<Held> m_held;
    bool m_hasNewlyHeld = false;     ///< Held since the last turn.
    bool m_heldCanContinue = false;  ///< Some of them take many turns and can continue at once.
    std::vector<Follower> m_followers;
    Duration m_openedAt{};
    Duration m_tickedAt{};        // When the server last got the time.
    Duration m_calendarOffset{};  // Calendar minus wall clock, at the last check.
    Duration m_publishedAt{};
    Duration m_fedAt{};
    std::uint64_t m_generation = 0;
    bool m_stopping = false;
    Duration m_stopBy{};

    mutable std::mutex m_mutex;
    observe::SnapshotPtr m_snapshot;  // Guarded by m_mutex, as are the two below.
    bool m_snapshotWanted = false;
    observe::Trace* m_trace = nullptr;  // Of the current world.

    std::unique_ptr<LiveDriver> m_driver;  // Last: its workers wake the loop.
};

}  // namespace orrery::engine
