#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/types/number.h"

namespace orrery::types::grammar {

// The grammar of an encoded item, for the two files that read it, item_codec.cpp and item_json.cpp.
//
//   item    := map
//   map     := count:varint (name:sized value){count}       // names ascending, each once
//   value   := tag:uint8 payload
//   payload := sized                                        // String, Binary
//            | number                                       // Number
//            | count:varint sized{count}                    // StringSet, BinarySet; ascending
//            | count:varint number{count}                   // NumberSet; ascending
//            | map                                          // Map
//            | count:varint value{count}                    // List
//            |                                              // Null, False, True
//   number  := head:uint16 coefficient                      // big-endian, no leading zero byte
//   head    := negative:1 coefficientBytes:5 exponent+512:10
//   sized   := size:varint byte{size}
//   varint  := the shortest of base/bytes.h
//
// The readers refuse everything but the one encoding of an item: another order, a longer varint, a
// number that is not canonical, nesting beyond the API's limit, bytes left over.

enum class Tag : std::uint8_t {
    String,
    Number,
    Binary,
    StringSet,
    NumberSet,
    BinarySet,
    Map,
    List,
    Null,
    False,
    True,
};

inline constexpr int kExponentBias = 512;

/// A ByteReader that accepts only the shortest form of a varint, and no count that exceeds the
/// bytes left.
class Reader {
public:
    explicit Reader(std::string_view bytes) : m_bytes(bytes) {}

    bool ok() const { return m_ok && m_bytes.ok(); }
    bool done() const { return ok() && m_bytes.atEnd(); }
    void fail() { m_ok = false; }

    Tag tag() {
        const std::uint8_t tag = m_bytes.u8();
        if (tag > static_cast<std::uint8_t>(Tag::True)) fail();
        return static_cast<Tag>(tag);
    }

    std::uint64_t count() {
        const std::uint64_t count = varint();
        if (count <= m_bytes.rest().size()) return count;
        fail();
        return 0;
    }

    std::string_view sized() { return m_bytes.raw(varint()); }

    Number number() {
        const std::uint16_t head = m_bytes.u16();
        const std::string_view bytes = m_bytes.raw(head >> 10 & 0x1f);
        Number::Coefficient coefficient = 0;
        for (const char byte : bytes)
            coefficient = coefficient << 8 | static_cast<unsigned char>(byte);
        const int exponent = (head & 0x3ff) - kExponentBias;
        const bool negative = head >> 15 != 0;
        const auto number = Number::create(negative, coefficient, exponent);
        const bool canonical = bytes.size() <= 16 && !bytes.starts_with('\0') && number &&
                               number->exponent() == exponent && number->isNegative() == negative;
        if (canonical) return *number;
        fail();
        return {};
    }

private:
    std::uint64_t varint() {
        const std::size_t before = m_bytes.rest().size();
        const std::uint64_t value = m_bytes.varint();
        const std::size_t shortest =
            value == 0 ? 1 : (static_cast<std::size_t>(std::bit_width(value)) + 6) / 7;
        if (before - m_bytes.rest().size() != shortest) fail();
        return value;
    }

    ByteReader m_bytes;
    bool m_ok = true;
};

/// Checks that names or elements ascend: `next` is false if an element is not greater than the one
/// before.
template <typename T>
class Ascending {
public:
    bool next(const T& value) {
        const bool ascends = !m_last || *m_last < value;
        m_last = value;
        return ascends;
    }

private:
    std::optional<T> m_last;
};

}  // namespace orrery::types::grammar
