// Goal: no text in place of a shard iterator or a NextToken makes its decoding do anything but
// answer, and what is decoded can be encoded and decoded again.
//
// Method: libFuzzer changes the texts of corpus/returned. Each is read as the client's text, and
// again as the bytes inside one, with the checksum or the header that leads past the first checks.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/api/statements/next_token.h"
#include "core/api/tables/stream_arguments.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/crc32c.h"
#include "core/types/base64.h"

namespace {

using namespace orrery;

constexpr std::string_view kArn =
    "arn:aws:dynamodb:us-east-1:000000000000:table/tbl/stream/2026-01-01T00:00:00.000";
// The statement whose token is in the corpus.
constexpr std::uint64_t kFingerprint = 0x2410c0800888fed7;

void readIterator(std::string_view text) {
    const auto iterator = api::decodeIterator(text);
    if (!iterator) return;
    const auto again = api::decodeIterator(api::encodeIterator(*iterator));
    CHECK(again.has_value());
    CHECK(again->streamArn == iterator->streamArn);
    CHECK(again->shard == iterator->shard);
    CHECK(again->position == iterator->position);
}

void readToken(std::string_view text) {
    const auto key = api::keyOfToken(text, kFingerprint);
    if (!key) return;
    const auto again = api::keyOfToken(api::nextToken(kFingerprint, *key), kFingerprint);
    CHECK(again.has_value());
    CHECK(*again == *key);
}

std::string iteratorAround(std::string_view bytes) {
    std::string payload(bytes);
    ByteWriter(payload).u32(crc32c(payload, crc32c(kArn)));
    std::string text = std::string(kArn) + "|1|";
    types::appendBase64(text, payload);
    return text;
}

std::string tokenAround(std::string_view bytes) {
    std::string payload;
    ByteWriter writer(payload);
    writer.u8(1);
    writer.u64(kFingerprint);
    payload += bytes;
    std::string text;
    types::appendBase64(text, payload);
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    readIterator(text);
    readToken(text);
    readIterator(iteratorAround(text));
    readToken(tokenAround(text));
    return 0;
}
