#include "tests/cluster/lasting_judges.h"

#include <algorithm>
#include <vector>

#include "core/base/check.h"
#include "core/table/log_record.h"

namespace orrery::test {
namespace {

std::string nameOf(GroupId group) {
    return "group " + std::to_string(group.value());
}

}  // namespace

SharedBytes committedRecord(const storage::Store& store, const cluster::TableDescription& table,
                            const cluster::PartitionChecksums& partition, Lsn lsn) {
    std::vector<SharedBytes> trimmed;
    for (const auto& zone : partition.zones) {
        if (zone.applied < lsn) continue;
        const VolumeId volume = volumeOf(table.region, zone.zone);
        const auto trimMark = store.trimMark(volume, partition.group);
        auto bytes = store.record(volume, partition.group, lsn);
        CHECK(trimMark.has_value() && bytes.has_value());
        if (*bytes == nullptr) continue;
        const auto hasSame = [&](const SharedBytes& other) { return *other == **bytes; };
        if (lsn >= *trimMark || std::ranges::any_of(trimmed, hasSame)) return *std::move(bytes);
        trimmed.push_back(*std::move(bytes));
    }
    return nullptr;
}

std::string JobIdJudge::judge(const cluster::World& world) {
    std::string problem;
    for (const observe::JobView& job : world.jobs()) {
        const Seen seen{job.kind, job.since};
        const auto [known, isNew] = m_jobs.try_emplace(job.id, seen);
        if (!isNew && known->second != seen)
            problem = "job " + std::to_string(job.id) + " was another job before";
    }
    return problem;
}

std::string LogJudge::judge(const cluster::World& world, const storage::Store& store) {
    std::string problem;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        const auto partitions =
            world.checksums(table->name, table->regionName, false, table->accountId);
        CHECK(partitions.has_value());
        for (const auto& partition : *partitions) {
            if (problem.empty()) problem = read(store, *table, partition);
        }
    });
    return problem;
}

std::string LogJudge::read(const storage::Store& store, const cluster::TableDescription& table,
                           const cluster::PartitionChecksums& partition) {
    Seen& seen = m_groups[partition.group];
    const Lsn upTo =
        std::ranges::max(partition.zones, {}, &cluster::PartitionChecksums::Zone::applied).applied;
    for (; seen.last < upTo; seen.last = seen.last.next()) {
        const Lsn lsn = seen.last.next();
        const SharedBytes bytes = committedRecord(store, table, partition, lsn);
        if (bytes == nullptr) continue;
        const auto record = table::decodeRecord(*bytes);
        CHECK(record.has_value());
        const std::string where =
            nameOf(partition.group) + ", record " + std::to_string(lsn.value());
        if (record->committedAt <= seen.committedAt)
            return where + ": its commit timestamp is back";
        seen.committedAt = record->committedAt;
        ++m_records;
        const bool isCheck = record->action == table::TransactionAction::Check;
        if (table::changesItem(*record) ||
            (record->kind == table::RecordKind::TransactionCommit && isCheck)) {
            const CalendarTime stamp = record->stamp.value_or(record->committedAt);
            CalendarTime& last = seen.stamps[record->key];
            if (stamp <= last) return where + ": the stamp of an item goes back";
            last = stamp;
        }
        if (!record->source) continue;
        Lsn& source = seen.sources[record->source->group];
        if (record->source->lsn <= source)
            return where + ": takes record " + std::to_string(record->source->lsn.value()) +
                   " of " + nameOf(record->source->group) + " after record " +
                   std::to_string(source.value());
        source = record->source->lsn;
    }
    return {};
}

std::string LastingJudges::judge(const cluster::World& world, const storage::Store& store) {
    if (store.figures().pendingTurns > 0) return {};
    std::string problem = m_jobIds.judge(world);
    if (problem.empty()) problem = m_logs.judge(world, store);
    return problem;
}

}  // namespace orrery::test
