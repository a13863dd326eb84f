#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/storage/page_tree.h"
#include "core/storage/store.h"

namespace orrery::storage {

/// A file of LMDB, mapped for reading. The map is made anew as the file grows; views keep the one
/// that they need.
class PageFile {
public:
    static StorageResult<std::unique_ptr<PageFile>> open(const std::filesystem::path& file);
    ~PageFile();
    PageFile(const PageFile&) = delete;
    PageFile& operator=(const PageFile&) = delete;

    /// The trees as one transaction left them. Its pages live as long as it does, and as long as
    /// no later transaction uses them again.
    struct View {
        std::uint64_t transaction = 0;
        Pages pages;
        PageNumber pagesNamed =
            0;  ///< By its meta page; the last ones may never have been written.
        PageTree free;
        PageTree main;
        std::vector<PageTree> trees;  ///< Named ones, in the order asked for.
        std::shared_ptr<const char> map;
    };
    using ViewPtr = std::shared_ptr<const View>;

    /// As the transaction left them that was committed last with that number; null if a later one
    /// has taken its place.
    StorageResult<ViewPtr> view(std::uint64_t transaction, const std::vector<std::string>& names);

    /// What mdb_env_open and each transaction that reads take on trust: the meta pages, the main
    /// tree, and that the file is as long as it says. Of the newest transaction.
    StorageResult<ViewPtr> start(const std::vector<std::string>& names);
    /// What each transaction that writes takes on trust as well: that no page on the list of free
    /// pages is used. Before the first one; `view` is what it begins with.
    StorageResult<void> checkFreePages(const View& view);

    /// For a salvage: of the newest transaction whose named trees can be found, whatever else is
    /// wrong. `mayLackLastWrite` is set if there may have been a later one.
    StorageResult<ViewPtr> startDamaged(const std::vector<std::string>& names,
                                        bool& mayLackLastWrite);

    /// Pages that are not used, after `checkFreePages`.
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
