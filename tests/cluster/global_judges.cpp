#include "tests/cluster/global_judges.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/observe/fault_spec.h"
#include "core/types/item_codec.h"
#include "tests/cluster/global_items.h"
#include "tests/cluster/lasting_judges.h"

namespace orrery::test {

namespace {

constexpr std::uint64_t kArchivedBytes = 64 * 1024;

Lsn lastApplied(const cluster::PartitionChecksums& partition) {
    return std::ranges::max(partition.zones, {}, &cluster::PartitionChecksums::Zone::applied)
        .applied;
}

/// Whether a fault closes the way from one Region to another.
bool closes(const observe::FaultView& fault, const std::string& from, const std::string& to) {
    using observe::FaultKind;
    const observe::FaultKind kind = observe::findFaultSpec(fault.kind)->kind;
    const auto names = [&](const std::string& region) {
        return std::ranges::find(fault.regions, region) != fault.regions.end();
    };
    switch (kind) {
        case FaultKind::ZoneOutage:
        case FaultKind::LinkCut:
        case FaultKind::RegionLinkSlow:
            return false;
        case FaultKind::RegionIsolation:
        case FaultKind::RegionLoss:
            return names(from) || names(to);
        case FaultKind::RegionLinkCut:
            return names(from) && names(to) && (!fault.oneWay || fault.regions.front() == from);
        case FaultKind::ReplicationPause:
            if (fault.regions.size() == 2) return names(from) && names(to);
            return fault.regions.empty() || names(from) || names(to);
    }
    CHECK(false);
}

}  // namespace

// --- links

std::set<std::pair<std::string, std::string>> GlobalTableJudge::closedWays(
    const cluster::World& world) {
    std::set<std::pair<std::string, std::string>> closed;
    const std::vector<observe::FaultView> faults = world.faults();
    for (const cluster::RegionStatus& region : world.regions()) {
        for (const cluster::RegionStatus::Link& link : region.links) {
            const Ratio loss = link.link.loss;
            const bool isClosed = (link.isSet && loss.numerator == loss.denominator) ||
                                  std::ranges::any_of(faults, [&](const observe::FaultView& fault) {
                                      return fault.active && closes(fault, region.name, link.to);
                                  });
            if (isClosed) closed.emplace(region.name, link.to);
        }
    }
    return closed;
}

GlobalTableJudge::Positions GlobalTableJudge::positionsIn(const cluster::World& world) {
    Positions positions;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        for (const auto& partition : partitionsOf(world, *table))
            positions[partition.group] = lastApplied(partition);
    });
    return positions;
}

void GlobalTableJudge::lookAtLinks(const cluster::World& world) {
    noteTables(world);
    const auto closed = closedWays(world);
    const Positions now = closed.empty() ? Positions() : positionsIn(world);
    for (Cut& cut : m_cuts) {
        cut.isOpen = cut.isOpen && closed.contains({cut.from, cut.to});
        if (!cut.isOpen) continue;
        for (const auto& [group, lsn] : now)
            cut.during[group] = lsn;
    }
    for (const auto& [from, to] : closed) {
        const bool isKnown = std::ranges::any_of(
            m_cuts, [&](const Cut& cut) { return cut.isOpen && cut.from == from && cut.to == to; });
        if (!isKnown) m_cuts.push_back({from, to, world.calendar(), now, now});
    }
}

bool GlobalTableJudge::hasRecord(KeySpaceId table, const std::string& number) const {
    const auto replica = m_replicas.find(table);
    return replica != m_replicas.end() && replica->second.numbers.contains(number);
}

bool GlobalTableJudge::isOlder(KeySpaceId table, const std::string& number,
                               const std::string& other) const {
    const auto replica = m_replicas.find(table);
    if (replica == m_replicas.end()) return false;
    const auto& numbers = replica->second.numbers;
    const auto at = numbers.find(number);
    const auto otherAt = numbers.find(other);
    return at != numbers.end() && otherAt != numbers.end() && at->second < otherAt->second;
}

// --- records

