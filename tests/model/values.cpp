#include "tests/model/values.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/types/base64.h"

namespace orrery::test::model {
namespace {

const std::vector<std::string>& texts() {
    static const std::vector<std::string> values{"",   "a",   "ab",  "abc", "b",
                                                 "ba", "x'y", "\"q", "é",   "日本"};
    return values;
}

std::string encoded(const std::string& bytes) {
    std::string text;
    types::appendBase64(text, bytes);
    return text;
}

std::string decoded(const Value& binary) {
    const auto bytes = types::parseBase64(contentOf(binary).as_string());
    CHECK(bytes.has_value());
    return *bytes;
}

std::int64_t drawTenths(Prng& prng) {
    const auto whole = static_cast<std::int64_t>(prng.below(40)) - 20;
    return prng.chance({1, 4}) ? whole * 10 + 5 : whole * 10;
}

Value drawSet(Prng& prng, const char* type) {
    std::vector<std::string> elements;
    const std::size_t count = 1 + prng.below(4);
    for (std::size_t i = 0; i < count; ++i) {
        std::string element = pick(prng, texts());
        if (*type == 'B') element = encoded(element);
        if (*type == 'N') element = numberText(drawTenths(prng));
        elements.push_back(std::move(element));
    }
    std::ranges::sort(elements);
    const auto rest = std::ranges::unique(elements);
    elements.erase(rest.begin(), rest.end());
    return {{type, boost::json::array(elements.begin(), elements.end())}};
}

std::string drawText(Prng& prng) {
    if (prng.chance({1, 60})) return std::string(500 + prng.below(2500), 'w');
    return pick(prng, texts());
}

// The digits before and after the point are paired, zeros at both ends count nothing.
std::size_t numberBytes(std::string_view text) {
    std::size_t bytes = 1;
    if (text.starts_with('-')) ++bytes;
    text.remove_prefix(text.starts_with('-') ? 1 : 0);
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string before(text.substr(0, point));
    const std::string after(text.substr(std::min(point + 1, text.size())));
    if (after.empty()) {
        while (before.ends_with('0'))
            before.pop_back();
    }
    if (before == "0") before.clear();
    return bytes + (before.size() + 1) / 2 + (after.size() + 1) / 2;
}

std::size_t valueBytes(const Value& value) {
    constexpr std::size_t kDocument = 3;
    const std::string_view type = typeOf(value);
    if (type == "S") return contentOf(value).as_string().size();
    if (type == "N") return numberBytes(contentOf(value).as_string());
    if (type == "B") return decoded(value).size();
    if (type == "BOOL" || type == "NULL") return 1;
    if (type == "M") {
        const auto& map = contentOf(value).as_object();
        return kDocument + map.size() + bytesOf(map);
    }
    std::size_t bytes = type == "L" ? kDocument + elementsOf(value).size() : 0;
    for (const auto& element : elementsOf(value))
        bytes += type == "L" ? valueBytes(element) : valueBytes({{type.substr(0, 1), element}});
    return bytes;
}

}  // namespace

Value stringValue(std::string_view text) {
    return {{"S", text}};
}

std::string numberText(std::int64_t tenths) {
    const std::int64_t size = tenths < 0 ? -tenths : tenths;
    std::string text = (tenths < 0 ? "-" : "") + std::to_string(size / 10);
    if (size % 10 != 0) text += "." + std::to_string(size % 10);
    return text;
}

Value numberValue(std::int64_t tenths) {
    return {{"N", numberText(tenths)}};
}

std::int64_t tenthsOf(const Value& number) {
    const std::string text(contentOf(number).as_string());
    const std::size_t point = text.find('.');
    const std::int64_t whole = std::stoll(text.substr(0, point)) * 10;
    if (point == std::string::npos) return whole;
    const std::int64_t rest = text[point + 1] - '0';
    return text.starts_with('-') ? whole - rest : whole + rest;
}

std::string_view typeOf(const Value& value) {
    return value.as_object().begin()->key();
}

bool isSet(const Value& value) {
    return typeOf(value) == "SS" || typeOf(value) == "NS" || typeOf(value) == "BS";
}

const boost::json::value& contentOf(const Value& value) {
    return value.as_object().begin()->value();
}

boost::json::array& elementsOf(Value& value) {
    return value.as_object().begin()->value().as_array();
}

const boost::json::array& elementsOf(const Value& value) {
    return contentOf(value).as_array();
}

Value sorted(const Value& value) {
    Value copy = value;
    if (typeOf(value) == "M") return {{"M", sorted(contentOf(value).as_object())}};
    if (isSet(value)) {
        std::ranges::sort(elementsOf(copy), [](const auto& a, const auto& b) {
            return a.as_string().compare(b.as_string()) < 0;
        });
    }
    if (typeOf(value) == "L") {
        for (auto& element : elementsOf(copy))
            element = sorted(element);
    }
    return copy;
}

Attributes sorted(const Attributes& item) {
    Attributes copy;
    for (const auto& [name, value] : item)
        copy[name] = sorted(value);
    return copy;
}

std::optional<int> compared(const Value& a, const Value& b) {
    const std::string_view type = typeOf(a);
    if (type != typeOf(b)) return std::nullopt;
    if (type == "S") return contentOf(a).as_string().compare(contentOf(b).as_string());
    if (type == "B") return decoded(a).compare(decoded(b));
    if (type != "N") return std::nullopt;
    const std::int64_t difference = tenthsOf(a) - tenthsOf(b);
    return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

std::size_t bytesOf(const Attributes& item) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : item)
        bytes += name.size() + valueBytes(value);
    return bytes;
}

