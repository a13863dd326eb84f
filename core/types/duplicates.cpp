#include "core/types/duplicates.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/types/base64.h"

namespace orrery::types {
namespace {

constexpr std::string_view kBegin = "One or more parameter values were invalid: Input collection ";

struct Element {
    std::string value;
    std::string_view text;  ///< As sent.
};

std::string inBrackets(const std::vector<Element>& elements, std::string_view quote,
                       std::string_view separator) {
    std::string text = "[";
    for (const Element& element : elements) {
        if (text.size() > 1) text.append(separator);
        text.append(quote).append(element.text).append(quote);
    }
    return text + "]";
}

// The newer layer fills a sorted set and stops at the first repeat; the others follow as sent.
std::vector<Element> sortedToRepeat(std::vector<Element> elements) {
    auto sorted = elements.begin();
    while (sorted != elements.end()) {
        const auto place =
            std::ranges::lower_bound(elements.begin(), sorted, sorted->value, {}, &Element::value);
        if (place != sorted && place->value == sorted->value) break;
        std::rotate(place, sorted, sorted + 1);
        ++sorted;
    }
    return elements;
}

// `end` follows the elements, and `separator` is that of the newer layer.
ApiError duplicates(std::vector<Element> elements, std::string_view separator,
                    std::string_view end) {
    std::string older = std::string(kBegin) + inBrackets(elements, "", ", ");
    std::string newer =
        std::string(kBegin) + inBrackets(sortedToRepeat(std::move(elements)), "\"", separator);
    return ApiError::validation(older.append(end), newer.append(end));
}

}  // namespace

ApiError duplicateStrings(const json::Array& set) {
    std::vector<Element> elements;
    for (const json::Value& element : set) {
        const std::string_view text = element.get_string();
        elements.push_back({std::string(text), text});
    }
    return duplicates(std::move(elements), ", ", " contains duplicates.");
}

ApiError duplicateBinaries(const json::Array& set) {
    std::vector<Element> elements;
    for (const json::Value& element : set) {
        const std::string_view text = element.get_string();
        auto bytes = parseBase64(text);
        CHECK(bytes.has_value());
        elements.push_back({*std::move(bytes), text});
    }
    return duplicates(std::move(elements), ",", "of type BS contains duplicates.");
}

ApiError duplicateNumbers() {
    return ApiError::validation("Input collection contains duplicates",
                                "One or more parameter values were invalid: Input collection "
                                "contains duplicates.");
}

}  // namespace orrery::types
