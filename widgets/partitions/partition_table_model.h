#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// What the service allows one partition: ServiceQuotas and the best-practices page on partition
/// keys say 3,000 read and 1,000 write units a second.
inline constexpr int kPartitionReadsMax = 3000;
inline constexpr int kPartitionWritesMax = 1000;

/// The zone that leads a partition, or -1.
int leaderZone(const observe::PartitionView& partition);
/// The part of the key space, 0 to 1.
double beginPart(const observe::PartitionView& partition);
double endPart(const observe::PartitionView& partition);
/// How near to its limits a partition is; 1 is at one of them.
double heatOf(const observe::PartitionView& partition);
/// Everything about a partition in some lines.
QString partitionText(const observe::PartitionView& partition, int number);

/// The partitions of a table or an index as rows: the bar's other form.
class PartitionTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        Number,
        Range,
        Items,
        Size,
        Reads,
        Writes,
        Term,
        CommitLsn,
        LagA,
        LagB,
        LagC,
        ColumnCount
    };

    explicit PartitionTableModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setPartitions(const std::vector<observe::PartitionView>& partitions);
    const std::vector<observe::PartitionView>& partitions() const { return m_partitions; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<observe::PartitionView> m_partitions;
};

}  // namespace orrery::widgets
