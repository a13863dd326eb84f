#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json/json.h"
#include "core/types/api_error.h"
#include "core/types/attribute_value.h"

namespace orrery::api {

/// The members of a structure of a request that has passed its shape: types and limits need no
/// second look. A null is an absent member. Views point into the request, which must outlive them.
class Fields {
public:
    explicit Fields(const json::Object& object) : m_object(&object) {}

    bool has(std::string_view name) const { return find(name) != nullptr; }
    /// Empty if absent.
    std::string_view text(std::string_view name) const;
    /// The same of a member that the operation may not have, so that nobody looked at its type.
    std::string_view textIfAny(std::string_view name) const;
    std::optional<std::string_view> optionalText(std::string_view name) const;
    bool flag(std::string_view name, bool otherwise = false) const;
    std::optional<bool> optionalFlag(std::string_view name) const;
    /// A number with a fraction is cut off, as the service does.
    std::optional<std::int64_t> integer(std::string_view name) const;
    std::optional<Fields> structure(std::string_view name) const;
    /// Of a list of structures; empty if absent.
    std::vector<Fields> structures(std::string_view name) const;
    std::vector<std::string> strings(std::string_view name) const;
    /// Of a map, in the order of the request; empty if absent.
    std::vector<std::pair<std::string_view, const json::Value*>> entries(
        std::string_view name) const;
    /// How many elements a list or a map has; 0 if absent.
    std::size_t size(std::string_view name) const;

    /// The value as it stands in the request, or null.
    const json::Value* find(std::string_view name) const;

private:
    const json::Object* m_object;
};

/// The structure that `value` is.
Fields fieldsOf(const json::Value& value);
/// `value` written out again.
std::string jsonText(const json::Value& value);
/// The text that `value` is.
std::string_view textOf(const json::Value& value);
/// The structures or maps that a list has.
std::vector<const json::Value*> elementsOf(const json::Value& list);

}  // namespace orrery::api
