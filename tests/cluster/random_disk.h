#pragma once

#include <cstdint>

#include "core/base/prng.h"
#include "tests/cluster/world_harness.h"

namespace orrery::test {

/// A disk that refuses writes for a while, again and again, in a third of the runs. Meanwhile
/// clients ask for no writes, and the world holds back its own. Half of the times it is only low on
/// room: clients go on, and the world carries out their deletions alone. It draws from a stream of
/// its own, so that kept seeds whose disk refuses nothing stay what they were.
class RandomDisk {
public:
    /// What a driver does wrong.
    enum class Mistake : std::uint8_t {
        None,
        RefusesForEver,  ///< It does not tell the world that the disk accepts writes again.
    };

    explicit RandomDisk(std::uint64_t seed, Mistake mistake = Mistake::None)
        : m_prng(Prng::stream(seed, "random-disk")),
          m_mistake(mistake),
          m_everRefuses(m_prng.chance({1, 3})) {}

    bool refuses() const { return m_refuses; }
    /// How often it began to refuse writes.
    int refusals() const { return m_refusals; }
    /// How often it became low on room.
    int lows() const { return m_lows; }
    /// Which time it is that it is low on room, from 1 on; 0 while it is not.
    int lowNow() const { return m_isLow ? m_lows : 0; }

    /// Call it at each step of a run.
    void step(WorldHarness& world) {
        const bool isSound = !m_refuses && !m_isLow;
        if (!m_everRefuses || !m_prng.chance(isSound ? Ratio{1, 15} : Ratio{1, 6})) return;
        const bool becomesLow = isSound && m_prng.chance({1, 2});
        set(world, isSound && !becomesLow, becomesLow);
    }
    /// The process was restarted; the disk may refuse writes as before.
    void reopened(WorldHarness& world) {
        if (m_refuses || m_isLow) {
            const bool isAsBefore = m_prng.chance({1, 2});
            set(world, isAsBefore && m_refuses, isAsBefore && m_isLow);
        }
    }
    /// It accepts writes until the next step.
    void accept(WorldHarness& world) {
        const bool isSound = !m_refuses && !m_isLow;
        if (!isSound && m_mistake != Mistake::RefusesForEver) set(world, false, false);
    }

private:
    void set(WorldHarness& world, bool refuses, bool isLow) {
        m_refusals += refuses && !m_refuses ? 1 : 0;
        m_lows += isLow && !m_isLow ? 1 : 0;
        m_refuses = refuses;
        m_isLow = isLow;
        using cluster::Accepted;
        const Accepted low = m_prng.chance({1, 2}) ? Accepted::NoGrowth : Accepted::Deletions;
        world.setAccepts(refuses ? Accepted::Nothing : isLow ? low : Accepted::Everything);
    }

    Prng m_prng;
    const Mistake m_mistake;
    const bool m_everRefuses;
    bool m_refuses = false;
    bool m_isLow = false;
    int m_refusals = 0;
    int m_lows = 0;
};

}  // namespace orrery::test
