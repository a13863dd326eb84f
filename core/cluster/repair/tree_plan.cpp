#include "core/cluster/repair/tree_plan.h"

#include <algorithm>
#include <tuple>

namespace orrery::cluster {
namespace {

struct Candidate {
    std::size_t zone = 0;
    bool counts = false;
    bool reaches = false;      // The log has every later record.
    bool isProven = false;     // It is whole, and its sums match its mark.
    bool isDisproven = false;  // It looks whole, but its sums do not match.
    Lsn applied{};

    /// A better tree is greater; no two are equal.
    auto rank() const {
        return std::tuple(counts, !isDisproven, reaches, isProven, applied, ~zone);
    }
};

Candidate candidateOf(const FoundPartition& partition, const MendedLog& log, std::size_t zone) {
    const FoundReplica& replica = partition.replicas[zone];
    const bool seemsWhole = replica.mark && replica.lost.empty();
    const bool agrees = replica.mark && replica.sums.agreesWith(*replica.mark);
    Candidate candidate;
    candidate.zone = zone;
    candidate.counts = log.counts(zone);
    candidate.applied = replica.mark ? replica.mark->applied : replica.sums.newest;
    candidate.reaches = candidate.applied >= log.reach();
    candidate.isProven = seemsWhole && agrees;
    candidate.isDisproven = seemsWhole && !agrees;
    return candidate;
}

}  // namespace

TreePlan TreePlan::make(const FoundPartition& partition, const MendedLog& log) {
    std::vector<Candidate> candidates;
    for (std::size_t zone = 0; zone < partition.replicas.size(); ++zone)
        candidates.push_back(candidateOf(partition, log, zone));
    std::ranges::sort(candidates, std::ranges::greater(), &Candidate::rank);

    TreePlan plan;
    plan.lost = partition.bounds;
    plan.replayAfter = log.last();
    for (const Candidate& candidate : candidates) {
        const FoundReplica& replica = partition.replicas[candidate.zone];
        // A log cannot be replayed over a partial copy.
        if (plan.lost.empty() || (replica.mark && replica.mark->copiedTo)) continue;
        plan.sources.push_back({candidate.zone, candidate.applied, plan.lost});
        plan.replayAfter = std::min(plan.replayAfter, candidate.applied);
        if (!candidate.reaches)
            plan.older.insert(plan.older.end(), plan.lost.begin(), plan.lost.end());
        plan.lost = storage::intersect(plan.lost, replica.lost);
    }
    for (const Candidate& candidate : candidates) {
        const bool tells = candidate.counts && candidate.reaches && !plan.expected;
        if (tells) plan.expected = partition.replicas[candidate.zone].mark;
    }
    plan.older = storage::unite(std::move(plan.older));
    if (!plan.lost.empty()) plan.replayAfter = Lsn(0);
    if (log.reach() == Lsn(0)) plan.lost.clear();
    plan.replayAfter = std::max(plan.replayAfter, log.reach());
    return plan;
}

}  // namespace orrery::cluster
