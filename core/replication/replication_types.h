#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "core/base/ids.h"

namespace orrery::replication {

/// A period with at most one leader. Each campaign increases it by one; 0 is before the first.
using Term = NamedType<std::uint64_t, struct TermTag>;

/// A record of a group's log: the term that wrote it and its position. A term has one leader, and a
/// leader fills each position once. So equal positions mean equal records and equal logs up to
/// there.
struct LogPosition {
    Term term;
    Lsn lsn;
    constexpr auto operator<=>(const LogPosition&) const = default;
};

/// True if `candidate` is at least as up to date as `ours`: the later term wins; with equal terms,
/// the longer log (Raft 5.4.1).
constexpr bool isUpToDate(LogPosition candidate, LogPosition ours) {
    return candidate >= ours;
}

static_assert(isUpToDate({Term{3}, Lsn{1}}, {Term{2}, Lsn{9}}));
static_assert(!isUpToDate({Term{2}, Lsn{8}}, {Term{2}, Lsn{9}}));

/// Consecutive log positions, both ends included. Empty if `last` is before `first`.
struct LsnRange {
    Lsn first{1};
    Lsn last{};

    constexpr bool empty() const { return last < first; }
    constexpr std::uint64_t count() const { return empty() ? 0 : last.value() - first.value() + 1; }
    constexpr bool operator==(const LsnRange&) const = default;
};

/// What a member of a group stores.
enum class MemberRole : std::uint8_t {
    Storage,  ///< Log and tree.
    LogOnly,  ///< The log only: counts towards a quorum and serves nobody.
    Witness,  ///< Votes and the end of the log.
};

/// How complete a replica's tree is, given its log.
enum class Standing : std::uint8_t {
    Whole,      ///< Complete.
    NeedsCopy,  ///< Unusable: the tree lacks records that every log has trimmed.
    Copying,    ///< Partial: a copy is in progress.
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
