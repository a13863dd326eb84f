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
#include "core/auth/verification.h"
#include "core/base/account_id.h"
#include "core/cluster/catalog/profile.h"
#include "core/http/origins.h"
#include "core/observe/event.h"
#include "core/observe/snapshot.h"
#include "core/storage/stores.h"

namespace orrery::engine {

struct EngineOptions {
    /// Empty: keep everything in memory.
    std::filesystem::path dataFolder{};
    storage::Durability durability = storage::Durability::Durable;
    /// A disk failure to inject, for tests.
    storage::PlannedFailure failure = {};
    /// The profile, unless the data folder has one saved.
    cluster::Profile profile = cluster::Profile::dropIn();
    /// The user chose `profile`: it overrides the folder's and is saved there.
    bool profileIsChosen = false;
    std::uint64_t seed = 0;
    std::size_t traceEvents = 16'384;
    /// Keep each message and each advance of a replica's marks in the trace even while no client
    /// follows it.
    bool detailedTrace = false;
    auth::Namespaces namespaces = auth::Namespaces::Shared;
    /// Who may call. Without any, signatures are not verified.
    auth::Credentials credentials = {};
    /// How much the time of a signed request may differ from this machine's.
    Duration clockSkewMax = auth::VerifyRules().skewMax;

    /// The address and port to listen on; port 0 takes a free one. Without a port, the engine does
    /// not listen.
    std::string host = "127.0.0.1";
    std::optional<std::uint16_t> port = 8000;
    /// More names under which clients may reach it: "db.example", "*.example", or "*".
    std::vector<std::string> allowedHosts = {};
    /// If the port is taken: fail, or run without one (see endpointProblem).
    bool portRequired = true;
    /// Also answer control calls from other machines.
    bool remoteControl = false;
    /// Web pages that may read and write tables.
    http::Origins origins = {};
    /// Called on the engine's thread with one sentence when the disk begins to refuse work, and
    /// when it accepts work again.
    std::function<void(const std::string&)> onStorageChange = {};
};

/// The whole engine: a data folder, its live world, the endpoint, and the threads. One thread runs
/// everything except the disk's work; members that other threads may call say so.
class Engine {
public:
    /// Opens the folder and the port. Returns a one-sentence error on failure.
    static std::expected<std::unique_ptr<Engine>, std::string> open(const EngineOptions& options);
    /// Stops the engine.
    ~Engine();

    /// Runs on this thread until `stop`. Before it returns, requests in progress are answered and
    /// synced.
    void run();
    /// Runs on a thread of its own.
    void start();
    /// Any thread. After `start`, waits for the end.
    void stop();
    /// SIGINT, SIGTERM and SIGHUP stop the engine. Call it before `run`.
    void stopOnSignals();

    // --- for any thread

    struct Answer {
        int status = 0;    ///< HTTP status.
        std::string body;  ///< JSON.
        /// Headers such as "x-orrery-replica", in the order sent.
        std::vector<std::pair<std::string, std::string>> headers;
    };
    /// Called once on the engine's thread, or by `call` itself if too many calls wait. Never called
    /// for calls that are still open when the engine ends.
    using AnswerHandler = std::function<void(Answer)>;

    /// A call as an application would send it: "PutItem" and its JSON, in `scope`. An operation of
    /// streams has its whole name, as in "DynamoDBStreams_20120810.GetRecords". Answers 503 if too
    /// many calls wait.
    void call(Scope scope, std::string operation, std::string json, AnswerHandler handler);
    /// A DeleteItem in `scope`. Its condition also fails unless the record `itemLsn` wrote the
    /// item (GET /item tells which one did): only the version that the caller saw is deleted.
    void deleteItem(Scope scope, std::string json, Lsn itemLsn, AnswerHandler handler);
    /// A control call: "POST", "/faults", JSON.
    void control(std::string method, std::string target, std::string json, AnswerHandler handler);
    /// The newest snapshot, never null. Each call makes the engine prepare the next one.
    observe::SnapshotPtr snapshot();
    /// Events after `after`, oldest first, at most `limit`.
    std::vector<observe::Event> events(EventId after, std::size_t limit) const;

    /// "http://127.0.0.1:8000", or empty if the engine does not listen; endpointProblem says why.
    const std::string& endpoint() const;
    const std::string& endpointProblem() const;
    /// Empty if everything is in memory.
    std::string dataFolder() const;
    /// What was repaired in the data folder when it was opened, one sentence each.
    const std::vector<std::string>& notes() const;

private:
    class Impl;
    explicit Engine(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> m_impl;
};

}  // namespace orrery::engine
