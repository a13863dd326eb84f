#include "core/engine/endpoint.h"

#include <algorithm>
#include <boost/json.hpp>

#include "core/api/api.h"
#include "core/api/rest_table.h"
#include "core/base/account_id.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/base/text.h"
#include "core/control/control.h"
#include "core/engine/loop.h"
#include "core/http/content_coding.h"
#include "core/http/host_check.h"
#include "core/json/json.h"

namespace orrery::engine {
namespace {

// DynamoDB Local's answer to GET / and HEAD /, for which health checks of containers wait.
constexpr std::string_view kNoToken =
    R"({"__type":"com.amazonaws.dynamodb.v20120810#MissingAuthenticationToken",)"
    R"("message":"Request must contain either a valid (registered) AWS access key ID or X.509 )"
    R"(certificate."})";
// The service's answer to an unknown method or content type.
constexpr std::string_view kUnknown = "<UnknownOperationException/>\n";
// Programs wait for DynamoDB Local's shell before they use the port.
constexpr std::string_view kShellPrefix = "/shell";
constexpr std::string_view kShellPage =
    "<!DOCTYPE html><title>Orrery</title><p>Orrery is ready. It has no JavaScript shell: use the "
    "AWS CLI or an SDK, or open the data with the program orrery.\n";
constexpr int kPreflightSeconds = 172'800;

// What an answer of a control call may have.
constexpr std::size_t kControlBytesMax = 1536 * 1024;
// And an answer of a REST service: a page of 100 experiments with all their tags.
constexpr std::size_t kRestBytesMax = 2560 * 1024;
// A parsed request takes up to about this many times the size of its JSON.
constexpr std::size_t kParsedFactor = 4;

/// True if a browser says that a page of another site sends this request, or a page of a sibling
/// domain of a host that is not this machine. Requests that a page sends without a preflight may
/// lack an Origin, but they have Sec-Fetch-Site.
bool isFromAnotherSite(const http::Request& request) {
    if (request.fetchSite == "cross-site") return true;
    return request.fetchSite == "same-site" && !http::isLoopbackHost(request.host);
}

/// True for "/", also as proxies write it: with a scheme and a host (RFC 9112, 3.2.2).
bool isRoot(std::string_view path) {
    const std::size_t scheme = path.find("://");
    if (scheme != std::string_view::npos) {
        path.remove_prefix(scheme + 3);
        path.remove_prefix(std::min(path.find('/'), path.size()));
        return path.empty() || path == "/";
    }
    return path == "/";
}

/// The size of a body that may be compressed, at most: deflate makes 1,032 bytes of one.
std::size_t plainBytesMax(const http::Request& request) {
    constexpr std::size_t kRatioMax = 1032;
    if (request.contentEncoding.empty()) return request.body.size();
    return std::min(http::kBodyBytesMax, kRatioMax * request.body.size());
}

/// The account of the caller, or its namespace that x-orrery-namespace names.
ApiResult<std::string> accountIdFor(const http::Request& request, std::string_view account) {
    if (!request.nameSpace) return std::string(account);
    if (const auto problem = namespaceProblem(*request.nameSpace))
        return std::unexpected(ApiError::validation("x-orrery-namespace: " + *problem));
    return accountIdOf(account, *request.nameSpace);
}

/// The target of a control call. The namespace of the header counts unless the query names one.
std::string controlTarget(const http::Request& request) {
    std::string target(request.target.substr(control::kPrefix.size()));
    if (!request.nameSpace) return target;
    const std::string_view query = request.query();
    if (query.starts_with("namespace=") || query.find("&namespace=") != std::string_view::npos)
        return target;
    target += target.find('?') == std::string::npos ? "?namespace=" : "&namespace=";
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : *request.nameSpace) {
        const auto byte = static_cast<unsigned char>(c);
        target += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return target;
}

