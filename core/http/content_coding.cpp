#include "core/http/content_coding.h"

#include <zlib.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/base/text.h"
#include "core/http/host_check.h"

namespace orrery::http {
namespace {

constexpr int kZlibBits = 15;
constexpr int kGzip = 16;  // Added to the bits: gzip's format instead of zlib's.
constexpr std::size_t kFirstRoom = 4096;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
// A local client gains nothing from smaller bytes that take longer to make.
constexpr int kLevel = Z_BEST_SPEED;

constexpr std::uint32_t kWeightMax = 1'000'000;

int bitsOf(Coding coding) {
    return coding == Coding::Gzip ? kZlibBits + kGzip : kZlibBits;
}

Bytef* bytesOf(std::string_view text) {
    // zlib never writes to its input.
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

std::string_view takeUntil(std::string_view& text, char end) {
    const std::size_t at = std::min(text.find(end), text.size());
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return part;
}

bool isDigits(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A weight in millionths. The service takes what is no number, and what is above 1, as 1, and what
/// is below 0 as 0.
std::uint32_t weightOf(std::string_view text) {
    const bool negative = text.starts_with('-');
    std::string_view fraction = negative ? text.substr(1) : text;
    const std::string_view whole = takeUntil(fraction, '.');
    const bool isNumber = !whole.empty() && isDigits(whole) && isDigits(fraction);
    if (!isNumber) return kWeightMax;
    if (negative) return 0;
    if (whole.find_first_not_of('0') != std::string_view::npos) return kWeightMax;
    std::uint32_t weight = 0;
    std::uint32_t unit = kWeightMax / 10;
    for (const char digit : fraction.substr(0, 6)) {
        weight += static_cast<std::uint32_t>(digit - '0') * unit;
        unit /= 10;
    }
    const bool isTiny = weight == 0 && fraction.find_first_not_of('0') != std::string_view::npos;
    return isTiny ? 1 : weight;
}

/// The weight of one element of Accept-Encoding: that of its first "q=", otherwise 1.
std::uint32_t weightIn(std::string_view parameters) {
    const std::size_t at = parameters.find("q=");
    if (at == std::string_view::npos) return kWeightMax;
    std::string_view rest = parameters.substr(at + 2);
    return weightOf(trimmed(takeUntil(rest, ';')));
}

}  // namespace

std::string_view nameOf(Coding coding) {
    if (coding == Coding::Identity) return "identity";
    return coding == Coding::Gzip ? "gzip" : "deflate";
}

std::optional<Coding> codingOf(std::string_view contentEncoding) {
    const std::string name = lowerAscii(trimmed(contentEncoding));
    if (name.empty()) return Coding::Identity;
    for (const Coding coding : {Coding::Identity, Coding::Gzip, Coding::Deflate})
        if (name == nameOf(coding)) return coding;
    return std::nullopt;
}

// Recorded in test_compressed_response.py of ScyllaDB's suite, which also runs against the service.
Coding acceptedCoding(std::string_view acceptEncoding) {
    struct Candidate {
        Coding coding;
        std::optional<std::uint32_t> weight{};  // Nothing: not listed.
    };
    Candidate listed[] = {{Coding::Gzip}, {Coding::Deflate}};
    std::uint32_t others = 0;  // The weight of "*".
    Coding best = Coding::Identity;
    std::uint32_t bestWeight = 0;
    while (!acceptEncoding.empty()) {
        std::string_view parameters = takeUntil(acceptEncoding, ',');
        const std::string name = lowerAscii(trimmed(takeUntil(parameters, ';')));
        const std::uint32_t weight = weightIn(parameters);
        if (name == "*") others = std::max(others, weight);
        for (Candidate& candidate : listed) {
            if (name != nameOf(candidate.coding)) continue;
            candidate.weight = std::max(candidate.weight.value_or(0), weight);
            if (weight <= bestWeight) continue;
            best = candidate.coding;
            bestWeight = weight;
        }
    }
    for (const Candidate& candidate : listed) {
        if (candidate.weight || others <= bestWeight) continue;
        best = candidate.coding;
        bestWeight = others;
    }
    return best;
}

std::string compressed(Coding coding, std::string_view body) {
    z_stream stream{};
    CHECK(deflateInit2(&stream, kLevel, Z_DEFLATED, bitsOf(coding), MAX_MEM_LEVEL,
                       Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, body.size()), '\0');
    stream.next_in = bytesOf(body);
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = bytesOf(out);
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

Inflation inflate(Coding coding, std::string_view body, std::size_t bytesMax, std::string& out) {
    if (body.empty()) return Inflation::Broken;
    z_stream stream{};
    CHECK(inflateInit2(&stream, bitsOf(coding)) == Z_OK);
    stream.next_in = bytesOf(body);
    stream.avail_in = static_cast<uInt>(body.size());
    out.clear();
    std::size_t used = 0;
    Inflation result = Inflation::Broken;
    for (;;) {
        // One byte more than is permitted shows that the body is too large.
        if (used == out.size())
            out.resize(std::min(std::max(2 * out.size(), kFirstRoom), bytesMax + 1));
        stream.next_out = bytesOf(std::string_view(out).substr(used));
        stream.avail_out = static_cast<uInt>(out.size() - used);
        const int status = ::inflate(&stream, Z_NO_FLUSH);
        used = out.size() - stream.avail_out;
        if (used > bytesMax) {
            result = Inflation::TooLarge;
            break;
        }
        if (status == Z_STREAM_END) {
            const std::string_view rest = body.substr(body.size() - stream.avail_in);
            if (coding == Coding::Gzip && rest.starts_with(kGzipMagic)) {
                CHECK(inflateReset(&stream) == Z_OK);
                continue;
            }
            result = Inflation::Done;
            break;
        }
        const bool goesOn = status == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0);
        if (!goesOn) break;
    }
    inflateEnd(&stream);
    out.resize(result == Inflation::Done ? used : 0);
    return result;
}

}  // namespace orrery::http
