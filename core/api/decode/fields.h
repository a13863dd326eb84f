#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/decode/validation_layer.h"
#include "core/json/json.h"
#include "core/types/api_error.h"
#include "core/types/attribute_value.h"

namespace orrery::api {

/// The members of a structure in a request whose types and limits have been checked against its
/// shape. A null counts as an absent member. Views point into the request, which must outlive them.
class Fields {
public:
    explicit Fields(const json::Object& object, Layer layer = Layer::Older)
        : m_object(&object), m_layer(layer) {}

    /// The layer of validation in which the request is checked.
    Layer layer() const { return m_layer; }

    bool has(std::string_view name) const { return find(name) != nullptr; }
    /// Empty if absent.
    std::string_view text(std::string_view name) const;
    /// The same for a member that may not be in the operation's shape, so that its type is
    /// unchecked.
    std::string_view textIfAny(std::string_view name) const;
    std::optional<std::string_view> optionalText(std::string_view name) const;
    bool flag(std::string_view name, bool otherwise = false) const;
    std::optional<bool> optionalFlag(std::string_view name) const;
    /// Truncates a fraction, as the service does.
    std::optional<std::int64_t> integer(std::string_view name) const;
    std::optional<double> real(std::string_view name) const;
    std::optional<Fields> structure(std::string_view name) const;
    /// The elements of a list of structures; empty if absent.
    std::vector<Fields> structures(std::string_view name) const;
    std::vector<std::string> strings(std::string_view name) const;
    /// The entries of a map, in the order of the request; empty if absent.
    std::vector<std::pair<std::string_view, const json::Value*>> entries(
        std::string_view name) const;
    /// The number of elements of a list or map; 0 if absent.
    std::size_t size(std::string_view name) const;

    /// The raw value in the request, or null.
    const json::Value* find(std::string_view name) const;

private:
    const json::Object* m_object;
    Layer m_layer;
};

/// A number given for a whole one, as the service casts it: towards zero, within 64 bits.
std::int64_t truncated(double number);
/// `value` as a structure.
Fields fieldsOf(const json::Value& value);
/// `value` as JSON text.
std::string jsonText(const json::Value& value);
/// `value` as a string.
std::string_view textOf(const json::Value& value);
/// The elements of a list of structures or maps.
std::vector<const json::Value*> elementsOf(const json::Value& list);

}  // namespace orrery::api
