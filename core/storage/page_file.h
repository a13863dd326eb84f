#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/storage/page_tree.h"
#include "core/storage/store.h"

namespace orrery::storage {

/// An LMDB file, mapped for reading. It is mapped anew as it grows; each view keeps its own map.
class PageFile {
public:
    static StorageResult<std::unique_ptr<PageFile>> open(const std::filesystem::path& file);
    ~PageFile();
    PageFile(const PageFile&) = delete;
    PageFile& operator=(const PageFile&) = delete;

    /// The trees as of one transaction. The pages are valid during this object's life, until a
    /// later transaction reuses them.
    struct View {
        std::uint64_t transaction = 0;
        Pages pages;
        PageNumber pagesNamed =
            0;  ///< From its meta page; the last ones may never have been written.
        PageTree free;
        PageTree main;
        std::vector<PageTree> trees;  ///< The named trees, in the order requested.
        std::shared_ptr<const char> map;

        /// How many pages of the file no tree uses. It goes by the counts in the roots of the
        /// trees.
        PageNumber unusedPages() const;
    };
    using ViewPtr = std::shared_ptr<const View>;

    /// The state committed under this number. Null if a later transaction has overwritten its meta
    /// page.
    StorageResult<ViewPtr> view(std::uint64_t transaction, const std::vector<std::string>& names);

    /// Checks what mdb_env_open and each read transaction take on trust: the meta pages, the main
    /// tree, and the file's stated length. Returns the newest transaction.
    StorageResult<ViewPtr> start(const std::vector<std::string>& names);
    /// Checks what each write transaction also takes on trust: that no page on the free list is in
    /// use. Call it before the first write transaction, with the view that it begins with.
    StorageResult<void> checkFreePages(const View& view);

    /// For a salvage: the newest transaction whose named trees can be found, whatever else is
    /// wrong. Sets `mayLackLastWrite` if there may have been a later one.
    StorageResult<ViewPtr> startDamaged(const std::vector<std::string>& names,
                                        bool& mayLackLastWrite);

    /// For a salvage: all pages of the file, whatever is wrong with it. Its meta pages may not say
    /// the size of a page; then it is the machine's.
    StorageResult<Pages> everyPage();

    /// The unused pages, once `checkFreePages` has run.
    const PageSet& freePages() const { return m_free; }

    StorageError damaged(const PageFault& fault) const;

private:
    explicit PageFile(std::filesystem::path file, int descriptor)
        : m_file(std::move(file)), m_descriptor(descriptor) {}

    StorageResult<void> mapUpTo(std::uint64_t bytes);
    StorageResult<MetaPage> meta(std::uint64_t index) const;
    StorageResult<std::shared_ptr<View>> viewOf(const MetaPage& meta,
                                                const std::vector<std::string>& names);
    StorageResult<std::uint64_t> checkFreeList(const View& view);

    const std::filesystem::path m_file;
    const int m_descriptor;
    std::uint64_t m_pageBytes = 0;
    std::uint64_t m_fileBytes = 0;
    std::uint64_t m_mapBytes = 0;
    std::shared_ptr<const char> m_map;
    PageSet m_checked;
    PageSet m_free;
    ViewPtr m_last;
};

}  // namespace orrery::storage
