#include "app/ctl.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdio>
#include <expected>

#include "core/control/control.h"

namespace orrery::app {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

struct Place {
    std::string host;
    std::string port;
};

/// "http://127.0.0.1:8000"; TLS is not supported.
std::expected<Place, std::string> parseEndpoint(const std::string& url) {
    constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme))
        return std::unexpected("\"" + url +
                               "\" is not an endpoint; use one such as "
                               "http://127.0.0.1:8000.");
    std::string authority = url.substr(kScheme.size());
    authority = authority.substr(0, authority.find('/'));
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.rfind(':');
    const bool hasPort =
        colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
    Place place{authority.substr(0, hasPort ? colon : std::string::npos),
                hasPort ? authority.substr(colon + 1) : "80"};
    if (place.host.starts_with('[') && bracket != std::string::npos)
        place.host = place.host.substr(1, bracket - 1);
    return place;
}

struct Reply {
    unsigned status = 0;
    std::string body;
};

std::expected<Reply, std::string> exchange(const Place& place, const std::string& endpoint,
                                           const CtlCall& call) {
    asio::io_context context;
    asio::ip::tcp::resolver resolver(context);
    asio::ip::tcp::socket socket(context);
    error_code error;
    const auto addresses = resolver.resolve(place.host, place.port, error);
    if (!error) asio::connect(socket, addresses, error);
    if (error) {
        return std::unexpected("No engine answers at " + endpoint + " (" + error.message() +
                               "). Is orreryd running?");
    }
    http::request<http::string_body> request;
    request.method_string(call.method);
    request.target(std::string(control::kPrefix) + call.target);
    request.set(http::field::host, place.host + ":" + place.port);
    request.set(http::field::connection, "close");
    request.body() = call.body;
    request.prepare_payload();
    http::write(socket, request, error);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    if (!error) http::read(socket, buffer, parser, error);
    if (error) return std::unexpected("The connection broke: " + error.message() + ".");
    return Reply{parser.get().result_int(), parser.get().body()};
}

}  // namespace

int runCtl(const std::vector<std::string>& arguments) {
    std::string endpoint = "http://127.0.0.1:8000";
    std::vector<std::string> words;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--endpoint" && i + 1 < arguments.size()) {
            endpoint = arguments[++i];
        } else {
            words.push_back(arguments[i]);
        }
    }
    if (!words.empty() && (words[0] == "--help" || words[0] == "-h" || words[0] == "help")) {
        std::printf("%s\n", parseCtl({}).problem.c_str());
        return 0;
    }
    const CtlParse parsed = parseCtl(words);
    if (!parsed.problem.empty()) {
        std::fprintf(stderr, "%s\n", parsed.problem.c_str());
        return 2;
    }
    const auto place = parseEndpoint(endpoint);
    if (!place) {
        std::fprintf(stderr, "%s\n", place.error().c_str());
        return 2;
    }
    const auto reply = exchange(*place, endpoint, parsed.call);
    if (!reply) {
        std::fprintf(stderr, "%s\n", reply.error().c_str());
        return 1;
    }
    const bool good = reply->status < 300;
    const auto text = good ? parsed.call.text : nullptr;
    const std::string shown = text != nullptr ? text(reply->body) : reply->body;
    std::fprintf(good ? stdout : stderr, "%s\n", shown.c_str());
    return good ? 0 : 1;
}

}  // namespace orrery::app
