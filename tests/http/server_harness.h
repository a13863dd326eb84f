#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QString>
#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "core/http/server.h"

// A server and its clients on one thread: the client is a socket that is written and read between
// two polls of the loop, so nothing waits and nothing depends on a clock.

namespace orrery::http::test {

/// Stores requests until the test answers them.
struct Answerer : Handler {
    struct Asked {
        ExchangeId id;
        std::string method;
        std::string target;
        std::string body;
        std::uint64_t connection = 0;
    };
    void onRequest(ExchangeId id, const Request& request, std::uint64_t connection) override {
        asked.push_back({id, std::string(request.methodName), std::string(request.target),
                         std::string(request.body), connection});
        if (echo) server->reply(id, {}, request.body);
    }
    void onRefused(ExchangeId id, int status, std::string_view message) override {
        server->reply(id, {.status = status}, message);
    }
    Needs needsOf(const Request& request) const override {
        if (request.target == "/urgent")
            return {.requestBytes = 0, .answerBytes = 1, .urgent = true};
        if (request.target == "/small") return {.requestBytes = 0, .answerBytes = 1};
        return needs;
    }
    bool onClientEnded(std::uint64_t connection) override {
        ended.push_back(connection);
        if (!withdraws) return false;
        for (const Asked& request : asked)
            if (request.id.connection == connection)
                server->reply(request.id, {.status = 503}, "withdrawn");
        return true;
    }
    void onClientGone(std::uint64_t connection) override { gone.push_back(connection); }

    Server* server = nullptr;
    bool echo = true;
    bool withdraws = false;
    Needs needs{};
    std::vector<Asked> asked;
    std::vector<std::uint64_t> ended;
    std::vector<std::uint64_t> gone;
};

struct World {
    explicit World(const Server::Options& options = {}) : server(loop, answerer, options) {
        answerer.server = &server;
        server.tick(Duration(), CalendarTime());
        port = server.listen("127.0.0.1", 0).value();
    }
    void poll() {
        for (int i = 0; i < 20; ++i) {
            loop.poll();
            server.flush();
        }
    }
    boost::asio::io_context loop{1};
    Answerer answerer;
    Server server;
    std::uint16_t port = 0;
};

class Client {
public:
    explicit Client(World& world) : m_world(world) {
        m_socket = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(world.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected = connect(m_socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        fcntl(m_socket, F_SETFL, O_NONBLOCK);
        const int now = 1;
        setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
    }
    ~Client() {
        if (m_socket >= 0) close(m_socket);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(sent));
            } else if (errno != EAGAIN) {
                return;  // The server has closed; the test sees it on its next read.
            }
            m_world.poll();
        }
        m_world.poll();
    }
    /// Sends what the connection takes, without waiting until the server reads it.
    void sendAtOnce(std::string_view bytes) {
        sendUnseen(bytes);
        m_world.poll();
    }
    void sendUnseen(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// Disconnects like a program that is killed with unread answers.
    void reset() {
        const linger now{1, 0};
        setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(m_socket);
        m_socket = -1;
        m_world.poll();
    }
    void endSending() {
        shutdown(m_socket, SHUT_WR);
        m_world.poll();
    }
    /// Reads everything that the server sends without another request.
    QString receive() {
        std::string received;
        for (int quiet = 0; quiet < 3;) {
            m_world.poll();
            char buffer[65'536];
            const ssize_t size = recv(m_socket, buffer, sizeof buffer, 0);
            if (size > 0) {
                received.append(buffer, static_cast<std::size_t>(size));
                quiet = 0;
            } else {
                if (size == 0) closed = true;
                ++quiet;
            }
        }
        return QString::fromStdString(received);
    }

    bool connected = false;
    bool closed = false;

private:
    World& m_world;
    int m_socket = -1;
};

inline std::string get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

inline std::string post(const std::string& body, const std::string& headers = "") {
    return "POST / HTTP/1.1\r\nHost: localhost\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline qsizetype repliesIn(const QString& text) {
    return text.count("HTTP/1.1 ");
}

}  // namespace orrery::http::test