/// "PutItem"; or the method and the path, if the request names no operation of these services.
std::string operationOf(const http::Request& request) {
    constexpr std::size_t kNameMax = 80;
    constexpr std::string_view kServices[] = {"DynamoDB_20120810.", "DynamoDBStreams_20120810."};
    std::string_view target = request.amzTarget;
    for (const std::string_view service : kServices)
        if (target.starts_with(service)) target.remove_prefix(service.size());
    if (!target.empty()) return std::string(wholeCharacters(target, kNameMax));
    const std::string line = std::string(request.methodName) + ' ' + std::string(request.path());
    return std::string(wholeCharacters(line, kNameMax));
}

/// TableName in the body of a request that was refused; empty if it has none.
std::string tableNameIn(std::string_view body) {
    constexpr std::size_t kNameMax = 255;
    constexpr std::size_t kBodyMax = 64 * 1024;
    if (body.size() > kBodyMax) return {};
    const auto parsed = json::parse(body);
    const auto* object = parsed ? parsed->if_object() : nullptr;
    const auto* name = object != nullptr ? object->if_contains("TableName") : nullptr;
    const auto* text = name != nullptr ? name->if_string() : nullptr;
    if (text == nullptr) return {};
    return std::string(wholeCharacters(std::string_view(*text), kNameMax));
}

enum class Content { Json, AmzJson, Unknown };

Content contentOf(const http::Request& request) {
    std::string_view type = request.contentType.substr(0, request.contentType.find(';'));
    while (type.ends_with(' '))
        type.remove_suffix(1);
    // Version 1.1, of other services, is unknown here (dynalite's suite, connection.js).
    if (type == "application/x-amz-json-1.0") return Content::AmzJson;
    if (type == "application/json" || request.body.empty()) return Content::Json;
    return Content::Unknown;
}

}  // namespace

ApiResult<ZoneIndex> zoneOf(std::string_view text, std::string_view region,
                            std::uint64_t connection) {
    if (text.empty()) return ZoneIndex(static_cast<std::uint8_t>(connection % kZonesPerRegion));
    const char letter = text.back();
    const std::string_view rest = text.substr(0, text.size() - 1);
    if (letter >= 'a' && letter < 'a' + kZonesPerRegion && (rest.empty() || rest == region))
        return ZoneIndex(static_cast<std::uint8_t>(letter - 'a'));
    return std::unexpected(ApiError::validation(
        "x-orrery-zone: '" + std::string(text) + "' is not an Availability Zone of " +
        std::string(region) + "; give one such as " + std::string(region) + "b."));
}

Endpoint::Endpoint(Dispatcher& dispatcher, const Options& options)
    : m_dispatcher(dispatcher), m_options(options) {}

void Endpoint::setServer(http::Server& server) {
    m_server = &server;
}

void Endpoint::onRefused(http::ExchangeId id, int status, std::string_view message) {
    m_dispatcher.refused({{}, {}, {}, std::string(message), status});
    if (status == 413) return refuseLarge(id, message);
    std::string body;
    json::Writer(body).beginObject().name("message").string(message).endObject();
    m_server->reply(id, {.status = status}, body);
}

void Endpoint::refuseLarge(http::ExchangeId id, std::string_view message) {
    std::string& out = m_server->beginReply(id, {.status = 413});
    api::writeError({ErrorType::RequestEntityTooLarge, std::string(message), nullptr}, out);
    m_server->endReply();
}

http::Needs Endpoint::needsOf(const http::Request& request) const {
    const std::size_t bodyBytes = plainBytesMax(request);
    const std::size_t parsed = kParsedFactor * bodyBytes;
    // Calls that unblock waiting requests must not wait behind them.
    if (request.target.starts_with(control::kPrefix)) return {parsed, kControlBytesMax, true};
    if (api::isRestPath(request.target)) return {parsed, kRestBytesMax, false};
    return {parsed, api::answerBytesMax(request.amzTarget, request.body, bodyBytes), false};
}

void Endpoint::refuse(http::ExchangeId id, const http::Request& request, std::string_view message) {
    m_dispatcher.refused({operationOf(request), {}, {}, std::string(message), 403});
    std::string body;
    json::Writer(body).beginObject().name("message").string(message).endObject();
    m_server->reply(id, {.status = 403}, body);
}

