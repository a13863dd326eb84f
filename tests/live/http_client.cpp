#include "tests/live/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <utility>

#include "core/json/json.h"

namespace orrery::live {
namespace {

// A test that hangs tells nothing.
constexpr timeval kPatience{20, 0};

constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::string_view kLength = "\r\nContent-Length:";

}  // namespace

boost::json::value HttpClient::Answer::json() const {
    auto value = json::parse(body);
    return value ? *std::move(value) : boost::json::value();
}

HttpClient::~HttpClient() {
    disconnect();
}

void HttpClient::disconnect() {
    if (m_socket >= 0) ::close(std::exchange(m_socket, -1));
    m_received.clear();
}

bool HttpClient::connectAnew() {
    disconnect();
    m_socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(m_port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(m_socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
        return true;
    disconnect();
    return false;
}

bool HttpClient::sendAll(const std::string& bytes) const {
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t size =
            ::send(m_socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (size <= 0) return false;
        sent += static_cast<std::size_t>(size);
    }
    return true;
}

bool HttpClient::receiveMore() {
    std::array<char, 65'536> buffer;
    const ssize_t size = ::recv(m_socket, buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    m_received.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
}

HttpClient::Answer HttpClient::receive() {
    std::size_t head = 0;
    while ((head = m_received.find(kEndOfHead)) == std::string::npos)
        if (!receiveMore()) return {};
    Answer answer;
    answer.status = std::stoi(m_received.substr(m_received.find(' ') + 1, 3));
    const std::size_t at = m_received.find(kLength);
    const std::size_t length = std::stoul(m_received.substr(at + kLength.size(), 12));
    const std::size_t begin = head + kEndOfHead.size();
    while (m_received.size() < begin + length)
        if (!receiveMore()) return {};
    answer.body = m_received.substr(begin, length);
    m_received.erase(0, begin + length);
    return answer;
}

HttpClient::Answer HttpClient::ask(const std::string& request) {
    if (m_socket < 0 && !connectAnew()) return {};
    Answer answer;
    if (sendAll(request)) answer = receive();
    if (answer.ended()) disconnect();
    return answer;
}

HttpClient::Answer HttpClient::call(const std::string& operation, const std::string& json) {
    return ask(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=live/20261121/us-east-1/dynamodb/"
        "aws4_request, SignedHeaders=host, Signature=ab\r\n"
        "X-Amz-Date: 20261121T000000Z\r\nX-Amz-Target: DynamoDB_20120810." +
        operation + "\r\nContent-Length: " + std::to_string(json.size()) + "\r\n\r\n" + json);
}

HttpClient::Answer HttpClient::control(const std::string& method, const std::string& path,
                                       const std::string& json) {
    return ask(method + " /_orrery/v1" + path +
               " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               "Content-Length: " +
               std::to_string(json.size()) + "\r\n\r\n" + json);
}

}  // namespace orrery::live
