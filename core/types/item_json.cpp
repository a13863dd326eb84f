#include "core/json/json.h"
#include "core/types/base64.h"
#include "core/types/item_codec.h"
#include "core/types/item_grammar.h"
#include "core/types/key_schema.h"

namespace orrery::types {
namespace {

using grammar::Ascending;
using grammar::Reader;
using grammar::Tag;

// Reads an encoded item and writes the wire's JSON on the way. Every GetItem and Query uses it.
class Transcoder {
public:
    Transcoder(Reader& in, std::string& out) : m_in(in), m_out(out) {}

    void map(int level) {
        m_out.push_back('{');
        Ascending<std::string_view> names;
        bool first = true;
        for (std::uint64_t count = m_in.count(); count > 0 && m_in.ok(); --count) {
            if (!first) m_out.push_back(',');
            first = false;
            const std::string_view name = m_in.sized();
            if (!names.next(name)) m_in.fail();
            json::appendString(m_out, name);
            m_out.push_back(':');
            value(level);
        }
        m_out.push_back('}');
    }

private:
    void value(int level) {
        if (level > kNestingMax) m_in.fail();
        const Tag tag = m_in.tag();
        if (!m_in.ok()) return;
        switch (tag) {
            case Tag::String:
                m_out.append("{\"S\":");
                json::appendString(m_out, m_in.sized());
                break;
            case Tag::Number:
                m_out.append("{\"N\":");
                number();
                break;
            case Tag::Binary:
                m_out.append("{\"B\":");
                binary();
                break;
            case Tag::StringSet:
                m_out.append("{\"SS\":");
                list([this] { json::appendString(m_out, m_in.sized()); });
                break;
            case Tag::NumberSet:
                m_out.append("{\"NS\":");
                list([this] { number(); });
                break;
            case Tag::BinarySet:
                m_out.append("{\"BS\":");
                list([this] { binary(); });
                break;
            case Tag::Map:
                m_out.append("{\"M\":");
                map(level + 1);
                break;
            case Tag::List:
                m_out.append("{\"L\":");
                list([this, level] { value(level + 1); });
                break;
            case Tag::Null:
                m_out.append("{\"NULL\":true");
                break;
            case Tag::False:
                m_out.append("{\"BOOL\":false");
                break;
            case Tag::True:
                m_out.append("{\"BOOL\":true");
                break;
        }
        m_out.push_back('}');
    }

    template <typename Element>
    void list(Element element) {
        m_out.push_back('[');
        bool first = true;
        for (std::uint64_t count = m_in.count(); count > 0 && m_in.ok(); --count) {
            if (!first) m_out.push_back(',');
            first = false;
            element();
        }
        m_out.push_back(']');
    }

    void number() {
        m_out.push_back('"');
        m_in.number().appendText(m_out);
        m_out.push_back('"');
    }

    void binary() {
        m_out.push_back('"');
        appendBase64(m_out, m_in.sized());
        m_out.push_back('"');
    }

    Reader& m_in;
    std::string& m_out;
};

}  // namespace

bool appendItemJson(std::string& out, std::string_view encodedItem) {
    const std::size_t begin = out.size();
    out.reserve(begin + encodedItem.size() + encodedItem.size() / 2 + 64);
    Reader in(encodedItem);
    Transcoder(in, out).map(1);
    if (in.done()) return true;
    out.resize(begin);
    return false;
}

}  // namespace orrery::types
