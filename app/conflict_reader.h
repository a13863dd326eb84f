#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <memory>
#include <optional>

#include "app/backend.h"
#include "widgets/conflicts/conflict_list.h"

namespace orrery::app {

/// Reads the conflicts of one global table, all of them, whenever there may be others: a conflict
/// comes and goes only with a change that was replicated. A long ledger is read less often.
class ConflictReader : public QObject {
    Q_OBJECT
public:
    static constexpr int kPageConflicts = 100;
    static constexpr int kRestMs = 500;  ///< Between two readings, at least.

    /// The backend must outlive the reader.
    explicit ConflictReader(Backend* backend, QObject* parent = nullptr, int restMs = kRestMs);

    /// Reads this table's ledger from now on; with an empty name none. `account` is empty for the
    /// shared account.
    void follow(const QString& table, const QString& account);
    /// Begins to read if the snapshot says that changes were replicated since.
    void setSnapshot(const observe::Snapshot& snapshot);

signals:
    void taken(const orrery::widgets::ConflictList& list);

private:
    /// Grows with each change of the table that was replicated.
    std::uint64_t markOf(const observe::Snapshot& snapshot) const;
    void read(const QString& after);
    void take(const Backend::Answer& answer);

    Backend* m_backend;
    const int m_restMsMin;
    QString m_table;
    QString m_account;
    widgets::ConflictList m_list;  // What was read so far.
    std::optional<std::uint64_t> m_mark;
    int m_readingsLeft = 0;
    bool m_isReading = false;
    QElapsedTimer m_began;
    QElapsedTimer m_ended;
    qint64 m_restMs = 0;
    // Answers to what was asked before another table was followed find it gone.
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace orrery::app
