#include <algorithm>
#include <boost/json.hpp>

#include "core/control/verbs.h"

namespace orrery::control {

Body::Body(json::Value value) : m_value(std::make_shared<const json::Value>(std::move(value))) {}

std::expected<Body, std::string> Body::parse(std::string_view text) {
    auto value = json::parse(text);
    if (!value || !value->is_object())
        return std::unexpected(std::string("The body must be a JSON object."));
    return Body(*std::move(value));
}

std::expected<Body, std::string> Body::parse(std::string_view text,
                                             std::initializer_list<std::string_view> known) {
    auto body = parse(text);
    if (!body) return body;
    if (auto refused = body->refusedMember(known)) return std::unexpected(*std::move(refused));
    return body;
}

std::optional<std::string> Body::refusedMember(std::span<const std::string_view> known) const {
    for (const auto& member : m_value->get_object()) {
        const std::string_view name = member.key();
        if (std::ranges::find(known, name) != known.end()) continue;
        std::string list;
        for (const std::string_view one : known)
            list.append(list.empty() ? "\"" : ", \"").append(one).append("\"");
        return "\"" + std::string(name) + "\" is unknown; this call takes " + list + ".";
    }
    return std::nullopt;
}

bool Body::has(std::string_view name) const {
    return m_value->get_object().contains(name);
}

std::optional<std::string> Body::string(std::string_view name) const {
    const json::Value* value = m_value->get_object().if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(std::string_view(value->get_string()));
}

std::optional<double> Body::number(std::string_view name) const {
    const json::Value* value = m_value->get_object().if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    if (value->is_double()) return value->get_double();
    return value->is_int64() ? static_cast<double>(value->get_int64())
                             : static_cast<double>(value->get_uint64());
}

std::optional<bool> Body::boolean(std::string_view name) const {
    const json::Value* value = m_value->get_object().if_contains(name);
    if (value == nullptr || !value->is_bool()) return std::nullopt;
    return value->get_bool();
}

std::vector<std::string> Body::strings(std::string_view name) const {
    const json::Value* value = m_value->get_object().if_contains(name);
    std::vector<std::string> out;
    if (value == nullptr || !value->is_array()) return out;
    for (const json::Value& element : value->get_array())
        if (element.is_string()) out.emplace_back(std::string_view(element.get_string()));
    return out;
}

}  // namespace orrery::control
