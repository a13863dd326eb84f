// Goal: the bytes of a connection become the same requests, and the same refusal, however the
// network cuts them.
//
// Method: libFuzzer changes the connections of corpus/http; the first byte says how long the pieces
// are.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.h"
#include "core/http/request_reader.h"

namespace {

using orrery::http::Request;
using orrery::http::RequestReader;
using Outcome = RequestReader::Outcome;

struct Run {
    std::vector<std::string> requests;
    int refusedWith = 0;
    bool operator==(const Run&) const = default;
};

Run feed(std::string_view bytes, std::size_t piece) {
    constexpr RequestReader::Limits kLimits{.headBytesMax = 2048, .bodyBytesMax = 8192};
    Run run;
    RequestReader reader(kLimits);
    while (!bytes.empty()) {
        const auto room = reader.prepare();
        CHECK(!room.empty());
        const std::size_t size = std::min({piece, room.size(), bytes.size()});
        std::memcpy(room.data(), bytes.data(), size);
        reader.commit(size);
        bytes.remove_prefix(size);
        Request request;
        Outcome outcome = reader.next(request);
        for (; outcome != Outcome::NeedMore; outcome = reader.next(request)) {
            if (outcome == Outcome::Refused) {
                run.refusedWith = reader.refusal().status;
                return run;
            }
            if (outcome == Outcome::NeedContinue) continue;
            CHECK(request.body.size() <= kLimits.bodyBytesMax);
            run.requests.push_back(std::string(request.methodName) + " " +
                                   std::string(request.target) + "\n" + std::string(request.body) +
                                   (request.keepAlive ? "" : "\nclose"));
        }
    }
    return run;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    // Bytes that cannot become a head may be refused before its end or there; so it has one.
    const std::string bytes =
        std::string(reinterpret_cast<const char*>(data) + 1, size - 1) + "\r\n\r\n";
    const Run whole = feed(bytes, bytes.size());
    CHECK(feed(bytes, 1 + data[0] % 64U) == whole);
    return 0;
}
