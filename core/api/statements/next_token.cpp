#include "core/api/statements/next_token.h"

#include "core/base/bytes.h"
#include "core/types/base64.h"
#include "core/types/item_codec.h"

namespace orrery::api {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeaderBytes = sizeof(std::uint8_t) + sizeof(std::uint64_t);

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

}  // namespace

std::string nextToken(std::uint64_t fingerprint, const types::Item& key) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.u8(kVersion);
    writer.u64(fingerprint);
    types::appendItem(bytes, key);
    std::string token;
    types::appendBase64(token, bytes);
    return token;
}

ApiResult<types::Item> keyOfToken(std::string_view token, std::uint64_t fingerprint) {
    const auto bytes = types::parseBase64(token);
    if (!bytes || bytes->size() < kHeaderBytes) return fail("Invalid NextToken");
    ByteReader reader(*bytes);
    const std::uint8_t version = reader.u8();
    const std::uint64_t statement = reader.u64();
    auto key = types::decodeItem(std::string_view(*bytes).substr(kHeaderBytes));
    if (version != kVersion || !key) return fail("Invalid NextToken");
    // Both texts are recorded in eu-west-2 (dynoxide, partiql/executor.rs).
    if (statement != fingerprint) return fail("NextToken does not match request");
    return *std::move(key);
}

}  // namespace orrery::api
