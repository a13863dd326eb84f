#include "core/types/base64.h"
#include "core/types/wire_codec.h"

namespace orrery::types {
namespace {

// Writes the one member of a value, without the braces.
class Writer {
public:
    explicit Writer(std::string& out) : m_out(out) {}

    void operator()(const std::string& text) const {
        m_out.append("\"S\":");
        json::appendString(m_out, text);
    }
    void operator()(const Number& number) const {
        m_out.append("\"N\":");
        this->number(number);
    }
    void operator()(const Binary& binary) const {
        m_out.append("\"B\":");
        this->binary(binary.bytes);
    }
    void operator()(const StringSet& set) const {
        m_out.append("\"SS\":");
        array(set.elements, [this](const auto& text) { json::appendString(m_out, text); });
    }
    void operator()(const NumberSet& set) const {
        m_out.append("\"NS\":");
        array(set.elements, [this](const auto& element) { number(element); });
    }
    void operator()(const BinarySet& set) const {
        m_out.append("\"BS\":");
        array(set.elements, [this](const auto& bytes) { binary(bytes); });
    }
    void operator()(const AttributeMap& map) const {
        m_out.append("\"M\":");
        appendJson(m_out, map);
    }
    void operator()(const List& list) const {
        m_out.append("\"L\":");
        array(list, [this](const auto& element) { appendJson(m_out, element); });
    }
    void operator()(Null) const { m_out.append("\"NULL\":true"); }
    void operator()(bool value) const { m_out.append(value ? "\"BOOL\":true" : "\"BOOL\":false"); }

private:
    void number(const Number& number) const {
        m_out.push_back('"');
        number.appendText(m_out);
        m_out.push_back('"');
    }

    void binary(std::string_view bytes) const {
        m_out.push_back('"');
        appendBase64(m_out, bytes);
        m_out.push_back('"');
    }

    template <typename Elements, typename Append>
    void array(const Elements& elements, Append append) const {
        m_out.push_back('[');
        bool first = true;
        for (const auto& element : elements) {
            if (!first) m_out.push_back(',');
            first = false;
            append(element);
        }
        m_out.push_back(']');
    }

    std::string& m_out;
};

}  // namespace

void appendJson(std::string& out, const AttributeValue& value) {
    out.push_back('{');
    std::visit(Writer(out), value.variant());
    out.push_back('}');
}

void appendJson(std::string& out, const Item& item) {
    out.push_back('{');
    bool first = true;
    for (const auto& [name, value] : item) {
        if (!first) out.push_back(',');
        first = false;
        json::appendString(out, name);
        out.push_back(':');
        appendJson(out, value);
    }
    out.push_back('}');
}

}  // namespace orrery::types
