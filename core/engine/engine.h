#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/auth/signature.h"
#include "core/cluster/catalog/profile.h"
#include "core/http/origins.h"
#include "core/observe/event.h"
#include "core/observe/snapshot.h"
#include "core/storage/stores.h"

namespace orrery::engine {

struct EngineOptions {
    /// Empty: everything is kept in memory.
    std::filesystem::path dataFolder{};
    storage::Durability durability = storage::Durability::Durable;
    /// A failure that the disk is to have, for tests.
    storage::PlannedFailure failure = {};
    /// In force where the data folder names none.
    cluster::Profile profile = cluster::Profile::dropIn();
    /// It was asked for: it goes before the one that the folder names, and is kept there.
    bool profileIsChosen = false;
    std::uint64_t seed = 0;
    std::size_t traceEvents = 16'384;
    /// Keep each message and each move of a replica's marks in the trace also while no client
    /// follows it.
    bool detailedTrace = false;
    auth::Namespaces namespaces = auth::Namespaces::Shared;

    /// Where to listen; 0 takes a free port. Without a port nothing is listened on.
    std::string host = "127.0.0.1";
    std::optional<std::uint16_t> port = 8000;
    /// If the port is taken: fail, or run without one (see endpointProblem).
    bool portRequired = true;
    /// Answer control calls of other machines too.
    bool remoteControl = false;
    /// Pages of a browser that may read and write tables.
    http::Origins origins = {};
    /// Called on the engine's thread with one sentence when the disk begins to refuse something,
    /// and when it takes it again.
    std::function<void(const std::string&)> onStorageChange = {};
};

/// The whole engine: a data folder, the live world in it, the endpoint, and the threads. One thread
/// runs it all but the disk's work; what is for other threads says so.
class Engine {
public:
    /// Opens the folder and the port. What is wrong is said in one sentence.
    static std::expected<std::unique_ptr<Engine>, std::string> open(const EngineOptions& options);
    /// Stops it.
    ~Engine();

    /// Runs on this thread until `stop`; what is under way is answered and synced first.
    void run();
    /// Runs on a thread of its own.
    void start();
    /// Any thread. With `start`, waits for the end.
    void stop();
    /// SIGINT, SIGTERM and SIGHUP stop it. Before `run`.
    void stopOnSignals();

    // --- for any thread

    struct Answer {
        int status = 0;    ///< HTTP status.
        std::string body;  ///< JSON.
        /// Headers such as "x-orrery-replica", in the order sent.
        std::vector<std::pair<std::string, std::string>> headers;
    };
    /// Called on the engine's thread, once; never for what was given after the end.
    using AnswerHandler = std::function<void(Answer)>;

    /// A call as an application would send it: "PutItem" and its JSON, in `region`. Answered with a
    /// 503 if too much waits.
    void call(std::string region, std::string operation, std::string json, AnswerHandler handler);
    /// A control call: "POST", "/faults", JSON.
    void control(std::string method, std::string target, std::string json, AnswerHandler handler);
    /// The newest snapshot, never null. Asking makes the engine prepare the next one.
    observe::SnapshotPtr snapshot();
    /// Events after `after`, oldest first, at most `limit`.
    std::vector<observe::Event> events(EventId after, std::size_t limit) const;

    /// "http://127.0.0.1:8000", or empty if nothing is listened on; and then why.
    const std::string& endpoint() const;
    const std::string& endpointProblem() const;
    /// Empty if everything is in memory.
    std::string dataFolder() const;
    /// What was mended in the data folder when it was opened, a sentence each.
    const std::vector<std::string>& notes() const;

private:
    class Impl;
    explicit Engine(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> m_impl;
};

}  // namespace orrery::engine
