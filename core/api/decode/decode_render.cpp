#include <boost/json.hpp>
#include <string>

#include "core/api/decode/decode.h"
#include "core/api/decode/fields.h"

namespace orrery::api {
namespace {

void appendMemberName(std::string& out, std::string_view name) {
    const std::size_t at = out.size();
    out.append(name);
    if (out[at] >= 'A' && out[at] <= 'Z') out[at] = static_cast<char>(out[at] + 32);
}

// Appends an attribute value as its Java class prints it, including members that only the service
// uses.
void appendAttributeValue(std::string& out, const json::Value& value);

void appendAttributeMember(std::string& out, const json::Value* member) {
    if (member == nullptr || member->is_null()) {
        out.append("null");
    } else if (member->is_string()) {
        out.append(member->get_string());
    } else if (member->is_array()) {
        out.push_back('[');
        bool first = true;
        for (const json::Value& element : member->get_array()) {
            if (!first) out.append(", ");
            first = false;
            if (element.is_object()) {
                appendAttributeValue(out, element);
            } else {
                appendAttributeMember(out, &element);
            }
        }
        out.push_back(']');
    } else if (member->is_object()) {
        out.push_back('{');
        bool first = true;
        for (const auto& [key, element] : member->get_object()) {
            if (!first) out.append(", ");
            first = false;
            out.append(key).push_back('=');
            appendAttributeValue(out, element);
        }
        out.push_back('}');
    } else {
        out.append(boost::json::serialize(*member));
    }
}

void appendAttributeValue(std::string& out, const json::Value& value) {
    struct Shown {
        std::string_view javaName;
        std::string_view wireName;
    };
    static constexpr Shown kMembers[] = {
        {"s", "S"},      {"n", "N"},     {"b", "B"},         {"iNT", ""},
        {"dECIMAL", ""}, {"dOUBLE", ""}, {"sS", "SS"},       {"nS", "NS"},
        {"bS", "BS"},    {"iNTSET", ""}, {"dECIMALSET", ""}, {"dOUBLESET", ""},
        {"m", "M"},      {"l", "L"},     {"nULL", "NULL"},   {"bOOL", "BOOL"},
    };
    out.append("AttributeValue(");
    bool first = true;
    for (const Shown& shown : kMembers) {
        if (!first) out.append(", ");
        first = false;
        out.append(shown.javaName).push_back('=');
        const json::Object* object = value.if_object();
        appendAttributeMember(out,
                              object == nullptr ? nullptr : object->if_contains(shown.wireName));
    }
    out.push_back(')');
}

void appendStructure(std::string& out, const Shape& shape, const json::Object& object) {
    out.append(shape.name);
    out.push_back('(');
    bool first = true;
    for (const Member& member : shape.members) {
        if (!first) out.append(", ");
        first = false;
        appendMemberName(out, member.name);
        out.push_back('=');
        appendRendered(out, *member.shape, object.if_contains(member.name));
    }
    out.push_back(')');
}

// The service casts what it is given for a whole number before it shows it: 0.5 is 0.
std::optional<std::int64_t> wholeOf(const Shape& shape, const json::Value& value) {
    const bool isWhole = shape.type == ShapeType::Integer || shape.type == ShapeType::Long;
    if (!isWhole || !value.is_double()) return std::nullopt;
    return truncated(value.get_double());
}

}  // namespace

void appendRendered(std::string& out, const Shape& shape, const json::Value* value) {
    if (value == nullptr || value->is_null()) {
        out.append("null");
        return;
    }
    if (shape.type == ShapeType::AttributeValue) {
        appendAttributeValue(out, *value);
    } else if (value->is_string()) {
        out.append(value->get_string());
    } else if (value->is_array()) {
        out.push_back('[');
        bool first = true;
        for (const json::Value& element : value->get_array()) {
            if (!first) out.append(", ");
            first = false;
            appendRendered(out, *shape.element, &element);
        }
        out.push_back(']');
    } else if (value->is_object() && shape.type == ShapeType::Map) {
        out.push_back('{');
        bool first = true;
        for (const auto& [key, element] : value->get_object()) {
            if (!first) out.append(", ");
            first = false;
            out.append(key);
            out.push_back('=');
            appendRendered(out, *shape.element, &element);
        }
        out.push_back('}');
    } else if (value->is_object()) {
        appendStructure(out, shape, value->get_object());
    } else if (const auto whole = wholeOf(shape, *value)) {
        out.append(std::to_string(*whole));
    } else {
        out.append(boost::json::serialize(*value));
    }
}

}  // namespace orrery::api
