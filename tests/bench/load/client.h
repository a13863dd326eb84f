#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace orrery::load {

/// The results of a run.
struct Figures {
    std::uint64_t requests = 0;
    std::uint64_t errors = 0;  ///< Answers other than 200.
    double seconds = 0;
    double p50 = 0;  ///< Milliseconds.
    double p99 = 0;
    std::string firstError;
    std::string answer;  ///< With its head, if only one request was sent.

    double perSecond() const { return seconds > 0 ? static_cast<double>(requests) / seconds : 0; }
};

/// Open connections, all served by this thread: each sends a request, reads the whole answer, and
/// sends the next request.
class Client {
public:
    /// Exits with a message if nothing listens there.
    Client(const std::string& host, std::uint16_t port, int connections);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Sends the requests repeatedly, in order, until the time is over: as fast as the answers
    /// come, or `perSecond` of them. With a rate, a latency counts from when its request was due,
    /// so a stall of the server shows in all requests that it delays.
    Figures runFor(const std::vector<std::string>& requests, std::chrono::milliseconds time,
                   double perSecond = 0);
    /// Sends each request once.
    Figures runOnce(const std::vector<std::string>& requests);

private:
    using Clock = std::chrono::steady_clock;

    struct Connection {
        int socket = -1;
        const std::string* request = nullptr;
        std::size_t sent = 0;
        std::string received;
        std::size_t answerBytes = 0;  ///< 0: the head is not complete yet.
        bool chunked = false;
        Clock::time_point began;
    };

    Figures run(const std::vector<std::string>& requests, std::size_t count,
                Clock::time_point until, double perSecond);
    /// When the next request is due; max() after the last one.
    Clock::time_point nextDue() const;
    /// Starts the requests that are due on idle connections.
    void startDue();
    void start(Connection& connection, Clock::time_point due);
    void send(Connection& connection);
    /// True if an answer is complete.
    bool receive(Connection& connection);
    void readHead(Connection& connection);
    void note(Connection& connection, Figures& figures);

    int m_epoll = -1;
    std::vector<Connection> m_connections;

    // Of the current run.
    const std::vector<std::string>* m_requests = nullptr;
    std::size_t m_next = 0;
    std::size_t m_count = 0;
    Clock::time_point m_first;
    Clock::time_point m_until;
    double m_perSecond = 0;  // 0: as fast as the answers come.
    std::vector<Connection*> m_idle;
    std::vector<std::uint32_t> m_latencies;  // In units of ten microseconds.
};

}  // namespace orrery::load
