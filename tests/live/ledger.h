#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace orrery::live {

/// What the clients were promised. One client writes each key, with ascending numbers: so a key
/// must hold at least the last acknowledged number and at most the last one sent. Any thread may
/// use it; `next` of a key only the client that writes the key.
class Ledger {
public:
    Ledger(int clients, int keysEach)
        : m_keysEach(keysEach),
          m_count(static_cast<std::size_t>(clients * keysEach)),
          m_keys(std::make_unique<Key[]>(m_count)) {}

    std::size_t count() const { return m_count; }
    std::size_t keyOf(int client, std::uint64_t turn) const {
        const auto each = static_cast<std::uint64_t>(m_keysEach);
        return static_cast<std::size_t>(client) * each + turn % each;
    }
    int ownerOf(std::size_t key) const { return static_cast<int>(key) / m_keysEach; }

    /// The next number to write.
    std::uint64_t next(std::size_t key) { return ++m_keys[key].sent; }
    std::uint64_t lastSent(std::size_t key) const { return m_keys[key].sent; }
    /// The least number that a strong read which begins now must show: acknowledged, or shown by
    /// another strong read.
    std::uint64_t floor(std::size_t key) const { return m_keys[key].floor; }
    void raiseFloor(std::size_t key, std::uint64_t number);
    /// After a crash that was allowed to lose data: the key holds `number`, whatever was
    /// acknowledged.
    void takeLoss(std::size_t key, std::uint64_t number) { m_keys[key].floor = number; }

    /// Records a broken promise. Keeps the first few.
    void complain(const std::string& sentence);
    /// Empty if there are none.
    std::string complaints() const;

private:
    struct Key {
        std::atomic<std::uint64_t> sent{0};
        std::atomic<std::uint64_t> floor{0};
    };

    const int m_keysEach;
    const std::size_t m_count;
    const std::unique_ptr<Key[]> m_keys;

    mutable std::mutex m_mutex;
    std::vector<std::string> m_complaints;  // Guarded by m_mutex, as is the next.
    std::size_t m_complaintCount = 0;
};

}  // namespace orrery::live