std::string GlobalTableJudge::judge(const cluster::World& world, const storage::Store& store) {
    if (store.figures().pendingTurns > 0) return {};
    findReplicas(world);
    for (auto& [space, replica] : m_replicas) {
        if (std::string problem = read(world, store, replica); !problem.empty()) return problem;
    }
    m_conflicts.lookAt(world, positionsIn(world));
    return judgeUnexplained();
}

// A table may come and go while turns are not synced. Then its archive tells what it wrote.
void GlobalTableJudge::noteTables(const cluster::World& world) {
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        Replica& replica = m_replicas[table->space];
        replica.table = table;
        const cluster::GlobalTablePtr global = world.catalog().globals().ofTable(table->space);
        if (global != nullptr) replica.global = global->id;
        for (const auto& partition : partitionsOf(world, *table))
            replica.read.try_emplace(partition.group);
    });
}

void GlobalTableJudge::findReplicas(const cluster::World& world) {
    for (auto& [space, replica] : m_replicas)
        replica.isThere = false;
    noteTables(world);
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        Replica& replica = m_replicas.at(table->space);
        replica.isThere = true;
        const cluster::GlobalTablePtr global = world.catalog().globals().ofTable(table->space);
        if (global == nullptr) return;
        const bool isActive = global->find(table->space)->status == cluster::ReplicaStatus::Active;
        if (isActive && !replica.activeSince) replica.activeSince = world.calendar();
    });
}

std::string GlobalTableJudge::read(const cluster::World& world, const storage::Store& store,
                                   Replica& replica) {
    if (!replica.isThere) {
        for (const auto& [group, read] : std::map(replica.read)) {
            std::string problem = readArchive(store, replica, group, Lsn(UINT64_MAX));
            if (!problem.empty()) return problem;
        }
        noteExpired(world, store, replica);
        return {};
    }
    for (const auto& partition : partitionsOf(world, *replica.table)) {
        Lsn& read = replica.read[partition.group];
        const Lsn upTo = lastApplied(partition);
        while (read < upTo) {
            const Lsn lsn = read.next();
            const SharedBytes bytes = committedRecord(store, *replica.table, partition, lsn);
            std::string problem;
            if (bytes != nullptr) {
                read = lsn;
                problem = take(replica, partition.group, lsn, *bytes);
            } else {
                problem = readArchive(store, replica, partition.group, upTo);
            }
            if (!problem.empty()) return problem;
            if (read >= lsn) continue;
            read = lsn;
            ++m_gaps;
            m_conflicts.miss(replica.table->space);
            replica.hasGaps = true;
            replica.latest.clear();
        }
    }
    return {};
}

std::string GlobalTableJudge::readArchive(const storage::Store& store, Replica& replica,
                                          GroupId group, Lsn upTo) {
    Lsn& read = replica.read[group];
    for (;;) {
        const auto archived =
            store.archived(replica.table->space, group, read.next(), kArchivedBytes);
        CHECK(archived.has_value());
        for (const storage::ArchivedRecord& record : *archived) {
            if (read >= upTo) return {};
            read = record.lsn;
            std::string problem = take(replica, group, record.lsn, *record.bytes);
            if (!problem.empty()) return problem;
        }
        if (archived->empty()) return {};
    }
}

void GlobalTableJudge::calendarJumps() {
    for (auto& [space, replica] : m_replicas)
        replica.sawJump = replica.sawJump || replica.isThere;
}

// The shards of a table that is gone tell where its records ended.
void GlobalTableJudge::noteExpired(const cluster::World& world, const storage::Store& store,
                                   Replica& replica) {
    const KeySpaceId space = replica.table->space;
    if (!replica.sawJump || !store.archiveOrders(space).empty()) return;
    for (const cluster::StreamPtr& stream : world.catalog().streams().ofTable(space)) {
        for (const cluster::StreamShard& shard : stream->shards) {
            const auto read = replica.read.find(shard.group);
            if (read == replica.read.end() || read->second >= shard.end.value_or(Lsn{})) continue;
            read->second = *shard.end;
            ++m_gaps;
            replica.hasGaps = true;
        }
    }
}

