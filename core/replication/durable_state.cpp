#include "core/replication/durable_state.h"

#include <algorithm>

#include "core/base/bytes.h"

namespace orrery::replication {

// The encoding of a replica's durable state.
//
//   state  := version:uint8 flags:uint8 term:varint vote:zone leader:zone commit:varint log base?
//   flags  := 0x01 if caught up; 0x02 if it needs a copy; 0x04 while the copy is made
//   base   := term:varint lsn:varint                        // of the last copy
//   zone   := 0x00 | zone index + 1                         // 0x00: none
//   log    := last:varint runCount:varint run*
//   run    := term:varint first:varint                      // both increase from run to run
//
// Version 1 has only the first flag and no base; such a replica has never needed a copy. A group
// that has had one leader takes about fifteen bytes.

namespace {

constexpr std::uint8_t kVersionWithoutCopy = 1;
constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kCaughtUp = 0x01;
constexpr std::uint8_t kNeedsCopy = 0x02;
constexpr std::uint8_t kCopying = 0x04;

std::uint8_t flagsOf(const DurableState& state) {
    const std::uint8_t caughtUp = state.caughtUp ? kCaughtUp : 0;
    switch (state.standing) {
        case Standing::Whole:
            return caughtUp;
        case Standing::NeedsCopy:
            return caughtUp | kNeedsCopy;
        case Standing::Copying:
            return caughtUp | kCopying;
    }
    return caughtUp;
}

bool hadCopy(const DurableState& state) {
    return state.standing != Standing::Whole || state.copyBase != LogPosition{};
}

/// False if this version has no such flags.
bool takeFlags(std::uint8_t version, std::uint8_t flags, DurableState& state) {
    if (version != kVersionWithoutCopy && version != kVersion) return false;
    state.caughtUp = (flags & kCaughtUp) != 0;
    switch (flags & ~kCaughtUp) {
        case 0:
            return true;
        case kNeedsCopy:
            state.standing = Standing::NeedsCopy;
            return version == kVersion;
        case kCopying:
            state.standing = Standing::Copying;
            return version == kVersion;
        default:
            return false;
    }
}

void putZone(ByteWriter& out, std::optional<ZoneIndex> zone) {
    out.u8(zone ? static_cast<std::uint8_t>(zone->value() + 1) : std::uint8_t{0});
}

/// False if the byte is not a zone.
bool takeZone(ByteReader& in, std::optional<ZoneIndex>& zone) {
    const std::uint8_t byte = in.u8();
    if (byte > kZonesPerRegion) return false;
    if (byte != 0) zone = ZoneIndex(static_cast<std::uint8_t>(byte - 1));
    return in.ok();
}

bool takeLog(ByteReader& in, LogShape& log) {
    const Lsn last(in.varint());
    const std::uint64_t runCount = in.varint();
    LogShape::Run before{};
    for (std::uint64_t i = 0; i < runCount; ++i) {
        const LogShape::Run run{Term(in.varint()), Lsn(in.varint())};
        if (!in.ok() || run.first > last) return false;
        if (run.term <= before.term || run.first <= before.first) return false;
        if (i == 0) {
            log.resetTo({run.term, run.first});
        } else {
            log.endAt(Lsn(run.first.value() - 1));
            log.append({run.term, run.first});
        }
        before = run;
    }
    if (runCount == 0) return in.ok() && last == Lsn{};
    log.endAt(last);
    return in.ok();
}

}  // namespace

DurableState DurableState::appoint(ZoneIndex leader) {
    DurableState state;
    state.term = Term{1};
    state.vote = leader;
    state.leader = leader;
    return state;
}

std::string DurableState::encode() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(hadCopy(*this) ? kVersion : kVersionWithoutCopy);
    out.u8(flagsOf(*this));
    out.varint(term.value());
    putZone(out, vote);
    putZone(out, leader);
    out.varint(commit.value());
    out.varint(log.last().value());
    out.varint(log.runs().size());
    for (const LogShape::Run& run : log.runs()) {
        out.varint(run.term.value());
        out.varint(run.first.value());
    }
    if (hadCopy(*this)) {
        out.varint(copyBase.term.value());
        out.varint(copyBase.lsn.value());
    }
    return bytes;
}

std::optional<DurableState> DurableState::decode(std::string_view bytes) {
    ByteReader in(bytes);
    DurableState state;
    const std::uint8_t version = in.u8();
    if (!takeFlags(version, in.u8(), state)) return std::nullopt;
    state.term = Term(in.varint());
    if (!takeZone(in, state.vote)) return std::nullopt;
    if (!takeZone(in, state.leader)) return std::nullopt;
    state.commit = Lsn(in.varint());
    if (!takeLog(in, state.log)) return std::nullopt;
    if (version == kVersion) {
        state.copyBase.term = Term(in.varint());
        state.copyBase.lsn = Lsn(in.varint());
        if (!hadCopy(state)) return std::nullopt;
    }
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    // A replica takes a record only once it knows the record's term.
    const bool isPossible =
        state.term >= state.log.lastPosition().term && state.term >= state.copyBase.term &&
        state.term <= kTermMax &&
        std::max({state.commit, state.log.last(), state.copyBase.lsn}) <= kLsnMax;
    if (!isPossible) return std::nullopt;
    return state;
}

}  // namespace orrery::replication
