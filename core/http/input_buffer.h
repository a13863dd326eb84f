#pragma once

#include <cstddef>
#include <string_view>

namespace orrery::http {

/// Memory for bytes that arrive from a client. What is large comes from the kernel in pages of its
/// own, grows without copying, and goes back to the kernel at once; the heap would keep it.
class InputBuffer {
public:
    /// More than this counts as large.
    static constexpr std::size_t kHeapBytesMax = 64 * 1024;

    InputBuffer() = default;
    ~InputBuffer() { free(); }
    InputBuffer(const InputBuffer&) = delete;
    InputBuffer& operator=(const InputBuffer&) = delete;

    char* data() const { return m_data; }
    std::size_t capacity() const { return m_capacity; }
    /// Enlarges it to `capacity` bytes; the first `kept` bytes stay.
    void grow(std::size_t capacity, std::size_t kept);
    void free();

private:
    bool isLarge() const { return m_capacity > kHeapBytesMax; }

    char* m_data = nullptr;
    std::size_t m_capacity = 0;
};

/// A body that arrives in chunks, put together. Never holds more than `bytesMax`.
class BodyBuffer {
public:
    explicit BodyBuffer(std::size_t bytesMax) : m_bytesMax(bytesMax) {}

    bool hasRoom(std::uint64_t bytes) const { return bytes <= m_bytesMax - m_size; }
    /// There must be room.
    void append(std::string_view bytes);
    /// The capacity once it has room for `bytes` more, up to `bytesMax` in all.
    std::size_t capacityFor(std::size_t bytes) const;
    /// Gives it that capacity.
    void reserve(std::size_t bytes);

    std::size_t size() const { return m_size; }
    std::size_t capacity() const { return m_buffer.capacity(); }
    std::string_view view() const { return {m_buffer.data(), m_size}; }

private:
    const std::size_t m_bytesMax;
    InputBuffer m_buffer;
    std::size_t m_size = 0;
};

}  // namespace orrery::http
