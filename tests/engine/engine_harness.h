#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <QString>
#include <future>
#include <memory>
#include <string>

#include "core/engine/engine.h"

namespace orrery::test {

inline constexpr const char* kCreateTable =
    R"({"TableName":"Tab","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":)"
    R"([{"AttributeName":"pk","AttributeType":"S"}],)"
    R"("KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]})";

inline std::string putJson(const std::string& key) {
    return R"({"TableName":"Tab","Item":{"pk":{"S":")" + key + R"("}}})";
}
inline std::string deleteJson(const std::string& key) {
    return R"({"TableName":"Tab","Key":{"pk":{"S":")" + key + R"("}}})";
}
inline std::string getJson(const std::string& key) {
    return R"({"TableName":"Tab","ConsistentRead":true,"Key":{"pk":{"S":")" + key + R"("}}})";
}

/// A request without a signature: "GET /", its headers and its body.
inline std::string plain(const std::string& line,
                         const std::string& headers = "Host: localhost\r\n",
                         const std::string& body = "") {
    return line + " HTTP/1.1\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

/// An engine on a thread of its own; in memory and on a free port unless the options say otherwise.
class RunningEngine {
public:
    explicit RunningEngine(engine::EngineOptions options = {}) {
        options.port = 0;
        auto opened = engine::Engine::open(options);
        if (!opened) qFatal("%s", opened.error().c_str());
        engine = *std::move(opened);
        engine->start();
    }

    std::future<engine::Engine::Answer> callLater(const std::string& operation,
                                                  const std::string& json) {
        auto promise = std::make_shared<std::promise<engine::Engine::Answer>>();
        engine->call("us-east-1", operation, json, [promise](engine::Engine::Answer answer) {
            promise->set_value(std::move(answer));
        });
        return promise->get_future();
    }
    engine::Engine::Answer call(const std::string& operation, const std::string& json) {
        return callLater(operation, json).get();
    }
    engine::Engine::Answer control(const std::string& method, const std::string& target,
                                   const std::string& json = "") {
        std::promise<engine::Engine::Answer> promise;
        engine->control(method, target, json, [&](engine::Engine::Answer answer) {
            promise.set_value(std::move(answer));
        });
        return promise.get_future().get();
    }
    std::uint16_t port() const {
        const std::string& endpoint = engine->endpoint();
        return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
    }

    std::unique_ptr<engine::Engine> engine;
};

/// A blocking client: it reads each answer whole before it sends the next request.
class BlockingClient {
public:
    explicit BlockingClient(std::uint16_t port) : m_socket(socket(AF_INET, SOCK_STREAM, 0)) {
        // A test that hangs tells nothing.
        const timeval patience{20, 0};
        setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected = connect(m_socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~BlockingClient() { close(m_socket); }
    BlockingClient(const BlockingClient&) = delete;
    BlockingClient& operator=(const BlockingClient&) = delete;

    void send(const std::string& bytes) {
        ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    /// Sends what the connection takes now.
    void sendAtOnce(std::string_view bytes) {
        ssize_t sent = 1;
        for (; !bytes.empty() && sent > 0; bytes.remove_prefix(static_cast<std::size_t>(sent))) {
            sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0) return;
        }
    }
    void endSending() { shutdown(m_socket, SHUT_WR); }
    /// Reads until `end` arrives or the server closes.
    QString receiveUntil(const QString& end) {
        while (!m_received.contains(end)) {
            char buffer[65'536];
            const ssize_t size = recv(m_socket, buffer, sizeof buffer, 0);
            if (size <= 0) break;
            m_received += QString::fromUtf8(buffer, static_cast<int>(size));
        }
        const qsizetype at = m_received.indexOf(end);
        const qsizetype size = at < 0 ? m_received.size() : at + end.size();
        const QString taken = m_received.left(size);
        m_received.remove(0, size);
        return taken;
    }
    /// One whole answer: the head, and a body of the length in the head.
    struct Answer {
        int status = 0;
        QString head;
        QString body;
    };
    Answer receive(bool hasBody = true) {
        Answer answer;
        answer.head = receiveUntil("\r\n\r\n");
        answer.status = answer.head.mid(9, 3).toInt();
        const qsizetype at = answer.head.indexOf("Content-Length:");
        const qsizetype length =
            answer.head.mid(at + 15, answer.head.indexOf("\r\n", at) - at - 15).trimmed().toInt();
        while (hasBody && m_received.size() < length) {
            char buffer[65'536];
            const ssize_t size = recv(m_socket, buffer, sizeof buffer, 0);
            if (size <= 0) break;
            m_received += QString::fromUtf8(buffer, static_cast<int>(size));
        }
        if (hasBody) {
            answer.body = m_received.left(length);
            m_received.remove(0, length);
        }
        return answer;
    }
    Answer ask(const std::string& bytes) {
        send(bytes);
        return receive(!bytes.starts_with("HEAD "));
    }
    Answer call(const std::string& operation, const std::string& json,
                const std::string& headers = "") {
        return ask(signedCall(operation, json, headers));
    }
    static std::string signedCall(const std::string& operation, const std::string& json,
                                  const std::string& headers = "") {
        return "POST / HTTP/1.1\r\nHost: localhost\r\n"
               "Content-Type: application/x-amz-json-1.0\r\n"
               "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/dynamodb/"
               "aws4_request, SignedHeaders=host, Signature=ab\r\n"
               "X-Amz-Date: 20261121T000000Z\r\nX-Amz-Target: DynamoDB_20120810." +
               operation + "\r\n" + headers + "Content-Length: " + std::to_string(json.size()) +
               "\r\n\r\n" + json;
    }

    bool connected = false;

private:
    int m_socket = -1;
    QString m_received;
};

}  // namespace orrery::test
