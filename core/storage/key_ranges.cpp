#include "core/storage/key_ranges.h"

#include <algorithm>
#include <utility>

namespace orrery::storage {
namespace {

bool endsBefore(const std::string& end, std::string_view key) {
    return !end.empty() && end < key;
}

// The lower end; an empty one means no end.
const std::string& firstEnd(const std::string& a, const std::string& b) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    return std::min(a, b);
}

}  // namespace

void appendRange(KeyRanges& ranges, const KeyRange& range) {
    if (!range.end.empty() && range.end <= range.begin) return;
    if (ranges.empty() || endsBefore(ranges.back().end, range.begin)) {
        ranges.push_back(range);
        return;
    }
    std::string& end = ranges.back().end;
    if (!end.empty() && (range.end.empty() || end < range.end)) end = range.end;
}

bool contains(const KeyRanges& ranges, std::string_view key) {
    const auto after = std::ranges::upper_bound(ranges, key, {}, &KeyRange::begin);
    if (after == ranges.begin()) return false;
    const std::string& end = std::prev(after)->end;
    return end.empty() || key < end;
}

KeyRanges intersect(const KeyRanges& a, const KeyRanges& b) {
    KeyRanges both;
    auto one = a.begin();
    auto other = b.begin();
    while (one != a.end() && other != b.end()) {
        const std::string& end = firstEnd(one->end, other->end);
        appendRange(both, {std::max(one->begin, other->begin), end});
        if (end == one->end)
            ++one;
        else
            ++other;
    }
    return both;
}

KeyRanges unite(KeyRanges ranges) {
    std::ranges::sort(ranges, {}, &KeyRange::begin);
    KeyRanges united;
    for (const KeyRange& range : ranges)
        appendRange(united, range);
    return united;
}

}  // namespace orrery::storage
