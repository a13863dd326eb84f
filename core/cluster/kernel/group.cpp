#include "core/cluster/kernel/group.h"

#include <algorithm>

#include "core/cluster/kernel/op.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

std::int64_t secondOf(Instant now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now.sinceStart()).count();
}

}  // namespace

KeyBounds boundsIn(KeySpaceId keySpace, const std::string& begin, const std::string& end) {
    const std::string prefix = types::keySpaceBegin(keySpace);
    return {prefix + begin, end.empty() ? types::keySpaceEnd(keySpace) : prefix + end};
}

std::optional<ZoneIndex> Group::servingLeader(Instant now) const {
    for (const ZoneIndex zone : kZones) {
        const Member& one = member(zone);
        if (one.replica && one.replica->canServe(now)) return zone;
    }
    return std::nullopt;
}

RecentRecord* Group::findRecent(Lsn lsn) {
    if (recent.empty() || lsn < recent.front().position.lsn) return nullptr;
    const std::uint64_t offset = lsn.value() - recent.front().position.lsn.value();
    return offset < recent.size() ? &recent[offset] : nullptr;
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
        const RecentRecord* lacked = findRecent(one.mark.applied.next());
        if (lacked != nullptr && lacked->committedAt != Instant::never()) {
            one.behindFrom = lacked->committedAt;
        } else if (one.behindFrom == Instant::never()) {
            one.behindFrom = now;
        }
    }
}

Group::Requests Group::requestsAt(Instant now) const {
    const std::int64_t second = secondOf(now);
    if (second == countedSecond) return counted;
    if (second != countedSecond + 1) return {};
    return {0, 0, counted.reads, counted.writes};
}

void Group::countRead(Instant now) {
    counted = requestsAt(now);
    countedSecond = secondOf(now);
    ++counted.reads;
}

void Group::countWrite(Instant now) {
    counted = requestsAt(now);
    countedSecond = secondOf(now);
    ++counted.writes;
}

}  // namespace orrery::cluster
