#include "core/http/reply.h"

#include <array>
#include <charconv>
#include <chrono>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace orrery::http {
namespace {

// Widths of the numbers that `end` fills in. RFC 9110 allows the blanks before them (optional white
// space before a field value).
constexpr std::size_t kLengthWidth = 9;
constexpr std::size_t kCrcWidth = 10;

constexpr std::string_view kContentLength = "Content-Length: ";
// The service compresses what is larger than this.
constexpr std::size_t kPlainBytesMax = 4096;
// All connections wait while one body is compressed.
constexpr std::size_t kCompressedBytesMax = 1024 * 1024;

void fillIn(std::string& out, std::size_t at, std::size_t width, std::uint64_t value) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    const auto size = static_cast<std::size_t>(end - digits);
    CHECK(size <= width);
    out.replace(at + width - size, size, digits, size);
}

void appendTwoDigits(std::string& out, std::int64_t value) {
    out += static_cast<char>('0' + value / 10);
    out += static_cast<char>('0' + value % 10);
}

}  // namespace

std::string_view reasonPhrase(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 204:
            return "No Content";
        case 400:
            return "Bad Request";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 421:
            return "Misdirected Request";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        default:
            return "Unknown";
    }
}

void ReplyWriter::setDate(std::int64_t secondsSinceEpoch) {
    constexpr std::string_view kDays = "ThuFriSatSunMonTueWed";
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const std::chrono::sys_seconds time{std::chrono::seconds(secondsSinceEpoch)};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    const auto weekday = static_cast<std::size_t>((day.time_since_epoch().count() % 7 + 7) % 7);
    m_date.clear();
    m_date += kDays.substr(3 * weekday, 3);
    m_date += ", ";
    appendTwoDigits(m_date, static_cast<unsigned>(date.day()));
    m_date += ' ';
    m_date += kMonths.substr(3 * (static_cast<unsigned>(date.month()) - 1), 3);
    m_date += ' ';
    const int year = static_cast<int>(date.year());
    appendTwoDigits(m_date, year / 100);
    appendTwoDigits(m_date, year % 100);
    m_date += ' ';
    appendTwoDigits(m_date, clock.hours().count());
    m_date += ':';
    appendTwoDigits(m_date, clock.minutes().count());
    m_date += ':';
    appendTwoDigits(m_date, clock.seconds().count());
    m_date += " GMT";
}

// The service's ids have 52 base 32 characters.
void ReplyWriter::appendRequestId(std::string& out) {
    constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    constexpr int kPerDraw = 12;
    std::array<char, 52> id;
    for (std::size_t written = 0; written < id.size();) {
        std::uint64_t bits = m_ids.below(UINT64_MAX);
        for (int i = 0; i < kPerDraw && written < id.size(); ++i, ++written) {
            id[written] = kDigits[bits & 31];
            bits >>= 5;
        }
    }
    out.append(id.data(), id.size());
}

void ReplyWriter::appendCommon(std::string& out, const ReplyHead& head, const Context& context) {
    out += "HTTP/1.1 ";
    appendTwoDigits(out, head.status / 10);
    out += static_cast<char>('0' + head.status % 10);
    out += ' ';
    out += reasonPhrase(head.status);
    out += "\r\nServer: Server\r\nDate: ";
    out += m_date;
    out += "\r\n";
    if (!head.contentType.empty()) {
        out += "Content-Type: ";
        out += head.contentType;
        out += "\r\n";
    }
    out += context.keepAlive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
    out += "x-amzn-RequestId: ";
    appendRequestId(out);
    out += "\r\n";
    if (!context.allowOrigin.empty()) {
        out += "Access-Control-Allow-Origin: ";
        out += context.allowOrigin;
        out += context.allowOrigin == "*" ? "\r\n" : "\r\nVary: Origin\r\n";
        out += "Access-Control-Expose-Headers: *\r\n";
    }
    out += head.extra;
}

ReplyWriter::Open ReplyWriter::begin(std::string& out, const ReplyHead& head,
                                     const Context& context) {
    Open open;
    open.headOnly = context.headOnly;
    // Only the service's answers, which have a checksum.
    if (head.crc) open.coding = context.coding;
    appendCommon(out, head, context);
    if (head.crc) {
        out += "x-amz-crc32: ";
        open.crcAt = out.size();
        out.append(kCrcWidth, ' ');
        out += "\r\n";
    }
    out += kContentLength;
    open.lengthAt = out.size();
    out.append(kLengthWidth, ' ');
    out += "\r\n\r\n";
    open.bodyAt = out.size();
    return open;
}

// Replaces the body and adds its Content-Encoding before the last field of the head.
void ReplyWriter::compress(std::string& out, Open& open) {
    const std::string body = compressed(open.coding, std::string_view(out).substr(open.bodyAt));
    out.resize(open.bodyAt);
    std::string field = "Content-Encoding: ";
    field += nameOf(open.coding);
    field += "\r\n";
    out.insert(open.lengthAt - kContentLength.size(), field);
    open.lengthAt += field.size();
    open.bodyAt += field.size();
    out += body;
}

void ReplyWriter::end(std::string& out, Open open) {
    const std::size_t bodyBytes = out.size() - open.bodyAt;
    if (open.coding != Coding::Identity && bodyBytes > kPlainBytesMax &&
        bodyBytes <= kCompressedBytesMax)
        compress(out, open);
    // Like the service's, the checksum is that of the bytes sent.
    const std::string_view body = std::string_view(out).substr(open.bodyAt);
    fillIn(out, open.lengthAt, kLengthWidth, body.size());
    if (open.crcAt != 0) fillIn(out, open.crcAt, kCrcWidth, crc32(body));
    if (open.headOnly) out.resize(open.bodyAt);
}

void ReplyWriter::beginStream(std::string& out, const ReplyHead& head, const Context& context) {
    appendCommon(out, head, context);
    if (!context.http10) out += "Transfer-Encoding: chunked\r\n";
    out += "\r\n";
}

}  // namespace orrery::http
