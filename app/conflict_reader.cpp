#include "app/conflict_reader.h"

#include <algorithm>
#include <utility>

#include "app/looks.h"
#include "core/base/account_id.h"

namespace orrery::app {

ConflictReader::ConflictReader(Backend* backend, QObject* parent, int restMs)
    : QObject(parent), m_backend(backend), m_restMsMin(restMs) {}

void ConflictReader::follow(const QString& table, const QString& account) {
    m_table = table;
    m_account = account;
    m_alive = std::make_shared<bool>(true);
    m_isReading = false;
    m_mark.reset();
    m_restMs = 0;
}

std::uint64_t ConflictReader::markOf(const observe::Snapshot& snapshot) const {
    std::uint64_t mark = 0;
    for (const observe::ReplicationPairView& pair : snapshot.replication) {
        const bool isShared = pair.accountId.empty() || pair.accountId == kSharedAccount;
        const QString account = isShared ? QString() : QString::fromStdString(pair.accountId);
        if (pair.table == m_table.toStdString() && account == m_account) mark += 1 + pair.changes;
    }
    return mark;
}

void ConflictReader::setSnapshot(const observe::Snapshot& snapshot) {
    if (m_table.isEmpty()) return;
    const std::uint64_t mark = markOf(snapshot);
    if (mark != m_mark) {
        m_mark = mark;
        // The ledger may note a conflict a moment after its change was counted.
        m_readingsLeft = 2;
    }
    if (m_isReading || m_readingsLeft == 0) return;
    if (m_restMs > 0 && !m_ended.hasExpired(m_restMs)) return;
    --m_readingsLeft;
    m_isReading = true;
    m_list = {};
    m_began.start();
    read({});
}

void ConflictReader::read(const QString& after) {
    m_backend->control("GET", conflictsTarget(m_table, m_account, after, kPageConflicts), {},
                       [this, alive = std::weak_ptr(m_alive)](const Backend::Answer& answer) {
                           if (!alive.expired()) take(answer);
                       });
}

void ConflictReader::take(const Backend::Answer& answer) {
    ConflictsPage page = parseConflicts(answer);
    std::ranges::move(page.list.conflicts, std::back_inserter(m_list.conflicts));
    m_list.forgotten = page.list.forgotten;
    m_list.forgottenBefore = page.list.forgottenBefore;
    m_list.error = page.list.error;
    if (!page.next.isEmpty()) return read(page.next);
    constexpr qint64 kRestPerReading = 10;
    m_isReading = false;
    m_ended.start();
    m_restMs = std::max<qint64>(m_restMsMin, kRestPerReading * m_began.elapsed());
    emit taken(std::exchange(m_list, {}));
}

}  // namespace orrery::app