std::string GlobalTableJudge::take(Replica& replica, GroupId group, Lsn lsn,
                                   std::string_view bytes) {
    const auto record = table::decodeRecord(bytes);
    CHECK(record.has_value());
    ++m_records;
    const std::string where = "group " + std::to_string(group.value()) + " in " +
                              replica.table->regionName + ", record " + std::to_string(lsn.value());
    if (record->kind == table::RecordKind::ForgetTombstone)
        replica.forgotten.insert(sharedKey(record->key));
    const bool isCheck = record->kind == table::RecordKind::TransactionCommit &&
                         record->action == table::TransactionAction::Check && record->newImage;
    if (isCheck && record->version) {
        const auto known = replica.latest.find(sharedKey(record->key));
        if (known != replica.latest.end() && known->second.at != *record->version)
            return where + ": a check changes the version of an item";
        return {};
    }
    // An item without a version has the time at which it was stored last.
    if (!table::changesItem(*record) && !isCheck) return {};
    noteNumber(replica, lsn, *record);
    return takeVersion(replica, group, lsn, where, *record);
}

std::string GlobalTableJudge::takeVersion(Replica& replica, GroupId group, Lsn lsn,
                                          const std::string& where,
                                          const table::LogRecord& record) {
    const std::string& own = replica.table->regionName;
    const std::string key = sharedKey(record.key);
    const SeenVersion version{record.version.value_or(record.committedAt),
                              record.originRegion.empty() ? own : record.originRegion};
    const bool isReplicated = record.cause == table::Cause::Replication;
    const auto known = replica.latest.find(key);
    if (record.version && known != replica.latest.end() && version <= known->second) {
        if (isReplicated && version == known->second)
            return where + ": takes version " + shown(version) + " of " + shown(key) + " again";
        return where + ": the version of " + shown(key) + " falls from " + shown(known->second) +
               " to " + shown(version);
    }
    replica.latest[key] = version;
    m_conflicts.take(replica.table->space, own, group, lsn, key, record);
    const WriteName name{version.region, key, version.at};
    if (isReplicated) {
        ++m_replicated;
        m_unexplained.push_back({name, replica.table->space, group, lsn, where, record.newImage});
        return {};
    }
    if (version.region != own) return where + ": a client's write is of another Region";
    replica.written[key] = version;
    // While the table is not global, a deletion leaves nothing.
    if (!record.version && !record.newImage) {
        replica.latest.erase(key);
        replica.written.erase(key);
    }
    m_writes[name] = {replica.table->space, group, lsn, record.committedAt, record.newImage};
    return {};
}

void GlobalTableJudge::noteNumber(Replica& replica, Lsn lsn, const table::LogRecord& record) {
    if (!record.newImage) return;
    const auto number = types::EncodedItem(*record.newImage).find("w");
    if (number) replica.numbers[*number->as<std::string>()] = lsn;
}

std::string GlobalTableJudge::judgeUnexplained() {
    std::string problem;
    std::erase_if(m_unexplained, [&](const Taken& taken) {
        const auto write = m_writes.find(taken.write);
        if (write == m_writes.end()) return false;
        if (problem.empty()) problem = judgeTaken(taken, write->second);
        return true;
    });
    return problem;
}

std::string GlobalTableJudge::judgeTaken(const Taken& taken, const Write& write) const {
    const std::string what = shown(std::get<1>(taken.write));
    if (write.table == taken.table) return taken.where + ": takes its own write of " + what;
    if (write.image != taken.image)
        return taken.where + ": takes a write of " + what + " with other attributes";
    const Replica& here = m_replicas.at(taken.table);
    const auto in = [](const Positions& positions, GroupId group) {
        const auto known = positions.find(group);
        return known == positions.end() ? Lsn{} : known->second;
    };
    for (const Cut& cut : m_cuts) {
        const bool isWay = cut.from == std::get<0>(taken.write) && cut.to == here.table->regionName;
        const bool isFilled = here.activeSince && *here.activeSince < cut.since;
        // After a restart, zones apply again what they had applied before the cut.
        const bool isWithin = cut.since < write.committedAt &&
                              in(cut.before, write.group) < write.lsn &&
                              taken.lsn <= in(cut.during, taken.group);
        if (isWay && isFilled && isWithin)
            return taken.where + ": takes a write of " + what + " from " + cut.from +
                   " while the link from there is cut";
    }
    return {};
}

}  // namespace orrery::test
