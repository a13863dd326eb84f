#include "core/types/attribute_value.h"

#include <algorithm>
#include <numeric>

#include "core/base/check.h"

namespace orrery::types {
namespace {

// The first entry whose name is not less than `name`.
template <typename Entries>
auto lowerBound(Entries& entries, std::string_view name) {
    return std::lower_bound(entries.begin(), entries.end(), name,
                            [](const AttributeMap::Entry& entry, std::string_view wanted) {
                                return std::string_view(entry.first) < wanted;
                            });
}

}  // namespace

std::string_view wireName(AttributeType type) {
    switch (type) {
        case AttributeType::String:
            return "S";
        case AttributeType::Number:
            return "N";
        case AttributeType::Binary:
            return "B";
        case AttributeType::StringSet:
            return "SS";
        case AttributeType::NumberSet:
            return "NS";
        case AttributeType::BinarySet:
            return "BS";
        case AttributeType::Map:
            return "M";
        case AttributeType::List:
            return "L";
        case AttributeType::Null:
            return "NULL";
        case AttributeType::Bool:
            return "BOOL";
    }
    CHECK(false);
}

AttributeMap AttributeMap::fromEntries(std::vector<Entry> entries) {
    AttributeMap map;
    const auto ascend = [](const Entry& a, const Entry& b) { return a.first < b.first; };
    const auto stays = [&](const Entry& a, const Entry& b) { return !ascend(a, b); };
    if (std::ranges::adjacent_find(entries, stays) == entries.end()) {
        map.m_entries = std::move(entries);
        return map;
    }
    // Entries are large, so this sorts their positions; of equal names the last comes first.
    std::vector<std::uint32_t> order(entries.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        const int names = entries[a].first.compare(entries[b].first);
        return names != 0 ? names < 0 : a > b;
    });
    map.m_entries.reserve(entries.size());
    for (const std::uint32_t position : order) {
        Entry& entry = entries[position];
        if (map.m_entries.empty() || map.m_entries.back().first != entry.first)
            map.m_entries.push_back(std::move(entry));
    }
    return map;
}

bool AttributeMap::empty() const {
    return m_entries.empty();
}

std::size_t AttributeMap::size() const {
    return m_entries.size();
}

std::vector<AttributeMap::Entry>::const_iterator AttributeMap::begin() const {
    return m_entries.begin();
}

std::vector<AttributeMap::Entry>::const_iterator AttributeMap::end() const {
    return m_entries.end();
}

const AttributeValue* AttributeMap::find(std::string_view name) const {
    const auto found = lowerBound(m_entries, name);
    return found != m_entries.end() && found->first == name ? &found->second : nullptr;
}

AttributeValue* AttributeMap::find(std::string_view name) {
    const auto found = lowerBound(m_entries, name);
    return found != m_entries.end() && found->first == name ? &found->second : nullptr;
}

void AttributeMap::set(std::string name, AttributeValue value) {
    const auto found = lowerBound(m_entries, name);
    if (found != m_entries.end() && found->first == name) {
        found->second = std::move(value);
    } else {
        m_entries.emplace(found, std::move(name), std::move(value));
    }
}

bool AttributeMap::erase(std::string_view name) {
    const auto found = lowerBound(m_entries, name);
    if (found == m_entries.end() || found->first != name) return false;
    m_entries.erase(found);
    return true;
}

void AttributeMap::reserve(std::size_t count) {
    m_entries.reserve(count);
}

void AttributeMap::append(std::string name, AttributeValue value) {
    CHECK(m_entries.empty() || m_entries.back().first < name);
    m_entries.emplace_back(std::move(name), std::move(value));
}

bool AttributeMap::operator==(const AttributeMap& other) const {
    return m_entries == other.m_entries;
}

}  // namespace orrery::types
