#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "core/base/check.h"
#include "core/storage/layered_store.h"
#include "core/storage/memory_archive.h"
#include "core/storage/memory_medium.h"
#include "core/storage/stores.h"

namespace orrery::test {

/// A store in memory that counts what is read from its trees.
class CountingStore final : public storage::LayeredStore, public storage::MemoryStore {
public:
    CountingStore()
        : LayeredStore(std::make_shared<storage::MemoryLog>(),
                       std::make_shared<storage::MemoryTree>(),
                       std::make_shared<storage::MemoryArchive>(), {}) {}

    /// The keys that scans have visited, and those that were looked up.
    std::uint64_t visited() const { return m_visited; }

    storage::StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) const override {
        ++m_visited;
        return LayeredStore::get(volume, key);
    }
    storage::StorageResult<void> scan(VolumeId volume, std::string_view begin, std::string_view end,
                                      storage::ScanDirection direction,
                                      const storage::ScanVisitor& visitor) const override {
        return LayeredStore::scan(volume, begin, end, direction,
                                  [&](std::string_view key, std::string_view image) {
                                      ++m_visited;
                                      return visitor(key, image);
                                  });
    }

    void crash() override { CHECK(forgetUnwritten().has_value()); }
    /// Not needed so far.
    std::unique_ptr<storage::MemoryStore> reopened() const override { return nullptr; }

private:
    mutable std::uint64_t m_visited = 0;
};

}  // namespace orrery::test
