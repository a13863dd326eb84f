#include "core/cluster/repair/archive_rewriter.h"

#include <algorithm>

#include "core/storage/archive_rows.h"

namespace orrery::cluster {

void ArchiveRewriter::noteLost(RepairReport& report, GroupId group, Lsn first, Lsn last) {
    report.notes.push_back("The stream of partition " + std::to_string(group.value()) +
                           " lacks the records " + std::to_string(first.value()) + " to " +
                           std::to_string(last.value()) + ".");
}

storage::StorageResult<void> ArchiveRewriter::write() {
    storage::Turn turn;
    for (const std::string& name : m_survey.archive().corruptRows())
        m_report.notes.push_back("The archive row " + name +
                                 " is corrupt; a stream lacks its records.");
    for (const storage::ArchiveSegment& segment : m_survey.archive().segments())
        writeSegment(segment, turn);
    for (const storage::ArchiveOrder& order : m_survey.archive().orders())
        writeOrder(order, turn);
    return m_filler.commit(std::move(turn));
}

void ArchiveRewriter::writeSegment(const storage::ArchiveSegment& segment, storage::Turn& turn) {
    if (m_survey.archive().isWhole(segment)) {
        turn.putValue(storage::segmentName(segment.table, segment.group, segment.first),
                      storage::encodeSegment(segment));
    } else {
        writeOrder(
            {segment.table, segment.group, VolumeId(), segment.first, segment.last, segment.until},
            turn);
    }
}

void ArchiveRewriter::writeOrder(storage::ArchiveOrder order, storage::Turn& turn) {
    const Lsn first = order.first;
    const Lsn last = order.last;
    const auto source = m_logs.find(order.group);
    if (source == m_logs.end()) return noteLost(m_report, order.group, first, last);
    const auto& [partition, log, cursor] = source->second;
    order.first = std::max(first, log.before().next());
    order.last = std::min(last, cursor);
    if (order.first > order.last) return noteLost(m_report, order.group, first, last);
    if (order.first > first) noteLost(m_report, order.group, first, Lsn(order.first.value() - 1));
    if (order.last < last) noteLost(m_report, order.group, order.last.next(), last);
    order.volume = partition.volume(0);
    order.others.clear();
    for (std::size_t zone = 1; zone < partition.replicas.size(); ++zone)
        order.others.push_back(partition.volume(zone));
    turn.putValue(storage::orderName(order.table, order.group, order.first),
                  storage::encodeOrder(order));
}

}  // namespace orrery::cluster