void Endpoint::fail(const Destination& to, const http::Request& request, std::string_view body,
                    const ApiError& error) {
    m_dispatcher.refused({operationOf(request), tableNameIn(body),
                          std::string(shortErrorName(error.type)), error.message,
                          httpStatus(error.type)});
    Answering(*m_server).fail(to, error);
}

void Endpoint::refuseUnknown(http::ExchangeId id, const http::Request& request) {
    m_dispatcher.refused({operationOf(request),
                          {},
                          "UnknownOperationException",
                          "The service knows no such method, path or Content-Type.",
                          404});
    m_server->reply(id, {.status = 404, .contentType = ""}, kUnknown);
}

void Endpoint::onRequest(http::ExchangeId id, const http::Request& request,
                         std::uint64_t connectionNumber) {
    const bool unnamed = request.http10 && !request.hasHost;
    if (!unnamed &&
        !http::isAllowedHost(request.host, m_options.hostNames, m_options.anyPlainHost)) {
        return refuse(id, request,
                      "This server does not answer to the name \"" + std::string(request.host) +
                          "\"; use localhost, or start it with --allow-host.");
    }
    if (request.target.starts_with(control::kPrefix)) return onControl(id, request);
    if (!request.origin.empty() && !m_options.origins.allow(request.origin)) {
        return refuse(id, request,
                      "Requests from web pages of " + std::string(request.origin) +
                          " are refused; start the server with --cors to allow them.");
    }
    const bool reads = request.method == http::Method::Get || request.method == http::Method::Head;
    if (request.origin.empty() && !reads && isFromAnotherSite(request) &&
        !m_options.origins.allowAll())
        return refuse(id, request,
                      "Requests from web pages of other sites are refused; start the server with "
                      "--cors to allow them.");
    if (api::isRestPath(request.target) && request.method != http::Method::Options)
        return onRest(id, request, connectionNumber);
    switch (request.method) {
        case http::Method::Post:
            return onPost(id, request, connectionNumber);
        case http::Method::Options:
            if (!request.origin.empty()) return onOptions(id, request);
            break;
        case http::Method::Get:
        case http::Method::Head:
            if (request.target.starts_with(kShellPrefix))
                return m_server->reply(
                    id, {.contentType = "text/html; charset=utf-8", .crc = false}, kShellPage);
            return m_server->reply(id, {.status = 400}, kNoToken);
        case http::Method::Put:
        case http::Method::Delete:
        case http::Method::Other:
            break;
    }
    refuseUnknown(id, request);
}

// A browser asks whether a page may send its request.
void Endpoint::onOptions(http::ExchangeId id, const http::Request& request) {
    std::string headers;
    if (!request.corsHeaders.empty()) {
        headers += "Access-Control-Allow-Headers: ";
        headers += request.corsHeaders;
        headers += "\r\n";
    }
    if (!request.corsMethod.empty()) {
        headers += "Access-Control-Allow-Methods: ";
        headers += request.corsMethod;
        headers += "\r\n";
    }
    headers += "Access-Control-Max-Age: " + std::to_string(kPreflightSeconds) + "\r\n";
    m_server->reply(id, {.status = 200, .contentType = "", .extra = headers, .crc = false}, "");
}

void Endpoint::onControl(http::ExchangeId id, const http::Request& request) {
    std::string_view why;
    if (!request.fromLoopback && !m_options.remoteControl)
        why = "Control calls are accepted from this machine only.";
    // Any page can send some requests without a preflight, so control refuses them. Pages named by
    // --cors may read and write tables, but not control.
    const bool foreign = !request.origin.empty() && !http::isLoopbackOrigin(request.origin);
    if (foreign || isFromAnotherSite(request))
        why = "Control calls are not accepted from pages of other sites.";
    if (!why.empty()) {
        const control::Response response = control::errorResponse(403, why);
        return m_server->reply(id, {.status = 403, .contentType = "application/json", .crc = false},
                               response.body);
    }
    if (request.method == http::Method::Options && !request.origin.empty())
        return onOptions(id, request);
    m_dispatcher.control(id, request.methodName, controlTarget(request), request.body);
}

