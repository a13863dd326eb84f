#include "core/table/expiry.h"

#include <chrono>

#include "core/base/bytes.h"
#include "core/table/private_key.h"
#include "core/types/item_codec.h"

namespace orrery::table {
namespace {

constexpr std::int64_t kLatest = 7'258'118'400;  // 2200-01-01
constexpr std::size_t kSecondsBytes = 8;

std::int64_t secondsOf(CalendarTime time) {
    return std::chrono::floor<std::chrono::seconds>(time.sinceEpoch()).count();
}

}  // namespace

std::optional<std::int64_t> expiryOf(std::string_view image, std::string_view attribute) {
    const auto value = types::EncodedItem(image).find(attribute);
    const auto* number = value ? value->as<types::Number>() : nullptr;
    constexpr int kDigitsMax = 10;
    if (number == nullptr || number->isNegative() || number->magnitude() >= kDigitsMax)
        return std::nullopt;
    types::Number::Coefficient seconds = number->coefficient();
    for (int i = number->exponent(); i < 0 && seconds > 0; ++i)
        seconds /= 10;
    for (int i = number->exponent(); i > 0; --i)
        seconds *= 10;
    const auto expiry = static_cast<std::int64_t>(seconds);
    if (expiry >= kLatest) return std::nullopt;
    return expiry;
}

bool isIgnoredExpiry(std::int64_t expiry, CalendarTime now) {
    constexpr std::chrono::seconds kFiveYears = std::chrono::years(5);
    return expiry < secondsOf(now) - kFiveYears.count();
}

std::string expiryBound(GroupId group, std::int64_t expiry) {
    return expiryKey(group, expiry, {});
}

std::string expiryKey(GroupId group, std::int64_t expiry, std::string_view storageKey) {
    std::string rest;
    ByteWriter out(rest);
    out.u64(static_cast<std::uint64_t>(expiry));
    out.raw(storageKey);
    return privateKey(group, PrivateKind::Expiry, rest);
}

std::string expiryBegin(GroupId group) {
    return privateKey(group, PrivateKind::Expiry, {});
}

std::string expiryEnd(GroupId group) {
    return expiryBound(group, kLatest);
}

std::optional<ExpiryEntry> parseExpiryKey(std::string_view key) {
    const auto parsed = parsePrivateKey(key);
    const bool isEntry =
        parsed && parsed->kind == PrivateKind::Expiry && parsed->rest.size() > kSecondsBytes;
    if (!isEntry) return std::nullopt;
    ByteReader in(parsed->rest);
    ExpiryEntry entry;
    entry.expiry = static_cast<std::int64_t>(in.u64());
    entry.storageKey = in.rest();
    return entry;
}

SharedBytes encodeExpiry(std::string_view key, const StoredHeader& header) {
    return encodeStored(key, header, {});
}

std::uint64_t expiryChecksum(std::string_view key) {
    return entryChecksum(key, {});
}

}  // namespace orrery::table
