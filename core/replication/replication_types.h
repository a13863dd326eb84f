#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "core/base/ids.h"

namespace orrery::replication {

/// A period with at most one leader. Goes up by one with each campaign; 0 is before the first.
using Term = NamedType<std::uint64_t, struct TermTag>;

/// A record of a group's log by the term that wrote it and its place. A term has one leader and a
/// leader fills each place once, so equal positions mean equal records, and equal logs up to there.
struct LogPosition {
    Term term;
    Lsn lsn;
    constexpr auto operator<=>(const LogPosition&) const = default;
};

/// True if `candidate` is at least as up to date as `ours`: the later term wins; equal terms
/// compare by length (Raft 5.4.1).
constexpr bool isUpToDate(LogPosition candidate, LogPosition ours) {
    return candidate >= ours;
}

static_assert(isUpToDate({Term{3}, Lsn{1}}, {Term{2}, Lsn{9}}));
static_assert(!isUpToDate({Term{2}, Lsn{8}}, {Term{2}, Lsn{9}}));

/// Consecutive places of a log, both ends included. Empty if `last` is before `first`.
struct LsnRange {
    Lsn first{1};
    Lsn last{};

    constexpr bool empty() const { return last < first; }
    constexpr std::uint64_t count() const { return empty() ? 0 : last.value() - first.value() + 1; }
    constexpr bool operator==(const LsnRange&) const = default;
};

/// What a member of a group keeps.
enum class MemberRole : std::uint8_t {
    Storage,  ///< Log and tree.
    LogOnly,  ///< The log: it counts for a quorum, and serves nobody.
    Witness,  ///< Votes, and where the log ends.
};

/// What a replica's log can make of its tree.
enum class Standing : std::uint8_t {
    Whole,      ///< All of it.
    NeedsCopy,  ///< Nothing that counts: records that the tree lacks are trimmed in every log.
    Copying,    ///< What a copy has brought so far, and goes on bringing.
};

enum class Role : std::uint8_t { Follower, Candidate, Leader };

constexpr std::string_view roleName(Role role) {
    switch (role) {
        case Role::Follower:
            return "follower";
        case Role::Candidate:
            return "candidate";
        case Role::Leader:
            return "leader";
    }
    return "";
}

}  // namespace orrery::replication
