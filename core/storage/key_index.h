#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace orrery::storage {

/// A hash for the tables below. It takes eight bytes at a time, since every read computes one. It
/// is never stored and never used as an order.
inline std::uint64_t keyHash(std::string_view key) {
    constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15u;
    std::uint64_t hash = key.size() * kFactor;
    const auto mix = [&hash](std::uint64_t word) {
        hash = (hash ^ word) * kFactor;
        hash ^= hash >> 29;
    };
    std::uint64_t word = 0;
    while (key.size() >= sizeof word) {
        std::memcpy(&word, key.data(), sizeof word);
        mix(word);
        key.remove_prefix(sizeof word);
    }
    word = 0;
    if (!key.empty()) std::memcpy(&word, key.data(), key.size());
    mix(word);
    return hash * kFactor ^ hash >> 32;
}

/// Finds the nodes of an ordered map by hash. A memtable lookup then costs one probe; descending
/// the map costs a dozen cache misses. `Node::first` is the key.
template <typename Node>
class KeyIndex {
public:
    Node* find(std::string_view key, std::uint64_t hash) const {
        if (m_places.empty()) return nullptr;
        for (std::size_t at = hash & m_mask; m_places[at].node != nullptr; at = (at + 1) & m_mask) {
            const Place& place = m_places[at];
            if (place.hash == hash && place.node->first == key) return place.node;
        }
        return nullptr;
    }

    /// Adds a node, which must not be present. It must keep its address until it is removed.
    void add(Node* node, std::uint64_t hash) {
        if (2 * (m_count + 1) > m_places.size()) grow();
        place(node, hash);
        ++m_count;
    }

    /// Removes a node, which must be present. Later nodes of the probe chain move up, so no
    /// tombstones accumulate.
    void remove(const Node* node, std::uint64_t hash) {
        std::size_t hole = hash & m_mask;
        while (m_places[hole].node != node)
            hole = (hole + 1) & m_mask;
        for (std::size_t at = (hole + 1) & m_mask; m_places[at].node != nullptr;
             at = (at + 1) & m_mask) {
            const std::size_t home = m_places[at].hash & m_mask;
            if (((at - home) & m_mask) < ((at - hole) & m_mask)) continue;
            m_places[hole] = m_places[at];
            hole = at;
        }
        m_places[hole] = {};
        --m_count;
    }

private:
    struct Place {
        std::uint64_t hash = 0;
        Node* node = nullptr;
    };

    void place(Node* node, std::uint64_t hash) {
        std::size_t at = hash & m_mask;
        while (m_places[at].node != nullptr)
            at = (at + 1) & m_mask;
        m_places[at] = {hash, node};
    }

    void grow() {
        std::vector<Place> old(m_places.empty() ? 16 : 2 * m_places.size());
        old.swap(m_places);
        m_mask = m_places.size() - 1;
        for (const Place& each : old) {
            if (each.node != nullptr) place(each.node, each.hash);
        }
    }

    std::vector<Place> m_places;
    std::size_t m_count = 0;
    std::size_t m_mask = 0;
};

}  // namespace orrery::storage
