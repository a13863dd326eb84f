#include "core/cluster/faults/seat_detector.h"

#include <utility>

#include "core/cluster/faults/failure_detector.h"

namespace orrery::cluster {

void SeatDetector::refresh() {
    for (const GroupId id : m_world.journals)
        refresh(*m_world.findGroup(id));
}

void SeatDetector::refresh(Group& journal) {
    for (const ZoneIndex observer : kZones) {
        if (!m_world.hasPower(journal, observer)) {
            // A node without power suspects no other, and trusts all when its power is back.
            for (Seats::Hearing& hearing : journal.seats->hearing[observer.value()])
                hearing = {true, false, hearing.number + 1};
            continue;
        }
        for (const ZoneIndex observed : kZones)
            if (observed != observer) refresh(journal, observer, observed);
    }
}

// A heartbeat is answered. So both ends know of a link that is cut in one direction, and that it
// has healed.
void SeatDetector::refresh(Group& journal, ZoneIndex observer, ZoneIndex observed) {
    const sim::Network& network = m_world.regionNetwork;
    const sim::NodeId from = journal.regionOf(observed).value();
    const sim::NodeId to = journal.regionOf(observer).value();
    const bool heard = m_world.hasPower(journal, observed) && network.isConnected(from, to) &&
                       network.isConnected(to, from);
    Seats::Hearing& hearing = journal.seats->hearing[observer.value()][observed.value()];
    if (std::exchange(hearing.heard, heard) == heard) return;
    m_world.queue.add(verdictTime(m_world, network, {from, to}, heard),
                      SeatVerdict{journal.id, observer, observed, ++hearing.number, heard});
}

void SeatDetector::on(const JournalAdded& added) {
    if (Group* const journal = m_world.findGroup(added.journal)) refresh(*journal);
}

void SeatDetector::on(const SeatVerdict& verdict) {
    Group* const journal = m_world.findGroup(verdict.journal);
    if (journal == nullptr) return;
    Seats::Hearing& hearing =
        journal->seats->hearing[verdict.observer.value()][verdict.observed.value()];
    if (verdict.number != hearing.number) return;
    hearing.suspected = !verdict.heard;
    m_replicator.reportReachability(*journal, verdict.observer, verdict.observed, verdict.heard);
}

}  // namespace orrery::cluster
