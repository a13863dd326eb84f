#include <boost/json.hpp>
#include <cmath>
#include <string>

#include "core/api/decode/decode.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/types/base64.h"

namespace orrery::api {
namespace {

// The place of a value, which decides the error text for a scalar that should be a container.
enum class Place { Field, Element };

constexpr std::string_view kModel = "com.amazonaws.dynamodb.v20120810.";

ApiResult<void> check(const Shape& shape, const json::Value& value, Place place, Blobs blobs);

std::unexpected<ApiError> wrong(std::string message) {
    return std::unexpected(ApiError::serialization(std::move(message)));
}

// The Java class name of a shape.
std::string className(const Shape& shape) {
    switch (shape.type) {
        case ShapeType::String:
            return "java.lang.String";
        case ShapeType::Integer:
            return "java.lang.Integer";
        case ShapeType::Long:
            return "java.lang.Long";
        case ShapeType::Double:
            return "java.lang.Double";
        case ShapeType::Timestamp:
            return "java.util.Date";
        case ShapeType::Boolean:
            return "java.lang.Boolean";
        case ShapeType::Structure:
            return std::string(kModel) + std::string(shape.name);
        case ShapeType::List:
            return "java.util.List<" + className(*shape.element) + ">";
        case ShapeType::Map:
            return "java.util.Map<java.lang.String, " + className(*shape.element) + ">";
        case ShapeType::AttributeValue:
            break;
    }
    return std::string(kModel) + "AttributeValue";
}

// Containers are generic classes in Java, and the error text shows that.
std::string collectionError(const Shape& shape) {
    const bool generic = shape.type == ShapeType::List || shape.type == ShapeType::Map;
    return "Unrecognized collection type " + std::string(generic ? "" : "class ") +
           className(shape);
}

bool isIntegral(const json::Value& value) {
    return !value.is_double() || std::floor(value.get_double()) == value.get_double();
}

std::string_view javaName(ShapeType type) {
    switch (type) {
        case ShapeType::Integer:
            return "Integer";
        case ShapeType::Long:
            return "Long";
        case ShapeType::Double:
            return "Double";
        case ShapeType::Boolean:
            return "Boolean";
        case ShapeType::String:
        case ShapeType::Timestamp:
            return "String";
        case ShapeType::Structure:
        case ShapeType::List:
        case ShapeType::Map:
        case ShapeType::AttributeValue:
            break;
    }
    CHECK(false);  // No scalars.
}

std::unexpected<ApiError> notConvertible(std::string_view token, ShapeType type) {
    return wrong(std::string(token) + " cannot be converted to " + std::string(javaName(type)));
}

// "true", "1" and "yes", in any case, are booleans too.
bool isBooleanText(std::string_view text) {
    for (const std::string_view word : {"TRUE", "1", "YES", "FALSE", "0", "NO"}) {
        if (text.size() != word.size()) continue;
        bool same = true;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            same = same && (c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c) == word[i];
        }
        if (same) return true;
    }
    return false;
}

ApiResult<void> checkScalar(const Shape& shape, const json::Value& value) {
    const ShapeType type = shape.type;
    if (value.is_array()) return wrong(collectionError(shape));
    if (value.is_object()) return wrong("Start of structure or map found where not expected");
    const bool numeric = type != ShapeType::String && type != ShapeType::Boolean;
    if (value.is_bool() && type != ShapeType::Boolean)
        return notConvertible(value.get_bool() ? "TRUE_VALUE" : "FALSE_VALUE", type);
    if (value.is_number() && !numeric)
        return notConvertible(isIntegral(value) ? "NUMBER_VALUE" : "DECIMAL_VALUE", type);
    if (value.is_string() && numeric) return notConvertible("STRING_VALUE", type);
    if (value.is_string() && type == ShapeType::Boolean && !isBooleanText(value.get_string()))
        return wrong("Unexpected token received from parser");
    return {};
}

// The error for a scalar where the shape has a container.
std::unexpected<ApiError> scalarInPlaceOf(const Shape& shape, Place place) {
    const bool collection = shape.type == ShapeType::List || shape.type == ShapeType::Map;
    if (place == Place::Field) return wrong("Unexpected field type");
    if (!collection) return wrong("Unexpected value type in payload");
    return wrong(
        "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to "
        "class java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and "
        "java.lang.Class are in module java.base of loader 'bootstrap')");
}

ApiResult<void> checkBlob(const json::Value& value, Blobs blobs) {
    if (value.is_string() && blobs == Blobs::Trusted) return {};
    if (value.is_string()) {
        if (auto bytes = types::parseBase64(std::string_view(value.get_string())); !bytes)
            return std::unexpected(std::move(bytes).error());
        return {};
    }
    if (value.is_array()) return wrong("Unrecognized collection type class java.nio.ByteBuffer");
    if (value.is_object()) return wrong("Start of structure or map found where not expected");
    return wrong("only base-64-encoded strings are convertible to bytes");
}

ApiResult<void> checkAttributeValue(const json::Value& value, Place place, Blobs blobs);

ApiResult<void> checkAttributeList(const json::Value& value, std::string_view type, Blobs blobs) {
    if (value.is_object()) return wrong("Start of structure or map found where not expected");
    if (!value.is_array()) return wrong("Unexpected field type");
    static constexpr Shape kText = string();
    for (const json::Value& element : value.get_array()) {
        if (element.is_null()) continue;
        if (type == "L") {
            TRY(checkAttributeValue(element, Place::Element, blobs));
        } else if (type == "BS") {
            TRY(checkBlob(element, blobs));
        } else {
            TRY(checkScalar(kText, element));
        }
    }
    return {};
}

ApiResult<void> checkAttributeMap(const json::Value& value, Blobs blobs) {
    static constexpr Shape kValue = scalar(ShapeType::AttributeValue);
    static constexpr Shape kMap = mapOf(kValue);
    if (value.is_array()) return wrong(collectionError(kMap));
    if (!value.is_object()) return wrong("Unexpected field type");
    for (const auto& [name, element] : value.get_object())
        if (!element.is_null()) TRY(checkAttributeValue(element, Place::Element, blobs));
    return {};
}

ApiResult<void> checkAttributeValue(const json::Value& value, Place place, Blobs blobs) {
    static constexpr Shape kText = string();
    static constexpr Shape kBoolean = boolean();
    static constexpr Shape kValue = scalar(ShapeType::AttributeValue);
    if (value.is_array()) return wrong(collectionError(kValue));
    if (!value.is_object()) return scalarInPlaceOf(kValue, place);
    for (const auto& [key, member] : value.get_object()) {
        if (member.is_null()) continue;
        const std::string_view type = key;
        if (type == "S" || type == "N") {
            TRY(checkScalar(kText, member));
        } else if (type == "B") {
            TRY(checkBlob(member, blobs));
        } else if (type == "BOOL" || type == "NULL") {
            TRY(checkScalar(kBoolean, member));
        } else if (type == "M") {
            TRY(checkAttributeMap(member, blobs));
        } else if (type == "L" || type == "SS" || type == "NS" || type == "BS") {
            TRY(checkAttributeList(member, type, blobs));
        }
    }
    return {};
}

ApiResult<void> checkMembers(const Shape& shape, const json::Object& object, Blobs blobs) {
    for (const auto& [name, value] : object) {
        if (value.is_null()) continue;
        for (const Member& member : shape.members) {
            if (member.name != std::string_view(name)) continue;
            TRY(check(*member.shape, value, Place::Field, blobs));
            break;
        }
    }
    return {};
}

ApiResult<void> check(const Shape& shape, const json::Value& value, Place place, Blobs blobs) {
    switch (shape.type) {
        case ShapeType::AttributeValue:
            return checkAttributeValue(value, place, blobs);
        case ShapeType::Structure:
            if (value.is_array()) return wrong(collectionError(shape));
            if (!value.is_object()) return scalarInPlaceOf(shape, place);
            return checkMembers(shape, value.get_object(), blobs);
        case ShapeType::List:
            if (value.is_object())
                return wrong("Start of structure or map found where not expected");
            if (!value.is_array()) return scalarInPlaceOf(shape, place);
            for (const json::Value& element : value.get_array())
                if (!element.is_null()) TRY(check(*shape.element, element, Place::Element, blobs));
            return {};
        case ShapeType::Map:
            if (value.is_array()) return wrong(collectionError(shape));
            if (!value.is_object()) return scalarInPlaceOf(shape, place);
            for (const auto& [name, element] : value.get_object())
                if (!element.is_null()) TRY(check(*shape.element, element, Place::Element, blobs));
            return {};
        case ShapeType::String:
        case ShapeType::Integer:
        case ShapeType::Long:
        case ShapeType::Double:
        case ShapeType::Timestamp:
        case ShapeType::Boolean:
            return checkScalar(shape, value);
    }
    CHECK(false);
}

}  // namespace

ApiResult<void> checkTypes(const Shape& shape, const json::Object& request, Blobs blobs) {
    return checkMembers(shape, request, blobs);
}

}  // namespace orrery::api
