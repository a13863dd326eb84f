#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/api/decode/decode.h"
#include "core/api/decode/shapes.h"
#include "core/base/result.h"
#include "core/base/text.h"

namespace orrery::api {
namespace {

constexpr std::size_t kViolationsMax = 10;
constexpr std::int64_t kArnLengthMax = 1024;

std::string_view patternText(Pattern pattern) {
    return pattern == Pattern::Name ? "[a-zA-Z0-9_.-]+" : "";
}

bool matchesPattern(Pattern pattern, std::string_view text) {
    if (pattern == Pattern::None) return true;
    for (const char c : text) {
        const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
        if (!ok) return false;
    }
    return !text.empty();
}

std::int64_t textLength(std::string_view text) {
    return static_cast<std::int64_t>(utf16Length(text));
}

std::int64_t textLength(const Shape& shape, std::string_view text) {
    return shape.role == Role::Attribute ? static_cast<std::int64_t>(text.size())
                                         : textLength(text);
}

std::int64_t lengthOf(const Shape& shape, const json::Value& value) {
    if (value.is_string()) return textLength(shape, value.get_string());
    if (value.is_array()) return static_cast<std::int64_t>(value.get_array().size());
    if (value.is_object()) return static_cast<std::int64_t>(value.get_object().size());
    return 0;
}

std::string lengthAtLeast(std::int64_t limit) {
    return "Member must have length greater than or equal to " + std::to_string(limit);
}
std::string lengthAtMost(std::int64_t limit) {
    return "Member must have length less than or equal to " + std::to_string(limit);
}
std::string lengthWithin(std::int64_t min, std::int64_t max) {
    return min == kNoLimit ? lengthAtMost(max) : lengthAtMost(max) + ", " + lengthAtLeast(min);
}

// The map or the list that an attribute value holds; null if it holds neither.
const json::Value* nestedIn(const json::Value& value) {
    const json::Object* object = value.if_object();
    if (object == nullptr) return nullptr;
    // A loop, since almost every value has one member, which is neither.
    const json::Value* list = nullptr;
    for (const auto& [type, nested] : *object) {
        if (nested.is_null()) continue;
        if (type == "M") return &nested;
        if (type == "L") list = &nested;
    }
    return list;
}

// A path such as 'keySchema.1.member.keyType' during the walk over the request: members begin with
// a lower-case letter, and list elements are counted from 1.
class Path {
public:
    std::size_t push(std::string_view part, bool lower) {
        const std::size_t before = m_text.size();
        if (before != 0) m_text.push_back('.');
        const std::size_t at = m_text.size();
        m_text.append(part);
        if (lower && at < m_text.size() && m_text[at] >= 'A' && m_text[at] <= 'Z')
            m_text[at] = static_cast<char>(m_text[at] + 32);
        return before;
    }
    void pop(std::size_t before) { m_text.resize(before); }
    const std::string& text() const { return m_text; }

private:
    std::string m_text;
};

class Checker {
public:
    enum class Names { AsModelled, Whole };
    explicit Checker(Names names = Names::AsModelled) : m_names(names) {}

    void members(const Shape& shape, const json::Object& object) {
        for (const Member& candidate : shape.members)
            member(candidate, object);
    }

    void member(const Member& member, const json::Object& object) {
        const json::Value* value = object.if_contains(member.name);
        // Most requests omit most members.
        if (value == nullptr && member.presence == Presence::Optional) return;
        const std::size_t before = m_path.push(member.name, true);
        m_name = member.name;
        check(*member.shape, member.presence, value);
        m_path.pop(before);
    }

    ApiResult<void> result() const {
        if (m_violations.empty()) return {};
        std::string text = std::to_string(m_violations.size()) + " validation error" +
                           (m_violations.size() == 1 ? "" : "s") + " detected: ";
        for (std::size_t i = 0; i < m_violations.size(); ++i) {
            if (i != 0) text += "; ";
            text += m_violations[i];
        }
        return std::unexpected(ApiError::validation(std::move(text)));
    }

private:
    void check(const Shape& shape, Presence presence, const json::Value* value) {
        if (value == nullptr || value->is_null()) {
            if (presence == Presence::NotNull) violation(shape, nullptr, "Member must not be null");
            return;
        }
        switch (shape.type) {
            case ShapeType::String:
                checkText(shape, *value);
                break;
            case ShapeType::Integer:
            case ShapeType::Long:
                checkValue(shape, *value);
                break;
            case ShapeType::Structure:
                members(shape, value->get_object());
                break;
            case ShapeType::List:
                checkLength(shape, *value);
                checkElements(shape, *value);
                elements(shape, value->get_array());
                break;
            case ShapeType::Map:
                checkLength(shape, *value);
                checkKeys(shape, *value);
                entries(shape, value->get_object());
                break;
            case ShapeType::AttributeValue:
                checkNested(*value);
                break;
            case ShapeType::Double:
            case ShapeType::Timestamp:
            case ShapeType::Boolean:
                break;
        }
    }

