#include "tests/cluster/global_judges.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/observe/fault_spec.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"
#include "tests/cluster/lasting_judges.h"

namespace orrery::test {

using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kArchivedBytes = 64 * 1024;

std::vector<cluster::PartitionChecksums> partitionsOf(const cluster::World& world,
                                                      const cluster::TableDescription& table) {
    auto partitions = world.checksums(table.name, table.regionName, false, table.accountId);
    CHECK(partitions.has_value());
    std::erase_if(*partitions, [](const auto& partition) { return !partition.index.empty(); });
    return *std::move(partitions);
}

/// The part of a storage key that all replicas share.
std::string sharedKey(std::string_view storageKey) {
    return std::string(storageKey.substr(types::kKeySpaceBytes));
}

std::string shown(std::string_view key) {
    std::string text;
    for (const char byte : key) {
        if (byte > ' ' && byte <= '~') text += byte;
    }
    return "item " + text;
}

std::string shown(const SeenVersion& version) {
    return std::to_string(version.at.sinceEpoch().count()) + " of " + version.region;
}

SeenVersion versionIn(const table::StoredHeader& header, const std::string& region) {
    return {header.version.value_or(header.committedAt),
            header.origin.empty() ? region : header.origin};
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

std::set<std::pair<std::string, std::string>> closedWays(const cluster::World& world) {
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

}  // namespace

// --- links

void GlobalTableJudge::lookAtLinks(const cluster::World& world) {
    const auto closed = closedWays(world);
    for (Cut& cut : m_cuts) {
        cut.isOpen = cut.isOpen && closed.contains({cut.from, cut.to});
        if (cut.isOpen) cut.until = world.calendar();
    }
    for (const auto& [from, to] : closed) {
        const bool isKnown = std::ranges::any_of(
            m_cuts, [&](const Cut& cut) { return cut.isOpen && cut.from == from && cut.to == to; });
        if (!isKnown) m_cuts.push_back({from, to, world.calendar(), world.calendar()});
    }
}

std::optional<SeenVersion> GlobalTableJudge::versionOf(const std::string& number) const {
    const auto found = m_numbers.find(number);
    return found == m_numbers.end() ? std::nullopt : std::optional(found->second);
}

// --- records

std::string GlobalTableJudge::judge(const cluster::World& world, const storage::Store& store) {
    if (store.figures().pendingTurns > 0) return {};
    findReplicas(world);
    for (auto& [space, replica] : m_replicas) {
        if (std::string problem = read(world, store, replica); !problem.empty()) return problem;
    }
    return judgeUnexplained();
}

void GlobalTableJudge::findReplicas(const cluster::World& world) {
    for (auto& [space, replica] : m_replicas)
        replica.isThere = false;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        Replica& replica = m_replicas[table->space];
        replica.table = table;
        replica.isThere = true;
        const cluster::GlobalTablePtr global = world.catalog().globals().ofTable(table->space);
        if (global == nullptr) return;
        replica.global = global->id;
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
        return {};
    }
    for (const auto& partition : partitionsOf(world, *replica.table)) {
        Lsn& read = replica.read[partition.group];
        const Lsn upTo =
            std::ranges::max(partition.zones, {}, &cluster::PartitionChecksums::Zone::applied)
                .applied;
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
                         record->action == table::TransactionAction::Check;
    if (isCheck && record->newImage && record->version) {
        const auto known = replica.latest.find(sharedKey(record->key));
        if (known != replica.latest.end() && known->second.at != *record->version)
            return where + ": a check changes the version of an item";
    }
    if (!table::changesItem(*record)) return {};
    return takeVersion(replica, where, *record);
}

std::string GlobalTableJudge::takeVersion(Replica& replica, const std::string& where,
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
    // While the table is not global, a deletion leaves nothing.
    if (!record.version && !record.newImage) replica.latest.erase(key);
    const WriteName name{version.region, key, version.at};
    if (isReplicated) {
        ++m_replicated;
        m_unexplained.push_back(
            {name, replica.table->space, where, record.committedAt, record.newImage});
        return {};
    }
    if (version.region != own) return where + ": a client's write is of another Region";
    m_writes[name] = {replica.table->space, record.committedAt, record.newImage};
    if (!record.newImage) return {};
    const auto number = types::EncodedItem(*record.newImage).find("w");
    if (number) m_numbers[*number->as<std::string>()] = version;
    return {};
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
    for (const Cut& cut : m_cuts) {
        const bool isWay = cut.from == std::get<0>(taken.write) && cut.to == here.table->regionName;
        const bool isFilled = here.activeSince && *here.activeSince < cut.since;
        const bool isWithin = cut.since < write.committedAt && taken.committedAt < cut.until;
        if (isWay && isFilled && isWithin)
            return taken.where + ": takes a write of " + what + " from " + cut.from +
                   " while the link from there is cut";
    }
    return {};
}

// --- at rest

GlobalTableJudge::Contents GlobalTableJudge::contentsOf(const cluster::World& world,
                                                        const storage::Store& store,
                                                        const cluster::TableDescription& table) {
    Contents contents;
    const VolumeId volume = volumeOf(table.region, ZoneIndex(0));
    bool isItem = true;
    const auto visit = [&](std::string_view key, std::string_view image) {
        const auto stored = table::decodeStored(key, image);
        CHECK(stored.has_value());
        const std::string_view itemKey = isItem ? key : table::parsePrivateKey(key)->rest;
        Content& content = contents[sharedKey(itemKey)];
        content.version = versionIn(stored->header, table.regionName);
        if (isItem) content.attributes = image.substr(stored->attributesAt);
        return storage::ScanStep::Continue;
    };
    // Items come last: an item from before the table was global may have an old tombstone.
    isItem = false;
    for (const auto& partition : partitionsOf(world, table)) {
        using table::PrivateKind;
        const auto begin = table::privateKey(partition.group, PrivateKind::Tombstone, "");
        const auto end = table::privateKey(partition.group, PrivateKind::Expiry, "");
        CHECK(store.scan(volume, begin, end, storage::ScanDirection::Forward, visit));
    }
    isItem = true;
    CHECK(store.scan(volume, types::keySpaceBegin(table.space), types::keySpaceEnd(table.space),
                     storage::ScanDirection::Forward, visit));
    return contents;
}

std::string GlobalTableJudge::compareReplicas(const cluster::World& world,
                                              const storage::Store& store) const {
    std::string problem;
    std::map<std::uint64_t, std::pair<cluster::TablePtr, Contents>> firsts;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        const cluster::GlobalTablePtr global = world.catalog().globals().ofTable(table->space);
        if (global == nullptr) return;
        Contents contents = contentsOf(world, store, *table);
        const auto [first, isFirst] = firsts.try_emplace(global->id, table, contents);
        if (isFirst || first->second.second == contents) return;
        const auto mayLack = [&](const cluster::TablePtr& replica, const std::string& key) {
            const auto known = m_replicas.find(replica->space);
            return known != m_replicas.end() && known->second.forgotten.contains(key);
        };
        const auto compare = [&](const cluster::TablePtr& a, const Contents& as,
                                 const cluster::TablePtr& b, const Contents& bs) {
            for (const auto& [key, content] : as) {
                const auto other = bs.find(key);
                const bool isSame = other != bs.end() && other->second == content;
                const bool isSwept = other == bs.end() && !content.attributes && mayLack(b, key);
                if (isSame || isSwept) continue;
                problem = shown(key) + " differs: it has version " + shown(content.version) +
                          (content.attributes ? "" : ", deleted,") + " in " + a->regionName +
                          " and " +
                          (other == bs.end() ? "nothing"
                                             : shown(other->second.version) +
                                                   (other->second.attributes ? "" : ", deleted,")) +
                          " in " + b->regionName;
            }
        };
        compare(first->second.first, first->second.second, table, contents);
        compare(table, contents, first->second.first, first->second.second);
    });
    return problem;
}

