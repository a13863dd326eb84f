#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/types/api_error.h"

namespace orrery::auth {

// Signature Version 4, as the page "Authenticating Requests (AWS Signature Version 4)" has it: who
// asks, and in which Region, stands in the credential scope of the Authorization header, or in the
// query of a presigned request.

/// The parts of a request that say who signed it. Views; they must outlive the call only.
struct SignedRequest {
    std::string_view authorization{};  ///< The Authorization header, or empty.
    std::string_view amzDate{};        ///< X-Amz-Date.
    std::string_view date{};           ///< Date.
    std::string_view query{};          ///< After the question mark, as sent.
};

/// What a signature claims. Nothing of it is proven before it has been verified with the secret
/// key.
struct Signature {
    std::string accessKey;
    std::string scopeDate;  ///< "20261121".
    std::string region;     ///< [a-z0-9-]{1,32}.
    std::string service;
    std::string signedHeaders;
    std::string signature;
    bool presigned = false;
};

/// Reads the claim, or says in the service's words what is missing or malformed.
ApiResult<Signature> parseSignature(const SignedRequest& request);

/// Whose tables a caller sees.
enum class Namespaces : std::uint8_t {
    Shared,  ///< One account, 000000000000, holds every access key.
    PerKey,  ///< Each access key is an account of its own.
};

/// The twelve digits of the account. Per key, an access key that is twelve digits names the account
/// itself; others are hashed.
std::string accountOf(std::string_view accessKey, Namespaces namespaces);

/// True if a Region's name is one that this engine can have.
bool isRegionName(std::string_view name);

}  // namespace orrery::auth
