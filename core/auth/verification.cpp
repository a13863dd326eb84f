#include "core/auth/verification.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/auth/query.h"
#include "core/base/hash.h"
#include "core/base/result.h"
#include "core/base/text.h"

// "Create a signed AWS API request" (IAM user guide) names the steps and their terms.

namespace orrery::auth {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr std::size_t kDateDigits = 8;

using Digest = Sha256;

std::string_view view(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// RFC 2104.
Digest hmac(std::string_view key, std::string_view text) {
    constexpr std::size_t kBlock = 64;
    std::string padded(key);
    if (padded.size() > kBlock) padded = view(sha256(padded));
    padded.resize(kBlock, '\0');
    std::string inner = padded;
    std::string outer = padded;
    for (char& c : inner)
        c = static_cast<char>(c ^ 0x36);
    for (char& c : outer)
        c = static_cast<char>(c ^ 0x5c);
    inner += text;
    outer += view(sha256(inner));
    return sha256(outer);
}

ApiError invalid(std::string message) {
    return {ErrorType::InvalidSignature, std::move(message), nullptr};
}

ApiError unrecognized(std::string message) {
    return {ErrorType::UnrecognizedClient, std::move(message), nullptr};
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

// Without blanks around it, and with one blank for several.
std::string tidied(std::string_view value) {
    std::string out;
    bool blank = false;
    for (const char c : value) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            blank = !out.empty();
            continue;
        }
        if (blank) out += ' ';
        blank = false;
        out += c;
    }
    return out;
}

/// By lower-case name; the values of one name are joined in the order sent.
using Headers = std::map<std::string, std::string, std::less<>>;

Headers headersOf(std::string_view head) {
    Headers headers;
    bool isRequestLine = true;
    for (const std::string_view line : split(head, '\n')) {
        if (std::exchange(isRequestLine, false)) continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string value = tidied(line.substr(colon + 1));
        const auto [at, isFirst] = headers.try_emplace(lower(line.substr(0, colon)), value);
        if (!isFirst) at->second += "," + value;
    }
    return headers;
}

// The path without ".", ".." and empty segments (RFC 3986, 5.2.4), encoded once more.
std::string canonicalPath(std::string_view target) {
    std::string_view path = target.substr(0, target.find('?'));
    if (const std::size_t scheme = path.find("://"); scheme != std::string_view::npos) {
        path.remove_prefix(scheme + 3);
        path.remove_prefix(std::min(path.find('/'), path.size()));
    }
    std::vector<std::string_view> kept;
    for (const std::string_view segment : split(path, '/')) {
        if (segment == ".." && !kept.empty()) kept.pop_back();
        if (!segment.empty() && segment != "." && segment != "..") kept.push_back(segment);
    }
    std::string out;
    for (const std::string_view segment : kept) {
        out += '/';
        appendEncoded(out, segment, Slashes::Kept);
    }
    const bool isFolder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    if (out.empty() || isFolder) out += '/';
    return out;
}

std::string_view queryOf(std::string_view target) {
    const std::size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

// A client may send characters as they are that the signature has encoded, such as slashes.
std::string encodedAgain(std::string_view text) {
    std::string out;
    appendEncoded(out, percentDecoded(text), Slashes::Encoded);
    return out;
}

std::string canonicalQuery(std::string_view target) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string_view pair : split(queryOf(target), '&')) {
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        std::string name = encodedAgain(pair.substr(0, equals));
        if (name == "X-Amz-Signature") continue;
        pairs.emplace_back(std::move(name),
                           encodedAgain(pair.substr(std::min(equals + 1, pair.size()))));
    }
    std::ranges::sort(pairs);
    std::string out;
    for (const auto& [name, value] : pairs) {
        if (!out.empty()) out += '&';
        out.append(name).append("=").append(value);
    }
    return out;
}

std::string canonicalRequest(const Signature& signature, const SentRequest& request) {
    std::string out(request.method);
    out += '\n' + canonicalPath(request.target);
    out += '\n' + canonicalQuery(request.target) + '\n';
    const Headers headers = headersOf(request.head);
    const std::string signedHeaders = lower(signature.signedHeaders);
    for (const std::string_view name : split(signedHeaders, ';')) {
        const auto found = headers.find(name);
        out.append(name).append(":");
        if (found != headers.end()) out += found->second;
        out += '\n';
    }
    out += '\n' + signedHeaders + '\n' + hex(view(sha256(request.body)));
    return out;
}

/// "20261126T101112Z"; nothing if it is no such time. A CalendarTime could not hold all of them.
std::optional<std::chrono::sys_seconds> timeOf(std::string_view text) {
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t digits) -> int {
        int value = 0;
        const char* end = text.data() + at + digits;
        const auto read = std::from_chars(text.data() + at, end, value);
        return read.ec == std::errc() && read.ptr == end ? value : -1;
    };
    using namespace std::chrono;
    const year_month_day date(year(number(0, 4)), month(static_cast<unsigned>(number(4, 2))),
                              day(static_cast<unsigned>(number(6, 2))));
    const int hour = number(9, 2);
    const int minute = number(11, 2);
    const int second = number(13, 2);
    if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 59)
        return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
}

std::chrono::sys_seconds secondsOf(CalendarTime time) {
    return std::chrono::sys_seconds(std::chrono::floor<std::chrono::seconds>(time.sinceEpoch()));
}

