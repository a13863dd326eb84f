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

/// What every client of a fleet does repeatedly.
struct FleetPlan {
    std::size_t padBytes = 100;
    /// After each write of its own key: a strong and an eventual read of any key, and sometimes a
    /// query of the index.
    bool reads = true;
    /// The daemon is about to end, so a broken connection is no mistake.
    bool mayEnd = false;
};

/// Sixteen clients on threads of their own that write, read, and compare what they see with the
/// ledger. They report their progress, so tests wait for it without sleeping.
class Fleet {
public:
    /// A request that got an error of the server.
    struct Failure {
        int client = 0;
        double worldMs = -1;  ///< The time of the answer.
        std::string what;
    };
    struct Counts {
        std::vector<std::uint64_t> writesOf = std::vector<std::uint64_t>(kClients);
        std::uint64_t writes = 0;  ///< Acknowledged, as all that follow.
        std::uint64_t strongReads = 0;
        std::uint64_t eventualReads = 0;
        std::uint64_t staleReads = 0;  ///< Eventual reads of less than was acknowledged.
        std::uint64_t queries = 0;
        double worldMs = 0;  ///< The last reading.
        int running = 0;
    };

    /// Starts. The ledger must outlive the fleet.
    Fleet(std::uint16_t port, Ledger& ledger, const FleetPlan& plan, std::uint64_t seed);
    ~Fleet() { stop(); }
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;

    /// False if the clients did not get there before the test's timeout.
    bool waitForWrites(std::uint64_t count);
    bool waitForFailures(std::size_t count);
    bool waitForWorld(double milliseconds);
    /// Each client ends after its current operation.
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
    /// False if the client has to end; records a failure.
    bool takeFailure(int number, HttpClient& client, const HttpClient::Answer& answer);
    void count(const std::function<void(Counts&)>& change);

    const std::uint16_t m_port;
    Ledger& m_ledger;
    const FleetPlan m_plan;
    std::atomic<bool> m_stopping{false};

    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    Counts m_counts;  // Guarded by m_mutex, as is the next.
    std::vector<Failure> m_failures;

    std::vector<std::thread> m_threads;
};

}  // namespace orrery::live
