#include "core/cluster/global/lost_runs.h"

#include <optional>

namespace orrery::cluster {
namespace {

/// A run of own writes, lost or not. All runs of an item, by time, have every own write once.
struct Run {
    CalendarTime after;  ///< Its writes are those after this time, up to `last`.
    OwnWrite parent;
    OwnWrite last;
    std::optional<std::size_t> lostBefore;  ///< The lost run that it was, or is a part of.
    bool isCut = false;                     ///< It has lost its first writes.
    bool isOnLine = false;                  ///< Of the version that replaces the present one.
};

std::vector<Run> allRuns(const std::vector<LostRun>& lost, const OwnWrite& old) {
    std::vector<Run> runs;
    CalendarTime end;
    OwnWrite parent;
    const auto addLine = [&](const OwnWrite& last) {
        if (last.at <= end) return;
        runs.push_back({end, parent, last, {}, false, false});
        parent = last;
        end = last.at;
    };
    for (std::size_t i = 0; i < lost.size(); ++i) {
        addLine(lost[i].before);
        runs.push_back({end, lost[i].parent, lost[i].last, i, false, false});
        end = lost[i].last.at;
    }
    addLine(old);
    return runs;
}

/// Finds the runs on the line that ends with `head`, and cuts one that goes on beyond it.
void followLine(std::vector<Run>& runs, OwnWrite head) {
    while (!head.isNone()) {
        const auto run =
            std::ranges::lower_bound(runs, head.at, {}, [](const Run& one) { return one.last.at; });
        // What is no longer known counts as on the line.
        if (run == runs.end() || head.at <= run->after) return;
        run->isOnLine = true;
        const OwnWrite parent = run->parent;
        if (head.at < run->last.at) {
            Run rest{head.at, head, run->last, run->lostBefore, true, false};
            run->last = head;
            runs.insert(run + 1, rest);
        }
        head = parent;
    }
}

}  // namespace

RunsChange runsAfter(const std::vector<LostRun>& lost, const OwnWrite& old, const OwnWrite& now) {
    std::vector<Run> runs = allRuns(lost, old);
    followLine(runs, now);
    RunsChange change;
    OwnWrite before;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Run& run = runs[i];
        const LostRun left{before, run.parent, run.last};
        before = run.last;
        const bool goesOn = i + 1 < runs.size() && runs[i + 1].isCut;
        if (!run.lostBefore && !run.isOnLine) change.lost.push_back(left);
        if (run.lostBefore && run.isOnLine && !goesOn) change.withdrawn.push_back(*run.lostBefore);
        if (run.lostBefore && run.isCut && !run.isOnLine)
            change.cut.emplace_back(*run.lostBefore, left);
    }
    return change;
}

}  // namespace orrery::cluster
