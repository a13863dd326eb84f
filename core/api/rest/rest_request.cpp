#include "core/api/rest/rest_request.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cstdint>

#include "core/api/decode/decode.h"
#include "core/base/result.h"
#include "core/base/utf8.h"

namespace orrery::api {
namespace {

int digitOf(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/// What is no escape stays as it is.
std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool isEscape = text[i] == '%' && i + 2 < text.size() && digitOf(text[i + 1]) >= 0 &&
                              digitOf(text[i + 2]) >= 0;
        out += isEscape ? static_cast<char>(digitOf(text[i + 1]) * 16 + digitOf(text[i + 2]))
                        : text[i];
        if (isEscape) i += 2;
    }
    return out;
}

/// Removes and returns the text before the next `separator`, which goes too.
std::string_view takeUpTo(char separator, std::string_view& text) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

std::string_view pathOf(std::string_view target) {
    std::string_view path = target.substr(0, target.find('?'));
    if (path.starts_with('/')) path.remove_prefix(1);
    if (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

RestArguments queryOf(std::string_view target) {
    RestArguments arguments;
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return arguments;
    std::string_view rest = target.substr(mark + 1);
    while (!rest.empty()) {
        std::string_view pair = takeUpTo('&', rest);
        const std::string_view name = takeUpTo('=', pair);
        std::string value(pair);
        std::ranges::replace(value, '+', ' ');
        arguments.emplace_back(decoded(name), decoded(value));
    }
    return arguments;
}

RestError malformed() {
    return {400, "SerializationException", "The request is malformed."};
}

/// Sets a member from a text of the path or the query. Members that the shape does not have are
/// ignored.
RestResult<void> setMember(const Shape& shape, const std::string& name, const std::string& text,
                           json::Object& request) {
    const auto member = std::ranges::find(shape.members, name, &Member::name);
    if (member == shape.members.end()) return {};
    if (!isUtf8(text)) return std::unexpected(malformed());
    if (member->shape->type == ShapeType::Integer) {
        std::int64_t number = 0;
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, number);
        if (read.ec != std::errc() || read.ptr != end) return std::unexpected(malformed());
        request[name] = number;
    } else if (member->shape->type == ShapeType::List) {
        if (!request.contains(name)) request[name] = json::Array();
        if (request[name].is_array()) request[name].get_array().emplace_back(text);
    } else {
        request[name] = text;
    }
    return {};
}

}  // namespace

std::optional<RestArguments> matchPath(std::string_view pattern, std::string_view target) {
    RestArguments labels;
    std::string_view wanted = pathOf(pattern);
    std::string_view path = pathOf(target);
    while (!wanted.empty() && !path.empty()) {
        std::string_view part = takeUpTo('/', wanted);
        const std::string_view segment = takeUpTo('/', path);
        if (!part.starts_with('{')) {
            if (part != segment) return std::nullopt;
            continue;
        }
        part.remove_prefix(1);
        part.remove_suffix(1);
        if (segment.empty()) return std::nullopt;
        labels.emplace_back(part, decoded(segment));
    }
    if (!wanted.empty() || !path.empty()) return std::nullopt;
    return labels;
}

RestResult<json::Object> decodeRequest(const Shape& shape, const RestRequest& request,
                                       const RestArguments& labels) {
    json::Object object;
    if (request.method == "GET" || request.method == "DELETE") {
        for (const auto& [name, value] : queryOf(request.target))
            TRY(setMember(shape, name, value, object));
    } else if (!request.body.empty()) {
        auto body = json::parse(request.body);
        if (!body || !body->is_object()) return std::unexpected(malformed());
        object = std::move(body->get_object());
    }
    for (const auto& [name, value] : labels)
        TRY(setMember(shape, name, value, object));
    if (const auto checked = checkTypes(shape, object, Blobs::Checked); !checked)
        return std::unexpected(restErrorOf(checked.error()));
    return object;
}

}  // namespace orrery::api
