#include "core/cluster/kernel/group.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/zone_letter.h"
#include "core/storage/storage_error.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {

namespace {

/// The zone of the first replica that satisfies `condition`.
std::optional<ZoneIndex> zoneOf(const std::vector<Member>& members, auto condition) {
    const auto found = std::ranges::find_if(
        members, [&](const Member& one) { return one.replica && condition(*one.replica); });
    return found == members.end() ? std::nullopt : std::optional(found->zone);
}

}  // namespace

KeyBounds boundsIn(KeySpaceId keySpace, const std::string& begin, const std::string& end) {
    const std::string prefix = types::keySpaceBegin(keySpace);
    return {prefix + begin, end.empty() ? types::keySpaceEnd(keySpace) : prefix + end};
}

const Member& Group::mostApplied() const {
    // A tree that is being copied has no counts yet.
    const auto rank = [](const Member& one) {
        return std::pair(!one.mark.copiedTo.has_value(), one.mark.applied);
    };
    return *std::ranges::max_element(members.begin(), members.begin() + kZonesPerRegion, {}, rank);
}

storage::EntryCounts Group::localIndexCounts(std::size_t place) const {
    const storage::TreeMark& mark = mostApplied().mark;
    if (place < mark.localIndexes.size()) return mark.localIndexes[place];
    return {mark.itemCount, mark.itemBytes};
}

std::optional<ZoneIndex> Group::servingLeader(Instant now) const {
    return zoneOf(members, [now](const replication::Replica& one) { return one.canServe(now); });
}

std::optional<ZoneIndex> Group::leaseHolder(Instant now) const {
    return zoneOf(members, [now](const replication::Replica& one) { return one.holdsLease(now); });
}

CalendarTime Group::lastCommitTimestamp() const {
    return std::ranges::max_element(members, {}, &Member::lastCommitTimestamp)->lastCommitTimestamp;
}

Duration Group::lagOf(const Member& member, Instant now) const {
    return member.mark.applied >= committed ? Duration() : now - std::min(member.behindFrom, now);
}

void Group::measureLag(Instant now) {
    for (Member& one : members) {
        if (one.mark.applied >= committed) {
            one.behindFrom = Instant::never();
            continue;
        }
        const RecentRecord* lacked = log.recent.find(one.mark.applied.next());
        if (lacked != nullptr && lacked->committedAt != Instant::never()) {
            one.behindFrom = lacked->committedAt;
        } else if (one.behindFrom == Instant::never()) {
            one.behindFrom = now;
        }
    }
}

storage::StorageError damagedTree(const Group& group, ZoneIndex zone, std::string_view what) {
    return {"read", EBADMSG, "items.mdb",
            std::string(what) + " (partition " + std::to_string(group.id.value()) + ", zone " +
                letterOf(zone) + ") is corrupt in items.mdb. Writes are refused; " +
                std::string(storage::kRestoreOrRepair) + "."};
}

}  // namespace orrery::cluster
