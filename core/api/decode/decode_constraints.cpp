#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/api/decode/constraint_text.h"
#include "core/api/decode/decode.h"
#include "core/api/decode/decode_newer.h"
#include "core/api/decode/fields.h"
#include "core/api/decode/pattern.h"
#include "core/api/decode/shapes.h"
#include "core/base/result.h"
#include "core/base/text.h"

namespace orrery::api {
namespace {

constexpr std::size_t kViolationsMax = 10;
constexpr std::int64_t kArnLengthMax = 1024;

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
    bool isNested() const { return m_text.find('.') != m_text.npos; }
    const std::string& text() const { return m_text; }

private:
    std::string m_text;
};

class Checker {
public:
    enum class Names { AsModelled, Whole };
    Checker(Names names, const json::Object& request, Layer layer)
        : m_names(names), m_request(request), m_isNewer(layer == Layer::Newer) {}

    void members(const Shape& shape, const json::Object& object) {
        for (const Member& candidate : shape.members)
            member(candidate, object);
    }

    /// The limits that count only if there is no other violation.
    void entriesOfMembers(const Shape& shape) {
        if (!m_violations.empty()) return;
        for (const Member& candidate : shape.members) {
            const json::Value* value = m_request.if_contains(candidate.name);
            if (!candidate.shape->entriesLast || value == nullptr || value->is_null()) continue;
            const std::size_t before = m_path.push(candidate.name, true);
            m_name = candidate.name;
            checkKeys(*candidate.shape, *value);
            m_path.pop(before);
        }
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
                if (!shape.entriesLast) checkKeys(shape, *value);
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

    void checkNested(const json::Value& value) {
        static constexpr Shape kValue = scalar(ShapeType::AttributeValue);
        static constexpr Shape kMap = mapOf(kValue);
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
            if (m_isNewer) {
                if (auto newer = newerEnumViolation(shape, m_request, text))
                    return add(*std::move(newer));
            }
            violation(shape, &value, enumConstraint(shape.values));
            return;
        }
        // A name in an action of a transaction is checked with the other members: recorded in
        // us-east-1 and eu-west-2 (dynamodb-conformance, validation-ordering/transactions.test.ts).
        const bool isAsModelled = m_names == Names::AsModelled && !m_path.isNested();
        if (shape.role == Role::Table && (isAsModelled || text.starts_with("arn:"))) {
            if (text.empty()) violation(shape, &value, lengthAtLeast(1));
            if (textLength(text) > kArnLengthMax)
                violation(shape, &value, lengthAtMost(kArnLengthMax));
            return;
        }
        // For an empty name of a table that should exist, the service reports the length alone.
        const bool lengthOnly = text.empty() && shape.role == Role::Table && shape.lengthMin == 1;
        if (shape.lengthFirst) checkLength(shape, value);
        if (!lengthOnly && !matchesPattern(shape.pattern, text))
            violation(shape, &value,
                      "Member must satisfy regular expression pattern: " +
                          std::string(patternText(shape.pattern)));
        if (!shape.lengthFirst) checkLength(shape, value);
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
                                                        : truncated(value.get_double());
        if (shape.valueMin != kNoLimit && number < shape.valueMin)
            violation(shape, &value,
                      "Member must have value greater than or equal to " +
                          std::to_string(shape.valueMin));
        if (shape.valueMax != kNoLimit && number > shape.valueMax)
            violation(
                shape, &value,
                "Member must have value less than or equal to " + std::to_string(shape.valueMax));
    }

    // The service reports missing elements at the list itself.
    void checkElements(const Shape& shape, const json::Value& value) {
        if (std::ranges::none_of(value.get_array(),
                                 [](const json::Value& element) { return element.is_null(); }))
            return;
        violation(shape, &value, "Member must satisfy constraint: [Member must not be null]");
    }

    // The service reports limits of a map's keys and of its values' lengths at the map itself. An
    // attribute value that is null has an error of its own.
    void checkKeys(const Shape& shape, const json::Value& value) {
        const auto isNull = [](const auto& entry) { return entry.value().is_null(); };
        if (shape.element->type != ShapeType::AttributeValue &&
            std::ranges::any_of(value.get_object(), isNull))
            violation(shape, &value,
                      "Map value must satisfy constraint: [Member must not be null]");
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
            if (m_isNewer && shape.shown == Shown::UnnamedIfNewer) {
                add("Value at '" + std::string(m_name) + "." + std::string(key) +
                    ".member' failed to satisfy constraint: " +
                    (length < shape.valueLengthMin ? lengthAtLeast(shape.valueLengthMin)
                                                   : lengthAtMost(shape.valueLengthMax)));
                continue;
            }
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
        std::string text = "Value ";
        const bool unnamed =
            shape.shown == Shown::Unnamed || (shape.shown == Shown::UnnamedIfNewer && m_isNewer);
        const bool asJson = value != nullptr && shape.shown == Shown::JsonIfNewer && m_isNewer;
        if (unnamed && value != nullptr) {
            text += "at '" + unnamedPath() + "'";
        } else {
            if (value != nullptr) text.push_back('\'');
            if (asJson) {
                text += boost::json::serialize(*value);
            } else {
                appendRendered(text, shape, value);
            }
            if (value != nullptr) text.push_back('\'');
            text += " at '" + m_path.text() + "'";
        }
        add(text + " failed to satisfy constraint: " + constraint);
        // The newer layer reports it before the violations of other members.
        if (asJson) std::ranges::rotate(m_violations, m_violations.end() - 1);
    }

    void add(std::string violation) {
        if (m_violations.size() < kViolationsMax) m_violations.push_back(std::move(violation));
    }

    // In errors that omit the value, members keep their capitals: 'RequestItems.T.member.Keys'.
    std::string unnamedPath() const {
        if (m_entry.empty()) return std::string(m_name);
        return "RequestItems." + std::string(m_entry) + ".member." + std::string(m_name);
    }

    Names m_names;
    const json::Object& m_request;
    bool m_isNewer;
    Path m_path;
    std::string_view m_name;   // Of the current member.
    std::string_view m_entry;  // Of the current map entry.
    std::vector<std::string> m_violations;
};

// All rules for the name of a table. The model only demands 1 to 1,024 characters, since it may be
// an ARN.
ApiResult<void> checkName(const Member& member, const json::Object& request, Layer layer) {
    Checker checker(Checker::Names::Whole, request, layer);
    checker.member(member, request);
    return checker.result();
}

}  // namespace

ApiResult<void> checkConstraints(const Shape& shape, const json::Object& request,
                                 const Validation& validation) {
    if (validation.isNewer()) TRY(checkReportedAlone(shape, request, validation));
    const Layer layer = validation.layer;
    for (const Member& member : shape.members) {
        if (member.presence != Presence::Required) continue;
        const json::Value* value = request.if_contains(member.name);
        if (value == nullptr || value->is_null())
            return std::unexpected(
                ApiError::validation("The parameter '" + std::string(member.name) +
                                     "' is required but was not present in the request"));
        TRY(checkName(member, request, layer));
    }
    Checker checker(Checker::Names::AsModelled, request, layer);
    checker.members(shape, request);
    checker.entriesOfMembers(shape);
    TRY(checker.result());
    for (const Member& member : shape.members)
        if (member.shape->role == Role::Table) TRY(checkName(member, request, layer));
    return {};
}

}  // namespace orrery::api