    // Names in a map have the limits of an attribute's name, at any depth.
    void checkNested(const json::Value& value) {
        static constexpr Shape kValue = scalar(ShapeType::AttributeValue);
        static constexpr Shape kMap = mapOf(shapes::kAttributeName, kValue);
        static constexpr Shape kList = listOf(kValue);
        const json::Value* nested = nestedIn(value);
        if (nested == nullptr) return;
        const std::size_t before = m_path.push(nested->is_object() ? "m" : "l", false);
        if (const json::Array* list = nested->if_array()) {
            elements(kList, *list);  // An attribute value that is null has an error of its own.
        } else {
            check(kMap, Presence::Optional, nested);
        }
        m_path.pop(before);
    }

    void checkText(const Shape& shape, const json::Value& value) {
        const std::string_view text = value.get_string();
        if (!shape.values.empty()) {
            for (const std::string_view allowed : shape.values)
                if (text == allowed) return;
            std::string list;
            for (const std::string_view allowed : shape.values) {
                if (!list.empty()) list += ", ";
                list += allowed;
            }
            violation(shape, &value, "Member must satisfy enum value set: [" + list + "]");
            return;
        }
        if (shape.role == Role::Table &&
            (m_names == Names::AsModelled || text.starts_with("arn:"))) {
            if (text.empty()) violation(shape, &value, lengthAtLeast(1));
            if (textLength(text) > kArnLengthMax)
                violation(shape, &value, lengthAtMost(kArnLengthMax));
            return;
        }
        // For an empty name of a table that should exist, the service reports the length alone.
        const bool lengthOnly = text.empty() && shape.role == Role::Table && shape.lengthMin == 1;
        if (!lengthOnly && !matchesPattern(shape.pattern, text))
            violation(shape, &value,
                      "Member must satisfy regular expression pattern: " +
                          std::string(patternText(shape.pattern)));
        checkLength(shape, value);
    }

    void checkLength(const Shape& shape, const json::Value& value) {
        if (shape.lengthMin == kNoLimit && shape.lengthMax == kNoLimit) return;
        const std::int64_t length = lengthOf(shape, value);
        if (shape.lengthMin != kNoLimit && length < shape.lengthMin)
            violation(shape, &value, lengthAtLeast(shape.lengthMin));
        if (shape.lengthMax != kNoLimit && length > shape.lengthMax)
            violation(shape, &value, lengthAtMost(shape.lengthMax));
    }

    void checkValue(const Shape& shape, const json::Value& value) {
        const std::int64_t number = value.is_int64()    ? value.get_int64()
                                    : value.is_uint64() ? INT64_MAX
                                                        : doubleToInteger(value.get_double());
        if (shape.valueMin != kNoLimit && number < shape.valueMin)
            violation(shape, &value,
                      "Member must have value greater than or equal to " +
                          std::to_string(shape.valueMin));
        if (shape.valueMax != kNoLimit && number > shape.valueMax)
            violation(
                shape, &value,
                "Member must have value less than or equal to " + std::to_string(shape.valueMax));
    }

    static std::int64_t doubleToInteger(double number) {
        if (number >= 9.2e18) return INT64_MAX;
        if (number <= -9.2e18) return INT64_MIN;
        return static_cast<std::int64_t>(number);
    }

    // The service reports missing elements at the list itself.
    void checkElements(const Shape& shape, const json::Value& value) {
        if (std::ranges::none_of(value.get_array(),
                                 [](const json::Value& element) { return element.is_null(); }))
            return;
        violation(shape, &value, "Member must satisfy constraint: [Member must not be null]");
    }

    // The service reports limits of a map's keys and of its values' lengths at the map itself.
    void checkKeys(const Shape& shape, const json::Value& value) {
        for (const auto& [key, element] : value.get_object()) {
            if (shape.keys != nullptr && !keyFits(*shape.keys, key)) {
                violation(shape, &value,
                          "Map keys must satisfy constraint: [" +
                              lengthWithin(shape.keys->lengthMin, shape.keys->lengthMax) +
                              (shape.keys->pattern == Pattern::None
                                   ? ""
                                   : ", Member must satisfy regular expression pattern: " +
                                         std::string(patternText(shape.keys->pattern))) +
                              "]");
            }
            if (shape.valueLengthMax == kNoLimit || element.is_null()) continue;
            const std::int64_t length = lengthOf(*shape.element, element);
            if (length >= shape.valueLengthMin && length <= shape.valueLengthMax) continue;
            violation(shape, &value,
                      "Map value must satisfy constraint: [" +
                          lengthWithin(shape.valueLengthMin, shape.valueLengthMax) + "]");
        }
    }

