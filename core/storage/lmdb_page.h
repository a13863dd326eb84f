#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace orrery::storage {

// The file layout of LMDB 0.9 on a 64-bit machine, in the machine's byte order, after mdb.c.
//
//   file      := page…            pages 0 and 1 are meta pages
//   page      := header:16 rest
//   meta      := magic version address mapBytes db[free] db[main] lastPage transaction
//   branch    := header offset:uint16… free node…
//   leaf      := header offset:uint16… free node…
//   overflow  := header bytes…    `lower` and `upper` together hold the number of pages
//
// A branch node is a page number and the first key of that page. A leaf node is a key and its
// value, or the number of an overflow page for a large value. The values of the main tree are the
// roots of the named trees.

using PageNumber = std::uint64_t;

inline constexpr PageNumber kNoPage = ~PageNumber{0};
inline constexpr std::size_t kPageHeaderBytes = 16;
inline constexpr std::size_t kNodeHeaderBytes = 8;

namespace page_flag {
inline constexpr std::uint16_t kBranch = 1;
inline constexpr std::uint16_t kLeaf = 2;
inline constexpr std::uint16_t kOverflow = 4;
inline constexpr std::uint16_t kMeta = 8;
}  // namespace page_flag

namespace node_flag {
inline constexpr std::uint16_t kOverflow = 1;
inline constexpr std::uint16_t kTree = 2;
}  // namespace node_flag

struct PageHeader {
    PageNumber number;
    std::uint16_t pad;
    std::uint16_t flags;
    std::uint16_t lower;
    std::uint16_t upper;
};

/// The root of a tree, as stored in the main tree or a meta page.
struct TreeRoot {
    std::uint32_t pad;
    std::uint16_t flags;
    std::uint16_t depth;
    std::uint64_t branchPages;
    std::uint64_t leafPages;
    std::uint64_t overflowPages;
    std::uint64_t entries;
    PageNumber root;
};

struct MetaPage {
    std::uint32_t magic;
    std::uint32_t version;
    std::uint64_t address;
    std::uint64_t mapBytes;
    TreeRoot free;  ///< Its `pad` is the page size.
    TreeRoot main;
    PageNumber lastPage;
    std::uint64_t transaction;
};

inline constexpr std::uint32_t kMetaMagic = 0xBEEFC0DE;
inline constexpr std::uint32_t kMetaVersion = 1;

struct NodeHeader {
    std::uint16_t low;
    std::uint16_t high;
    std::uint16_t flags;
    std::uint16_t keyBytes;
};

static_assert(sizeof(PageHeader) == kPageHeaderBytes);
static_assert(sizeof(TreeRoot) == 48);
static_assert(sizeof(MetaPage) == 136);
static_assert(sizeof(NodeHeader) == kNodeHeaderBytes);

template <typename T>
T loadAt(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

inline std::uint32_t nodeCount(const char* page) {
    return (loadAt<PageHeader>(page).lower - kPageHeaderBytes) / sizeof(std::uint16_t);
}

/// Node `index` of a page. The page must have been checked.
struct Node {
    const char* at;
    NodeHeader header;

    Node(const char* page, std::uint32_t index)
        : at(page + loadAt<std::uint16_t>(page + kPageHeaderBytes + index * sizeof(std::uint16_t))),
          header(loadAt<NodeHeader>(at)) {}

    std::string_view key() const { return {at + kNodeHeaderBytes, header.keyBytes}; }
    const char* data() const { return at + kNodeHeaderBytes + header.keyBytes; }
    /// For leaves.
    std::uint32_t valueBytes() const {
        return header.low | static_cast<std::uint32_t>(header.high) << 16;
    }
    /// For branches.
    PageNumber child() const { return valueBytes() | static_cast<PageNumber>(header.flags) << 32; }
};

/// The number of pages for a value of this size.
inline std::uint64_t overflowPages(std::uint64_t valueBytes, std::uint64_t pageBytes) {
    return (kPageHeaderBytes - 1 + valueBytes) / pageBytes + 1;
}

}  // namespace orrery::storage
