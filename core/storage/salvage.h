#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/medium.h"
#include "core/storage/page_file.h"

namespace orrery::storage {

// Reads as much as possible of a damaged LMDB file. A walk visits only pages that the newest sound
// meta page reaches, since any other page may hold data that was deleted long ago.
//
// It reports damage as ranges of keys, never as single keys: a damaged entry may have had any key
// between its sound neighbours.

/// Receives the contents of a tree, in order of key.
class SalvageVisitor {
public:
    virtual ~SalvageVisitor() = default;
    /// Returns false if `value` cannot have been written under `key`. The views are valid during
    /// the call.
    virtual bool take(std::string_view key, std::string_view value) = 0;
    /// The range may have held any of its keys.
    virtual void lose(const KeyRange& range) = 0;
};

/// One file, open for a salvage. The caller must hold the folder's lock.
class SalvagedFile {
public:
    /// An error if no meta page leads to the named trees.
    static StorageResult<std::unique_ptr<SalvagedFile>> open(const std::filesystem::path& file,
                                                             const std::vector<std::string>& names);

    /// True if the newest meta page or something it points to is damaged: the last transaction's
    /// data may be missing.
    bool mayLackLastWrite() const { return m_mayLackLastWrite; }

    /// Visits all keys of tree `keys`, with the rest of long keys in `paths` if given (key_tree.h).
    /// Trees are numbered in the order of `names`.
    void walk(std::size_t keys, std::optional<std::size_t> paths, SalvageVisitor& visitor) const;
    /// The value of a key that needs no path; nothing if it is absent or unreadable.
    std::optional<std::string> find(std::size_t tree, std::string_view key) const;

private:
    SalvagedFile(std::unique_ptr<PageFile> file, PageFile::ViewPtr view, bool mayLackLastWrite)
        : m_file(std::move(file)), m_view(std::move(view)), m_mayLackLastWrite(mayLackLastWrite) {}

    std::unique_ptr<PageFile> m_file;
    PageFile::ViewPtr m_view;
    bool m_mayLackLastWrite;
};

/// Visits the entries of every sound leaf page of a file, whether or not a tree still refers to the
/// page. An entry may be of any tree, and may have been replaced or deleted since. Of a key that a
/// page holds in parts (key_tree.h) there is only the part. The views are valid during the call.
StorageResult<void> visitEveryPage(
    const std::filesystem::path& file,
    const std::function<void(std::string_view key, std::string_view value)>& visitor);

}  // namespace orrery::storage