bool GlobalTableJudge::hasGapsIn(const std::string& region) const {
    return std::ranges::any_of(m_replicas, [&](const auto& entry) {
        return entry.second.table->regionName == region && entry.second.hasGaps;
    });
}

// What a replica has is the latest version that any replica had.
std::string GlobalTableJudge::judgeLatest(const Replica& replica, const Contents& contents) const {
    std::map<std::string, SeenVersion> latest;
    bool isWhole = true;
    for (const auto& [space, other] : m_replicas) {
        if (other.global != replica.global) continue;
        isWhole = isWhole && !other.hasGaps;
        for (const auto& [key, version] : other.latest)
            latest[key] = std::max(latest[key], version);
    }
    const std::string where = " in " + replica.table->regionName;
    for (const auto& [key, version] : latest) {
        const auto has = contents.find(key);
        if (has == contents.end() && replica.forgotten.contains(key)) continue;
        if (has == contents.end())
            return "version " + shown(version) + " of " + shown(key) + " is lost" + where +
                   ": there is nothing";
        if (has->second.version < version)
            return "version " + shown(version) + " of " + shown(key) + " is lost" + where +
                   ": there is " + shown(has->second.version);
    }
    if (!isWhole) return {};
    for (const auto& [key, content] : contents) {
        const auto known = latest.find(key);
        if (known == latest.end() || known->second != content.version)
            return shown(key) + where + " has version " + shown(content.version) +
                   ", which no record made";
    }
    return {};
}

std::string GlobalTableJudge::judgeAtRest(const cluster::World& world,
                                          const storage::Store& store) {
    CHECK(store.figures().pendingTurns == 0);
    std::string problem = judge(world, store);
    if (problem.empty()) problem = compareReplicas(world, store);
    if (!problem.empty()) return problem;
    for (const auto& [space, replica] : m_replicas) {
        if (!replica.isThere || world.catalog().globals().ofTable(space) == nullptr) continue;
        problem = judgeLatest(replica, contentsOf(world, store, *replica.table));
        if (!problem.empty()) return problem;
    }
    std::erase_if(m_unexplained,
                  [&](const Taken& taken) { return hasGapsIn(std::get<0>(taken.write)); });
    if (!m_unexplained.empty()) {
        const Taken& one = m_unexplained.front();
        return one.where + ": takes a write of " + shown(std::get<1>(one.write)) +
               " that nobody made in " + std::get<0>(one.write);
    }
    return {};
}

}  // namespace orrery::test
