#include "core/cluster/repair/store_filler.h"

#include <cerrno>

#include "core/base/result.h"
#include "core/cluster/repair/found_partition.h"

namespace orrery::cluster {
namespace {

constexpr std::uint64_t kChangesPerTurn = 256;

}  // namespace

storage::StorageResult<void> StoreFiller::work(bool force) {
    while (true) {
        bool isDone = true;
        if (auto log = m_store.takeLogWork()) {
            isDone = false;
            log->run();
            m_store.finishLogWork(std::move(log));
        }
        if (auto flush = m_store.takeFlushWork(force)) {
            isDone = false;
            flush->run();
            m_store.finishFlushWork(std::move(flush));
        }
        if (m_store.health() != storage::Health::Ok)
            return std::unexpected(
                m_store.lastError().value_or(storage::StorageError{"write", EIO, ""}));
        if (isDone) return {};
    }
}

storage::StorageResult<void> StoreFiller::commit(storage::Turn turn) {
    m_store.commit(std::move(turn));
    return work(false);
}

storage::StorageResult<void> StoreFiller::apply(const FoundPartition& partition,
                                                const storage::TreeChange& change) {
    for (std::size_t zone = 0; zone < partition.replicas.size(); ++zone)
        m_store.apply(partition.volume(zone), partition.group, std::span(&change, 1), {});
    if (++m_changes % kChangesPerTurn != 0) return {};
    return commit({});
}

storage::StorageResult<void> StoreFiller::flush() {
    m_store.commit({});
    return work(true);
}

}  // namespace orrery::cluster
