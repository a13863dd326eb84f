#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/types/api_error.h"

namespace orrery::auth {

// Signature Version 4, after the page "Authenticating Requests (AWS Signature Version 4)". The
// credential scope in the Authorization header, or in the query of a presigned request, says who
// calls and in which Region.

/// The parts of a request that tell who signed it. The views need to outlive the call only.
struct SignedRequest {
    std::string_view authorization{};  ///< The Authorization header, or empty.
    std::string_view amzDate{};        ///< X-Amz-Date.
    std::string_view date{};           ///< Date.
    std::string_view query{};          ///< After the question mark, as sent.
};

/// The claim of a signature. It proves nothing until it has been verified with the secret key.
struct Signature {
    std::string accessKey;
    std::string scopeDate;  ///< "20261121".
    std::string region;     ///< [a-z0-9-]{1,32}. Empty: the scope names none.
    std::string service;
    std::string scopeRegion;  ///< The Region as the scope writes it.
    std::string terminator;   ///< "aws4_request".
    std::string time;         ///< X-Amz-Date, or Date: "20261121T101112Z".
    Duration expires{};       ///< X-Amz-Expires of a presigned request.
    std::string signedHeaders;
    std::string signature;
    bool presigned = false;
    /// What is wrong with the algorithm or with the form of the credential, whose parts are empty
    /// then. The service looks at these after the time and the signed headers.
    std::optional<ApiError> fault;
};

/// Reads the claim. Returns the service's error if a parameter is missing.
ApiResult<Signature> parseSignature(const SignedRequest& request);

/// Whether the claim names a caller and a Region, if nobody verifies it.
ApiResult<void> checkCredential(const Signature& signature);

/// The text about a scope that has no Region of ours (measured on 2026-09-16 by ExtendDB,
/// test_auth_error_fidelity.py).
inline constexpr std::string_view kNoRegion = "Credential should be scoped to a valid region. ";

/// The tables that a caller sees.
enum class Namespaces : std::uint8_t {
    Shared,  ///< All access keys share one account, 000000000000.
    PerKey,  ///< Each access key has its own account.
};

/// The twelve digits of the account. With PerKey, an access key of twelve digits names its account;
/// other keys are hashed.
std::string accountOf(std::string_view accessKey, Namespaces namespaces);

}  // namespace orrery::auth
