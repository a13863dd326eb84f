#include "core/cluster/global/conflict.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "core/base/bytes.h"

namespace orrery::cluster {
namespace {

constexpr std::uint8_t kVersion1 = 1;
constexpr std::uint8_t kVersion2 = 2;
constexpr std::uint8_t kItemsVersion = 1;
constexpr std::uint8_t kRunVersion = 1;
constexpr std::size_t kTimeDigits = 16;

std::string hex(std::uint64_t number) {
    std::array<char, kTimeDigits> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    return {digits.data(), end};
}

std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    const bool isWhole = error == std::errc() && end == digits.data() + digits.size();
    return isWhole && hex(value) == digits ? std::optional(value) : std::nullopt;
}

std::uint64_t nanoseconds(CalendarTime time) {
    return static_cast<std::uint64_t>(time.sinceEpoch().count());
}

CalendarTime takeTime(ByteReader& in) {
    return CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
}

void putWrite(ByteWriter& out, const OwnWrite& write) {
    out.u64(nanoseconds(write.at));
    out.varint(write.number);
}

OwnWrite takeWrite(ByteReader& in) {
    const CalendarTime at = takeTime(in);
    return {at, in.varint()};
}

void putRun(ByteWriter& out, const LostRun& run) {
    putWrite(out, run.before);
    putWrite(out, run.parent);
    out.varint(run.last.number);
}

LostRun takeRun(ByteReader& in, const ConflictId& id) {
    LostRun run;
    run.before = takeWrite(in);
    run.parent = takeWrite(in);
    run.last = {id.lostAt, in.varint()};
    return run;
}

LostRun takeRunOfVersion1(ByteReader& in, const ConflictId& id) {
    const CalendarTime after = takeTime(in);
    const std::uint64_t lastNumber = in.varint();
    const std::uint64_t count = in.varint();
    const OwnWrite parent{after, lastNumber - std::min(count, lastNumber)};
    return {parent, parent, {id.lostAt, lastNumber}};
}

void putSide(ByteWriter& out, const ConflictSide& side) {
    out.u64(nanoseconds(side.version));
    out.sized(side.region);
    out.u64(nanoseconds(side.committedAt));
    out.u64(static_cast<std::uint64_t>(side.clockOffset.count()));
    out.u8(side.isTooLarge ? 1 : 0);
}

ConflictSide takeSide(ByteReader& in) {
    ConflictSide side;
    side.version = takeTime(in);
    side.region = in.sized();
    side.committedAt = takeTime(in);
    side.clockOffset = Duration(static_cast<std::int64_t>(in.u64()));
    side.isTooLarge = in.u8() != 0;
    return side;
}

void putImage(ByteWriter& out, const std::optional<std::string>& image) {
    out.u8(image ? 1 : 0);
    if (image) out.sized(*image);
}

std::optional<std::string> takeImage(ByteReader& in) {
    if (in.u8() == 0) return std::nullopt;
    return std::string(in.sized());
}

}  // namespace

std::string ConflictId::text() const {
    return hex(nanoseconds(lostAt)) + "-" + hex(group.value()) + "-" + hex(lsn.value());
}

std::optional<ConflictId> ConflictId::parse(std::string_view text) {
    const std::size_t first = text.find('-');
    const std::size_t second = first == text.npos ? text.npos : text.find('-', first + 1);
    if (second == text.npos) return std::nullopt;
    const auto at = number(text.substr(0, first));
    const auto group = number(text.substr(first + 1, second - first - 1));
    const auto lsn = number(text.substr(second + 1));
    if (!at || !group || !lsn) return std::nullopt;
    return ConflictId{CalendarTime(Duration(static_cast<std::int64_t>(*at))), GroupId(*group),
                      Lsn(*lsn)};
}

std::uint64_t imageBytesOf(const Conflict& conflict) {
    const auto bytes = [](const ConflictSide& side) { return side.image ? side.image->size() : 0; };
    return bytes(conflict.lost) + bytes(conflict.winner);
}

std::string encodeConflict(const Conflict& conflict, std::uint64_t imageBytes) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kVersion2);
    out.sized(conflict.key);
    out.sized(conflict.keyImage);
    putRun(out, conflict.run);
    putSide(out, conflict.lost);
    putSide(out, conflict.winner);
    out.u64(nanoseconds(conflict.foundAt));
    out.varint(imageBytes);
    return bytes;
}

std::optional<StoredConflict> decodeConflict(const ConflictId& id, std::string_view bytes) {
    ByteReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version != kVersion1 && version != kVersion2) return std::nullopt;
    StoredConflict stored;
    Conflict& conflict = stored.conflict;
    conflict.id = id;
    conflict.key = in.sized();
    conflict.keyImage = in.sized();
    conflict.run = version == kVersion1 ? takeRunOfVersion1(in, id) : takeRun(in, id);
    conflict.lost = takeSide(in);
    conflict.winner = takeSide(in);
    conflict.foundAt = takeTime(in);
    stored.imageBytes = in.varint();
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    return stored;
}

std::string encodeConflictItems(const Conflict& conflict) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kItemsVersion);
    putImage(out, conflict.lost.image);
    putImage(out, conflict.winner.image);
    return bytes;
}

bool decodeConflictItems(std::string_view bytes, Conflict& conflict) {
    ByteReader in(bytes);
    if (in.u8() != kItemsVersion) return false;
    conflict.lost.image = takeImage(in);
    conflict.winner.image = takeImage(in);
    return in.ok() && in.atEnd();
}

std::string encodeUnlistedRun(const UnlistedRun& run) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kRunVersion);
    out.sized(run.key);
    putRun(out, run.run);
    return bytes;
}

std::optional<UnlistedRun> decodeUnlistedRun(const ConflictId& id, std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != kRunVersion) return std::nullopt;
    UnlistedRun run;
    run.key = in.sized();
    run.run = takeRun(in, id);
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    return run;
}

}  // namespace orrery::cluster
