#include "core/base/check.h"
#include "core/storage/layered_store.h"
#include "core/storage/memory_archive.h"
#include "core/storage/memory_medium.h"

namespace orrery::storage {
namespace {

// A memory store flushes on the owner's thread in one go, so flushes are frequent and short.
constexpr std::uint64_t kMemtableBytesMax = 64u << 10;

class LayeredMemoryStore final : public LayeredStore, public MemoryStore {
public:
    LayeredMemoryStore(PlannedFailure failure, std::size_t stepsAtOnce)
        : LayeredStore(std::make_shared<MemoryLog>(), std::make_shared<MemoryTree>(),
                       std::make_shared<MemoryArchive>(),
                       {Durability::Durable, kMemtableBytesMax, failure, stepsAtOnce}) {}

    void crash() override {
        const StorageResult<void> result = forgetUnwritten();
        CHECK(result.has_value());  // Reading memory cannot fail.
    }
};

}  // namespace

std::unique_ptr<MemoryStore> MemoryStore::create(PlannedFailure failure, std::size_t stepsAtOnce) {
    return std::make_unique<LayeredMemoryStore>(failure, stepsAtOnce);
}

}  // namespace orrery::storage
