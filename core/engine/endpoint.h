#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/api/rest/rest_request.h"
#include "core/auth/signature.h"
#include "core/auth/verification.h"
#include "core/cluster/catalog/request.h"
#include "core/cluster/world/input.h"
#include "core/engine/call_table.h"
#include "core/http/server.h"

namespace orrery::engine {

/// Takes the requests that the endpoint has parsed.
class Dispatcher {
public:
    virtual ~Dispatcher() = default;
    /// Puts the call into the inbox, or answers it at once.
    virtual void submit(std::unique_ptr<cluster::Call> call, cluster::Caller caller,
                        Destination to) = 0;
    /// The endpoint has answered a request with an error.
    virtual void refused(cluster::RefusedCall call) = 0;
    virtual void control(http::ExchangeId exchange, std::string_view method,
                         std::string_view target, std::string_view body) = 0;
    /// Runs a request of a REST service in the world and answers it.
    virtual void rest(http::ExchangeId exchange, const cluster::Caller& caller,
                      const api::RestRequest& request) = 0;
    /// See http::Handler.
    virtual bool clientEnded(std::uint64_t connection) = 0;
    virtual void clientGone(std::uint64_t connection) = 0;
};

/// The wire protocol of DynamoDB, "JSON 1.0 by target": it turns a request at the port into a call,
/// or into the answer of the service's front end. The same for services that speak REST
/// (endpoint_rest.cpp).
class Endpoint : public http::Handler {
public:
    struct Options {
        auth::Namespaces namespaces = auth::Namespaces::Shared;
        /// Without any, signatures are read but not verified.
        auth::Credentials credentials{};
        Duration clockSkewMax = auth::VerifyRules().skewMax;
        /// Names under which clients may reach it: see http::isAllowedHost.
        std::vector<std::string> hostNames;
        bool anyPlainHost = false;
        bool remoteControl = false;
        /// Web pages that may call.
        http::Origins origins{};
    };

    Endpoint(Dispatcher& dispatcher, const Options& options);

    /// Call it before the first request; the server must outlive the endpoint's use.
    void setServer(http::Server& server);

    void onRequest(http::ExchangeId id, const http::Request& request,
                   std::uint64_t connectionNumber) override;
    void onRefused(http::ExchangeId id, int status, std::string_view message) override;
    http::Needs needsOf(const http::Request& request) const override;
    bool onClientEnded(std::uint64_t connection) override {
        return m_dispatcher.clientEnded(connection);
    }
    void onClientGone(std::uint64_t connection) override { m_dispatcher.clientGone(connection); }

private:
    void onPost(http::ExchangeId id, const http::Request& request, std::uint64_t connection);
    void onRest(http::ExchangeId id, const http::Request& request, std::uint64_t connection);
    void refuseRest(http::ExchangeId id, const ApiError& error);
    ApiResult<auth::Signature> signatureOf(const http::Request& request,
                                           std::string_view service) const;
    ApiResult<cluster::Caller> callerOf(const http::Request& request, auth::Signature signature,
                                        std::uint64_t connection) const;
    void onControl(http::ExchangeId id, const http::Request& request);
    void onOptions(http::ExchangeId id, const http::Request& request);
    void refuse(http::ExchangeId id, const http::Request& request, std::string_view message);
    /// Answers a call with an error, which the request list shows too.
    void fail(const Destination& to, const http::Request& request, std::string_view body,
              const ApiError& error);
    void refuseUnknown(http::ExchangeId id, const http::Request& request);
    /// Answers with an error that the front end finds before it checks the caller.
    void refuseUnsigned(const Destination& to, const http::Request& request, std::string_view body,
                        const ApiError& error);
    void refuseLarge(http::ExchangeId id, std::string_view message);
    std::optional<std::string_view> plainBody(const Destination& to, const http::Request& request,
                                              std::string& room);

    Dispatcher& m_dispatcher;
    const Options m_options;
    http::Server* m_server = nullptr;
};

/// Reads "us-east-1b", "b" or an empty text as the zone of a caller in `region`; `text` is
/// x-orrery-zone.
ApiResult<ZoneIndex> zoneOf(std::string_view text, std::string_view region,
                            std::uint64_t connection);

}  // namespace orrery::engine
