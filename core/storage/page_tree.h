#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/storage/lmdb_page.h"

namespace orrery::storage {

// Reads the trees of an LMDB file page by page and trusts nothing. A page must have the number,
// depth and order that its place in the tree requires, and its keys must lie between those of its
// parent. So a zeroed, overwritten, outdated or foreign page is detected before it is used, an
// absent key is really absent, and a completed walk has seen every key.
//
// Each page is checked when first visited, and a set records the checked pages. Nothing here
// allocates or has a destructor, so all of it may run under a guard (guard.h).

inline constexpr int kTreeDepthMax = 32;  // LMDB's own limit.

/// A fault found in a file, or none. `what` is a string literal.
struct PageFault {
    const char* what = nullptr;
    PageNumber page = 0;

    explicit operator bool() const { return what != nullptr; }
};

/// A set of page numbers, such as the checked pages.
class PageSet {
public:
    /// Makes room for pages below `end`.
    void reserve(PageNumber end) {
        if (m_words.size() * 64 < end) m_words.resize(end / 64 + 1 + end / 512);
    }
    bool contains(PageNumber page) const { return (m_words[page / 64] >> (page % 64) & 1) != 0; }
    /// True if the page was not in the set.
    bool add(PageNumber page) {
        const std::uint64_t bit = std::uint64_t{1} << (page % 64);
        const bool isNew = (m_words[page / 64] & bit) == 0;
        m_words[page / 64] |= bit;
        return isNew;
    }
    void clear() { m_words.assign(m_words.size(), 0); }

private:
    std::vector<std::uint64_t> m_words;
};

/// The pages of a file as one transaction sees them. `checked` must have room for all of them.
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
    bool isFreeList = false;  ///< Keys are integers in the machine's byte order.
    bool isMain = false;      ///< Values may be trees.
};

/// The path from the root to a leaf.
struct PagePath {
    /// Unlike string_view it is not initialized: every read builds a path.
    struct Bound {
        const char* at;
        std::size_t bytes;
        std::string_view view() const { return {at, bytes}; }
    };
    struct Step {
        const char* page;
        PageNumber number;
        std::uint32_t index;  ///< The node taken on this page.
        // All keys of the page are at or above `low`, and below `high` unless that is empty.
        Bound low;
        Bound high;
    };
    Step steps[kTreeDepthMax];
    int depth = 0;

    const Step& leaf() const { return steps[depth - 1]; }
};

/// Compares keys in the tree's order; negative, zero or positive.
int compareKeys(const PageTree& tree, std::string_view a, std::string_view b);

/// The entries on both sides of an absent key. At the ends of a tree, one is missing.
struct PageNeighbours {
    struct Entry {
        std::string_view key;  ///< Empty: no entry.
        std::string_view value;
    };
    Entry before;
    Entry after;
};

/// Walks a tree. After a fault it reads nothing more.
class PageCursor {
public:
    PageCursor(const Pages& pages, const PageTree& tree) : m_pages(pages), m_tree(tree) {}

    /// Each moves and returns true if there is a key; false after a fault.
    bool first();
    bool last();
    bool lowerBound(std::string_view key);
    bool find(std::string_view key);
    bool next();
    bool previous();

    /// After a `find` without a match: the entries on both sides. False after a fault.
    bool findNeighbours(PageNeighbours& found);

    /// Checks every page that LMDB reads to write `key`: the path to it, the siblings of those
    /// pages, and the value that it replaces. Cheap if the last key so checked is on the same leaf.
    bool checkPathTo(std::string_view key);

    /// The value is complete and readable.
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
    bool leadsTo(std::string_view key) const;

    Pages m_pages;
    PageTree m_tree;
    PagePath m_path;
    bool m_isPathChecked = false;  ///< `checkPathTo` has checked the siblings along `m_path`.
    std::string_view m_key;
    std::string_view m_value;
    PageFault m_fault;
};

/// Reads the value of a leaf node, from overflow pages if needed.
bool readValue(const Pages& pages, const Node& node, std::string_view& value, PageFault& fault);

/// Checks one page by itself: header, offsets, sizes, order.
PageFault checkPage(const Pages& pages, const PageTree& tree, PageNumber number);

}  // namespace orrery::storage
