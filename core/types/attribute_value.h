#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/types/number.h"

namespace orrery::types {

class AttributeValue;

/// The ten attribute types, in the order of AttributeValue's alternatives. The wire names are
/// S N B SS NS BS M L NULL BOOL (wireName).
enum class AttributeType : std::uint8_t {
    String,
    Number,
    Binary,
    StringSet,
    NumberSet,
    BinarySet,
    Map,
    List,
    Null,
    Bool,
};

std::string_view wireName(AttributeType type);

/// Bytes that are not text. A type of its own, so that S and B never mix.
struct Binary {
    std::string bytes;
    auto operator<=>(const Binary&) const = default;
};

/// Sets hold each element once, sorted, in whatever order the client sent them.
struct StringSet {
    std::vector<std::string> elements;
    bool operator==(const StringSet&) const = default;
};
struct NumberSet {
    std::vector<Number> elements;
    bool operator==(const NumberSet&) const = default;
};
struct BinarySet {
    std::vector<std::string> elements;
    bool operator==(const BinarySet&) const = default;
};
struct Null {
    bool operator==(const Null&) const = default;
};

using List = std::vector<AttributeValue>;

/// Names and their values, sorted by name (as bytes); names are unique. An item is one, and so is a
/// value of type M.
class AttributeMap {
public:
    using Entry = std::pair<std::string, AttributeValue>;

    /// From entries in any order; of entries with the same name the last counts.
    static AttributeMap fromEntries(std::vector<Entry> entries);

    bool empty() const;
    std::size_t size() const;
    std::vector<Entry>::const_iterator begin() const;
    std::vector<Entry>::const_iterator end() const;

    /// The value of `name`, or null. Valid until the map changes.
    const AttributeValue* find(std::string_view name) const;
    AttributeValue* find(std::string_view name);
    /// Adds or replaces.
    void set(std::string name, AttributeValue value);
    /// True if the name was present.
    bool erase(std::string_view name);
    void reserve(std::size_t count);
    /// Adds a name that sorts after all existing ones; cheaper than `set`.
    void append(std::string name, AttributeValue value);

    bool operator==(const AttributeMap& other) const;

private:
    std::vector<Entry> m_entries;
};

using Item = AttributeMap;

/// A value of one of the ten types. Equality is the service's: numbers by value, sets without
/// regard to order, lists in order, maps by name.
class AttributeValue {
public:
    using Variant = std::variant<std::string, Number, Binary, StringSet, NumberSet, BinarySet,
                                 AttributeMap, List, Null, bool>;

    AttributeValue() : m_value(Null{}) {}
    explicit(false) AttributeValue(Variant value) : m_value(std::move(value)) {}

    static AttributeValue string(std::string_view text) {
        return AttributeValue(Variant(std::string(text)));
    }
    static AttributeValue number(const Number& number) { return AttributeValue(Variant(number)); }
    static AttributeValue binary(std::string_view bytes) {
        return AttributeValue(Variant(Binary{std::string(bytes)}));
    }
    static AttributeValue boolean(bool value) { return AttributeValue(Variant(value)); }

    AttributeType type() const { return static_cast<AttributeType>(m_value.index()); }

    /// The value as T, or null if it is of another type. T is one of Variant's alternatives.
    template <typename T>
    const T* as() const {
        return std::get_if<T>(&m_value);
    }
    template <typename T>
    T* as() {
        return std::get_if<T>(&m_value);
    }
    const Variant& variant() const { return m_value; }

    bool operator==(const AttributeValue& other) const { return m_value == other.m_value; }

private:
    Variant m_value;
};

}  // namespace orrery::types
