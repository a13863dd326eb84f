#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace orrery::test {

/// What the only writer of an item knows of it, and the judge of what reads show. The writer
/// numbers its writes, puts and deletes alike, and has one under way at a time, so writes take
/// effect in the order of their numbers or not at all. Each check costs constant time, nearly.
///
/// A strong read is linearizable: it shows at least every write that was acknowledged, and every
/// number that a strong read showed, before it began. After a kill, a write that nobody
/// acknowledged has one fate: once a strong read did not show it, no read ever does.
class ItemHistory {
public:
    /// Numbers begin after `base`, so that those of another life of the table are strangers.
    explicit ItemHistory(std::uint64_t base = 0) : m_base(base) {}

    /// The number of the next write, which is under way from now on.
    std::uint64_t ask(bool isDelete);
    bool isWriting() const { return m_writing; }
    void acknowledge();
    /// The writer was told nothing, or of an error: perhaps it was done.
    void giveUp() { m_writing = false; }
    /// The process was killed, with all calls under way.
    void killed();

    /// What a strong read that begins now must show at least.
    std::uint64_t floor() const { return m_floor; }
    /// A strong read that began when `floor` held showed this number; 0: there was no item. Returns
    /// what is wrong with it, or an empty text.
    std::string showStrong(std::uint64_t number, std::uint64_t floor);
    /// A read of any replica.
    std::string showAny(std::uint64_t number) const;

private:
    bool isDead(std::uint64_t number) const;
    bool isKnown(std::uint64_t number) const;

    std::uint64_t m_base;
    std::uint64_t m_asked = 0;
    std::uint64_t m_floor = 0;
    bool m_writing = false;
    std::set<std::uint64_t> m_deletes{0};
    /// Writes after the floor up to this one have a fate since the kill that no read has shown yet.
    std::optional<std::uint64_t> m_undecided;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> m_dead;  ///< First and last.
};

}  // namespace orrery::test
