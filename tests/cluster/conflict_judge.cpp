#include "tests/cluster/conflict_judge.h"

#include <utility>

#include "core/base/account_id.h"
#include "core/base/check.h"
#include "tests/cluster/global_items.h"

namespace orrery::test {
namespace {

constexpr std::size_t kRowsMax = 100'000;

Lsn positionIn(const ConflictJudge::Positions& positions, GroupId group) {
    const auto known = positions.find(group);
    return known == positions.end() ? Lsn{} : known->second;
}

}  // namespace

// --- versions

ConflictJudge::NodeId ConflictJudge::nodeOf(const Name& name) {
    const auto [known, isNew] = m_byName.try_emplace(name, m_nodes.size());
    if (isNew) m_nodes.emplace_back();
    return known->second;
}

void ConflictJudge::take(KeySpaceId table, const std::string& region, GroupId group, Lsn lsn,
                         const std::string& key, const table::LogRecord& record) {
    const std::string& origin = record.originRegion.empty() ? region : record.originRegion;
    const NodeId id = nodeOf({origin, key, record.version.value_or(record.committedAt)});
    const bool isReplicated = record.cause == table::Cause::Replication;
    m_events[table][key].push_back(
        {id, group, lsn, isReplicated, !record.newImage, record.version.has_value()});
    if (isReplicated) return;
    std::optional<NodeId> base;
    if (record.version && record.base) {
        const std::string& of = record.base->origin.empty() ? region : record.base->origin;
        base = nodeOf({of, key, record.base->stamp});
    }
    const bool isWrite = record.cause != table::Cause::TimeToLive;
    m_nodes[id] = {base, table, record.committedAt, true, isWrite};
}

void ConflictJudge::lookAt(const cluster::World& world, const Positions& positions) {
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        const cluster::GlobalTablePtr global = world.catalog().globals().ofTable(table->space);
        const std::uint64_t id = global == nullptr ? 0 : global->id;
        const auto [era, isNew] = m_eras.try_emplace(table->space, Era{id, {}, {}});
        if (isNew || era->second.global == id) return;
        era->second = {id, m_positions, positions};
    });
    m_positions = positions;
}

/// The commit timestamps of the table's own writes among a version and its ancestors. Nothing if
/// one of these is unknown.
std::optional<ConflictJudge::Times> ConflictJudge::writesBefore(KeySpaceId table,
                                                                NodeId version) const {
    Times writes;
    for (std::optional<NodeId> id = version; id; id = m_nodes[*id].base) {
        const Node& node = m_nodes[*id];
        if (!node.isKnown) return std::nullopt;
        if (node.isWrite && node.table == table) writes.insert(node.committedAt);
    }
    return writes;
}

// --- what is lost

ConflictJudge::Losses ConflictJudge::lossesOf(KeySpaceId table,
                                              const std::vector<Event>& events) const {
    const Era& era = m_eras.at(table);
    Losses losses;
    Times everLost;
    const Event* present = nullptr;
    const Event* tombstone = nullptr;
    for (const Event& event : events) {
        const Event* const old = std::exchange(present, &event);
        if (event.isVersioned) tombstone = event.isDeletion ? &event : nullptr;
        // While the table is not global, a deletion leaves nothing new.
        if (event.isDeletion && !event.isVersioned) present = tombstone;
        if (event.lsn <= positionIn(era.from, event.group)) continue;
        const Node& node = m_nodes[event.version];
        if (!event.isReplicated && event.isVersioned && node.isWrite)
            losses.writes.insert(node.committedAt);
        if (old == nullptr || !event.isReplicated) continue;
        const auto before = writesBefore(table, old->version);
        const auto after = writesBefore(table, event.version);
        if (!before || !after) {
            losses.isUnclear = true;
            return losses;
        }
        losses.writes.insert(before->begin(), before->end());
        for (const CalendarTime write : *after) {
            losses.listed.erase(write);
            losses.unlisted.erase(write);
            losses.again.erase(write);
        }
        for (const CalendarTime write : *before) {
            if (after->contains(write)) continue;
            losses.isUnclear |= event.lsn <= positionIn(era.upTo, event.group);
            const bool isListed = !old->isDeletion || !event.isDeletion;
            (isListed ? losses.listed : losses.unlisted).insert(write);
            if (!everLost.insert(write).second && isListed) losses.again.insert(write);
        }
    }
    return losses;
}

bool ConflictJudge::hasLost(KeySpaceId table, const std::string& key,
                            const cluster::ConflictSide& side, CalendarTime write) const {
    const auto version = m_byName.find({side.region, key, side.version});
    if (version == m_byName.end()) return true;
    const auto writes = writesBefore(table, version->second);
    return !writes || !writes->contains(write);
}

std::string ConflictJudge::judgeRow(const cluster::TableDescription& table,
                                    const cluster::Conflict& conflict, const Losses& losses,
                                    Times& found) const {
    const std::string key = sharedKey(conflict.key);
    const std::string where = "the ledger of " + table.regionName + " has a conflict of " +
                              shown(key) + " (" + conflict.id.text() + ")";
    std::uint64_t count = 0;
    for (const CalendarTime at : losses.writes) {
        if (at <= conflict.run.before.at || at > conflict.id.lostAt) continue;
        ++count;
        if (!losses.listed.contains(at)) return where + " with a write that is not lost";
        if (!found.insert(at).second) return where + " with a write that another one has too";
    }
    if (count != conflict.run.count())
        return where + " with " + std::to_string(conflict.run.count()) + " writes in place of " +
               std::to_string(count);
    if (hasLost(table.space, key, conflict.lost, conflict.id.lostAt))
        return where + " whose lost version does not descend from the lost write";
    if (!hasLost(table.space, key, conflict.winner, conflict.id.lostAt))
        return where + " whose winner descends from the lost write";
    return {};
}

std::string ConflictJudge::judge(const cluster::World& world) {
    cluster::ConflictsLookRequest request{.table = "T", .accountId = std::string(kSharedAccount)};
    request.limit = kRowsMax;
    const auto look = world.lookConflicts(request);
    if (!look) return {};
    if (look->forgotten.count > 0) return "the ledger has forgotten conflicts";
    std::string problem;
    world.catalog().forEach([&](const cluster::TablePtr& table) {
        if (world.catalog().globals().ofTable(table->space) == nullptr || !problem.empty()) return;
        if (m_missed.contains(table->space)) return;
        std::map<std::string, std::vector<const cluster::Conflict*>> rows;
        for (const auto& row : look->rows) {
            if (row.tableId == table->tableId)
                rows[sharedKey(row.conflict.key)].push_back(&row.conflict);
        }
        for (const auto& [key, events] : m_events[table->space]) {
            const Losses losses = lossesOf(table->space, events);
            m_unclear += losses.isUnclear ? 1 : 0;
            Times found;
            for (const cluster::Conflict* row : rows[key]) {
                if (problem.empty() && !losses.isUnclear)
                    problem = judgeRow(*table, *row, losses, found);
            }
            if (!problem.empty() || losses.isUnclear) continue;
            m_judged += found.size();
            m_lostAgain += losses.again.size();
            if (found.size() < losses.listed.size())
                problem = "the ledger of " + table->regionName + " lacks " +
                          std::to_string(losses.listed.size() - found.size()) + " of " +
                          std::to_string(losses.listed.size()) + " lost writes of " + shown(key);
        }
    });
    return problem;
}

}  // namespace orrery::test
