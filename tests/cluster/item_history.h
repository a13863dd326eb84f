#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace orrery::test {

/// What the only writer of an item knows about it, and the judge of what reads show. The writer
/// numbers its writes, puts and deletes alike, and has one in progress at a time, so writes take
/// effect in the order of their numbers or not at all. Each check takes nearly constant time.
///
/// A strong read is linearizable: it shows at least every write acknowledged, and every number
/// shown by a strong read, before it began. After a kill, a write that nobody acknowledged has one
/// fate: once a strong read does not show it, no read ever does.
class ItemHistory {
public:
    /// Numbers begin after `base`, so that numbers of an earlier table with the same name are
    /// unknown.
    explicit ItemHistory(std::uint64_t base = 0) : m_base(base) {}

    /// Starts the next write and returns its number.
    std::uint64_t ask(bool isDelete);
    bool isWriting() const { return m_writing; }
    void acknowledge();
    /// The writer got no answer or an error: the write may have been done.
    void giveUp() { m_writing = false; }
    /// The process was killed, with all calls in progress.
    void killed();

    /// The least number that a strong read which begins now must show.
    std::uint64_t floor() const { return m_floor; }
    /// A strong read that began with this `floor` showed `number`; 0: no item. Returns the error,
    /// or an empty text.
    std::string showStrong(std::uint64_t number, std::uint64_t floor);
    /// The same for a read of any replica.
    std::string showAny(std::uint64_t number) const;

private:
    bool isDead(std::uint64_t number) const;
    bool isKnown(std::uint64_t number) const;

    std::uint64_t m_base;
    std::uint64_t m_asked = 0;
    std::uint64_t m_floor = 0;
    bool m_writing = false;
    std::set<std::uint64_t> m_deletes{0};
    /// Since a kill, writes above the floor up to this one may exist or not, and no read has shown
    /// which.
    std::optional<std::uint64_t> m_undecided;
    std::vector<std::pair<std::uint64_t, std::uint64_t>>
        m_dead;  ///< Numbers of writes that were lost: first and last of each range.
};

}  // namespace orrery::test
