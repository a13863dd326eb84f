#include "tests/cluster/item_history.h"

#include <algorithm>
#include <iterator>

#include "core/base/check.h"

namespace orrery::test {

std::uint64_t ItemHistory::ask(bool isDelete) {
    CHECK(!m_writing);
    m_writing = true;
    ++m_asked;
    if (isDelete) m_deletes.insert(m_asked);
    return m_base + m_asked;
}

void ItemHistory::acknowledge() {
    CHECK(m_writing);
    m_writing = false;
    m_floor = std::max(m_floor, m_asked);
}

void ItemHistory::killed() {
    m_writing = false;
    m_undecided = m_asked;
}

bool ItemHistory::isDead(std::uint64_t number) const {
    return std::ranges::any_of(
        m_dead, [&](const auto& range) { return range.first <= number && number <= range.second; });
}

bool ItemHistory::isKnown(std::uint64_t number) const {
    return number > m_base && number <= m_base + m_asked && !m_deletes.contains(number - m_base);
}

std::string ItemHistory::showAny(std::uint64_t number) const {
    if (number == 0) return {};
    if (!isKnown(number)) return "shows number " + std::to_string(number) + ", which nobody wrote";
    if (isDead(number - m_base))
        return "shows number " + std::to_string(number - m_base) +
               ", which a strong read did not show after the kill";
    return {};
}

std::string ItemHistory::showStrong(std::uint64_t number, std::uint64_t floor) {
    if (std::string problem = showAny(number); !problem.empty()) return problem;
    // No item: any of the deletes may have been the last write.
    std::uint64_t least = number - m_base;
    std::uint64_t most = number - m_base;
    if (number == 0) {
        std::vector<std::uint64_t> possible;
        std::ranges::copy_if(m_deletes, std::back_inserter(possible),
                             [&](std::uint64_t one) { return one >= floor && !isDead(one); });
        if (possible.empty())
            return "shows no item, number " + std::to_string(floor) + " was known";
        least = possible.front();
        most = possible.back();
    }
    if (least < floor)
        return "shows number " + std::to_string(least) + ", number " + std::to_string(floor) +
               " was known";
    m_floor = std::max(m_floor, least);
    if (m_undecided && most < *m_undecided) m_dead.emplace_back(most + 1, *m_undecided);
    m_undecided.reset();
    return {};
}

}  // namespace orrery::test