    static bool keyFits(const Shape& keys, std::string_view key) {
        const std::int64_t length = textLength(keys, key);
        if (keys.role == Role::Table && key.starts_with("arn:")) return length <= kArnLengthMax;
        return length >= keys.lengthMin && length <= keys.lengthMax &&
               matchesPattern(keys.pattern, key);
    }

    void elements(const Shape& shape, const json::Array& array) {
        if (!hasLimits(*shape.element)) return;
        for (std::size_t i = 0; i < array.size(); ++i) {
            if (isPlain(*shape.element, array[i])) continue;
            const std::size_t before = m_path.push(std::to_string(i + 1), false);
            m_path.push("member", false);
            check(*shape.element, Presence::Optional, &array[i]);
            m_path.pop(before);
        }
    }

    void entries(const Shape& shape, const json::Object& object) {
        if (!hasLimits(*shape.element)) return;
        for (const auto& [key, element] : object) {
            if (isPlain(*shape.element, element)) continue;
            const std::size_t before = m_path.push(key, false);
            m_path.push("member", false);
            const std::string_view outer = std::exchange(m_entry, key);
            check(*shape.element, Presence::Optional, &element);
            m_entry = outer;
            m_path.pop(before);
        }
    }

    // Values that hold no others have no limits here, so the walk makes no paths for the thousand
    // attributes of an item.
    static bool isPlain(const Shape& shape, const json::Value& value) {
        return shape.type == ShapeType::AttributeValue && nestedIn(value) == nullptr;
    }

    static bool hasLimits(const Shape& shape) {
        if (shape.type == ShapeType::AttributeValue) return true;
        if (shape.type == ShapeType::Boolean) return false;
        if (shape.type == ShapeType::Map || shape.type == ShapeType::List)
            return shape.lengthMin != kNoLimit || shape.lengthMax != kNoLimit ||
                   shape.keys != nullptr || hasLimits(*shape.element);
        return shape.type != ShapeType::String || shape.lengthMin != kNoLimit ||
               shape.lengthMax != kNoLimit || !shape.values.empty();
    }

    void violation(const Shape& shape, const json::Value* value, const std::string& constraint) {
        if (m_violations.size() >= kViolationsMax) return;
        std::string text = "Value ";
        if (shape.valueUnnamed && value != nullptr) {
            text += "at '" + unnamedPath() + "'";
        } else {
            if (value != nullptr) text.push_back('\'');
            appendRendered(text, shape, value);
            if (value != nullptr) text.push_back('\'');
            text += " at '" + m_path.text() + "'";
        }
        m_violations.push_back(text + " failed to satisfy constraint: " + constraint);
    }

    // In errors that omit the value, members keep their capitals: 'RequestItems.T.member.Keys'.
    std::string unnamedPath() const {
        if (m_entry.empty()) return std::string(m_name);
        return "RequestItems." + std::string(m_entry) + ".member." + std::string(m_name);
    }

    Names m_names;
    Path m_path;
    std::string_view m_name;   // Of the current member.
    std::string_view m_entry;  // Of the current map entry.
    std::vector<std::string> m_violations;
};

// All rules for the name of a table. The model only demands 1 to 1,024 characters, since it may be
// an ARN.
ApiResult<void> checkName(const Member& member, const json::Object& request) {
    Checker checker(Checker::Names::Whole);
    checker.member(member, request);
    return checker.result();
}

}  // namespace

ApiResult<void> checkConstraints(const Shape& shape, const json::Object& request) {
    for (const Member& member : shape.members) {
        if (member.presence != Presence::Required) continue;
        const json::Value* value = request.if_contains(member.name);
        if (value == nullptr || value->is_null())
            return std::unexpected(
                ApiError::validation("The parameter '" + std::string(member.name) +
                                     "' is required but was not present in the request"));
        TRY(checkName(member, request));
    }
    Checker checker;
    checker.members(shape, request);
    TRY(checker.result());
    for (const Member& member : shape.members)
        if (member.shape->role == Role::Table) TRY(checkName(member, request));
    return {};
}

}  // namespace orrery::api
