#pragma once

#include <QTest>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/check.h"
#include "core/cluster/kernel/planted_bug.h"

namespace orrery::test {

/// What a run found wrong; empty: nothing.
inline const std::string& violationOf(const std::string& violation) {
    return violation;
}
template <typename Report>
const std::string& violationOf(const Report& report) {
    return report.violation;
}

/// The runs of a simulation, one per seed. `Sim(seed, bug).run()` returns what is wrong, or a
/// report whose `violation` says so.
template <typename Sim>
class SeededRuns {
public:
    /// `testClass` is the class that a repeated run needs on its command line.
    explicit SeededRuns(std::string testClass) : m_testClass(std::move(testClass)) {}

    auto run(std::uint64_t seed, cluster::PlantedBug bug = cluster::PlantedBug::None) const {
        const Context context(*this, seed);
        return Sim(seed, bug).run();
    }

    /// What the run of the seed found wrong, with the command that repeats it; empty: nothing.
    template <typename Report>
    QByteArray problem(std::uint64_t seed, const Report& report) const {
        const std::string& violation = violationOf(report);
        if (violation.empty()) return {};
        return QByteArray::fromStdString(violation + "\n    " + command(seed));
    }
    QByteArray problem(std::uint64_t seed) const { return problem(seed, run(seed)); }

    /// The first seed from 1 on at which the promise is seen to be broken that the bug breaks:
    /// `broken` is part of what its judge says. 0 if there is none.
    std::uint64_t foundBy(cluster::PlantedBug bug, std::string_view broken,
                          std::uint64_t seedsMax) const {
        for (std::uint64_t seed = 1; seed <= seedsMax; ++seed) {
            const auto report = run(seed, bug);
            const std::string& violation = violationOf(report);
            if (violation.empty()) continue;
            qInfo("seed %llu: %s", static_cast<unsigned long long>(seed), violation.c_str());
            if (violation.contains(broken)) return seed;
        }
        return 0;
    }

private:
    /// Prints the command if a CHECK ends the run.
    class Context : public CheckContext {
    public:
        Context(const SeededRuns& runs, std::uint64_t seed) : m_command(runs.command(seed)) {}
        void describe() const override { std::fprintf(stderr, "%s\n", m_command.c_str()); }

    private:
        const std::string m_command;
    };

    std::string command(std::uint64_t seed) const {
        return "ORRERY_SEED=" + std::to_string(seed) + " cluster_tests --class " + m_testClass;
    }

    const std::string m_testClass;
};

}  // namespace orrery::test
