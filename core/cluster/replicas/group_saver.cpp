#include "core/cluster/replicas/group_saver.h"

#include <algorithm>
#include <array>

#include "core/cluster/replicas/group_state.h"

namespace orrery::cluster {

void GroupSaver::touch(Group& group) {
    m_world.changedGroups.add(group.id);
    group.gate = m_world.openTicket;
    m_unsaved.add(group.id);
}

void GroupSaver::saveStates() {
    while (!m_unsaved.isEmpty()) {
        const GroupId id = m_unsaved.take();
        Group* group = m_world.findGroup(id);
        if (group == nullptr) continue;
        m_trimmer.move(*group);
        GroupState states;
        states.readers.swap(group->log.readers);
        auto& timestamps = states.lastCommitTimestamps.emplace();
        for (const ZoneIndex zone : kZones) {
            const Member& member = group->member(zone);
            states.replicas[zone.value()] = member.durable;
            timestamps[zone.value()] = member.lastCommitTimestamp;
            states.lackedBytes[zone.value()] = group->lackedBytes(member);
        }
        m_world.turn.putGroupState(group->members.front().volume(), id, encodeGroupState(states));
        states.readers.swap(group->log.readers);
        m_committing.push_back(id);
    }
}

void GroupSaver::turnCommitted() {
    for (const GroupId id : m_committing) {
        Group* group = m_world.findGroup(id);
        if (group == nullptr) continue;
        std::array<Lsn, kZonesPerRegion> applied;
        for (const ZoneIndex zone : kZones) {
            Member& member = group->member(zone);
            while (!member.writing.empty() && member.writing.front().written)
                member.writing.pop_front();
            applied[zone.value()] = member.mark.applied;
        }
        std::ranges::sort(applied);
        // Records in flight to a quorum stay in memory.
        group->log.recent.forget(applied[0], applied[1]);
    }
    m_committing.clear();
}

}  // namespace orrery::cluster
