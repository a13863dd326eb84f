#include "core/http/input_buffer.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "core/base/check.h"

namespace orrery::http {
namespace {

/// Pages from the kernel. If it refuses them, the program ends as when the heap is refused memory.
char* expectPages(void* pages) {
    const std::new_handler outOfMemory = std::get_new_handler();
    if (pages == MAP_FAILED && outOfMemory != nullptr) outOfMemory();
    CHECK(pages != MAP_FAILED);
    return static_cast<char*>(pages);
}

char* mapPages(std::size_t bytes) {
    return expectPages(
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

}  // namespace

void InputBuffer::grow(std::size_t capacity, std::size_t kept) {
    CHECK(capacity >= m_capacity);
    CHECK(kept <= m_capacity);
    if (isLarge()) {
        m_data = expectPages(::mremap(m_data, m_capacity, capacity, MREMAP_MAYMOVE));
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

void BodyBuffer::append(std::string_view bytes) {
    CHECK(hasRoom(bytes.size()));
    if (bytes.empty()) return;
    reserve(bytes.size());
    std::memcpy(m_buffer.data() + m_size, bytes.data(), bytes.size());
    m_size += bytes.size();
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
