#include "core/types/item_codec.h"

#include <array>

#include "core/types/item_grammar.h"
#include "core/types/key_schema.h"

namespace orrery::types {
namespace {

using grammar::Ascending;
using grammar::Reader;
using grammar::Tag;

class Encoder {
public:
    explicit Encoder(std::string& out) : m_out(out) {}

    void map(const AttributeMap& map) {
        m_out.varint(map.size());
        for (const auto& [name, value] : map) {
            m_out.sized(name);
            this->value(value);
        }
    }

    void value(const AttributeValue& value) { std::visit(*this, value.variant()); }

    void operator()(const std::string& text) {
        tag(Tag::String);
        m_out.sized(text);
    }
    void operator()(const Number& number) {
        tag(Tag::Number);
        this->number(number);
    }
    void operator()(const Binary& binary) {
        tag(Tag::Binary);
        m_out.sized(binary.bytes);
    }
    void operator()(const StringSet& set) {
        tag(Tag::StringSet);
        elements(set.elements);
    }
    void operator()(const NumberSet& set) {
        tag(Tag::NumberSet);
        m_out.varint(set.elements.size());
        for (const Number& element : set.elements)
            number(element);
    }
    void operator()(const BinarySet& set) {
        tag(Tag::BinarySet);
        elements(set.elements);
    }
    void operator()(const AttributeMap& map) {
        tag(Tag::Map);
        this->map(map);
    }
    void operator()(const List& list) {
        tag(Tag::List);
        m_out.varint(list.size());
        for (const AttributeValue& element : list)
            value(element);
    }
    void operator()(Null) { tag(Tag::Null); }
    void operator()(bool value) { tag(value ? Tag::True : Tag::False); }

private:
    void tag(Tag tag) { m_out.u8(static_cast<std::uint8_t>(tag)); }

    void elements(const std::vector<std::string>& elements) {
        m_out.varint(elements.size());
        for (const std::string& element : elements)
            m_out.sized(element);
    }

    void number(const Number& number) {
        std::array<char, 16> bytes;
        std::size_t begin = bytes.size();
        for (Number::Coefficient rest = number.coefficient(); rest != 0; rest >>= 8)
            bytes[--begin] = static_cast<char>(static_cast<unsigned char>(rest));
        const std::string_view coefficient(bytes.data() + begin, bytes.size() - begin);
        const auto exponent = static_cast<unsigned>(number.exponent() + grammar::kExponentBias);
        const auto size = static_cast<unsigned>(coefficient.size());
        const unsigned sign = number.isNegative() ? 1 : 0;
        m_out.u16(static_cast<std::uint16_t>(sign << 15 | size << 10 | exponent));
        m_out.raw(coefficient);
    }

    ByteWriter m_out;
};

// Reads into values. After the first mismatch the result means nothing, and the reader is no longer
// ok.
class Decoder {
public:
    explicit Decoder(Reader& in) : m_in(in) {}

    AttributeMap map(int level) {
        AttributeMap map;
        Ascending<std::string_view> names;
        std::uint64_t count = m_in.count();
        map.reserve(count);
        for (; count > 0 && m_in.ok(); --count) {
            const std::string_view name = m_in.sized();
            if (!names.next(name)) m_in.fail();
            AttributeValue value = this->value(level);
            if (m_in.ok()) map.append(std::string(name), std::move(value));
        }
        return map;
    }

    AttributeValue value(int level) {
        if (level > kNestingMax) m_in.fail();
        const Tag tag = m_in.tag();
        if (!m_in.ok()) return {};
        switch (tag) {
            case Tag::String:
                return AttributeValue::string(m_in.sized());
            case Tag::Number:
                return AttributeValue::number(m_in.number());
            case Tag::Binary:
                return AttributeValue::binary(m_in.sized());
            case Tag::StringSet:
                return AttributeValue(StringSet{elements()});
            case Tag::NumberSet:
                return AttributeValue(NumberSet{numbers()});
            case Tag::BinarySet:
                return AttributeValue(BinarySet{elements()});
            case Tag::Map:
                return AttributeValue(map(level + 1));
            case Tag::List:
                return AttributeValue(list(level + 1));
            case Tag::Null:
                return {};
            case Tag::False:
                return AttributeValue::boolean(false);
            case Tag::True:
                return AttributeValue::boolean(true);
        }
        return {};
    }

private:
    std::vector<std::string> elements() {
        std::vector<std::string> elements;
        Ascending<std::string_view> order;
        std::uint64_t count = m_in.count();
        elements.reserve(count);
        for (; count > 0 && m_in.ok(); --count) {
            const std::string_view element = m_in.sized();
            if (!order.next(element)) m_in.fail();
            elements.emplace_back(element);
        }
        if (elements.empty()) m_in.fail();
        return elements;
    }

    std::vector<Number> numbers() {
        std::vector<Number> numbers;
        Ascending<Number> order;
        for (std::uint64_t count = m_in.count(); count > 0 && m_in.ok(); --count) {
            numbers.push_back(m_in.number());
            if (!order.next(numbers.back())) m_in.fail();
        }
        if (numbers.empty()) m_in.fail();
        return numbers;
    }

    List list(int level) {
        List list;
        for (std::uint64_t count = m_in.count(); count > 0 && m_in.ok(); --count)
            list.push_back(value(level));
        return list;
    }

    Reader& m_in;
};

// Skips one value.
void skip(Reader& in, int level) {
    if (level > kNestingMax) in.fail();
    const Tag tag = in.tag();
    if (!in.ok()) return;
    switch (tag) {
        case Tag::String:
        case Tag::Binary:
            in.sized();
            break;
        case Tag::Number:
            in.number();
            break;
        case Tag::StringSet:
        case Tag::BinarySet:
            for (std::uint64_t count = in.count(); count > 0 && in.ok(); --count)
                in.sized();
            break;
        case Tag::NumberSet:
            for (std::uint64_t count = in.count(); count > 0 && in.ok(); --count)
                in.number();
            break;
        case Tag::Map:
            for (std::uint64_t count = in.count(); count > 0 && in.ok(); --count) {
                in.sized();
                skip(in, level + 1);
            }
            break;
        case Tag::List:
            for (std::uint64_t count = in.count(); count > 0 && in.ok(); --count)
                skip(in, level + 1);
            break;
        case Tag::Null:
        case Tag::False:
        case Tag::True:
            break;
    }
}

}  // namespace

void appendItem(std::string& out, const Item& item) {
    Encoder(out).map(item);
}

std::string encodeItem(const Item& item) {
    std::string out;
    appendItem(out, item);
    return out;
}

std::optional<Item> decodeItem(std::string_view bytes) {
    Reader in(bytes);
    Item item = Decoder(in).map(1);
    if (!in.done()) return std::nullopt;
    return item;
}

std::optional<AttributeValue> EncodedItem::find(std::string_view name) const {
    Reader in(m_bytes);
    for (std::uint64_t count = in.count(); count > 0 && in.ok(); --count) {
        const std::string_view found = in.sized();
        // Names ascend, so a greater one ends the search.
        if (!in.ok() || found > name) break;
        if (found < name) {
            skip(in, 1);
            continue;
        }
        AttributeValue value = Decoder(in).value(1);
        if (!in.ok()) break;
        return value;
    }
    return std::nullopt;
}

}  // namespace orrery::types
