#include <algorithm>

#include "core/table/private_key.h"
#include "core/table/stored_item.h"
#include "tests/cluster/global_items.h"
#include "tests/cluster/global_judges.h"

namespace orrery::test {
namespace {

SeenVersion versionIn(const table::StoredHeader& header, const std::string& region) {
    return {header.version.value_or(header.committedAt),
            header.origin.empty() ? region : header.origin};
}

}  // namespace

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

std::string GlobalTableJudge::judgeOpenWays(const cluster::World& world,
                                            const storage::Store& store) const {
    std::string problem;
    const auto closed = closedWays(world);
    const auto judgeWay = [&](const Replica& from, const Replica& to) {
        const std::string& a = from.table->regionName;
        const std::string& b = to.table->regionName;
        // Without answers, a replica sends nothing more.
        const bool isOpen = !closed.contains({a, b}) && !closed.contains({b, a});
        if (a == b || from.global != to.global || !isOpen) return;
        const Contents contents = contentsOf(world, store, *to.table);
        for (const auto& [key, version] : from.written) {
            const auto has = contents.find(key);
            if (has == contents.end() ? to.forgotten.contains(key) : has->second.version >= version)
                continue;
            problem = "version " + shown(version) + " of " + shown(key) + " is not in " + b +
                      ", though the way there is open";
        }
    };
    for (const auto& [spaceA, from] : m_replicas) {
        for (const auto& [spaceB, to] : m_replicas) {
            if (isReplica(world, from) && isReplica(world, to)) judgeWay(from, to);
        }
    }
    return problem;
}

bool GlobalTableJudge::isReplica(const cluster::World& world, const Replica& replica) {
    return replica.isThere && world.catalog().globals().ofTable(replica.table->space) != nullptr;
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
        if (!isReplica(world, replica)) continue;
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
    return m_conflicts.judge(world);
}

}  // namespace orrery::test
