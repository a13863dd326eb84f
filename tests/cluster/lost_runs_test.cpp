// Goal: the lost runs are the own writes that the present version does not descend from, each once.
// Method: Regions write and take each other's versions in random order, each version with all its
// ancestors; these tell what is lost.

#include "core/cluster/global/lost_runs.h"

#include <QTest>
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/base/prng.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::cluster;

namespace {

CalendarTime at(std::int64_t time) {
    return CalendarTime(Duration(time));
}

struct Version {
    std::pair<std::int64_t, int> order;  ///< Its time and its Region.
    std::set<std::int64_t> ancestors;    ///< Times of the writes of all Regions, itself included.
    std::map<int, OwnWrite> heads;       ///< By Region.

    OwnWrite headOf(int region) const {
        const auto head = heads.find(region);
        return head == heads.end() ? OwnWrite() : head->second;
    }
};

struct Region {
    std::optional<Version> present;
    std::vector<std::int64_t> writes;
    std::vector<LostRun> lost;

    void apply(const RunsChange& change) {
        for (const auto& [index, run] : change.cut)
            lost[index] = run;
        std::vector<LostRun> left = change.lost;
        for (std::size_t i = 0; i < lost.size(); ++i) {
            if (std::ranges::find(change.withdrawn, i) == change.withdrawn.end())
                left.push_back(lost[i]);
        }
        std::ranges::sort(left, {}, [](const LostRun& run) { return run.last.at; });
        lost = std::move(left);
    }
    /// Empty if the runs are exact.
    std::string problem() const {
        std::set<std::int64_t> listed;
        for (const LostRun& run : lost) {
            std::uint64_t count = 0;
            for (const std::int64_t write : writes) {
                if (at(write) <= run.before.at || at(write) > run.last.at) continue;
                ++count;
                if (!listed.insert(write).second) return "two runs have the same write";
            }
            if (count != run.count())
                return "a run of " + std::to_string(count) + " counts " +
                       std::to_string(run.count());
        }
        for (const std::int64_t write : writes) {
            const bool isLost = present && !present->ancestors.contains(write);
            if (isLost != listed.contains(write))
                return isLost ? "a lost write is in no run" : "a run has a write that is not lost";
        }
        return {};
    }
};

class Regions {
public:
    explicit Regions(std::uint64_t seed) : m_prng(seed), m_regions(2 + m_prng.below(3)) {
        for (std::size_t i = 0; i < m_regions.size(); ++i)
            m_ahead.push_back(static_cast<std::int64_t>(5 * m_prng.below(5)));
    }
    std::string step() {
        ++m_now;
        const auto region = static_cast<int>(m_prng.below(m_regions.size()));
        Region& here = m_regions[static_cast<std::size_t>(region)];
        if (m_made.empty() || m_prng.chance({1, 2})) {
            write(here, region);
        } else {
            take(here, region, m_made[m_prng.below(m_made.size())]);
        }
        m_runsMost = std::max(m_runsMost, here.lost.size());
        return here.problem();
    }
    std::size_t runsMost() const { return m_runsMost; }

private:
    void write(Region& here, int region) {
        Version version = here.present.value_or(Version());
        const std::int64_t clock = m_now + m_ahead[static_cast<std::size_t>(region)];
        version.order = {std::max(clock, version.order.first + 1), region};
        version.ancestors.insert(m_now);
        version.heads[region] = {at(m_now), version.headOf(region).number + 1};
        here.writes.push_back(m_now);
        here.present = version;
        m_made.push_back(version);
    }
    void take(Region& here, int region, const Version& version) {
        if (version.order.second == region) return;
        if (here.present && version.order <= here.present->order) return;
        const OwnWrite old = here.present ? here.present->headOf(region) : OwnWrite();
        here.present = version;
        here.apply(runsAfter(here.lost, old, version.headOf(region)));
    }

    Prng m_prng;
    std::vector<Region> m_regions;
    std::vector<std::int64_t> m_ahead;
    std::vector<Version> m_made;
    std::int64_t m_now = 0;
    std::size_t m_runsMost = 0;
};

}  // namespace

class LostRunsTest : public QObject {
    Q_OBJECT
private slots:
    void theyAreWhatTheAncestorsTell() {
        std::size_t runsMost = 0;
        for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
            Regions regions(seed);
            for (int i = 0; i < 40; ++i) {
                const std::string problem = regions.step();
                QVERIFY2(problem.empty(), (std::to_string(seed) + ": " + problem).c_str());
            }
            runsMost = std::max(runsMost, regions.runsMost());
        }
        QVERIFY(runsMost >= 4);
    }
};

ORRERY_TEST_CLASS(LostRunsTest)
#include "lost_runs_test.moc"
