#include "core/cluster/transactions/ledger_row.h"

#include <charconv>

#include "core/base/bytes.h"
#include "core/base/hash.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

//   item  := {transaction: name (string), state: state (binary)}
//   state := version:uint8(1) outcome:uint8 number:varint attempt:sized parametersHash:sized
//            stamp:uint64 since:uint64 count:varint (key:sized)… count:varint (itemBytes:varint)…
//   id    := number:uint64 name

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kName = "transaction";
constexpr std::string_view kState = "state";
constexpr std::string_view kTokenPrefix = "token/";
constexpr std::size_t kNumberBytes = 8;
/// Of a number: the low bits are the LSN, the others the term. Earlier versions left those 0.
constexpr int kLsnBits = 40;

std::uint64_t nanoseconds(CalendarTime time) {
    return static_cast<std::uint64_t>(time.sinceEpoch().count());
}

CalendarTime calendarTime(std::uint64_t nanoseconds) {
    return CalendarTime(Duration(static_cast<std::int64_t>(nanoseconds)));
}

std::string encodeState(const LedgerRow& row) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kVersion);
    out.u8(static_cast<std::uint8_t>(row.outcome));
    out.varint(row.number);
    out.sized(row.attempt);
    out.sized(row.parametersHash);
    out.u64(nanoseconds(row.stamp));
    out.u64(nanoseconds(row.since));
    out.varint(row.keys.size());
    for (const std::string& key : row.keys)
        out.sized(key);
    out.varint(row.itemBytes.size());
    for (const std::uint32_t count : row.itemBytes)
        out.varint(count);
    return bytes;
}

std::optional<LedgerRow> decodeState(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != kVersion) return std::nullopt;
    LedgerRow row;
    const std::uint8_t outcome = in.u8();
    if (outcome > static_cast<std::uint8_t>(Outcome::Finished)) return std::nullopt;
    row.outcome = static_cast<Outcome>(outcome);
    row.number = in.varint();
    row.attempt = in.sized();
    row.parametersHash = in.sized();
    row.stamp = calendarTime(in.u64());
    row.since = calendarTime(in.u64());
    for (std::uint64_t left = in.varint(); in.ok() && left > 0; --left)
        row.keys.emplace_back(in.sized());
    for (std::uint64_t left = in.varint(); in.ok() && left > 0; --left)
        row.itemBytes.push_back(static_cast<std::uint32_t>(in.varint()));
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    return row;
}

}  // namespace

std::string tokenName(std::string_view accountId, std::string_view clientToken) {
    std::string text(kTokenPrefix);
    // No account id has a line end, so two accounts never share a name.
    text.append(accountId).append("\n").append(clientToken);
    return text;
}

std::string_view accountIn(std::string_view name) {
    if (!name.starts_with(kTokenPrefix)) return {};
    name.remove_prefix(kTokenPrefix.size());
    return name.substr(0, name.find('\n'));
}

std::string attemptName(ZoneIndex zone, std::uint64_t starts, std::uint64_t call) {
    return std::to_string(zone.value()) + ":" + std::to_string(starts) + ":" + std::to_string(call);
}

// Earlier versions wrote a slash and a ticket.
std::uint64_t startIn(std::string_view attempt) {
    std::uint64_t start = 0;
    const std::size_t colon = attempt.find(':');
    if (colon != attempt.npos)
        std::from_chars(attempt.data() + colon + 1, attempt.data() + attempt.size(), start);
    return start;
}

std::uint64_t transactionNumber(replication::LogPosition begin) {
    return (begin.term.value() << kLsnBits) | lsnIn(begin.lsn.value());
}

std::uint64_t lsnIn(std::uint64_t number) {
    return number & ((std::uint64_t{1} << kLsnBits) - 1);
}

std::string transactionId(std::string_view name, std::uint64_t number) {
    std::string id;
    ByteWriter out(id);
    out.u64(number);
    out.raw(name);
    return id;
}

std::string nameIn(std::string_view id) {
    return id.size() < kNumberBytes ? std::string() : std::string(id.substr(kNumberBytes));
}

std::uint64_t numberIn(std::string_view id) {
    return ByteReader(id).u64();
}

std::string ledgerKey(KeySpaceId space, const std::string& name) {
    return types::storageKey(space, {types::AttributeValue::string(name), std::nullopt});
}

std::string encodeRow(const std::string& name, const LedgerRow& row) {
    types::Item item;
    item.set(std::string(kName), types::AttributeValue::string(name));
    item.set(std::string(kState), types::AttributeValue::binary(encodeState(row)));
    return types::encodeItem(item);
}

std::optional<NamedRow> decodeRow(std::string_view item) {
    const auto decoded = types::decodeItem(item);
    if (!decoded) return std::nullopt;
    const types::AttributeValue* name = decoded->find(kName);
    const types::AttributeValue* state = decoded->find(kState);
    if (name == nullptr || state == nullptr) return std::nullopt;
    const auto* text = name->as<std::string>();
    const auto* bytes = state->as<types::Binary>();
    if (text == nullptr || bytes == nullptr) return std::nullopt;
    auto row = decodeState(bytes->bytes);
    if (!row) return std::nullopt;
    return NamedRow{*text, std::move(*row)};
}

}  // namespace orrery::cluster