std::string textOf(CalendarTime time) {
    using namespace std::chrono;
    const sys_seconds at = secondsOf(time);
    const auto midnight = floor<days>(at);
    const year_month_day date(midnight);
    const hh_mm_ss clock(at - midnight);
    const auto digits = [](std::int64_t value, std::size_t width) {
        std::string text = std::to_string(value);
        return std::string(width - std::min(width, text.size()), '0') + text;
    };
    return digits(static_cast<int>(date.year()), 4) +
           digits(static_cast<unsigned>(date.month()), 2) +
           digits(static_cast<unsigned>(date.day()), 2) + "T" + digits(clock.hours().count(), 2) +
           digits(clock.minutes().count(), 2) + digits(clock.seconds().count(), 2) + "Z";
}

std::string lengthText(Duration length) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(length);
    if (minutes == length) return std::to_string(minutes.count()) + " min.";
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(length).count()) + " s.";
}

ApiResult<void> checkTime(const Signature& signature, const VerifyRules& rules) {
    const auto time = timeOf(signature.time);
    if (!time)
        return std::unexpected(ApiError{ErrorType::IncompleteSignature,
                                        "Date must be in ISO-8601 'basic format'. Got '" +
                                            signature.time +
                                            "'. See http://en.wikipedia.org/wiki/ISO_8601",
                                        nullptr});
    if (rules.skewMax == kAnySkew) return {};
    const Duration age = rules.skewMax + signature.expires;
    const CalendarTime earliest(rules.now.sinceEpoch() - age);
    const CalendarTime latest(rules.now.sinceEpoch() + rules.skewMax);
    const std::string now = textOf(rules.now);
    if (*time < secondsOf(earliest))
        return std::unexpected(invalid("Signature expired: " + signature.time +
                                       " is now earlier than " + textOf(earliest) + " (" + now +
                                       " - " + lengthText(age) + ")"));
    if (*time > secondsOf(latest))
        return std::unexpected(invalid("Signature not yet current: " + signature.time +
                                       " is still later than " + textOf(latest) + " (" + now +
                                       " + " + lengthText(rules.skewMax) + ")"));
    return {};
}

ApiResult<void> checkSignedHeaders(const Signature& signature) {
    const std::string signedHeaders = lower(signature.signedHeaders);
    const auto names = split(signedHeaders, ';');
    if (std::ranges::find(names, "host") != names.end()) return {};
    return std::unexpected(
        invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."));
}

// All that is wrong with the scope, in the order of the service.
ApiResult<void> checkScope(const Signature& signature, const VerifyRules& rules) {
    std::string faults;
    if (signature.region.empty()) faults += kNoRegion;
    if (signature.service != rules.service)
        faults += "Credential should be scoped to correct service: '" + std::string(rules.service) +
                  "'. ";
    if (signature.terminator != kTerminator)
        faults += "Credential should be scoped with a valid terminator: '" +
                  std::string(kTerminator) + "', not '" + signature.terminator + "'. ";
    const std::string date = signature.time.substr(0, kDateDigits);
    if (signature.scopeDate != date)
        faults +=
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
            "from HTTP: '" +
            signature.scopeDate + "' != '" + date + "', from '" + signature.time + "'.";
    if (faults.empty()) return {};
    return std::unexpected(invalid(std::move(faults)));
}

// Takes the same time wherever the texts differ.
bool isSame(std::string_view one, std::string_view other) {
    if (one.size() != other.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < one.size(); ++i)
        difference |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
    return difference == 0;
}

/// X-Amz-Security-Token, which temporary credentials need; empty if there is none.
std::string sessionTokenOf(const Signature& signature, const SentRequest& request) {
    constexpr std::string_view kName = "X-Amz-Security-Token";
    if (signature.presigned)
        return queryValue(queryOf(request.target), kName).value_or(std::string());
    Headers headers = headersOf(request.head);
    return std::move(headers[lower(kName)]);
}

}  // namespace

std::string signatureOf(const Signature& signature, const SentRequest& request,
                        std::string_view secret) {
    const std::string scope = signature.scopeDate + "/" + signature.scopeRegion + "/" +
                              signature.service + "/" + signature.terminator;
    const std::string toSign = std::string(kAlgorithm) + "\n" + signature.time + "\n" + scope +
                               "\n" + hex(view(sha256(canonicalRequest(signature, request))));
    Digest key = hmac("AWS4" + std::string(secret), signature.scopeDate);
    for (const std::string& part : {signature.scopeRegion, signature.service, signature.terminator})
        key = hmac(view(key), part);
    return hex(view(hmac(view(key), toSign)));
}

ApiResult<void> verifySignature(const Signature& signature, const SentRequest& request,
                                const Credentials& credentials, const VerifyRules& rules) {
    // In the order of the service (dynalite's index.js has it with all texts).
    TRY(checkTime(signature, rules));
    TRY(checkSignedHeaders(signature));
    if (signature.fault) return std::unexpected(*signature.fault);
    TRY(checkScope(signature, rules));
    const Secret* secret = credentials.find(signature.accessKey);
    if (secret == nullptr)
        return std::unexpected(
            unrecognized("The security token included in the request is invalid."));
    if (!isSame(signatureOf(signature, request, secret->key), signature.signature))
        return std::unexpected(
            invalid("The request signature we calculated does not match the signature you "
                    "provided. Check your AWS Secret Access Key and signing method. Consult the "
                    "service documentation for details."));
    if (isSame(sessionTokenOf(signature, request), secret->sessionToken)) return {};
    // Without a full stop, unlike above (ExtendDB, test_auth_error_fidelity.py).
    return std::unexpected(unrecognized("The security token included in the request is invalid"));
}

}  // namespace orrery::auth
