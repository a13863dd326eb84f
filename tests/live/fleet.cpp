#include "tests/live/fleet.h"

#include <boost/json.hpp>
#include <chrono>

#include "tests/live/live_table.h"

namespace orrery::live {
namespace {

constexpr std::chrono::seconds kPatience(30);
constexpr int kQueryEvery = 8;

std::string numbers(std::size_t key, std::uint64_t shown, std::uint64_t expected) {
    return "key-" + std::to_string(key) + " showed " + std::to_string(shown) + ", not " +
           std::to_string(expected);
}

/// Errors of the server must have the service's form, so that clients know to retry.
bool isCleanError(const HttpClient::Answer& answer) {
    const boost::json::value json = answer.json();
    return answer.status >= 500 && json.is_object() && json.as_object().contains("__type");
}

}  // namespace

Fleet::Fleet(std::uint16_t port, Ledger& ledger, const FleetPlan& plan, std::uint64_t seed)
    : m_port(port), m_ledger(ledger), m_plan(plan) {
    m_counts.running = kClients;
    for (int number = 0; number < kClients; ++number)
        m_threads.emplace_back([this, number, seed] { runClient(number, seed); });
}

void Fleet::stop() {
    m_stopping = true;
    for (std::thread& thread : m_threads)
        if (thread.joinable()) thread.join();
}

Fleet::Counts Fleet::counts() const {
    const std::lock_guard lock(m_mutex);
    return m_counts;
}

std::vector<Fleet::Failure> Fleet::failures() const {
    const std::lock_guard lock(m_mutex);
    return m_failures;
}

std::string Fleet::firstFailure() const {
    const std::lock_guard lock(m_mutex);
    return m_failures.empty() ? std::string() : m_failures.front().what;
}

bool Fleet::waitFor(const std::function<bool()>& isThere) {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, kPatience, [&] { return m_counts.running == 0 || isThere(); });
    return isThere();
}

bool Fleet::waitForWrites(std::uint64_t count) {
    return waitFor([&] { return m_counts.writes >= count; });
}

bool Fleet::waitForFailures(std::size_t count) {
    return waitFor([&] { return m_failures.size() >= count; });
}

bool Fleet::waitForWorld(double milliseconds) {
    return waitFor([&] { return m_counts.worldMs >= milliseconds; });
}

void Fleet::count(const std::function<void(Counts&)>& change) {
    {
        const std::lock_guard lock(m_mutex);
        change(m_counts);
    }
    m_changed.notify_all();
}

void Fleet::runClient(int number, std::uint64_t seed) {
    HttpClient client(m_port);
    std::mt19937_64 random(seed * kClients + static_cast<std::uint64_t>(number));
    while (!m_stopping && round(number, client, random)) {
        // One client is enough to read the time.
        if (number != 0) continue;
        const double now = worldMs(client);
        if (now >= 0) count([&](Counts& counts) { counts.worldMs = now; });
    }
    count([](Counts& counts) { --counts.running; });
}

bool Fleet::round(int number, HttpClient& client, std::mt19937_64& random) {
    if (!write(number, client, m_ledger.keyOf(number, random()))) return false;
    if (!m_plan.reads) return true;
    if (!readStrongly(number, client, random() % m_ledger.count())) return false;
    if (!readEventually(number, client, random() % m_ledger.count())) return false;
    if (random() % kQueryEvery != 0) return true;
    return queryIndex(number, client, static_cast<int>(random() % kClients));
}

bool Fleet::write(int number, HttpClient& client, std::size_t key) {
    const std::uint64_t next = m_ledger.next(key);
    const auto answer = client.call("PutItem", putJson(m_ledger, key, next, m_plan.padBytes));
    if (answer.status != 200) return takeFailure(number, client, answer);
    m_ledger.raiseFloor(key, next);
    count([&](Counts& counts) {
        ++counts.writes;
        ++counts.writesOf[static_cast<std::size_t>(number)];
    });
    return true;
}

bool Fleet::readStrongly(int number, HttpClient& client, std::size_t key) {
    const std::uint64_t floor = m_ledger.floor(key);
    const auto answer = client.call("GetItem", getJson(key, true));
    const auto shown = shownNumber(answer);
    if (!shown) return takeFailure(number, client, answer);
    if (*shown < floor)
        m_ledger.complain("A strong read was stale: " + numbers(key, *shown, floor));
    if (const std::uint64_t sent = m_ledger.lastSent(key); *shown > sent)
        m_ledger.complain("A strong read invented: " + numbers(key, *shown, sent));
    m_ledger.raiseFloor(key, *shown);
    count([](Counts& counts) { ++counts.strongReads; });
    return true;
}

bool Fleet::readEventually(int number, HttpClient& client, std::size_t key) {
    const std::uint64_t floor = m_ledger.floor(key);
    const auto answer = client.call("GetItem", getJson(key, false));
    const auto shown = shownNumber(answer);
    if (!shown) return takeFailure(number, client, answer);
    if (const std::uint64_t sent = m_ledger.lastSent(key); *shown > sent)
        m_ledger.complain("An eventual read invented: " + numbers(key, *shown, sent));
    count([&](Counts& counts) {
        ++counts.eventualReads;
        if (*shown < floor) ++counts.staleReads;
    });
    return true;
}

bool Fleet::queryIndex(int number, HttpClient& client, int owner) {
    const auto answer = client.call("Query", ownerQueryJson(owner));
    const boost::json::value json = answer.json();
    if (answer.status != 200 || !json.is_object()) return takeFailure(number, client, answer);
    for (const boost::json::value& item : json.at("Items").as_array()) {
        const std::string name(item.at("pk").at("S").as_string());
        const std::size_t key = std::stoul(name.substr(name.find('-') + 1));
        const std::uint64_t shown = numberOf(item);
        if (m_ledger.ownerOf(key) != owner || shown > m_ledger.lastSent(key))
            m_ledger.complain("The index invented: " + boost::json::serialize(item));
    }
    count([](Counts& counts) { ++counts.queries; });
    return true;
}

bool Fleet::takeFailure(int number, HttpClient& client, const HttpClient::Answer& answer) {
    if (answer.ended()) {
        if (!m_plan.mayEnd)
            m_ledger.complain("The connection of client " + std::to_string(number) + " ended.");
        return false;
    }
    const std::string what = std::to_string(answer.status) + " " + answer.body;
    if (!isCleanError(answer)) m_ledger.complain("Not an error as the service's: " + what);
    const double now = worldMs(client);
    {
        const std::lock_guard lock(m_mutex);
        m_failures.push_back({number, now, what});
    }
    m_changed.notify_all();
    return true;
}

}  // namespace orrery::live
