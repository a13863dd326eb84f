#include "tests/replication/scenario_trees.h"

#include <algorithm>

namespace orrery::test {

using replication::CopiedRange;
using replication::Standing;

namespace {

constexpr std::uint64_t kPieces = 3;

}  // namespace

void ScenarioTrees::apply(ZoneIndex zone) {
    Tree& tree = at(zone);
    const Replica& replica = m_group->replica(zone);
    if (tree.waits || replica.standing() == Standing::NeedsCopy) return;
    tree.applied = std::max(tree.applied, replica.commitLsn());
    if (tree.wholeAt == Lsn{} || tree.applied < tree.wholeAt) return;
    tree.pieces.reset();
    tree.wholeAt = {};
    m_group->copied(zone);
}

void ScenarioTrees::committed(ZoneIndex zone) {
    apply(zone);
}

bool ScenarioTrees::fillRequest(ZoneIndex zone, replication::CopyRequest& request) {
    Tree& tree = at(zone);
    if (tree.wholeAt != Lsn{}) return false;
    tree.waits = true;
    if (request.begins) return true;
    request.applied = tree.applied;
    request.cursor = share(std::to_string(*tree.pieces));
    return true;
}

std::shared_ptr<const CopiedRange> ScenarioTrees::readRange(const SharedBytes& cursor) {
    auto range = std::make_shared<CopiedRange>();
    range->from = cursor == nullptr ? "0" : *cursor;
    range->to = std::to_string(std::stoull(range->from) + 1);
    range->isLast = range->to == std::to_string(kPieces);
    return range;
}

void ScenarioTrees::takeRange(ZoneIndex zone, const replication::CopyChunk& chunk, bool begins) {
    Tree& tree = at(zone);
    if (begins) tree = {chunk.position.lsn, 0, {}, true};
    const bool isNext = tree.pieces && chunk.range->from == std::to_string(*tree.pieces);
    if (!isNext || chunk.position.lsn < tree.applied) return;
    ++*tree.pieces;
    tree.waits = false;
    if (chunk.range->isLast) tree.wholeAt = chunk.position.lsn;
    apply(zone);
    if (tree.pieces && tree.wholeAt == Lsn{}) m_group->requestNextChunk(zone);
}

void ScenarioTrees::trim(Lsn last) {
    for (const ZoneIndex zone : kZones)
        m_group->trim(zone, std::min(last, at(zone).applied).next());
}

void ScenarioTrees::lost(ZoneIndex zone) {
    at(zone).waits = false;
    at(zone).wholeAt = {};
}

}  // namespace orrery::test
