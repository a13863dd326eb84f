#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/auth/credentials.h"
#include "core/auth/signature.h"
#include "core/base/time.h"

namespace orrery::auth {

/// A request as it was sent; the signature covers all of it. The views need to outlive the call
/// only.
struct SentRequest {
    std::string_view method;
    std::string_view target;  ///< With its query.
    std::string_view head;    ///< Up to and including the empty line.
    std::string_view body;
};

/// The time of a request does not matter.
inline constexpr Duration kAnySkew = Duration::max();

struct VerifyRules {
    CalendarTime now;
    /// How much the time of a request may differ from `now`, or kAnySkew.
    Duration skewMax = std::chrono::minutes(5);
    std::string_view service = "dynamodb";
};

/// Checks that the holder of the secret key has signed the request, recently. Returns the service's
/// error otherwise. `signature` is what parseSignature read from the same request.
ApiResult<void> verifySignature(const Signature& signature, const SentRequest& request,
                                const Credentials& credentials, const VerifyRules& rules);

/// The signature of the request under this secret key, in hexadecimal digits.
std::string signatureOf(const Signature& signature, const SentRequest& request,
                        std::string_view secret);

}  // namespace orrery::auth