Value respelled(Prng& prng, const Value& value) {
    const std::string_view type = typeOf(value);
    if (type == "M") return {{"M", respelled(prng, contentOf(value).as_object())}};
    if (type == "L") {
        boost::json::array elements;
        for (const auto& element : elementsOf(value))
            elements.push_back(respelled(prng, element));
        return {{"L", elements}};
    }
    if (type != "N" || !prng.chance({1, 6})) return value;
    const std::string text(contentOf(value).as_string());
    switch (prng.below(3)) {
        case 0:
            return {{"N", text + (text.contains('.') ? "00" : ".0")}};
        case 1:
            return {{"N", text + "E0"}};
        default:
            return {{"N", std::to_string(tenthsOf(value)) + "e-1"}};
    }
}

Attributes respelled(Prng& prng, const Attributes& item) {
    Attributes copy;
    for (const auto& [name, value] : item)
        copy[name] = respelled(prng, value);
    return copy;
}

Value drawKeyValue(Prng& prng, char type) {
    static const std::vector<std::string> keys{"k", "ka", "kb", "l", "ü", "z\"'"};
    if (type == 'N') return numberValue((static_cast<std::int64_t>(prng.below(12)) - 4) * 5);
    if (type == 'B') return {{"B", encoded(pick(prng, keys) + std::string(1, '\0'))}};
    return stringValue(pick(prng, keys));
}

Value drawValue(Prng& prng, std::string_view type) {
    if (type == "S") return stringValue(drawText(prng));
    if (type == "N") return numberValue(drawTenths(prng));
    if (type == "B") return {{"B", encoded(pick(prng, texts()))}};
    if (type == "BOOL") return {{"BOOL", prng.chance({1, 2})}};
    if (type == "NULL") return {{"NULL", true}};
    if (type == "SS") return drawSet(prng, "SS");
    if (type == "NS") return drawSet(prng, "NS");
    CHECK(type == "BS");
    return drawSet(prng, "BS");
}

Value drawValue(Prng& prng, int depth) {
    static const std::vector<std::string> types{"S",  "S",  "N",  "N", "N", "B", "BOOL", "NULL",
                                                "SS", "NS", "BS", "L", "L", "M", "M"};
    const std::string& type = pick(prng, types);
    if (type != "L" && type != "M") return drawValue(prng, type);
    if (depth == 0) return drawValue(prng, "N");
    const std::size_t count = prng.below(4);
    if (type == "L") {
        boost::json::array elements;
        for (std::size_t i = 0; i < count; ++i)
            elements.push_back(drawValue(prng, depth - 1));
        return {{"L", elements}};
    }
    static const std::vector<std::string> names{"mx", "my", "name"};
    Attributes map;
    for (std::size_t i = 0; i < count; ++i)
        map[pick(prng, names)] = drawValue(prng, depth - 1);
    return {{"M", map}};
}

}  // namespace orrery::test::model
