#include "core/storage/log_tail.h"

#include <algorithm>

#include "core/base/check.h"

namespace orrery::storage {

using Kind = Turn::Change::Kind;

void LogTail::add(const SealedTurn& turn) {
    for (const Turn::Change& change : turn.turn.changes()) {
        switch (change.kind) {
            case Kind::Append:
                append(change, turn.ticket);
                break;
            case Kind::Truncate:
                truncate(change, turn.ticket);
                break;
            case Kind::GroupState: {
                Log& log = m_logs[{change.group, change.volume}];
                log.state = change.bytes;
                log.stateTicket = turn.ticket;
                break;
            }
            case Kind::DropGroup:
                dropGroup(change.group);
                break;
            case Kind::TrimMark: {
                Log& log = m_logs[{change.group, change.volume}];
                CHECK(change.lsn >= log.trimMark);
                log.trimMark = change.lsn;
                log.trimTicket = turn.ticket;
                break;
            }
            case Kind::PutValue:
            case Kind::EraseValue:
                m_values.insert_or_assign(change.name, Named{change.bytes, turn.ticket});
                break;
        }
    }
}

void LogTail::append(const Turn::Change& change, Ticket ticket) {
    Log& log = m_logs[{change.group, change.volume}];
    if (!log.records.empty() && log.records.back().lsn.next() != change.lsn) {
        // A copy replaced the earlier records; nobody reads them any more.
        CHECK(change.lsn == log.trimMark);
        CHECK(change.lsn > log.records.back().lsn);
        log.records.clear();
    }
    log.records.push_back({change.lsn, ticket, change.bytes});
}

void LogTail::truncate(const Turn::Change& change, Ticket ticket) {
    Log& log = m_logs[{change.group, change.volume}];
    while (!log.records.empty() && log.records.back().lsn >= change.lsn)
        log.records.pop_back();
    log.cuts.push_back({change.lsn, ticket});
}

void LogTail::dropGroup(GroupId group) {
    const auto first = m_logs.lower_bound({group, VolumeId(0)});
    const auto last = std::find_if(
        first, m_logs.end(), [group](const auto& entry) { return entry.first.first != group; });
    m_logs.erase(first, last);
}

std::size_t LogTail::forget(const SealedTurn& turn, std::size_t begin, std::size_t countMax) {
    const auto& changes = turn.turn.changes();
    const std::size_t end = begin + std::min(countMax, changes.size() - begin);
    for (std::size_t i = begin; i < end; ++i) {
        const Turn::Change& change = changes[i];
        switch (change.kind) {
            case Kind::Append:
            case Kind::Truncate:
            case Kind::GroupState:
            case Kind::TrimMark:
                forgetLog({change.group, change.volume}, turn.ticket);
                break;
            case Kind::DropGroup:
                break;
            case Kind::PutValue:
            case Kind::EraseValue: {
                const auto at = m_values.find(change.name);
                if (at != m_values.end() && at->second.ticket <= turn.ticket) m_values.erase(at);
                break;
            }
        }
    }
    return end;
}

void LogTail::forgetLog(Place place, Ticket ticket) {
    const auto at = m_logs.find(place);
    if (at == m_logs.end()) return;
    Log& log = at->second;
    while (!log.records.empty() && log.records.front().ticket <= ticket)
        log.records.pop_front();
    std::erase_if(log.cuts, [ticket](const Cut& cut) { return cut.ticket <= ticket; });
    if (log.stateTicket <= ticket) log.state = nullptr;
    if (log.trimTicket <= ticket) log.trimMark = Lsn{};
    if (log.empty()) m_logs.erase(at);
}

const LogTail::Log* LogTail::find(VolumeId volume, GroupId group) const {
    const auto at = m_logs.find({group, volume});
    return at == m_logs.end() ? nullptr : &at->second;
}

std::optional<SharedBytes> LogTail::record(VolumeId volume, GroupId group, Lsn lsn) const {
    const Log* log = find(volume, group);
    if (log == nullptr) return std::nullopt;
    if (!log->records.empty() && lsn >= log->records.front().lsn) {
        const std::uint64_t at = lsn.value() - log->records.front().lsn.value();
        return at < log->records.size() ? log->records[at].bytes : SharedBytes();
    }
    for (const Cut& cut : log->cuts) {
        if (lsn >= cut.from) return SharedBytes();
    }
    return std::nullopt;
}

LogTail::End LogTail::end(VolumeId volume, GroupId group) const {
    const Log* log = find(volume, group);
    if (log == nullptr) return {};
    if (!log->records.empty()) return {log->records.back().lsn, std::nullopt};
    End end;
    for (const Cut& cut : log->cuts)
        end.cutFrom = std::min(end.cutFrom.value_or(cut.from), cut.from);
    return end;
}

std::optional<SharedBytes> LogTail::groupState(VolumeId volume, GroupId group) const {
    const Log* log = find(volume, group);
    if (log == nullptr || log->state == nullptr) return std::nullopt;
    return log->state;
}

std::optional<Lsn> LogTail::trimMark(VolumeId volume, GroupId group) const {
    const Log* log = find(volume, group);
    if (log == nullptr || log->trimMark == Lsn{}) return std::nullopt;
    return log->trimMark;
}

}  // namespace orrery::storage
