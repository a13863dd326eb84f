#include "core/types/wire_codec.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "core/base/result.h"
#include "core/types/base64.h"
#include "core/types/duplicates.h"

namespace orrery::types {
namespace {

// Two kinds of errors: JSON of the wrong shape is a SerializationException, found while the service
// reads the request; a value that breaks a rule is a ValidationException, found afterwards. So a
// wrong shape is reported first, wherever in the value it is. The texts of both are those recorded
// by dynalite's tests and by dynamodb-conformance.

std::unexpected<ApiError> invalid(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

std::unexpected<ApiError> wrongShape(std::string message) {
    return std::unexpected(ApiError::serialization(std::move(message)));
}

constexpr std::string_view kParameters = "One or more parameter values were invalid: ";

std::unexpected<ApiError> invalidParameter(std::string_view message) {
    return invalid(std::string(kParameters).append(message));
}

constexpr std::string_view kEmptyName = "Empty attribute name";

std::unexpected<ApiError> emptyValue() {
    return std::unexpected(ApiError::neverPrefixedValidation(
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"));
}

// The error for a JSON value that is no string where the service's deserializer expects a scalar of
// `type`, such as String.
std::unexpected<ApiError> wrongScalar(const json::Value& value, const std::string& type) {
    switch (value.kind()) {
        case boost::json::kind::bool_:
            return wrongShape((value.get_bool() ? "TRUE_VALUE" : "FALSE_VALUE") +
                              (" cannot be converted to " + type));
        case boost::json::kind::int64:
        case boost::json::kind::uint64:
            return wrongShape("NUMBER_VALUE cannot be converted to " + type);
        case boost::json::kind::double_:
            return wrongShape("DECIMAL_VALUE cannot be converted to " + type);
        case boost::json::kind::array:
            return wrongShape("Unrecognized collection type class java.lang." + type);
        default:
            return wrongShape("Start of structure or map found where not expected");
    }
}

ApiResult<std::string> takeString(const json::Value& value) {
    if (!value.is_string()) return wrongScalar(value, "String");
    return std::string(std::string_view(value.get_string()));
}

ApiResult<std::string> takeBinary(const json::Value& value) {
    if (value.is_string()) return parseBase64(std::string_view(value.get_string()));
    if (value.is_array())
        return wrongShape("Unrecognized collection type class java.nio.ByteBuffer");
    if (value.is_object()) return wrongShape("Start of structure or map found where not expected");
    return wrongShape("only base-64-encoded strings are convertible to bytes");
}

// Booleans may be sent as strings in these spellings.
ApiResult<bool> takeBool(const json::Value& value) {
    if (value.is_bool()) return value.get_bool();
    if (!value.is_string()) return wrongScalar(value, "Boolean");
    std::string text(std::string_view(value.get_string()));
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    if (text == "TRUE" || text == "YES" || text == "1") return true;
    if (text == "FALSE" || text == "NO" || text == "0") return false;
    return wrongShape("Unexpected token received from parser");
}

ApiResult<const json::Array*> takeArray(const json::Value& value) {
    if (value.is_array()) return &value.get_array();
    if (value.is_object()) return wrongShape("Start of structure or map found where not expected");
    return wrongShape("Unexpected field type");
}

ApiResult<const json::Object*> takeMap(const json::Value& value) {
    if (value.is_object()) return &value.get_object();
    if (value.is_array())
        return wrongShape(
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.AttributeValue>");
    return wrongShape("Unexpected field type");
}

ApiResult<const json::Object*> takeStructure(const json::Value& value) {
    if (value.is_object()) return &value.get_object();
    if (value.is_array())
        return wrongShape(
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue");
    return wrongShape("Unexpected value type in payload");
}

std::optional<AttributeType> typeNamed(std::string_view name) {
    if (name.empty()) return std::nullopt;
    const auto is = [name](AttributeType type) {
        return name == wireName(type) ? std::optional(type) : std::nullopt;
    };
    const bool isOneLetter = name.size() == 1;
    switch (name[0]) {
        case 'S':
            return is(isOneLetter ? AttributeType::String : AttributeType::StringSet);
        case 'N':
            if (isOneLetter) return is(AttributeType::Number);
            return is(name.size() == 2 ? AttributeType::NumberSet : AttributeType::Null);
        case 'B':
            if (isOneLetter) return is(AttributeType::Binary);
            return is(name.size() == 2 ? AttributeType::BinarySet : AttributeType::Bool);
        case 'M':
            return is(AttributeType::Map);
        case 'L':
            return is(AttributeType::List);
        default:
            return std::nullopt;
    }
}

// Checks that `value` has the shape of an attribute value, whatever its contents. A null counts as
// an absent member.
ApiResult<void> checkShape(const json::Value& value);

template <typename Take>
ApiResult<void> checkArray(const json::Value& value, Take take) {
    TRY_ASSIGN(const json::Array* const array, takeArray(value));
    for (const json::Value& element : *array) {
        if (element.is_null()) continue;
        if (auto taken = take(element); !taken) return std::unexpected(std::move(taken).error());
    }
    return {};
}

ApiResult<void> checkMapShape(const json::Value& value) {
    TRY_ASSIGN(const json::Object* const object, takeMap(value));
    for (const auto& member : *object)
        TRY(checkShape(member.value()));
    return {};
}

ApiResult<void> checkMemberShape(AttributeType type, const json::Value& value) {
    switch (type) {
        case AttributeType::String:
        case AttributeType::Number:
            TRY(takeString(value));
            return {};
        case AttributeType::Binary:
            TRY(takeBinary(value));
            return {};
        case AttributeType::Null:
        case AttributeType::Bool:
            TRY(takeBool(value));
            return {};
        case AttributeType::StringSet:
        case AttributeType::NumberSet:
            return checkArray(value, takeString);
        case AttributeType::BinarySet:
            return checkArray(value, takeBinary);
        case AttributeType::Map:
            return checkMapShape(value);
        case AttributeType::List:
            return checkArray(value, checkShape);
    }
    return {};
}

ApiResult<void> checkShape(const json::Value& value) {
    if (value.is_null()) return {};
    TRY_ASSIGN(const json::Object* const object, takeStructure(value));
    for (const auto& member : *object) {
        const auto type = typeNamed(member.key());
        if (type && !member.value().is_null()) TRY(checkMemberShape(*type, member.value()));
    }
    return {};
}

// Builds values. For a value that breaks several rules it reports the first in the service's order;
// the caller reports wrong shapes before that.
class Decoder {
public:
    ApiResult<AttributeValue> value(const json::Value& value, int level) {
        if (value.is_null()) return emptyValue();
        TRY_ASSIGN(const json::Object* const object, takeStructure(value));
        std::optional<AttributeValue> taken;
        bool several = false;
        for (const auto& member : *object) {
            const auto type = typeNamed(member.key());
            if (!type || member.value().is_null()) continue;
            TRY_ASSIGN(AttributeValue decoded, this->member(*type, member.value(), level));
            several = several || taken.has_value();
            taken = std::move(decoded);
        }
        if (!taken) return emptyValue();
        if (several)
            return std::unexpected(ApiError::neverPrefixedValidation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one "
                "of the supported datatypes"));
        m_levels = std::max(m_levels, level);
        return *std::move(taken);
    }

    ApiResult<AttributeMap> map(const json::Value& value, int level) {
        TRY_ASSIGN(const json::Object* const object, takeMap(value));
        std::vector<AttributeMap::Entry> entries;
        entries.reserve(object->size());
        for (const auto& member : *object) {
            if (member.key().empty() && level == 1) return invalid(std::string(kEmptyName));
            m_emptyName = m_emptyName || member.key().empty();
            m_largeName = m_largeName || member.key().size() > kAttributeNameBytesMax;
            TRY_ASSIGN(AttributeValue decoded, this->value(member.value(), level));
            entries.emplace_back(std::string_view(member.key()), std::move(decoded));
        }
        return AttributeMap::fromEntries(std::move(entries));
    }

    /// The number of levels of the values so far.
    int levels() const { return m_levels; }

    /// True if an attribute inside a value has no name. The service reports that after everything
    /// else, but for an attribute of the item itself at once.
    bool hasEmptyName() const { return m_emptyName; }
    bool hasLargeName() const { return m_largeName; }

private:
    ApiResult<AttributeValue> member(AttributeType type, const json::Value& value, int level) {
        switch (type) {
            case AttributeType::String: {
                TRY_ASSIGN(std::string text, takeString(value));
                return AttributeValue(std::move(text));
            }
            case AttributeType::Number: {
                TRY_ASSIGN(const Number number, takeNumber(value));
                return AttributeValue::number(number);
            }
            case AttributeType::Binary: {
                TRY_ASSIGN(std::string bytes, takeBinary(value));
                return AttributeValue(Binary{std::move(bytes)});
            }
            case AttributeType::StringSet:
                return stringSet(value);
            case AttributeType::NumberSet:
                return numberSet(value);
            case AttributeType::BinarySet:
                return binarySet(value);
            case AttributeType::Map: {
                TRY_ASSIGN(AttributeMap decoded, map(value, level + 1));
                return AttributeValue(std::move(decoded));
            }
            case AttributeType::List:
                return list(value, level + 1);
            case AttributeType::Null: {
                TRY_ASSIGN(const bool isNull, takeBool(value));
                if (!isNull)
                    return invalidParameter(
                        "Null attribute value types must have the value of true");
                return AttributeValue(Null{});
            }
            case AttributeType::Bool: {
                TRY_ASSIGN(const bool decoded, takeBool(value));
                return AttributeValue::boolean(decoded);
            }
        }
        return emptyValue();
    }

    static ApiResult<Number> takeNumber(const json::Value& value) {
        if (!value.is_string()) return wrongScalar(value, "String");
        return Number::parse(std::string_view(value.get_string()));
    }

    ApiResult<AttributeValue> list(const json::Value& value, int level) {
        TRY_ASSIGN(const json::Array* const array, takeArray(value));
        List list;
        list.reserve(array->size());
        for (const json::Value& element : *array) {
            TRY_ASSIGN(AttributeValue decoded, this->value(element, level));
            list.push_back(std::move(decoded));
        }
        return AttributeValue(std::move(list));
    }

    // The elements as `take` reads them; `empty` is the service's text for an empty set, `null` the
    // one for a null in it, if that has its own.
    template <typename Element, typename Take>
    static ApiResult<std::vector<Element>> elements(const json::Value& value, Take take,
                                                    std::string_view empty,
                                                    std::string_view null = {}) {
        TRY_ASSIGN(const json::Array* const array, takeArray(value));
        if (array->empty()) return invalidParameter(empty);
        std::vector<Element> elements;
        elements.reserve(array->size());
        for (const json::Value& element : *array) {
            if (element.is_null()) return null.empty() ? emptyValue() : invalidParameter(null);
            TRY_ASSIGN(Element taken, take(element));
            elements.push_back(std::move(taken));
        }
        return elements;
    }

    template <typename Element>
    static bool sortAndFindDuplicate(std::vector<Element>& elements) {
        std::ranges::sort(elements);
        return std::ranges::adjacent_find(elements) != elements.end();
    }

    // The text for a null: AWS's client for DAX has it (RequestValidator), and ExtendDB quotes it
    // from the service (test_attribute_value_validation.py).
    static ApiResult<AttributeValue> stringSet(const json::Value& value) {
        TRY_ASSIGN(auto taken,
                   elements<std::string>(value, takeString, "An string set  may not be empty",
                                         "An string set may not have a null string as a member"));
        if (sortAndFindDuplicate(taken))
            return std::unexpected(duplicateStrings(value.get_array()));
        return AttributeValue(StringSet{std::move(taken)});
    }

    static ApiResult<AttributeValue> binarySet(const json::Value& value) {
        TRY_ASSIGN(auto taken,
                   elements<std::string>(value, takeBinary, "Binary sets should not be empty"));
        if (sortAndFindDuplicate(taken))
            return std::unexpected(duplicateBinaries(value.get_array()));
        return AttributeValue(BinarySet{std::move(taken)});
    }

    // 1 and 1.0 are the same element.
    static ApiResult<AttributeValue> numberSet(const json::Value& value) {
        TRY_ASSIGN(auto taken,
                   elements<Number>(value, takeNumber, "An number set  may not be empty"));
        if (sortAndFindDuplicate(taken)) return std::unexpected(duplicateNumbers());
        return AttributeValue(NumberSet{std::move(taken)});
    }

    int m_levels = 0;
    bool m_emptyName = false;
    bool m_largeName = false;
};

// The result of `decoder`, unless its nesting or the shape of `source` is an error that comes
// first.
template <typename T>
ApiResult<T> settle(ApiResult<T> decoded, const Decoder& decoder, const json::Value& source,
                    ApiResult<void> (*checkSource)(const json::Value&),
                    int levelsMax = kNestingMax) {
    if (!decoded) {
        TRY(checkSource(source));
        return decoded;
    }
    if (decoder.levels() > levelsMax) return invalid(std::string(kNestingExceeded));
    if (decoder.hasEmptyName()) return invalid(std::string(kEmptyName));
    if (decoder.hasLargeName()) return invalid(std::string(kNameTooLarge));
    return decoded;
}

}  // namespace

ApiResult<void> checkNameLength(std::string_view name) {
    if (name.size() <= kAttributeNameBytesMax) return {};
    return invalid(std::string(kNameTooLarge));
}

ApiResult<AttributeValue> valueFromJson(const json::Value& value, int levelsMax) {
    Decoder decoder;
    ApiResult<AttributeValue> decoded = decoder.value(value, 1);
    return settle(std::move(decoded), decoder, value, checkShape, levelsMax);
}

ApiResult<Item> itemFromJson(const json::Value& object) {
    Decoder decoder;
    ApiResult<Item> decoded = decoder.map(object, 1);
    return settle(std::move(decoded), decoder, object, checkMapShape);
}

}  // namespace orrery::types
