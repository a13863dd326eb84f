#include "core/api/rest/rest_error.h"
#include "core/engine/endpoint.h"

// Requests of services that speak REST: AWS Fault Injection Service. Their paths are their own, so
// they need no X-Amz-Target.

namespace orrery::engine {
namespace {

constexpr std::string_view kService = "fis";

}  // namespace

void Endpoint::refuseRest(http::ExchangeId id, const ApiError& error) {
    const api::RestError refused = api::restErrorOf(error);
    const std::string extra = "x-amzn-ErrorType: " + std::string(refused.name) + "\r\n";
    m_server->reply(
        id,
        {.status = refused.status, .contentType = "application/json", .extra = extra, .crc = false},
        api::bodyOf(refused));
}

void Endpoint::onRest(http::ExchangeId id, const http::Request& request, std::uint64_t connection) {
    Destination to;
    to.exchange = id;
    to.plainJson = true;
    std::string room;
    const auto body = plainBody(to, request, room);
    if (!body) return;
    auto signature = signatureOf(request, kService);
    if (!signature) return refuseRest(id, signature.error());
    const auto caller = callerOf(request, *std::move(signature), connection);
    if (!caller) return refuseRest(id, caller.error());
    m_dispatcher.rest(id, *caller, {request.methodName, request.target, *body});
}

}  // namespace orrery::engine
