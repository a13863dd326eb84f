#include "core/api/decode/fields.h"

#include <boost/json.hpp>

namespace orrery::api {

const json::Value* Fields::find(std::string_view name) const {
    const json::Value* value = m_object->if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::string_view Fields::text(std::string_view name) const {
    const json::Value* value = find(name);
    return value == nullptr ? std::string_view() : std::string_view(value->get_string());
}

std::string_view Fields::textIfAny(std::string_view name) const {
    const json::Value* value = find(name);
    return value == nullptr || !value->is_string() ? std::string_view()
                                                   : std::string_view(value->get_string());
}

std::optional<std::string_view> Fields::optionalText(std::string_view name) const {
    const json::Value* value = find(name);
    if (value == nullptr) return std::nullopt;
    return std::string_view(value->get_string());
}

std::optional<bool> Fields::optionalFlag(std::string_view name) const {
    const json::Value* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    // The decoder accepts these texts: "true", "yes" and "1" are true, in any case.
    const std::string_view text = value->get_string();
    return text.starts_with('t') || text.starts_with('T') || text.starts_with('y') ||
           text.starts_with('Y') || text.starts_with('1');
}

bool Fields::flag(std::string_view name, bool otherwise) const {
    return optionalFlag(name).value_or(otherwise);
}

std::optional<std::int64_t> Fields::integer(std::string_view name) const {
    const json::Value* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_int64()) return value->get_int64();
    if (value->is_uint64()) return INT64_MAX;
    return truncated(value->get_double());
}

std::optional<double> Fields::real(std::string_view name) const {
    const json::Value* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_int64()) return static_cast<double>(value->get_int64());
    if (value->is_uint64()) return static_cast<double>(value->get_uint64());
    return value->get_double();
}

std::optional<Fields> Fields::structure(std::string_view name) const {
    const json::Value* value = find(name);
    if (value == nullptr) return std::nullopt;
    return Fields(value->get_object(), m_layer);
}

std::vector<Fields> Fields::structures(std::string_view name) const {
    std::vector<Fields> found;
    const json::Value* value = find(name);
    if (value == nullptr) return found;
    for (const json::Value& element : value->get_array())
        if (element.is_object()) found.emplace_back(element.get_object(), m_layer);
    return found;
}

std::vector<std::string> Fields::strings(std::string_view name) const {
    std::vector<std::string> found;
    const json::Value* value = find(name);
    if (value == nullptr) return found;
    for (const json::Value& element : value->get_array())
        if (element.is_string()) found.emplace_back(std::string_view(element.get_string()));
    return found;
}

// Only an attribute value can be null: others are refused before (decode_constraints.cpp).
std::vector<std::pair<std::string_view, const json::Value*>> Fields::entries(
    std::string_view name) const {
    std::vector<std::pair<std::string_view, const json::Value*>> found;
    const json::Value* value = find(name);
    if (value == nullptr) return found;
    found.reserve(value->get_object().size());
    for (const auto& [key, element] : value->get_object())
        found.emplace_back(key, &element);
    return found;
}

std::size_t Fields::size(std::string_view name) const {
    const json::Value* value = find(name);
    if (value == nullptr) return 0;
    return value->is_array() ? value->get_array().size() : value->get_object().size();
}

std::int64_t truncated(double number) {
    if (number >= 9.2e18) return INT64_MAX;
    if (number <= -9.2e18) return INT64_MIN;
    return static_cast<std::int64_t>(number);
}

Fields fieldsOf(const json::Value& value) {
    return Fields(value.get_object());
}

std::string jsonText(const json::Value& value) {
    return boost::json::serialize(value);
}

std::string_view textOf(const json::Value& value) {
    return value.get_string();
}

std::vector<const json::Value*> elementsOf(const json::Value& list) {
    std::vector<const json::Value*> found;
    found.reserve(list.get_array().size());
    for (const json::Value& element : list.get_array())
        if (!element.is_null()) found.push_back(&element);
    return found;
}

}  // namespace orrery::api
