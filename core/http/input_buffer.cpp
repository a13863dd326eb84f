#include "core/http/input_buffer.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "core/base/check.h"

namespace orrery::http {
namespace {

char* mapPages(std::size_t bytes) {
    void* const pages =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED);
    return static_cast<char*>(pages);
}

}  // namespace

void InputBuffer::grow(std::size_t capacity, std::size_t kept) {
    CHECK(capacity >= m_capacity);
    CHECK(kept <= m_capacity);
    if (isLarge()) {
        void* const pages = ::mremap(m_data, m_capacity, capacity, MREMAP_MAYMOVE);
        CHECK(pages != MAP_FAILED);
        m_data = static_cast<char*>(pages);
        m_capacity = capacity;
        return;
    }
    char* const larger = capacity > kHeapBytesMax ? mapPages(capacity) : new char[capacity];
    if (kept > 0) std::memcpy(larger, m_data, kept);
    free();
    m_data = larger;
    m_capacity = capacity;
}

void InputBuffer::free() {
    if (isLarge()) {
        CHECK(::munmap(m_data, m_capacity) == 0);
    } else {
        delete[] m_data;
    }
    m_data = nullptr;
    m_capacity = 0;
}

bool BodyBuffer::append(std::string_view bytes) {
    if (m_size + bytes.size() > m_bytesMax) return false;
    if (bytes.empty()) return true;
    reserve(bytes.size());
    std::memcpy(m_buffer.data() + m_size, bytes.data(), bytes.size());
    m_size += bytes.size();
    return true;
}

std::size_t BodyBuffer::capacityFor(std::size_t bytes) const {
    const std::size_t needed = std::min(m_size + bytes, m_bytesMax);
    if (needed <= capacity()) return capacity();
    return std::max(needed, std::min(2 * capacity(), m_bytesMax));
}

void BodyBuffer::reserve(std::size_t bytes) {
    const std::size_t wanted = capacityFor(bytes);
    if (wanted > capacity()) m_buffer.grow(wanted, m_size);
}

}  // namespace orrery::http
