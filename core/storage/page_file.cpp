#include "core/storage/page_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/base/result.h"
#include "core/storage/guard.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

constexpr std::uint64_t kPageBytesMin = 512;
constexpr std::uint64_t kPageBytesMax = 32'768;
constexpr std::uint64_t kMapStepBytes = 1u << 20;

bool isPowerOfTwo(std::uint64_t number) {
    return number != 0 && (number & (number - 1)) == 0;
}

const char* faultOfMeta(const MetaPage& meta, std::uint64_t index) {
    if (meta.magic != kMetaMagic || meta.version != kMetaVersion)
        return "a meta page has been overwritten";
    const std::uint64_t pageBytes = meta.free.pad;
    if (!isPowerOfTwo(pageBytes) || pageBytes < kPageBytesMin || pageBytes > kPageBytesMax)
        return "a meta page states an invalid page size";
    if (meta.transaction != 0 && meta.transaction % 2 != index)
        return "a meta page states an invalid transaction number";
    return nullptr;
}

// Only the newer page is checked: after a failed sync, LMDB reuses the number of the older page but
// not its trees.
const char* faultOfRoots(const MetaPage& meta) {
    for (const TreeRoot& root : {meta.free, meta.main}) {
        if (root.root != kNoPage && (root.root < 2 || root.root > meta.lastPage))
            return "a meta page names a page outside the file";
        if (root.depth > kTreeDepthMax) return "a meta page states an invalid tree depth";
    }
    return nullptr;
}

}  // namespace

StorageResult<std::unique_ptr<PageFile>> PageFile::open(const std::filesystem::path& file) {
    installGuard();
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return std::unexpected(StorageError{"open", errno, file.string()});
    return std::unique_ptr<PageFile>(new PageFile(file, descriptor));
}

PageFile::~PageFile() {
    ::close(m_descriptor);
}

StorageError PageFile::damaged(const PageFault& fault) const {
    const std::string where = fault.page == 0 ? "" : " at page " + std::to_string(fault.page);
    return damagedError(m_file.string(), fault.what + where);
}

// Maps more than the file's size, so that the file can grow for a while. Nothing reads past its
// end.
StorageResult<void> PageFile::mapUpTo(std::uint64_t bytes) {
    if (bytes > m_fileBytes) {
        struct stat status = {};
        if (::fstat(m_descriptor, &status) != 0)
            return std::unexpected(StorageError{"fstat", errno, m_file.string()});
        m_fileBytes = static_cast<std::uint64_t>(status.st_size);
    }
    if (m_fileBytes <= m_mapBytes) return {};
    for (const std::uint64_t wanted : {2 * m_fileBytes + kMapStepBytes, m_fileBytes}) {
        void* map = ::mmap(nullptr, wanted, PROT_READ, MAP_SHARED, m_descriptor, 0);
        if (map == MAP_FAILED) continue;
        ::madvise(map, wanted, MADV_RANDOM);
        m_mapBytes = wanted;
        m_map = std::shared_ptr<const char>(
            static_cast<const char*>(map),
            [wanted](const char* at) { ::munmap(const_cast<char*>(at), wanted); });
        return {};
    }
    return std::unexpected(StorageError{"mmap", errno, m_file.string()});
}

StorageResult<MetaPage> PageFile::meta(std::uint64_t index) const {
    const PageFault overwritten{"a meta page has been overwritten", 0};
    if (m_fileBytes < kPageHeaderBytes + sizeof(MetaPage) ||
        (index == 1 && m_fileBytes < 2 * m_pageBytes))
        return std::unexpected(damaged({"it is too short", 0}));
    MetaPage meta{};
    PageHeader header{};
    const char* at = m_map.get() + index * m_pageBytes;
    if (!guarded([&] {
            header = loadAt<PageHeader>(at);
            meta = loadAt<MetaPage>(at + kPageHeaderBytes);
        }))
        return std::unexpected(damaged({"it is unreadable", 0}));
    if ((header.flags & page_flag::kMeta) == 0) return std::unexpected(damaged(overwritten));
    if (const char* what = faultOfMeta(meta, index)) return std::unexpected(damaged({what, index}));
    return meta;
}

StorageResult<std::shared_ptr<PageFile::View>> PageFile::viewOf(
    const MetaPage& meta, const std::vector<std::string>& names) {
    if (const char* what = faultOfRoots(meta)) return std::unexpected(damaged({what, 0}));
    TRY(mapUpTo((meta.lastPage + 1) * m_pageBytes));
    auto view = std::make_shared<View>();
    view->transaction = meta.transaction;
    view->map = m_map;
    view->pagesNamed = meta.lastPage + 1;
    const PageNumber end = std::min(meta.lastPage + 1, m_fileBytes / m_pageBytes);
    m_checked.reserve(end);
    view->pages = {m_map.get(), m_pageBytes, end, &m_checked};
    view->free = {meta.free, true, false};
    view->main = {meta.main, false, true};
    // The cursor checks each page that no view has checked before.
    PageCursor cursor(view->pages, view->main);
    for (const std::string& name : names) {
        TreeRoot root{};
        bool found = false;
        const bool isRead = guarded([&] {
            found = cursor.find(name);
            if (found) root = loadAt<TreeRoot>(cursor.value().data());
        });
        if (!isRead) return std::unexpected(damaged({"it is unreadable", 0}));
        if (cursor.fault()) return std::unexpected(damaged(cursor.fault()));
        if (!found)
            return std::unexpected(
                damagedError(m_file.string(), "its database \"" + name + "\" is missing"));
        if (root.root != kNoPage && (root.root < 2 || root.root >= end))
            return std::unexpected(damaged({"a database begins outside the file", 0}));
        if (root.depth > kTreeDepthMax || root.flags != 0)
            return std::unexpected(damaged({"a database is of the wrong kind", 0}));
        view->trees.push_back({root, false, false});
    }
    return view;
}

