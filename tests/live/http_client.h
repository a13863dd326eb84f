#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>

namespace orrery::live {

/// One connection to a daemon, as a client of the service has it: it sends a request and reads the
/// whole answer before the next. Blocks; one thread uses it. Reconnects if the server has closed
/// between two requests.
class HttpClient {
public:
    explicit HttpClient(std::uint16_t port) : m_port(port) {}
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    struct Answer {
        int status = 0;  ///< 0: the connection ended before the whole answer arrived.
        std::string body;

        bool ended() const { return status == 0; }
        /// The body as JSON; null if it is not JSON.
        boost::json::value json() const;
    };

    /// `operation` as in `X-Amz-Target: DynamoDB_20120810.PutItem`, with a signature that is not
    /// checked.
    Answer call(const std::string& operation, const std::string& json);
    /// `path` is relative to `/_orrery/v1`.
    Answer control(const std::string& method, const std::string& path,
                   const std::string& json = "");

private:
    Answer ask(const std::string& request);
    bool connectAnew();
    bool sendAll(const std::string& bytes) const;
    bool receiveMore();
    Answer receive();
    void disconnect();

    const std::uint16_t m_port;
    int m_socket = -1;
    std::string m_received;
};

}  // namespace orrery::live
