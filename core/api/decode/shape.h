#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace orrery::api {

// Shapes describe requests: the types and limits of their members. They are constexpr tables,
// written by hand after the service's model; the generic decoder (decode.h) reads them. The order
// of a structure's members is the order in which the service reports violations.

enum class ShapeType : std::uint8_t {
    String,
    Integer,
    Long,
    Double,
    Timestamp,
    Boolean,
    Structure,
    List,
    Map,
    /// One of the ten attribute types: {"S": "text"}. The decoder checks its JSON types here;
    /// types/wire_codec.h checks the values.
    AttributeValue,
};

/// The regular expressions of the service's model, by their error texts.
enum class Pattern : std::uint8_t {
    None,
    Name,   ///< [a-zA-Z0-9_.-]+
    Token,  ///< ([0-9a-f]{16})+
};

/// The special meaning of a string.
enum class Role : std::uint8_t {
    Plain,
    /// A table's name or its ARN. The limits are those of a name; the model allows the 1,024
    /// characters of an ARN. Errors in a name alone are reported alone (decode.h).
    Table,
    /// The name of an attribute. Its length counts bytes.
    Attribute,
};

inline constexpr std::int64_t kNoLimit = -1;

/// How errors show the value of a member.
enum class Shown : std::uint8_t {
    Value,           ///< "Value '0' at 'limit' failed …".
    Unnamed,         ///< "Value at 'Limit' failed …".
    UnnamedIfNewer,  ///< Unnamed in the newer layer of validation (validation_layer.h).
    JsonIfNewer,     ///< A value, which the newer layer shows as the JSON that was sent.
};

/// What the newer layer of validation says of a value outside an enumeration: "Failed to satisfy
/// constraint: Member must satisfy enum value set: […]". Its list differs from the model's.
struct NewerEnum {
    std::span<const std::string_view> values;
    /// The newer layer reports the violation alone, before those of all other members.
    bool alone = false;
    /// If not empty, all this holds only if the request has at least two entries in this member.
    std::string_view besideTwoOf = {};
};

struct Member;

struct Shape {
    ShapeType type = ShapeType::String;
    /// The class name of a structure in error texts.
    std::string_view name;
    std::span<const Member> members;  // For structures.
    const Shape* element = nullptr;   // For lists, and the value of a map.
    const Shape* keys = nullptr;      // For maps whose keys have limits.

    // kNoLimit: none. Lengths count characters, elements or entries.
    std::int64_t lengthMin = kNoLimit;
    std::int64_t lengthMax = kNoLimit;
    std::int64_t valueMin = kNoLimit;
    std::int64_t valueMax = kNoLimit;
    /// Limits of each value's length, which the error reports at the map itself (BatchWriteItem).
    std::int64_t valueLengthMin = kNoLimit;
    std::int64_t valueLengthMax = kNoLimit;
    Pattern pattern = Pattern::None;
    Role role = Role::Plain;
    std::span<const std::string_view> values;  // For enumerations, in the order of the error text.
    const NewerEnum* newerEnum = nullptr;      // Null: both layers say the same.
    Shown shown = Shown::Value;
    /// The limits of a map's keys and values count only if all members are valid otherwise.
    bool entriesLast = false;
    /// The newer layer reports the length of this text alone and unnamed, before all other
    /// violations; of the name of a table, only that it is empty.
    bool lengthAloneIfNewer = false;
    /// A text that breaks both its length and its pattern reports the length first.
    bool lengthFirst = false;

    // Builders, so that a table reads like its description.
    constexpr Shape lengths(std::int64_t min, std::int64_t max) const {
        Shape shape = *this;
        shape.lengthMin = min;
        shape.lengthMax = max;
        return shape;
    }
    constexpr Shape range(std::int64_t min, std::int64_t max) const {
        Shape shape = *this;
        shape.valueMin = min;
        shape.valueMax = max;
        return shape;
    }
    constexpr Shape valueLengths(std::int64_t min, std::int64_t max) const {
        Shape shape = *this;
        shape.valueLengthMin = min;
        shape.valueLengthMax = max;
        return shape;
    }
    constexpr Shape matching(Pattern wanted) const {
        Shape shape = *this;
        shape.pattern = wanted;
        return shape;
    }
    constexpr Shape as(Role wanted) const {
        Shape shape = *this;
        shape.role = wanted;
        return shape;
    }
    constexpr Shape as(Shown wanted) const {
        Shape shape = *this;
        shape.shown = wanted;
        return shape;
    }
    constexpr Shape lengthAlone() const {
        Shape shape = *this;
        shape.lengthAloneIfNewer = true;
        return shape;
    }
    constexpr Shape lengthBeforePattern() const {
        Shape shape = *this;
        shape.lengthFirst = true;
        return shape;
    }
    constexpr Shape checkedLast() const {
        Shape shape = *this;
        shape.entriesLast = true;
        return shape;
    }
    constexpr Shape ifNewer(const NewerEnum& wanted) const {
        Shape shape = *this;
        shape.newerEnum = &wanted;
        return shape;
    }
};

enum class Presence : std::uint8_t {
    Optional,
    NotNull,   ///< "Value null at 'key' failed to satisfy constraint: Member must not be null".
    Required,  ///< "The parameter 'TableName' is required but was not present in the request".
};

struct Member {
    std::string_view name;
    const Shape* shape;
    Presence presence = Presence::Optional;
};

constexpr Shape scalar(ShapeType type) {
    Shape shape;
    shape.type = type;
    return shape;
}
constexpr Shape string() {
    return scalar(ShapeType::String);
}
constexpr Shape integer() {
    return scalar(ShapeType::Integer);
}
constexpr Shape boolean() {
    return scalar(ShapeType::Boolean);
}

constexpr Shape enumeration(std::span<const std::string_view> values) {
    Shape shape;
    shape.values = values;
    return shape;
}
constexpr Shape structure(std::string_view name, std::span<const Member> members) {
    Shape shape = scalar(ShapeType::Structure);
    shape.name = name;
    shape.members = members;
    return shape;
}
constexpr Shape listOf(const Shape& element) {
    Shape shape = scalar(ShapeType::List);
    shape.element = &element;
    return shape;
}
constexpr Shape mapOf(const Shape& element) {
    Shape shape = scalar(ShapeType::Map);
    shape.element = &element;
    return shape;
}
constexpr Shape mapOf(const Shape& keys, const Shape& element) {
    Shape shape = mapOf(element);
    shape.keys = &keys;
    return shape;
}

}  // namespace orrery::api
