#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// The service's limits for one partition: 3,000 read and 1,000 write units a second
/// (ServiceQuotas, and the best-practices page on partition keys).
inline constexpr int kPartitionReadsMax = 3000;
inline constexpr int kPartitionWritesMax = 1000;

/// The zone that leads a partition, or -1.
int leaderZone(const observe::PartitionView& partition);
/// The part of the key space, 0 to 1.
double beginPart(const observe::PartitionView& partition);
double endPart(const observe::PartitionView& partition);
/// How close a partition is to its limits; 1 means that it has reached one.
double heatOf(const observe::PartitionView& partition);
/// "everything", "eventual reads only", "nothing", …
QString servesText(const observe::ServingView& serving);
/// All facts about a partition, as some lines of text.
QString partitionText(const observe::PartitionView& partition, int number);

/// The partitions of a table or an index as rows, with the same facts as the bar.
class PartitionTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column : int {
        Number,
        Range,
        Serves,
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
