#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/base/time.h"
#include "core/cluster/world/world.h"

namespace orrery::test {

/// Judges that a Region refuses nothing for a reason in another one: an error of the service, and a
/// call that gets no answer, need a failure in their own Region, which may have ended some seconds
/// before.
class LocalityJudge {
public:
    /// Call it before and after each step: faults inside Regions.
    void look(const cluster::World& world);
    /// The whole process failed, or the disk that all share.
    void everythingFails(Instant now) { m_everywhere = now; }

    /// A transaction under way is now so old that others finish it.
    void calendarJumps();

    void asked(std::uint64_t call, const std::string& region, Instant now);
    /// The call has this answer. Forgets it.
    std::string answered(std::uint64_t call, const cluster::Answered& answer);
    /// After each step. `isDone` says whether a call has an answer, which may not have left yet.
    std::string judgeUnanswered(Instant now,
                                const std::function<bool(std::uint64_t)>& isDone) const;
    void forgetCalls() { m_calls.clear(); }
    /// How many answers and calls were judged whose Region had no failure.
    std::uint64_t judged() const { return m_judged; }

private:
    struct Call {
        std::string region;
        Instant askedAt;
        bool sawJump = false;
    };

    bool isExcused(const Call& call) const;

    std::map<std::string, Instant> m_failures;  ///< The last moment with one, by Region.
    std::set<std::string> m_failing;            ///< At the last look.
    std::optional<Instant> m_everywhere;
    std::map<std::uint64_t, Call> m_calls;
    std::uint64_t m_judged = 0;
};

}  // namespace orrery::test
