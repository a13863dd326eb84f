#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/medium.h"
#include "core/storage/page_file.h"

namespace orrery::storage {

// Reads a damaged file of LMDB as far as it can be read. Only pages that the newest sound meta page
// reaches are looked at: a page that nothing leads to may hold what was deleted long ago.
//
// Damage is told as ranges of keys, never as single ones: a damaged entry may have had any key
// between its sound neighbours.

/// Receives what a salvage finds in a tree, in order of key.
class SalvageVisitor {
public:
    virtual ~SalvageVisitor() = default;
    /// Returns false if `value` cannot be what was written under `key`. The views live until then.
    virtual bool take(std::string_view key, std::string_view value) = 0;
    /// Any key of the range may have been there.
    virtual void lose(const KeyRange& range) = 0;
};

/// One file, open for a salvage. The folder's lock must be held.
class SalvagedFile {
public:
    /// An error if no meta page leads to the named trees.
    static StorageResult<std::unique_ptr<SalvagedFile>> open(const std::filesystem::path& file,
                                                             const std::vector<std::string>& names);

    /// The newest meta page, or what it leads to, is damaged: what the last transaction wrote may
    /// be missing.
    bool mayLackLastWrite() const { return m_mayLackLastWrite; }

    /// Visits all keys of tree `keys`, as long ones are kept in `paths` where that is given
    /// (key_tree.h). Trees are numbered as the names were.
    void walk(std::size_t keys, std::optional<std::size_t> paths, SalvageVisitor& visitor) const;
    /// The value of a key that needs no path, or nothing if it is not there or cannot be read.
    std::optional<std::string> find(std::size_t tree, std::string_view key) const;

private:
    SalvagedFile(std::unique_ptr<PageFile> file, PageFile::ViewPtr view, bool mayLackLastWrite)
        : m_file(std::move(file)), m_view(std::move(view)), m_mayLackLastWrite(mayLackLastWrite) {}

    std::unique_ptr<PageFile> m_file;
    PageFile::ViewPtr m_view;
    bool m_mayLackLastWrite;
};

}  // namespace orrery::storage
