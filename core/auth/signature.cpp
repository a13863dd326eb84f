#include "core/auth/signature.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "core/auth/query.h"
#include "core/base/account_id.h"
#include "core/base/hash.h"
#include "core/base/region_name.h"
#include "core/base/result.h"
#include "core/base/text.h"

namespace orrery::auth {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kDefaultRegion = "us-east-1";

ApiError missingToken() {
    return {ErrorType::MissingAuthenticationToken, "Request is missing Authentication Token",
            nullptr};
}

ApiError incomplete(std::string message) {
    return {ErrorType::IncompleteSignature, std::move(message), nullptr};
}

ApiError invalid(std::string message) {
    return {ErrorType::InvalidSignature, std::move(message), nullptr};
}

std::string quoted(std::string_view text) {
    std::string out = "'";
    out += text;
    out += '\'';
    return out;
}

bool isBlank(char c) {
    return c == ' ' || c == '\t';
}

/// Takes the word before the next blank or comma, which both separate parameters. (A loop:
/// find_first_of is several times slower, and this runs for each request.)
std::string_view takeWord(std::string_view& text) {
    std::size_t end = 0;
    while (end < text.size() && text[end] != ',' && !isBlank(text[end]))
        ++end;
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

/// The Region of a scope. Tools that were written for DynamoDB Local leave it empty or write it in
/// capitals.
std::string regionOf(std::string_view text) {
    if (text.empty()) return std::string(kDefaultRegion);
    std::string region(text);
    for (char& c : region)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return region;
}

/// Reads the credential, keyid/date/region/service/aws4_request. Access keys contain no slashes, so
/// there are exactly five parts.
ApiResult<void> readParts(std::string_view credential, Signature& signature) {
    std::array<std::string_view, 5> parts;
    std::size_t count = 0;
    std::string_view rest = credential;
    while (rest.ends_with('/'))
        rest.remove_suffix(1);
    for (bool more = true; more; ++count) {
        const std::size_t slash = rest.find('/');
        more = slash != std::string_view::npos;
        if (count < parts.size()) parts[count] = rest.substr(0, slash);
        if (more) rest.remove_prefix(slash + 1);
    }
    if (count != parts.size()) {
        return std::unexpected(
            incomplete("Credential must have exactly 5 slash-delimited elements, e.g. "
                       "keyid/date/region/service/term, got " +
                       quoted(credential)));
    }
    std::string region = regionOf(parts[2]);
    signature.accessKey = parts[0];
    signature.scopeDate = parts[1];
    if (isRegionName(region)) signature.region = std::move(region);
    signature.scopeRegion = parts[2];
    signature.terminator = parts[4];
    signature.service = parts[3];
    return {};
}

void readCredential(std::string_view algorithm, std::string_view credential, Signature& signature) {
    if (algorithm != kAlgorithm) {
        signature.fault = incomplete("Unsupported AWS 'algorithm': " + quoted(algorithm) +
                                     " (only AWS4-HMAC-SHA256 for now). ");
        return;
    }
    auto read = readParts(credential, signature);
    if (!read) signature.fault = std::move(read).error();
}

/// The three parameters of the Authorization header, as sent.
struct Parameters {
    std::optional<std::string_view> credential;
    std::optional<std::string_view> signature;
    std::optional<std::string_view> signedHeaders;
};

ApiResult<Parameters> readParameters(std::string_view text, std::string_view header) {
    Parameters parameters;
    while (!text.empty()) {
        const std::string_view pair = takeWord(text);
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) {
            return std::unexpected(
                incomplete(quoted(pair) +
                           " not a valid key=value pair (missing equal-sign) in Authorization "
                           "header: " +
                           quoted(header) + "."));
        }
        const std::string_view name = pair.substr(0, equals);
        const std::string_view value = pair.substr(equals + 1);
        if (name == "Credential") parameters.credential = value;
        if (name == "Signature") parameters.signature = value;
        if (name == "SignedHeaders") parameters.signedHeaders = value;
    }
    return parameters;
}

ApiResult<Signature> parseHeader(const SignedRequest& request) {
    const std::string_view header = trimmed(request.authorization);
    if (!header.starts_with("AWS4-")) return std::unexpected(missingToken());
    std::string_view rest = header;
    const std::string_view algorithm = takeWord(rest);
    TRY_ASSIGN(const Parameters parameters, readParameters(rest, header));
    std::string missing;
    const auto require = [&](bool there, std::string_view name) {
        if (!there) missing += "Authorization header requires " + quoted(name) + " parameter. ";
    };
    require(parameters.credential && !parameters.credential->empty(), "Credential");
    require(parameters.signature && !parameters.signature->empty(), "Signature");
    require(parameters.signedHeaders.has_value(), "SignedHeaders");
    if (request.amzDate.empty() && request.date.empty()) {
        missing +=
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
            "header. ";
    }
    if (!missing.empty())
        return std::unexpected(incomplete(missing + "Authorization=" + std::string(header)));
    Signature signature;
    readCredential(algorithm, *parameters.credential, signature);
    signature.signedHeaders = *parameters.signedHeaders;
    signature.signature = *parameters.signature;
    signature.time = trimmed(request.amzDate.empty() ? request.date : request.amzDate);
    return signature;
}

/// X-Amz-Expires, in seconds; a week at most, as the service demands.
Duration expiryOf(std::string_view text) {
    constexpr std::chrono::seconds kExpiryMax = std::chrono::days(7);
    std::uint32_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return {};
    return std::min(std::chrono::seconds(seconds), kExpiryMax);
}

ApiResult<Signature> parseQuery(const SignedRequest& request) {
    std::string missing;
    const auto take = [&](std::string_view name) {
        const auto value = queryValue(request.query, name);
        if (!value || value->empty())
            missing += "AWS query-string parameters must include " + quoted(name) + ". ";
        return value.value_or(std::string());
    };
    const std::string algorithm = take("X-Amz-Algorithm");
    const std::string credential = take("X-Amz-Credential");
    Signature signature;
    signature.presigned = true;
    signature.signature = take("X-Amz-Signature");
    signature.signedHeaders = take("X-Amz-SignedHeaders");
    signature.time = take("X-Amz-Date");
    signature.expires = expiryOf(queryValue(request.query, "X-Amz-Expires").value_or(""));
    if (!missing.empty())
        return std::unexpected(incomplete(missing + "Re-examine the query-string parameters."));
    readCredential(algorithm, credential, signature);
    return signature;
}

}  // namespace

ApiResult<Signature> parseSignature(const SignedRequest& request) {
    const bool inQuery =
        !request.query.empty() && queryValue(request.query, "X-Amz-Algorithm").has_value();
    if (inQuery && !request.authorization.empty()) {
        return std::unexpected(
            invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as "
                    "HTTP header."));
    }
    return inQuery ? parseQuery(request) : parseHeader(request);
}

ApiResult<void> checkCredential(const Signature& signature) {
    if (signature.fault) return std::unexpected(*signature.fault);
    if (signature.region.empty()) return std::unexpected(invalid(std::string(kNoRegion)));
    return {};
}

std::string accountOf(std::string_view accessKey, Namespaces namespaces) {
    if (namespaces == Namespaces::Shared) return std::string(kSharedAccount);
    const bool digits = accessKey.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits && accessKey.size() == kSharedAccount.size()) return std::string(accessKey);
    std::uint64_t rest = hash64(accessKey) % 1'000'000'000'000u;
    std::string account(kSharedAccount);
    for (auto digit = account.rbegin(); digit != account.rend(); ++digit, rest /= 10)
        *digit = static_cast<char>('0' + rest % 10);
    return account;
}

}  // namespace orrery::auth
