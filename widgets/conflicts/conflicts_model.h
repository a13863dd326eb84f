#pragma once

#include <QAbstractTableModel>
#include <QStringList>
#include <vector>

#include "widgets/conflicts/conflict_list.h"

namespace orrery::widgets {

/// The conflicts of a table as rows. A conflict keeps its row while others come and go, so a
/// selection lasts.
class ConflictsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column : int { Key, Lost, Winner, Clocks, Vanished, Writes, ColumnCount };

    explicit ConflictsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// The names of the key attributes, partition key first.
    void setKeyNames(const QStringList& names);
    /// Inserts and removes rows for the conflicts of the same ledger that came or are gone.
    void setConflicts(const std::vector<ListedConflict>& conflicts);
    const ListedConflict& conflict(int row) const {
        return m_conflicts[static_cast<std::size_t>(row)];
    }
    /// -1 if there is none of this id.
    int rowOf(const QString& id) const;
    QString keyText(const ListedConflict& conflict) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void setDay(const QString& day);
    void removeOthers(const std::vector<ListedConflict>& conflicts);
    QString text(const ListedConflict& conflict, int column) const;

    QStringList m_keyNames;
    QString m_day;  ///< Of the newest conflict: its times are shown without a date.
    std::vector<ListedConflict> m_conflicts;
};

}  // namespace orrery::widgets
