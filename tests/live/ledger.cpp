#include "tests/live/ledger.h"

namespace orrery::live {
namespace {

constexpr std::size_t kComplaintsMax = 10;

}  // namespace

void Ledger::raiseFloor(std::size_t key, std::uint64_t number) {
    std::uint64_t floor = m_keys[key].floor;
    while (floor < number && !m_keys[key].floor.compare_exchange_weak(floor, number)) {
    }
}

void Ledger::complain(const std::string& sentence) {
    const std::lock_guard lock(m_mutex);
    ++m_complaintCount;
    if (m_complaints.size() < kComplaintsMax) m_complaints.push_back(sentence);
}

std::string Ledger::complaints() const {
    const std::lock_guard lock(m_mutex);
    if (m_complaintCount == 0) return {};
    std::string text = std::to_string(m_complaintCount) + " complaints, the first:\n";
    for (const std::string& complaint : m_complaints)
        text += complaint + "\n";
    return text;
}

}  // namespace orrery::live
