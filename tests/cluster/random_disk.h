#pragma once

#include <cstdint>

#include "core/base/prng.h"
#include "tests/cluster/world_harness.h"

namespace orrery::test {

/// A disk that refuses writes for a while, again and again, in a third of the runs. Meanwhile
/// clients ask for no writes, and the world holds back its own. It draws from a stream of its own,
/// so that kept seeds whose disk refuses nothing stay what they were.
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

    /// Call it at each step of a run.
    void step(WorldHarness& world) {
        if (!m_everRefuses || !m_prng.chance(m_refuses ? Ratio{1, 6} : Ratio{1, 15})) return;
        set(world, !m_refuses);
    }
    /// The process was restarted; the disk may refuse writes as before.
    void reopened(WorldHarness& world) {
        if (m_refuses) set(world, m_prng.chance({1, 2}));
    }
    /// It accepts writes until the next step.
    void accept(WorldHarness& world) {
        if (m_refuses && m_mistake != Mistake::RefusesForEver) set(world, false);
    }

private:
    void set(WorldHarness& world, bool refuses) {
        m_refusals += refuses && !m_refuses ? 1 : 0;
        m_refuses = refuses;
        world.setAccepts(!refuses);
    }

    Prng m_prng;
    const Mistake m_mistake;
    const bool m_everRefuses;
    bool m_refuses = false;
    int m_refusals = 0;
};

}  // namespace orrery::test
