#include "core/storage/page_tree.h"

#include <algorithm>

namespace orrery::storage {
namespace {

// The first node from `begin` on whose key is at or above `key`.
std::uint32_t lowerNode(const PageTree& tree, const char* page, std::uint32_t begin,
                        std::string_view key) {
    std::uint32_t end = nodeCount(page);
    while (begin < end) {
        const std::uint32_t middle = (begin + end) / 2;
        if (compareKeys(tree, Node(page, middle).key(), key) < 0)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

const char* checkNode(const Pages& pages, const PageTree& tree, const Node& node, bool isBranch,
                      std::uint64_t room) {
    if (kNodeHeaderBytes + node.header.keyBytes > room) return "a key extends beyond its page";
    if (isBranch) return nullptr;
    if (node.header.keyBytes == 0) return "a key is empty";
    if (tree.isFreeList && node.header.keyBytes != sizeof(std::uint64_t))
        return "the size of a key is invalid";
    const std::uint16_t flags = node.header.flags;
    const bool isOverflow = flags == node_flag::kOverflow;
    const bool isTree = flags == node_flag::kTree;
    if (flags != 0 && !isOverflow && !(isTree && tree.isMain))
        return "a value is of an unknown kind";
    if (isTree && node.valueBytes() != sizeof(TreeRoot))
        return "the size of a tree root is invalid";
    const std::uint64_t inPage = isOverflow ? sizeof(PageNumber) : node.valueBytes();
    if (kNodeHeaderBytes + node.header.keyBytes + inPage > room)
        return "a value extends beyond its page";
    if (isOverflow && node.valueBytes() > pages.end * pages.pageBytes)
        return "a value is larger than the file";
    return nullptr;
}

}  // namespace

int compareKeys(const PageTree& tree, std::string_view a, std::string_view b) {
    if (!tree.isFreeList) return a.compare(b);
    const auto x = loadAt<std::uint64_t>(a.data());
    const auto y = loadAt<std::uint64_t>(b.data());
    return x < y ? -1 : x > y;
}

PageFault checkPage(const Pages& pages, const PageTree& tree, PageNumber number) {
    const char* page = pages.at(number);
    const auto header = loadAt<PageHeader>(page);
    const auto wrong = [&](const char* what) { return PageFault{what, number}; };
    if (header.number != number) return wrong("a page has the wrong number for its place");
    const bool isBranch = header.flags == page_flag::kBranch;
    if (!isBranch && header.flags != page_flag::kLeaf) return wrong("a page is of the wrong kind");
    if (header.lower < kPageHeaderBytes || header.lower % 2 != 0 || header.lower > header.upper ||
        header.upper > pages.pageBytes)
        return wrong("the bounds of a page are invalid");
    const std::uint32_t count = nodeCount(page);
    if (count == 0) return wrong("a page is empty");
    if (isBranch && count == 1 && !tree.isFreeList) return wrong("a branch has only one child");
    std::uint64_t bytes = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto offset = loadAt<std::uint16_t>(page + kPageHeaderBytes + i * 2);
        if (offset < header.upper || offset + kNodeHeaderBytes > pages.pageBytes)
            return wrong("an entry lies outside its page");
        const Node node(page, i);
        if (const char* what = checkNode(pages, tree, node, isBranch, pages.pageBytes - offset))
            return wrong(what);
        const bool hasValue = !isBranch && node.header.flags != node_flag::kOverflow;
        const std::uint64_t value = isBranch   ? 0
                                    : hasValue ? node.valueBytes()
                                               : sizeof(PageNumber);
        bytes += (kNodeHeaderBytes + node.header.keyBytes + value + 1) & ~std::uint64_t{1};
        // The first key of a branch is ignored: it stands for everything below the second.
        const bool hasKey = !isBranch || i > 0;
        if (hasKey && tree.isFreeList && node.header.keyBytes != sizeof(std::uint64_t))
            return wrong("the size of a key is invalid");
        if (i > (isBranch ? 1u : 0u) && compareKeys(tree, Node(page, i - 1).key(), node.key()) >= 0)
            return wrong("keys are out of order");
    }
    if (bytes != pages.pageBytes - header.upper) return wrong("entries do not fill their page");
    return {};
}

bool readValue(const Pages& pages, const Node& node, std::string_view& value, PageFault& fault) {
    if (node.header.flags != node_flag::kOverflow) {
        value = {node.data(), node.valueBytes()};
        return true;
    }
    const auto number = loadAt<PageNumber>(node.data());
    const std::uint64_t count = overflowPages(node.valueBytes(), pages.pageBytes);
    fault = {"the overflow pages of a value are invalid", number};
    if (number < 2 || number >= pages.end || count > pages.end - number) return false;
    const auto header = loadAt<PageHeader>(pages.at(number));
    const std::uint64_t pagesThere = header.lower | static_cast<std::uint64_t>(header.upper) << 16;
    // A value written twice in one transaction may keep the pages of the larger version.
    if (header.number != number || header.flags != page_flag::kOverflow || pagesThere < count ||
        pagesThere > pages.end - number)
        return false;
    // Touches each page under the guard, so that an unreadable disk fails here and not later.
    for (std::uint64_t i = 1; i < count; ++i)
        static_cast<void>(*static_cast<const volatile char*>(pages.at(number + i)));
    value = {pages.at(number) + kPageHeaderBytes, node.valueBytes()};
    fault = {};
    return true;
}

bool PageCursor::fail(const char* what, PageNumber page) {
    m_fault = {what, page};
    m_path.depth = 0;
    return false;
}

bool PageCursor::enter(PageNumber page, PagePath::Bound low, PagePath::Bound high) {
    if (page < 2 || page >= m_pages.end) return fail("a page lies outside the file", page);
    if (m_path.depth == std::min<int>(m_tree.root.depth, kTreeDepthMax))
        return fail("a tree is deeper than stated", page);
    const char* at = m_pages.at(page);
    if (!m_pages.checked->contains(page)) {
        if (const PageFault fault = checkPage(m_pages, m_tree, page)) {
            m_path.depth = 0;
            m_fault = fault;
            return false;
        }
        const bool isBranch = loadAt<PageHeader>(at).flags == page_flag::kBranch;
        const std::uint32_t count = nodeCount(at);
        if (count > 1 || !isBranch) {
            const std::string_view firstKey = Node(at, isBranch ? 1 : 0).key();
            const std::string_view lastKey = Node(at, count - 1).key();
            if (low.bytes > 0 && compareKeys(m_tree, firstKey, low.view()) < 0)
                return fail("keys are below the range of their parent", page);
            if (high.bytes > 0 && compareKeys(m_tree, lastKey, high.view()) >= 0)
                return fail("keys are above the range of their parent", page);
        }
        m_pages.checked->add(page);
    }
    const bool isLeaf = loadAt<PageHeader>(at).flags == page_flag::kLeaf;
    if (isLeaf != (m_path.depth + 1 == m_tree.root.depth))
        return fail("a page is at the wrong depth", page);
    m_path.steps[m_path.depth++] = {at, page, 0, low, high};
    m_isPathChecked = false;
    return true;
}

bool PageCursor::enterChild(std::uint32_t index) {
    PagePath::Step& step = m_path.steps[m_path.depth - 1];
    step.index = index;
    const Node node(step.page, index);
    const auto bound = [](std::string_view key) { return PagePath::Bound{key.data(), key.size()}; };
    const PagePath::Bound low = index > 0 ? bound(node.key()) : step.low;
    const PagePath::Bound high =
        index + 1 < nodeCount(step.page) ? bound(Node(step.page, index + 1).key()) : step.high;
    return enter(node.child(), low, high);
}

// Moves to the position where `key` is or would be.
bool PageCursor::descend(std::string_view key) {
    m_path.depth = 0;
    if (m_fault || m_tree.root.root == kNoPage) return false;
    if (!enter(m_tree.root.root, {}, {})) return false;
    while (m_path.depth < m_tree.root.depth) {
        const char* page = m_path.leaf().page;
        std::uint32_t index = lowerNode(m_tree, page, 1, key);
        if (index == nodeCount(page) || compareKeys(m_tree, Node(page, index).key(), key) > 0)
            --index;
        if (!enterChild(index)) return false;
    }
    m_path.steps[m_path.depth - 1].index = lowerNode(m_tree, m_path.leaf().page, 0, key);
    return true;
}

bool PageCursor::descendTo(bool toLast) {
    while (m_path.depth < m_tree.root.depth) {
        if (!enterChild(toLast ? nodeCount(m_path.leaf().page) - 1 : 0)) return false;
    }
    m_path.steps[m_path.depth - 1].index = toLast ? nodeCount(m_path.leaf().page) - 1 : 0;
    return settle();
}

bool PageCursor::settle() {
    const Node node(m_path.leaf().page, m_path.leaf().index);
    m_key = node.key();
    return readValue(m_pages, node, m_value, m_fault);
}

bool PageCursor::step(bool forward) {
    if (m_fault || m_path.depth == 0) return false;
    int level = m_path.depth - 1;
    const auto isAtEnd = [&] {
        const PagePath::Step& step = m_path.steps[level];
        return forward ? step.index + 1 >= nodeCount(step.page) : step.index == 0;
    };
    while (level >= 0 && isAtEnd())
        --level;
    if (level < 0) {
        m_path.depth = 0;
        return false;
    }
    m_path.depth = level + 1;
    const std::uint32_t index = m_path.steps[level].index + (forward ? 1 : -1);
    if (m_path.depth == m_tree.root.depth) {
        m_path.steps[level].index = index;
        return settle();
    }
    return enterChild(index) && descendTo(!forward);
}

bool PageCursor::first() {
    m_path.depth = 0;
    if (m_fault || m_tree.root.root == kNoPage) return false;
    return enter(m_tree.root.root, {}, {}) && descendTo(false);
}

bool PageCursor::last() {
    m_path.depth = 0;
    if (m_fault || m_tree.root.root == kNoPage) return false;
    return enter(m_tree.root.root, {}, {}) && descendTo(true);
}

bool PageCursor::lowerBound(std::string_view key) {
    if (!descend(key)) return false;
    PagePath::Step& leaf = m_path.steps[m_path.depth - 1];
    if (leaf.index < nodeCount(leaf.page)) return settle();
    --leaf.index;
    return step(true);
}

bool PageCursor::find(std::string_view key) {
    if (!descend(key)) return false;
    const PagePath::Step& leaf = m_path.leaf();
    if (leaf.index == nodeCount(leaf.page)) return false;
    if (compareKeys(m_tree, Node(leaf.page, leaf.index).key(), key) != 0) return false;
    return settle();
}

bool PageCursor::next() {
    return step(true);
}

bool PageCursor::previous() {
    return step(false);
}

bool PageCursor::findNeighbours(PageNeighbours& found) {
    if (m_fault) return false;
    if (m_path.depth == 0) return true;
    const PagePath::Step& leaf = m_path.leaf();
    const std::uint32_t index = leaf.index;
    const bool hasBefore = index > 0;
    const bool hasAfter = index < nodeCount(leaf.page);
    const auto read = [&](std::uint32_t place, PageNeighbours::Entry& entry) {
        const Node node(leaf.page, place);
        entry.key = node.key();
        return readValue(m_pages, node, entry.value, m_fault);
    };
    if (hasBefore && !read(index - 1, found.before)) return false;
    if (hasAfter && !read(index, found.after)) return false;
    if (hasBefore && hasAfter) return true;
    // At the end of its page; the other neighbour is on another page.
    if (!hasAfter) --m_path.steps[m_path.depth - 1].index;
    if (step(!hasAfter)) (hasAfter ? found.before : found.after) = {m_key, m_value};
    return !m_fault;
}

// True if a descent to `key` would end at the leaf where this cursor is.
bool PageCursor::leadsTo(std::string_view key) const {
    if (m_fault || m_path.depth == 0 || m_path.depth != m_tree.root.depth) return false;
    const PagePath::Step& leaf = m_path.leaf();
    if (leaf.low.bytes > 0 && compareKeys(m_tree, key, leaf.low.view()) < 0) return false;
    return leaf.high.bytes == 0 || compareKeys(m_tree, key, leaf.high.view()) < 0;
}

bool PageCursor::checkPathTo(std::string_view key) {
    if (m_isPathChecked && leadsTo(key)) {
        m_path.steps[m_path.depth - 1].index = lowerNode(m_tree, m_path.leaf().page, 0, key);
    } else {
        if (!descend(key)) return !m_fault;
        const PagePath path = m_path;
        for (int level = 0; level + 1 < path.depth; ++level) {
            const std::uint32_t taken = path.steps[level].index;
            for (const std::uint32_t sibling : {taken - 1, taken + 1}) {
                if (sibling >= nodeCount(path.steps[level].page)) continue;
                m_path = path;
                m_path.depth = level + 1;
                if (!enterChild(sibling)) return false;
            }
        }
        m_path = path;
        m_isPathChecked = true;
    }
    const PagePath::Step& leaf = m_path.leaf();
    if (leaf.index == nodeCount(leaf.page)) return true;
    return settle();
}

}  // namespace orrery::storage
