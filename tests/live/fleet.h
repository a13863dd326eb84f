#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/live/http_client.h"
#include "tests/live/ledger.h"

namespace orrery::live {

inline constexpr int kClients = 16;

/// What every client of a fleet does, over and over.
struct FleetPlan {
    std::size_t padBytes = 100;
    /// After each write of a key of its own: a strong and an eventual read of any key, and at times
    /// a query of the index.
    bool reads = true;
    /// The daemon is going to end, so a connection that ends is no mistake.
    bool mayEnd = false;
};

/// Sixteen clients on threads of their own that write, read, and hold what they see against the
/// ledger. Waiting for what they do takes no sleep: they tell.
class Fleet {
public:
    /// A request that was answered with an error of the server.
    struct Failure {
        int client = 0;
        double worldMs = -1;  ///< When the answer had come.
        std::string what;
    };
    struct Counts {
        std::vector<std::uint64_t> writesOf = std::vector<std::uint64_t>(kClients);
        std::uint64_t writes = 0;  ///< Acknowledged, as all that follows.
        std::uint64_t strongReads = 0;
        std::uint64_t eventualReads = 0;
        std::uint64_t staleReads = 0;  ///< Eventual reads below what was acknowledged.
        std::uint64_t queries = 0;
        double worldMs = 0;  ///< As last seen.
        int running = 0;
    };

    /// Starts. The ledger outlives the fleet.
    Fleet(std::uint16_t port, Ledger& ledger, const FleetPlan& plan, std::uint64_t seed);
    ~Fleet() { stop(); }
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;

    /// False if they did not get there within the test's patience.
    bool waitForWrites(std::uint64_t count);
    bool waitForFailures(std::size_t count);
    bool waitForWorld(double milliseconds);
    /// Each client ends after what it is at.
    void stop();

    Counts counts() const;
    std::vector<Failure> failures() const;
    /// Empty if no request failed.
    std::string firstFailure() const;

private:
    bool waitFor(const std::function<bool()>& isThere);
    void runClient(int number, std::uint64_t seed);
    bool round(int number, HttpClient& client, std::mt19937_64& random);
    bool write(int number, HttpClient& client, std::size_t key);
    bool readStrongly(int number, HttpClient& client, std::size_t key);
    bool readEventually(int number, HttpClient& client, std::size_t key);
    bool queryIndex(int number, HttpClient& client, int owner);
    /// False if the client has to end; notes a failure.
    bool takeFailure(int number, HttpClient& client, const HttpClient::Answer& answer);
    void count(const std::function<void(Counts&)>& change);

    const std::uint16_t m_port;
    Ledger& m_ledger;
    const FleetPlan m_plan;
    std::atomic<bool> m_stopping{false};

    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    Counts m_counts;  // Guarded by m_mutex, as the next.
    std::vector<Failure> m_failures;

    std::vector<std::thread> m_threads;
};

}  // namespace orrery::live
