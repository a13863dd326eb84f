#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/storage/lmdb_page.h"

namespace orrery::storage {

// Reads the trees of an LMDB file page by page and believes nothing: a page must have the number,
// the depth and the order that its place in the tree asks for, and its keys must lie between those
// of its parent. So a page that is zero, noise, old or another's is found before anything is
// answered from it, a key that is missing is missing, and a walk that ends has seen all there is.
//
// A page is checked when it is first met; a set remembers which were. Nothing here allocates or has
// a destructor, so that all of it may run under a guard (guard.h).

inline constexpr int kTreeDepthMax = 32;  // As LMDB's own.

/// What is wrong with a file, or nothing. The text is a literal.
struct PageFault {
    const char* what = nullptr;
    PageNumber page = 0;

    explicit operator bool() const { return what != nullptr; }
};

/// Which pages have been checked.
class PageSet {
public:
    /// Makes room for pages up to, but without, `end`.
    void reserve(PageNumber end) {
        if (m_words.size() * 64 < end) m_words.resize(end / 64 + 1 + end / 512);
    }
    bool contains(PageNumber page) const { return (m_words[page / 64] >> (page % 64) & 1) != 0; }
    /// True if it was not there.
    bool add(PageNumber page) {
        const std::uint64_t bit = std::uint64_t{1} << (page % 64);
        const bool isNew = (m_words[page / 64] & bit) == 0;
        m_words[page / 64] |= bit;
        return isNew;
    }
    void remove(PageNumber page) { m_words[page / 64] &= ~(std::uint64_t{1} << (page % 64)); }
    void clear() { m_words.assign(m_words.size(), 0); }

private:
    std::vector<std::uint64_t> m_words;
};

/// The pages of a file as one transaction sees them. `checked` has room for all of them.
struct Pages {
    const char* base = nullptr;
    std::uint64_t pageBytes = 0;
    PageNumber end = 0;
    PageSet* checked = nullptr;

    const char* at(PageNumber page) const { return base + page * pageBytes; }
};

/// One tree of a file.
struct PageTree {
    TreeRoot root{};
    bool isFreeList = false;  ///< Keys are numbers in the machine's byte order.
    bool isMain = false;      ///< Values may be trees.
};

/// A way from the root to a leaf.
struct PagePath {
    /// Not initialised, unlike a string_view: a path is made with each read.
    struct Bound {
        const char* at;
        std::size_t bytes;
        std::string_view view() const { return {at, bytes}; }
    };
    struct Step {
        const char* page;
        PageNumber number;
        std::uint32_t index;  ///< Of the node taken.
        // The keys of the page are at or above `low` and, unless that is empty, below `high`.
        Bound low;
        Bound high;
    };
    Step steps[kTreeDepthMax];
    int depth = 0;

    const Step& leaf() const { return steps[depth - 1]; }
};

/// The two orders of keys there are; negative, zero or positive.
int compareKeys(const PageTree& tree, std::string_view a, std::string_view b);

/// The entries on both sides of a key that is not there; at the ends of a tree one is missing.
struct PageNeighbours {
    struct Entry {
        std::string_view key;  ///< Empty: there is none.
        std::string_view value;
    };
    Entry before;
    Entry after;
};

/// Walks over a tree. After a fault nothing more is read.
class PageCursor {
public:
    PageCursor(const Pages& pages, const PageTree& tree) : m_pages(pages), m_tree(tree) {}

    /// Each moves, and says whether there is a key; false after a fault.
    bool first();
    bool last();
    bool lowerBound(std::string_view key);
    bool find(std::string_view key);
    bool next();
    bool previous();

    /// After a `find` that found nothing: what stands on both sides. False after a fault.
    bool findNeighbours(PageNeighbours& found);

    /// Checks every page that LMDB reads when it writes `key`: those on the way to it, their
    /// siblings, and the value that it replaces.
    bool checkWayTo(std::string_view key);

    /// The value is whole and can be read.
    std::string_view key() const { return m_key; }
    std::string_view value() const { return m_value; }
    const PagePath& path() const { return m_path; }
    const PageFault& fault() const { return m_fault; }

private:
    bool fail(const char* what, PageNumber page);
    bool enter(PageNumber page, PagePath::Bound low, PagePath::Bound high);
    bool enterChild(std::uint32_t index);
    bool descend(std::string_view key);
    bool descendTo(bool toLast);
    bool step(bool forward);
    bool settle();

    Pages m_pages;
    PageTree m_tree;
    PagePath m_path;
    std::string_view m_key;
    std::string_view m_value;
    PageFault m_fault;
};

/// Reads the value of a leaf's node, an overflow page's too.
bool readValue(const Pages& pages, const Node& node, std::string_view& value, PageFault& fault);

/// Checks one page by itself: header, offsets, sizes, order. `inOrder` compares two keys.
PageFault checkPage(const Pages& pages, const PageTree& tree, PageNumber number);

}  // namespace orrery::storage
