#include "core/types/item_size.h"

#include <algorithm>

namespace orrery::types {
namespace {

// The documentation says "approximately" one byte for two digits, and one more. This is what the
// service charges, as dynoxide's authors measured it at the limit of 400 KB: digits before and
// after the point are paired separately, zeros at both ends are free, and a sign costs a byte.
std::size_t sizeOf(const Number& number) {
    const int before = std::clamp(number.magnitude() + 1, 0, number.digits());
    const int after = number.digits() - before;
    const int pairs = (before + 1) / 2 + (after + 1) / 2;
    return static_cast<std::size_t>(1 + pairs + (number.isNegative() ? 1 : 0));
}

constexpr std::size_t kDocumentBytes = 3;
constexpr std::size_t kElementBytes = 1;

struct Sizer {
    std::size_t operator()(const std::string& text) const { return text.size(); }
    std::size_t operator()(const Number& number) const { return sizeOf(number); }
    std::size_t operator()(const Binary& binary) const { return binary.bytes.size(); }
    std::size_t operator()(const StringSet& set) const { return sumOf(set.elements); }
    std::size_t operator()(const BinarySet& set) const { return sumOf(set.elements); }
    std::size_t operator()(const NumberSet& set) const {
        std::size_t sum = 0;
        for (const Number& element : set.elements)
            sum += sizeOf(element);
        return sum;
    }
    std::size_t operator()(const AttributeMap& map) const {
        return kDocumentBytes + kElementBytes * map.size() + itemBytes(map);
    }
    std::size_t operator()(const List& list) const {
        std::size_t sum = kDocumentBytes + kElementBytes * list.size();
        for (const AttributeValue& element : list)
            sum += attributeBytes(element);
        return sum;
    }
    std::size_t operator()(Null) const { return 1; }
    std::size_t operator()(bool) const { return 1; }

    static std::size_t sumOf(const std::vector<std::string>& elements) {
        std::size_t sum = 0;
        for (const std::string& element : elements)
            sum += element.size();
        return sum;
    }
};

}  // namespace

std::size_t attributeBytes(const AttributeValue& value) {
    return std::visit(Sizer{}, value.variant());
}

std::size_t itemBytes(const Item& item) {
    std::size_t sum = 0;
    for (const auto& [name, value] : item)
        sum += name.size() + attributeBytes(value);
    return sum;
}

int nestingLevels(const AttributeValue& value) {
    int below = 0;
    if (const auto* map = value.as<AttributeMap>()) {
        for (const auto& [name, element] : *map)
            below = std::max(below, nestingLevels(element));
    } else if (const auto* list = value.as<List>()) {
        for (const AttributeValue& element : *list)
            below = std::max(below, nestingLevels(element));
    }
    return below + 1;
}

}  // namespace orrery::types
