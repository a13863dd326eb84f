#include "core/base/check.h"
#include "core/storage/layered_store.h"
#include "core/storage/memory_archive.h"
#include "core/storage/memory_medium.h"

namespace orrery::storage {
namespace {

// A memory store flushes on the owner's thread in one go, so flushes are frequent and short.
constexpr std::uint64_t kMemtableBytesMax = 64u << 10;

/// What a disk would hold.
struct Media {
    std::shared_ptr<MemoryLog> log = std::make_shared<MemoryLog>();
    std::shared_ptr<MemoryTree> tree = std::make_shared<MemoryTree>();
    std::shared_ptr<MemoryArchive> archive = std::make_shared<MemoryArchive>();
};

class LayeredMemoryStore final : public LayeredStore, public MemoryStore {
public:
    LayeredMemoryStore(const Media& media, PlannedFailure failure, std::size_t stepsAtOnce)
        : LayeredStore(media.log, media.tree, media.archive,
                       {Durability::Durable, kMemtableBytesMax, failure, stepsAtOnce}),
          m_media(media),
          m_stepsAtOnce(stepsAtOnce) {}

    void crash() override {
        const StorageResult<void> result = forgetUnwritten();
        CHECK(result.has_value());  // Reading memory cannot fail.
    }
    std::unique_ptr<MemoryStore> reopened() const override {
        auto store = std::make_unique<LayeredMemoryStore>(m_media, PlannedFailure(), m_stepsAtOnce);
        const StorageResult<void> result = store->resume();
        CHECK(result.has_value());
        return store;
    }

private:
    const Media m_media;
    const std::size_t m_stepsAtOnce;
};

}  // namespace

std::unique_ptr<MemoryStore> MemoryStore::create(PlannedFailure failure, std::size_t stepsAtOnce) {
    return std::make_unique<LayeredMemoryStore>(Media(), failure, stepsAtOnce);
}

}  // namespace orrery::storage
