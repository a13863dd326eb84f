// Goal: no body makes the decoding and checking of a request, by the shapes of its operation, do
// anything but answer; and an error's text is always JSON.
//
// Method: libFuzzer changes the requests of corpus/request: a line with Region and operation, then
// the body. "Streams." comes before the name of an operation on streams. Both layers of validation
// are reached, by the Region.

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/api/api.h"
#include "core/base/check.h"
#include "core/json/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace orrery;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t end = text.find('\n');
    const std::size_t space = text.find(' ');
    if (end == text.npos || space > end) return 0;
    const std::string_view region = text.substr(0, space);
    std::string_view operation = text.substr(space + 1, end - space - 1);
    constexpr std::string_view kStreams = "Streams.";
    const bool isOnStreams = operation.starts_with(kStreams);
    if (isOnStreams) operation.remove_prefix(kStreams.size());
    const bool isName =
        std::ranges::all_of(operation, [](unsigned char byte) { return std::isalnum(byte) != 0; });
    if (!isName) return 0;
    const std::string target =
        (isOnStreams ? "DynamoDBStreams_20120810." : "DynamoDB_20120810.") + std::string(operation);
    const auto call = api::parseCall(target, text.substr(end + 1), region);
    if (call) return 0;
    std::string reply;
    api::writeError(call.error(), reply);
    CHECK(json::parse(reply).has_value());
    return 0;
}
