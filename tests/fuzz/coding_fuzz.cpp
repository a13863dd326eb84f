// Goal: no bytes make decompression fail otherwise than by saying so, or fill more memory than
// permitted; and what is compressed is decompressed to the same.
//
// Method: libFuzzer changes the bodies of corpus/coding; the first byte says which coding they
// have.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/http/content_coding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace orrery::http;
    constexpr std::size_t kBytesMax = 64 * 1024;
    if (size < 2) return 0;
    const Coding coding = data[0] % 2 == 0 ? Coding::Gzip : Coding::Deflate;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::string plain;
    const Inflation done = inflate(coding, body, kBytesMax, plain);
    CHECK(plain.size() <= kBytesMax);
    CHECK(done == Inflation::Done || plain.empty());

    std::string again;
    CHECK(inflate(coding, compressed(coding, body), body.size(), again) == Inflation::Done);
    CHECK(again == body);
    static_cast<void>(codingOf(body));
    static_cast<void>(acceptedCoding(body));
    return 0;
}
