#include "core/cluster/repair/mended_log.h"

#include <algorithm>
#include <utility>

namespace orrery::cluster {

using replication::DurableState;
using replication::LogShape;
using replication::Standing;
using replication::Term;

namespace {

/// A position further than this beyond the end of the log is taken for corrupt.
constexpr std::uint64_t kLostRecordsMax = 1u << 20;

}  // namespace

MendedLog::MendedLog(const storage::SalvagedFolder& files, const storage::SalvagedArchive& archive,
                     const FoundPartition& partition)
    : m_files(files), m_archive(archive), m_partition(partition) {
    for (std::size_t zone = 0; zone < m_shapes.size(); ++zone) {
        if (m_partition.state) m_shapes[zone] = m_partition.state->replicas[zone].log;
        const Lsn end = endOf(zone);
        if (!m_shapes[zone].runs().empty()) m_shapes[zone].endAt(end);
        if (counts(zone)) m_applied = std::max(m_applied, appliedBy(zone));
    }
    choose();
    findEnd();
    makeState();
}

bool MendedLog::counts(std::size_t zone) const {
    const auto& mark = m_partition.replicas[zone].mark;
    if (mark && mark->copiedTo) return false;
    return !m_partition.state || m_partition.state->replicas[zone].standing == Standing::Whole;
}

Lsn MendedLog::appliedBy(std::size_t zone) const {
    const FoundReplica& replica = m_partition.replicas[zone];
    const Lsn marked = replica.mark ? replica.mark->applied : Lsn(0);
    return std::max(marked, replica.sums.newest);
}

Lsn MendedLog::trimmedBy(std::size_t zone) const {
    const Lsn trimMark = m_partition.replicas[zone].trimMark.value_or(Lsn(0));
    return Lsn(std::max<std::uint64_t>(trimMark.value(), 1) - 1);
}

Lsn MendedLog::endOf(std::size_t zone) const {
    const FoundReplica& replica = m_partition.replicas[zone];
    return std::max({replica.lastRecord.value_or(Lsn(0)), trimmedBy(zone), appliedBy(zone)});
}

void MendedLog::choose() {
    const auto rank = [this](std::size_t zone) {
        return std::tuple(counts(zone), m_shapes[zone].lastPosition().term, endOf(zone));
    };
    for (std::size_t zone = 1; zone < m_shapes.size(); ++zone) {
        if (rank(zone) > rank(m_chosen)) m_chosen = zone;
    }
}

Lsn MendedLog::namedEnd(Lsn end) const {
    Lsn named = m_archive.lastOf(m_partition.group);
    for (const Lsn lsn : m_partition.named)
        if (lsn <= Lsn(end.value() + kLostRecordsMax)) named = std::max(named, lsn);
    return named;
}

void MendedLog::findEnd() {
    const Lsn logEnd = std::max(m_applied, endOf(m_chosen));
    const Lsn named = namedEnd(logEnd);
    m_last = std::max(logEnd, named);
    m_lacksTail = mayHaveLostTail();
    // Trimmed records are not expected, even if the tree that has them is lost.
    const Lsn known = std::max(m_applied, trimmedBy(m_chosen));
    for (Lsn lsn = known.next(); lsn <= m_last; lsn = lsn.next()) {
        if (record(lsn)) continue;
        m_firstLost = lsn;
        m_last = std::max(named, Lsn(lsn.value() - 1));
        m_lacksTail = true;
        break;
    }
    findBegin(known);
}

// The archive is read only where a tree needs it.
void MendedLog::findBegin(Lsn known) {
    m_before = m_last;
    while (m_before > Lsn(0) && (m_before > known || logged(m_before)))
        m_before = Lsn(m_before.value() - 1);
    m_reach = m_before;
    const bool isNeeded = std::ranges::any_of(m_partition.replicas, [this](const auto& replica) {
        return !replica.mark || !replica.lost.empty() || replica.mark->applied < m_before;
    });
    while (isNeeded && m_reach > Lsn(0)) {
        const storage::ArchiveSegment* segment = m_archive.segmentOf(m_partition.group, m_reach);
        if (segment == nullptr || !m_archive.isWhole(*segment)) break;
        m_reach = Lsn(segment->first.value() - 1);
    }
}

// Two of three replicas have every acknowledged record; both others, if one does not count.
bool MendedLog::mayHaveLostTail() const {
    int missing = 0;
    int counting = 0;
    for (std::size_t zone = 0; zone < m_shapes.size(); ++zone) {
        if (!counts(zone)) continue;
        ++counting;
        if (m_files.mayLackRecords(m_partition.volume(zone), m_partition.group, endOf(zone).next()))
            ++missing;
    }
    const int sound = counting - missing;
    return missing > 0 && sound + (kZonesPerRegion - counting) < 2;
}

std::optional<std::string> MendedLog::read(std::size_t zone, Lsn lsn) const {
    auto bytes = m_files.record(m_partition.volume(zone), m_partition.group, lsn);
    if (bytes && !table::decodeRecord(*bytes)) bytes.reset();
    return bytes;
}

std::optional<std::string> MendedLog::record(Lsn lsn) const {
    if (auto bytes = logged(lsn)) return bytes;
    auto archived = m_archive.record(m_partition.group, lsn);
    if (archived && table::decodeRecord(*archived)) return archived;
    if (lsn < m_firstLost) return std::nullopt;
    table::LogRecord lost;
    lost.space = m_partition.index != nullptr ? m_partition.index->space : m_partition.table->space;
    return table::encodeRecord(lost);
}

std::optional<std::string> MendedLog::logged(Lsn lsn) const {
    if (!m_partition.state) return readAgreed(lsn);
    const Term term = m_shapes[m_chosen].termAt(lsn);
    for (std::size_t zone = 0; zone < m_shapes.size(); ++zone) {
        const DurableState& state = m_partition.state->replicas[zone];
        const bool isCommitted = lsn <= std::max(state.commit, appliedBy(zone));
        const bool isSame = term != Term{} && m_shapes[zone].termAt(lsn) == term;
        if (!counts(zone) || (!isCommitted && !isSame && zone != m_chosen)) continue;
        if (auto bytes = read(zone, lsn)) return bytes;
    }
    return std::nullopt;
}

// Without the replica's state, two different records cannot be told apart.
std::optional<std::string> MendedLog::readAgreed(Lsn lsn) const {
    std::optional<std::string> agreed;
    for (std::size_t zone = 0; zone < m_shapes.size(); ++zone) {
        auto bytes = read(zone, lsn);
        if (!bytes) continue;
        if (agreed && *agreed != *bytes) return std::nullopt;
        agreed = std::move(bytes);
    }
    return agreed;
}

void MendedLog::makeState() {
    m_state = m_partition.state ? m_partition.state->replicas[m_chosen]
                                : DurableState::appoint(m_partition.appointed);
    LogShape& log = m_state.log;
    if (!log.runs().empty()) log.endAt(m_last);
    if (log.runs().empty() && m_last > Lsn(0))
        log.resetTo({std::max(m_state.term, Term(1)), m_last});
    if (m_last > Lsn(0)) log.trimBefore(m_before.next());
    m_state.term = std::max(m_state.term, log.lastPosition().term);
    m_state.commit = m_last;
    m_state.caughtUp = true;
    m_state.standing = Standing::Whole;
    m_state.copyBase = {};
}

}  // namespace orrery::cluster
