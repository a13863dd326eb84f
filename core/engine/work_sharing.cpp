#include "core/engine/work_sharing.h"

#include <utility>

#include "core/base/check.h"

namespace orrery::engine {

using storage::Piece;
using storage::Reader;

class WorkSharing::HelperWork : public storage::Work {
public:
    explicit HelperWork(WorkSharing& sharing) : m_sharing(sharing) {}
    void run() override {
        while (m_sharing.runOne(Reader::Worker)) {
        }
    }

private:
    WorkSharing& m_sharing;
};

void WorkSharing::share(std::vector<std::unique_ptr<Piece>> pieces) {
    drop();
    m_taken = 0;
    m_begun = 0;
    m_isDone.assign(pieces.size(), false);
    m_pieces = std::move(pieces);
    m_worker.start(std::make_unique<HelperWork>(*this));
}

std::unique_ptr<Piece> WorkSharing::next() {
    CHECK(m_taken < m_pieces.size());
    const std::size_t wanted = m_taken++;
    for (;;) {
        std::unique_lock lock(m_mutex);
        // With nothing left to begin, the worker has it.
        if (m_begun == m_pieces.size()) m_pieceDone.wait(lock, [&] { return m_isDone[wanted]; });
        if (m_isDone[wanted]) return std::move(m_pieces[wanted]);
        lock.unlock();
        runOne(Reader::Owner);
    }
}

void WorkSharing::drop() {
    {
        const std::lock_guard lock(m_mutex);
        m_begun = m_pieces.size();
    }
    m_worker.waitForEnd();
    m_worker.takeFinished();
    m_pieces.clear();
}

bool WorkSharing::runOne(Reader reader) {
    std::unique_lock lock(m_mutex);
    if (m_begun == m_pieces.size()) return false;
    const std::size_t index = m_begun++;
    Piece& piece = *m_pieces[index];
    lock.unlock();
    piece.run(reader);
    lock.lock();
    m_isDone[index] = true;
    lock.unlock();
    m_pieceDone.notify_one();
    return true;
}

}  // namespace orrery::engine
