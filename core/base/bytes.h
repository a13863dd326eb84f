#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace orrery {

/// Immutable bytes with several owners, on any threads. Null means "none", not "empty".
using SharedBytes = std::shared_ptr<const std::string>;

inline SharedBytes share(std::string bytes) {
    return std::make_shared<const std::string>(std::move(bytes));
}

/// Appends integers and byte strings to a string. Fixed-width integers are big-endian, so that they
/// sort; the others are varints (seven bits a byte, low first).
class ByteWriter {
public:
    explicit ByteWriter(std::string& out) : m_out(out) {}

    void u8(std::uint8_t value) { m_out.push_back(static_cast<char>(value)); }
    void u16(std::uint16_t value) { fixed(value, 2); }
    void u32(std::uint32_t value) { fixed(value, 4); }
    void u64(std::uint64_t value) { fixed(value, 8); }
    void varint(std::uint64_t value) {
        while (value >= 0x80) {
            u8(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        u8(static_cast<std::uint8_t>(value));
    }
    void raw(std::string_view bytes) { m_out.append(bytes); }
    /// Length as a varint, then the bytes.
    void sized(std::string_view bytes) {
        varint(bytes.size());
        raw(bytes);
    }

private:
    void fixed(std::uint64_t value, int width) {
        for (int shift = (width - 1) * 8; shift >= 0; shift -= 8)
            u8(static_cast<std::uint8_t>(value >> shift));
    }

    std::string& m_out;
};

/// Reads what ByteWriter wrote, from the front. After the first read that fails, `ok()` is false
/// and every read returns zero or empty; nothing is read beyond the end. Returned views point into
/// the bytes given.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : m_rest(bytes) {}

    bool ok() const { return m_ok; }
    bool atEnd() const { return m_rest.empty(); }
    std::string_view rest() const { return m_rest; }

    std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(fixed(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
    std::uint64_t u64() { return fixed(8); }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const std::uint8_t byte = u8();
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) return value;
        }
        m_ok = false;
        return 0;
    }
    std::string_view raw(std::uint64_t size) {
        if (size > m_rest.size()) {
            m_ok = false;
            m_rest = {};
            return {};
        }
        const std::string_view taken = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
        return taken;
    }
    std::string_view sized() { return raw(varint()); }

private:
    std::uint64_t fixed(std::uint64_t width) {
        std::uint64_t value = 0;
        for (const char byte : raw(width))
            value = value << 8 | static_cast<unsigned char>(byte);
        return value;
    }

    std::string_view m_rest;
    bool m_ok = true;
};

}  // namespace orrery
