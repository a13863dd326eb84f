// Goal: no header, query or head makes the check of a signature do anything but answer, and what it
// accepts carries the signature that the secret key gives.
//
// Method: libFuzzer changes the requests of corpus/signature: lines with the method, the target,
// the Authorization header and X-Amz-Date, then the headers, an empty line, and the body.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/auth/credentials.h"
#include "core/auth/signature.h"
#include "core/auth/verification.h"
#include "core/base/check.h"

namespace {

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
// 2026-11-26T10:11:12Z.
constexpr orrery::CalendarTime kNow{std::chrono::seconds(1'795'687'872)};

std::string_view takeLine(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace auth = orrery::auth;
    static const auto credentials = auth::Credentials::parse(
        "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = " +
        std::string(kSecret) + "\n");
    std::string_view text(reinterpret_cast<const char*>(data), size);
    static_cast<void>(auth::Credentials::parse(text));
    const std::string_view method = takeLine(text);
    const std::string_view target = takeLine(text);
    const std::string_view authorization = takeLine(text);
    const std::string_view amzDate = takeLine(text);
    std::string head = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
    for (std::string_view line = takeLine(text); !line.empty(); line = takeLine(text))
        head += std::string(line) + "\r\n";
    head += "\r\n";
    const std::size_t mark = target.find('?');
    const auto signature = auth::parseSignature(
        {.authorization = authorization,
         .amzDate = amzDate,
         .query = mark == target.npos ? std::string_view() : target.substr(mark + 1)});
    if (!signature) return 0;
    static_cast<void>(auth::accountOf(signature->accessKey, auth::Namespaces::PerKey));
    const auth::SentRequest request{method, target, head, text};
    const auto verified = auth::verifySignature(*signature, request, *credentials, {.now = kNow});
    if (!verified) return 0;
    CHECK(signature->accessKey == "AKIDEXAMPLE");
    CHECK(signature->signature == auth::signatureOf(*signature, request, kSecret));
    return 0;
}
