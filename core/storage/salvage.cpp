#include "core/storage/salvage.h"

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/storage/guard.h"
#include "core/storage/key_tree.h"

namespace orrery::storage {
namespace {

// Far more than the longest key needs.
constexpr std::size_t kLevelsMax = 64;

class SalvageWalk {
public:
    SalvageWalk(const Pages& pages, const PageTree& keys, const PageTree* paths,
                SalvageVisitor& visitor)
        : m_pages(pages), m_keys(keys), m_paths(paths), m_visitor(visitor) {}

    void run() {
        visitTree(m_keys, {});
        if (m_isInDoubt) m_visitor.lose({afterLast(), ""});
    }

private:
    /// A part of the tree of long keys: its entries begin with `prefix`, which stands for `chunks`.
    struct Level {
        std::string prefix;
        std::string chunks;
    };

    std::string afterLast() const { return m_hasLast ? m_last + '\0' : std::string(); }

    void visitTree(const PageTree& tree, const Level& level) {
        if (tree.root.root != kNoPage) visit(tree, tree.root.root, 1, level, {}, {});
    }

    void visit(const PageTree& tree, PageNumber number, int depth, const Level& level,
               std::string_view low, std::string_view high) {
        bool isLeaf = false;
        if (!isSound(tree, number, depth, low, high, isLeaf)) {
            m_isInDoubt = true;
            return;
        }
        const char* page = m_pages.at(number);
        const std::uint32_t count = nodeCount(page);
        for (std::uint32_t i = 0; i < count; ++i) {
            const Node node(page, i);
            if (isLeaf) {
                visitEntry(node, level);
                continue;
            }
            const std::string_view childLow = i > 0 ? node.key() : low;
            const std::string_view childHigh = i + 1 < count ? Node(page, i + 1).key() : high;
            if (!level.prefix.empty() && !mayHold(level.prefix, childLow, childHigh)) continue;
            visit(tree, node.child(), depth + 1, level, childLow, childHigh);
        }
    }

    static bool mayHold(std::string_view prefix, std::string_view low, std::string_view high) {
        const bool isBehind = !high.empty() && high <= prefix;
        const bool isBefore = !low.empty() && low > prefix && !low.starts_with(prefix);
        return !isBehind && !isBefore;
    }

    // Checks the page by itself, its place in the tree, and its keys against those of its parent.
    bool isSound(const PageTree& tree, PageNumber number, int depth, std::string_view low,
                 std::string_view high, bool& isLeaf) const {
        if (number < 2 || number >= m_pages.end) return false;
        if (depth > tree.root.depth || depth > kTreeDepthMax) return false;
        bool isSound = false;
        const bool isRead = guarded([&] {
            if (checkPage(m_pages, tree, number)) return;
            const char* page = m_pages.at(number);
            isLeaf = loadAt<PageHeader>(page).flags == page_flag::kLeaf;
            if (isLeaf != (depth == tree.root.depth)) return;
            const std::uint32_t first = isLeaf ? 0 : 1;
            const std::uint32_t count = nodeCount(page);
            const bool hasKeys = count > first;
            if (hasKeys && !low.empty() && Node(page, first).key() < low) return;
            if (hasKeys && !high.empty() && Node(page, count - 1).key() >= high) return;
            isSound = true;
        });
        return isRead && isSound;
    }

    void visitEntry(const Node& node, const Level& level) {
        if (!node.key().starts_with(level.prefix)) return;
        const std::string_view body = node.key().substr(level.prefix.size());
        std::string_view value;
        PageFault fault;
        bool isRead = false;
        static_cast<void>(guarded([&] { isRead = readValue(m_pages, node, value, fault); }));
        if (!isRead) {
            m_isInDoubt = true;
            return;
        }
        const std::string key = level.chunks + std::string(body);
        if (m_paths == nullptr || body.size() < kChunkBytes)
            take(key, value);
        else if (value.size() == sizeof(std::uint64_t) && key.size() < kLevelsMax * kChunkBytes)
            visitTree(*m_paths, {std::string(value), key});
        else
            m_isInDoubt = true;
    }

    void take(const std::string& key, std::string_view value) {
        const bool isInOrder = !m_hasLast || m_last < key;
        if (!isInOrder || !m_visitor.take(key, value)) {
            m_isInDoubt = true;
            return;
        }
        if (m_isInDoubt) m_visitor.lose({afterLast(), key});
        m_isInDoubt = false;
        m_hasLast = true;
        m_last = key;
    }

    const Pages& m_pages;
    const PageTree& m_keys;
    const PageTree* m_paths;
    SalvageVisitor& m_visitor;
    bool m_isInDoubt = false;  ///< Something between `m_last` and the next sound key is damaged.
    bool m_hasLast = false;
    std::string m_last;
};

}  // namespace

StorageResult<std::unique_ptr<SalvagedFile>> SalvagedFile::open(
    const std::filesystem::path& file, const std::vector<std::string>& names) {
    TRY_ASSIGN(auto opened, PageFile::open(file));
    bool mayLackLastWrite = false;
    TRY_ASSIGN(auto view, opened->startDamaged(names, mayLackLastWrite));
    return std::unique_ptr<SalvagedFile>(
        new SalvagedFile(std::move(opened), std::move(view), mayLackLastWrite));
}

void SalvagedFile::walk(std::size_t keys, std::optional<std::size_t> paths,
                        SalvageVisitor& visitor) const {
    const PageTree* pathTree = paths ? &m_view->trees[*paths] : nullptr;
    SalvageWalk(m_view->pages, m_view->trees[keys], pathTree, visitor).run();
}

std::optional<std::string> SalvagedFile::find(std::size_t tree, std::string_view key) const {
    PageCursor cursor(m_view->pages, m_view->trees[tree]);
    bool isFound = false;
    const bool isRead = guarded([&] { isFound = cursor.find(key); });
    if (!isRead || !isFound || cursor.fault()) return std::nullopt;
    return std::string(cursor.value());
}

StorageResult<void> visitEveryPage(
    const std::filesystem::path& file,
    const std::function<void(std::string_view key, std::string_view value)>& visitor) {
    TRY_ASSIGN(const auto opened, PageFile::open(file));
    TRY_ASSIGN(const Pages pages, opened->everyPage());
    const PageTree someTree;
    for (PageNumber number = 2; number < pages.end; ++number) {
        const char* page = pages.at(number);
        bool isSoundLeaf = false;
        static_cast<void>(guarded([&] {
            isSoundLeaf = !checkPage(pages, someTree, number) &&
                          loadAt<PageHeader>(page).flags == page_flag::kLeaf;
        }));
        for (std::uint32_t i = 0; isSoundLeaf && i < nodeCount(page); ++i) {
            const Node node(page, i);
            std::string_view value;
            PageFault fault;
            bool isRead = false;
            static_cast<void>(guarded([&] { isRead = readValue(pages, node, value, fault); }));
            if (isRead) visitor(node.key(), value);
        }
    }
    return {};
}

}  // namespace orrery::storage