PageNumber PageFile::View::unusedPages() const {
    constexpr PageNumber kMetaPages = 2;
    PageNumber used = kMetaPages;
    const auto count = [&](const TreeRoot& root) {
        used += root.branchPages + root.leafPages + root.overflowPages;
    };
    count(free.root);
    count(main.root);
    for (const PageTree& tree : trees)
        count(tree.root);
    return pagesNamed - std::min(used, pagesNamed);
}

StorageResult<PageFile::ViewPtr> PageFile::view(std::uint64_t transaction,
                                                const std::vector<std::string>& names) {
    if (m_last != nullptr && m_last->transaction == transaction) return m_last;
    TRY_ASSIGN(const MetaPage found, meta(transaction % 2));
    if (found.transaction != transaction) return ViewPtr();
    TRY_ASSIGN(m_last, viewOf(found, names));
    return m_last;
}

// After LMDB's mdb_freelist_save: a record is a count and that many page numbers, descending.
StorageResult<std::uint64_t> PageFile::checkFreeList(const View& view) {
    m_free.reserve(view.pages.end);
    m_free.clear();
    std::uint64_t beyond = 0;
    PageFault fault;
    PageCursor cursor(view.pages, view.free);
    PageSet& free = m_free;
    const bool isRead = guarded([&] {
        for (bool found = cursor.first(); found && !fault; found = cursor.next()) {
            const std::string_view value = cursor.value();
            const PageFault wrong{"the free list is inconsistent", cursor.path().leaf().number};
            const std::uint64_t room = value.size() / sizeof(PageNumber);
            const std::uint64_t count = room == 0 ? 0 : loadAt<PageNumber>(value.data());
            if (room == 0 || value.size() % sizeof(PageNumber) != 0 || count >= room) fault = wrong;
            PageNumber above = kNoPage;
            for (std::uint64_t i = 1; i <= count && !fault; ++i) {
                const auto page = loadAt<PageNumber>(value.data() + i * sizeof(PageNumber));
                if (page < 2 || page >= above) fault = wrong;
                above = page;
                if (page >= view.pages.end)
                    ++beyond;
                else if (!fault && !free.add(page))
                    fault = wrong;
            }
        }
    });
    if (!isRead) return std::unexpected(damaged({"it is unreadable", 0}));
    if (cursor.fault()) return std::unexpected(damaged(cursor.fault()));
    if (fault) return std::unexpected(damaged(fault));
    return beyond;
}

StorageResult<PageFile::ViewPtr> PageFile::start(const std::vector<std::string>& names) {
    TRY(mapUpTo(UINT64_MAX));
    TRY_ASSIGN(const MetaPage first, meta(0));
    m_pageBytes = first.free.pad;
    TRY_ASSIGN(const MetaPage second, meta(1));
    const MetaPage& newer = first.transaction > second.transaction ? first : second;
    const MetaPage& older = first.transaction > second.transaction ? second : first;
    if (second.free.pad != m_pageBytes || newer.lastPage < older.lastPage ||
        newer.transaction - older.transaction > 1)
        return std::unexpected(damaged({"its two meta pages do not belong together", 0}));
    if (newer.lastPage >= UINT64_MAX / m_pageBytes - 1)
        return std::unexpected(damaged({"a meta page states an invalid last page", 0}));
    TRY_ASSIGN(m_last, viewOf(newer, names));
    if (m_last->pagesNamed > m_last->pages.end) TRY(checkFreePages(*m_last));
    return m_last;
}

// LMDB never writes a transaction to pages that the one before uses. So if the newest meta page is
// corrupt, the trees of the other are still complete.
StorageResult<PageFile::ViewPtr> PageFile::startDamaged(const std::vector<std::string>& names,
                                                        bool& mayLackLastWrite) {
    TRY(mapUpTo(UINT64_MAX));
    const auto first = meta(0);
    m_pageBytes = first ? first->free.pad : static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const auto second = meta(1);
    mayLackLastWrite = !first || !second || first->transaction - second->transaction + 1 > 2;
    std::vector<MetaPage> metas;
    for (const auto& one : {first, second}) {
        const bool isUsable =
            one && one->free.pad == m_pageBytes && one->lastPage < UINT64_MAX / m_pageBytes - 1;
        if (isUsable) metas.push_back(*one);
    }
    std::ranges::sort(metas, std::ranges::greater(), &MetaPage::transaction);
    StorageResult<ViewPtr> result = std::unexpected(damaged({"both meta pages are corrupt", 0}));
    for (const MetaPage& one : metas) {
        result = viewOf(one, names);
        if (result) return result;
        mayLackLastWrite = true;
    }
    return result;
}

StorageResult<Pages> PageFile::everyPage() {
    TRY(mapUpTo(UINT64_MAX));
    const auto first = meta(0);
    m_pageBytes = first ? first->free.pad : static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const PageNumber end = m_fileBytes / m_pageBytes;
    m_checked.reserve(end);
    return Pages{m_map.get(), m_pageBytes, end, &m_checked};
}

StorageResult<void> PageFile::checkFreePages(const View& view) {
    TRY_ASSIGN(const std::uint64_t freeBeyond, checkFreeList(view));
    // Pages allocated and freed at the end of the file in one transaction were never written.
    if (view.pagesNamed - view.pages.end != freeBeyond)
        return std::unexpected(damaged({"it is truncated", view.pages.end}));
    return {};
}

}  // namespace orrery::storage
