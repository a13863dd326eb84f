#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace orrery::cluster {

/// Objects by a number that is never given out again. They are kept in pages, and a page exists
/// only while an object is in it, so the memory follows the objects, not the largest number. For
/// one thread.
template <typename T>
class PagedSlots {
public:
    /// Null if there is none.
    T* find(std::uint64_t number) const {
        const std::size_t page = number / kPageSlots;
        if (page >= m_pages.size() || m_pages[page] == nullptr) return nullptr;
        return m_pages[page]->entries[number % kPageSlots].get();
    }
    /// Replaces what was there. The reference is valid until the object is erased.
    T& put(std::uint64_t number, std::unique_ptr<T> object) {
        const std::size_t index = number / kPageSlots;
        if (index >= m_pages.size()) m_pages.resize(index + 1);
        if (m_pages[index] == nullptr) m_pages[index] = std::make_unique<Page>();
        Page& page = *m_pages[index];
        std::unique_ptr<T>& slot = page.entries[number % kPageSlots];
        if (slot == nullptr) ++page.used;
        slot = std::move(object);
        m_end = std::max(m_end, number + 1);
        return *slot;
    }
    /// Without effect if there is none.
    void erase(std::uint64_t number) {
        if (find(number) == nullptr) return;
        std::unique_ptr<Page>& page = m_pages[number / kPageSlots];
        page->entries[number % kPageSlots].reset();
        if (--page->used == 0) page.reset();
    }
    /// One above the largest number that was ever used.
    std::uint64_t end() const { return m_end; }
    /// The first number at or after `number` that has an object, or `end()`. Skips a missing page
    /// in one step.
    std::uint64_t firstFrom(std::uint64_t number) const {
        while (number < m_end) {
            if (m_pages[number / kPageSlots] == nullptr) {
                number = (number / kPageSlots + 1) * kPageSlots;
                continue;
            }
            if (find(number) != nullptr) return number;
            ++number;
        }
        return m_end;
    }

    /// Calls `visit(T&)` for each object in order. It must not add or erase any.
    template <typename Visit>
    void forEach(Visit visit) const {
        for (std::uint64_t at = firstFrom(0); at < m_end; at = firstFrom(at + 1))
            visit(*find(at));
    }

private:
    static constexpr std::size_t kPageSlots = 256;
    struct Page {
        std::array<std::unique_ptr<T>, kPageSlots> entries;
        std::size_t used = 0;
    };

    std::vector<std::unique_ptr<Page>> m_pages;
    std::uint64_t m_end = 0;
};

}  // namespace orrery::cluster
