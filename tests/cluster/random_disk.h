#pragma once

#include <cstdint>

#include "core/base/prng.h"
#include "tests/cluster/world_harness.h"

namespace orrery::test {

/// A disk that refuses writes for a while, again and again, in a third of the runs. Meanwhile
/// clients ask for no writes, and the world holds back its own. Half of the times it is only low on
/// room: clients go on, and the world carries out their deletions alone, as far as there is room.
/// Before all is well again, there may be room for clients but not for the world's own work. It
/// draws from a stream of its own, so that kept seeds whose disk refuses nothing stay what they
/// were.
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

    bool refuses() const { return m_state == State::Refuses; }
    /// False also while it has room for clients, which may be too little for a write.
    bool isSound() const { return m_state == State::Sound; }
    /// How often it began to refuse writes.
    int refusals() const { return m_refusals; }
    /// How often it became low on room.
    int lows() const { return m_lows; }
    /// Numbers the present shortage of room, from 1 on; 0 while there is none.
    int lowNow() const { return m_state == State::Low ? m_lows : 0; }

    /// Call it at each step of a run.
    void step(WorldHarness& world) {
        if (!m_everRefuses) return;
        if (m_prng.chance(m_state == State::Sound ? Ratio{1, 15} : Ratio{1, 6})) {
            set(world, next());
        } else if (m_state != State::Sound) {
            tell(world);  // As a driver does with each turn.
        }
    }
    /// The process was restarted; the disk may refuse writes as before.
    void reopened(WorldHarness& world) {
        if (m_state != State::Sound) set(world, m_prng.chance({1, 2}) ? m_state : State::Sound);
    }
    /// It accepts writes until the next step.
    void accept(WorldHarness& world) {
        const bool isSound = m_state == State::Sound;
        if (!isSound && m_mistake != Mistake::RefusesForEver) set(world, State::Sound);
    }

private:
    enum class State : std::uint8_t { Sound, Tight, Low, Refuses };

    State next() {
        switch (m_state) {
            case State::Sound:
                return m_prng.chance({1, 2}) ? State::Low : State::Refuses;
            case State::Low:
            case State::Refuses:
                return m_prng.chance({1, 4}) ? State::Tight : State::Sound;
            case State::Tight:
                break;
        }
        return State::Sound;
    }
    void set(WorldHarness& world, State state) {
        m_refusals += state == State::Refuses && m_state != State::Refuses ? 1 : 0;
        m_lows += state == State::Low && m_state != State::Low ? 1 : 0;
        m_state = state;
        m_low = m_prng.chance({1, 2}) ? cluster::Accepted::NoGrowth : cluster::Accepted::Deletions;
        tell(world);
    }
    void tell(WorldHarness& world) {
        using cluster::Accepted;
        constexpr std::uint64_t kRoomMax = 4u << 20;
        switch (m_state) {
            case State::Sound:
                return world.setAccepts(Accepted::Everything);
            case State::Tight:
                return world.setAccepts(Accepted::ClientWrites,
                                        kRoomMax / 2 + m_prng.below(kRoomMax));
            case State::Low:
                return world.setAccepts(m_low, m_prng.below(kRoomMax));
            case State::Refuses:
                return world.setAccepts(Accepted::Nothing);
        }
    }

    Prng m_prng;
    const Mistake m_mistake;
    const bool m_everRefuses;
    State m_state = State::Sound;
    cluster::Accepted m_low = cluster::Accepted::NoGrowth;
    int m_refusals = 0;
    int m_lows = 0;
};

}  // namespace orrery::test
