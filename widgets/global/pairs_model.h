#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "core/observe/snapshot.h"
#include "widgets/global/pair_history.h"
#include "widgets/global/world_links.h"

namespace orrery::widgets {

/// The replication of each global table from each of its Regions to each other one, as rows.
class PairsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column : int {
        From,
        To,
        Table,
        Behind,
        LastLatency,
        MeanLatency,
        Lost,
        State,
        ColumnCount
    };
    /// What a column is sorted by: a number, or its text.
    static constexpr int kSortRole = Qt::UserRole;

    explicit PairsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setSnapshot(const observe::Snapshot& snapshot);

    PairHistory::Pair pair(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        PairHistory::Pair pair;
        QString table;  ///< With its account or namespace.
        LinkDirection direction;
        std::optional<Duration> mean;
        bool operator==(const Row&) const = default;
    };

    static Row rowOf(const observe::Snapshot& snapshot, const observe::ReplicationPairView& pair);
    static QString text(const Row& row, int column);
    static QVariant sortValue(const Row& row, int column);

    std::vector<Row> m_rows;
};

}  // namespace orrery::widgets
