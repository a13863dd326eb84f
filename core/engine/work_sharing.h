#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "core/engine/workers.h"
#include "core/storage/helper_thread.h"

namespace orrery::engine {

/// Shares pieces of work with a worker that has nothing else to do.
class WorkSharing : public storage::HelperThread {
public:
    /// The worker must outlive this object, and be idle whenever pieces are shared.
    explicit WorkSharing(Worker& worker) : m_worker(worker) {}
    ~WorkSharing() override { drop(); }
    WorkSharing(const WorkSharing&) = delete;
    WorkSharing& operator=(const WorkSharing&) = delete;

    void share(std::vector<std::unique_ptr<storage::Piece>> pieces) override;
    std::unique_ptr<storage::Piece> next() override;
    void drop() override;

private:
    class HelperWork;

    /// Runs the first piece that nobody has begun. False if there is none.
    bool runOne(storage::Reader reader);

    // Of the owner.
    Worker& m_worker;
    std::size_t m_taken = 0;

    // Of both threads, guarded by m_mutex.
    std::mutex m_mutex;
    std::condition_variable m_pieceDone;
    std::vector<std::unique_ptr<storage::Piece>> m_pieces;
    std::vector<bool> m_isDone;
    std::size_t m_begun = 0;
};

}  // namespace orrery::engine