void Endpoint::refuseUnsigned(const Destination& to, const http::Request& request,
                              std::string_view body, const ApiError& error) {
    // The service checks the JSON and the operation's name before it checks the caller.
    const auto parsed = api::parseCall(request.amzTarget, body, to.region);
    const bool unknown = !parsed && parsed.error().type == ErrorType::UnknownOperation;
    const bool noJson = !parsed && !body.empty() && !json::parse(body);
    fail(to, request, body, unknown || noJson ? parsed.error() : error);
}

// Decompresses the body of `request` into `room`. Returns the body, or nothing after it has
// answered. The service answers 500 if it cannot decompress it (test_compressed_request.py of
// ScyllaDB's suite).
std::optional<std::string_view> Endpoint::plainBody(const Destination& to,
                                                    const http::Request& request,
                                                    std::string& room) {
    if (request.contentEncoding.empty()) return request.body;
    const auto coding = http::codingOf(request.contentEncoding);
    if (coding == http::Coding::Identity) return request.body;
    const auto result = coding ? http::inflate(*coding, request.body, http::kBodyBytesMax, room)
                               : http::Inflation::Broken;
    if (result == http::Inflation::Done) return room;
    if (result == http::Inflation::TooLarge) {
        onRefused(to.exchange, 413, "The request is too large.");
    } else {
        fail(to, request, {}, ApiError::internal());
    }
    return std::nullopt;
}

// Reads the claim of the signature and, if there are credentials, verifies it.
ApiResult<auth::Signature> Endpoint::signatureOf(const http::Request& request,
                                                 std::string_view service) const {
    TRY_ASSIGN(auth::Signature signature,
               auth::parseSignature(
                   {request.authorization, request.amzDate, request.date, request.query()}));
    if (m_options.credentials.empty()) {
        TRY(auth::checkCredential(signature));
        return signature;
    }
    TRY(auth::verifySignature(
        signature, {request.methodName, request.target, request.head, request.body},
        m_options.credentials,
        {.now = Loop::calendar(), .skewMax = m_options.clockSkewMax, .service = service}));
    return signature;
}

void Endpoint::onPost(http::ExchangeId id, const http::Request& request, std::uint64_t connection) {
    const Content content = contentOf(request);
    if (content == Content::Unknown || !isRoot(request.path())) return refuseUnknown(id, request);
    Destination to;
    to.exchange = id;
    to.plainJson = content == Content::Json;
    std::string room;
    const auto body = plainBody(to, request, room);
    if (!body) return;
    auto signature = signatureOf(request, "dynamodb");
    if (!signature) return refuseUnsigned(to, request, *body, signature.error());
    to.region = signature->region;
    auto call = api::parseCall(request.amzTarget, *body, to.region);
    if (!call) return fail(to, request, *body, call.error());
    auto caller = callerOf(request, *std::move(signature), connection);
    if (!caller) return fail(to, request, *body, caller.error());
    m_dispatcher.submit(*std::move(call), *std::move(caller), std::move(to));
}

ApiResult<cluster::Caller> Endpoint::callerOf(const http::Request& request,
                                              auth::Signature signature,
                                              std::uint64_t connection) const {
    TRY_ASSIGN(const ZoneIndex zone, zoneOf(request.zone, signature.region, connection));
    TRY_ASSIGN(std::string accountId,
               accountIdFor(request, auth::accountOf(signature.accessKey, m_options.namespaces)));
    cluster::Caller caller;
    caller.accountId = std::move(accountId);
    caller.accessKey = std::move(signature.accessKey);
    caller.regionName = std::move(signature.region);
    caller.zone = zone;
    caller.host = request.host;
    return caller;
}

}  // namespace orrery::engine
