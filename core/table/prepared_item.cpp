#include "core/table/prepared_item.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/table/private_key.h"

namespace orrery::table {
namespace {

//   prepared := <stored item> with the attributes
//               action:uint8 ledger:varint transactionId:sized image?     // image if action is put

std::string payloadOf(const LogRecord& record) {
    CHECK(record.action.has_value());
    std::string payload;
    ByteWriter out(payload);
    out.u8(static_cast<std::uint8_t>(*record.action));
    out.varint(record.ledger.value());
    out.sized(record.transactionId);
    if (*record.action == TransactionAction::Put && record.newImage) out.raw(*record.newImage);
    return payload;
}

}  // namespace

std::string preparedKey(GroupId group, std::string_view storageKey) {
    return privateKey(group, PrivateKind::Prepared, storageKey);
}

std::string preparedKeysBegin(GroupId group) {
    return privateKey(group, PrivateKind::Prepared, {});
}

std::string preparedKeysEnd(GroupId group) {
    return privateKey(group, PrivateKind::Tombstone, {});
}

std::string_view itemKeyOf(std::string_view preparedKey) {
    const auto parsed = parsePrivateKey(preparedKey);
    CHECK(parsed.has_value());
    return parsed->rest;
}

SharedBytes encodePrepared(std::string_view key, const StoredHeader& header,
                           const LogRecord& prepare) {
    return encodeStored(key, header, payloadOf(prepare));
}

std::optional<PreparedItem> decodePrepared(std::string_view key, std::string_view stored) {
    const auto item = decodeStored(key, stored);
    if (!item) return std::nullopt;
    ByteReader in(stored.substr(item->attributesAt));
    PreparedItem prepared;
    const std::uint8_t action = in.u8();
    if (action > static_cast<std::uint8_t>(TransactionAction::Check)) return std::nullopt;
    prepared.action = static_cast<TransactionAction>(action);
    prepared.ledger = GroupId(in.varint());
    prepared.transactionId = in.sized();
    if (!in.ok()) return std::nullopt;
    prepared.stamp = item->header.stamp;
    prepared.itemBytes = item->header.itemBytes;
    if (prepared.action == TransactionAction::Put) prepared.image.emplace(in.rest());
    return prepared;
}

std::uint64_t preparedChecksum(std::string_view key, const LogRecord& record) {
    return entryChecksum(key, payloadOf(record));
}

}  // namespace orrery::table
