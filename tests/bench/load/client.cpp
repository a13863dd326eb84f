#include "tests/bench/load/client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace orrery::load {
namespace {

constexpr std::size_t kLatencyBuckets = 500'000;  // Five seconds.
constexpr double kBucketsPerMillisecond = 100;

[[noreturn]] void die(const char* what) {
    std::fprintf(stderr, "load: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

double percentile(const std::vector<std::uint32_t>& buckets, std::uint64_t count, double share) {
    std::uint64_t left = static_cast<std::uint64_t>(static_cast<double>(count) * share);
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        if (buckets[i] > left) return static_cast<double>(i + 1) / kBucketsPerMillisecond;
        left -= buckets[i];
    }
    return 0;
}

}  // namespace

Client::Client(const std::string& host, std::uint16_t port, int connections)
    : m_epoll(epoll_create1(0)), m_connections(static_cast<std::size_t>(connections)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    for (std::size_t i = 0; i < m_connections.size(); ++i) {
        Connection& connection = m_connections[i];
        connection.socket = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(connection.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            die("cannot connect");
        const int on = 1;
        setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(connection.socket, F_SETFL, O_NONBLOCK);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        epoll_ctl(m_epoll, EPOLL_CTL_ADD, connection.socket, &event);
    }
}

Client::~Client() {
    for (const Connection& connection : m_connections)
        close(connection.socket);
    close(m_epoll);
}

Figures Client::runFor(const std::vector<std::string>& requests, std::chrono::milliseconds time,
                       double perSecond) {
    return run(requests, SIZE_MAX, Clock::now() + time, perSecond);
}

Figures Client::runOnce(const std::vector<std::string>& requests) {
    return run(requests, requests.size(), Clock::time_point::max(), 0);
}

Client::Clock::time_point Client::nextDue() const {
    if (m_next >= m_count) return Clock::time_point::max();
    const Clock::time_point now = Clock::now();
    if (m_perSecond <= 0) return now < m_until ? now : Clock::time_point::max();
    const std::chrono::duration<double> after(static_cast<double>(m_next) / m_perSecond);
    const auto due = m_first + std::chrono::duration_cast<Clock::duration>(after);
    return due < m_until ? due : Clock::time_point::max();
}

void Client::startDue() {
    while (!m_idle.empty()) {
        const Clock::time_point due = nextDue();
        if (due > Clock::now()) return;
        start(*m_idle.back(), due);
        m_idle.pop_back();
    }
}

void Client::start(Connection& connection, Clock::time_point due) {
    connection.began = due;
    connection.request = &(*m_requests)[m_next++ % m_requests->size()];
    connection.sent = 0;
    connection.answerBytes = 0;
    connection.chunked = false;
    send(connection);
}

void Client::send(Connection& connection) {
    while (connection.sent < connection.request->size()) {
        const ssize_t sent = ::send(connection.socket, connection.request->data() + connection.sent,
                                    connection.request->size() - connection.sent, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) die("cannot send");
        if (sent > 0) connection.sent += static_cast<std::size_t>(sent);
    }
}

void Client::readHead(Connection& connection) {
    const std::size_t end = connection.received.find("\r\n\r\n");
    if (end == std::string::npos) return;
    std::string head = connection.received.substr(0, end + 2);
    for (char& letter : head)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    const std::size_t length = head.find("\r\ncontent-length:");
    if (length != std::string::npos) {
        connection.answerBytes = end + 4 + std::strtoul(head.c_str() + length + 17, nullptr, 10);
    } else if (head.find("\r\ntransfer-encoding: chunked") != std::string::npos) {
        connection.chunked = true;
    } else {
        connection.answerBytes = end + 4;
    }
}

bool Client::receive(Connection& connection) {
    std::array<char, 64 * 1024> buffer;
    const ssize_t size = recv(connection.socket, buffer.data(), buffer.size(), 0);
    if (size == 0) die("the server closed a connection");
    if (size < 0) {
        if (errno == EAGAIN) return false;
        die("cannot receive");
    }
    connection.received.append(buffer.data(), static_cast<std::size_t>(size));
    if (connection.answerBytes == 0 && !connection.chunked) readHead(connection);
    if (connection.chunked) return connection.received.ends_with("\r\n0\r\n\r\n");
    return connection.answerBytes != 0 && connection.received.size() >= connection.answerBytes;
}

void Client::note(Connection& connection, Figures& figures) {
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - connection.began);
    const auto bucket = static_cast<std::size_t>(took.count()) / 10;
    ++m_latencies[std::min(bucket, kLatencyBuckets - 1)];
    ++figures.requests;
    const bool good = connection.received.compare(8, 4, " 200") == 0;
    if (!good && figures.errors++ == 0) figures.firstError = connection.received;
    if (m_count == 1) figures.answer = connection.received;
    connection.received.clear();
    m_idle.push_back(&connection);
}

Figures Client::run(const std::vector<std::string>& requests, std::size_t count,
                    Clock::time_point until, double perSecond) {
    m_requests = &requests;
    m_next = 0;
    m_count = count;
    m_first = Clock::now();
    m_until = until;
    m_perSecond = perSecond;
    m_latencies.assign(kLatencyBuckets, 0);
    m_idle.clear();
    for (Connection& connection : m_connections)
        m_idle.push_back(&connection);
    Figures figures;
    startDue();
    std::array<epoll_event, 256> events;
    while (m_idle.size() < m_connections.size() || nextDue() != Clock::time_point::max()) {
        const int ready = epoll_wait(m_epoll, events.data(), events.size(), perSecond > 0 ? 0 : -1);
        for (int i = 0; i < ready; ++i) {
            Connection& connection = m_connections[events[static_cast<std::size_t>(i)].data.u64];
            if (receive(connection)) note(connection, figures);
        }
        startDue();
    }
    figures.seconds = std::chrono::duration<double>(Clock::now() - m_first).count();
    figures.p50 = percentile(m_latencies, figures.requests, 0.5);
    figures.p99 = percentile(m_latencies, figures.requests, 0.99);
    return figures;
}

}  // namespace orrery::load
