#include "widgets/partitions/partition_table_model.h"

#include <algorithm>

#include "widgets/base/format.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {

constexpr double kKeySpace = 4294967296.0;

int leaderZone(const observe::PartitionView& partition) {
    for (const observe::ReplicaView& replica : partition.replicas)
        if (replica.role == observe::Role::Leader) return replica.zone.value();
    return -1;
}

double beginPart(const observe::PartitionView& partition) {
    return static_cast<double>(partition.begin) / kKeySpace;
}

double endPart(const observe::PartitionView& partition) {
    return static_cast<double>(partition.end) / kKeySpace;
}

double heatOf(const observe::PartitionView& partition) {
    return std::max(static_cast<double>(partition.readsPerSecond) / kPartitionReadsMax,
                    static_cast<double>(partition.writesPerSecond) / kPartitionWritesMax);
}

namespace {

QString rangeText(const observe::PartitionView& partition) {
    return percentText(beginPart(partition)) + QStringLiteral(" – ") +
           percentText(endPart(partition));
}

/// A leader that reaches no majority leads nobody.
QString roleIn(const observe::PartitionView& partition, const observe::ReplicaView& replica) {
    const bool isAlone = replica.role == observe::Role::Leader && !partition.serving.whole.writes;
    return isAlone ? PartitionTableModel::tr("leader, no majority") : roleText(replica.role);
}

QString replicaText(const observe::PartitionView& partition, const observe::ReplicaView& replica) {
    const QString role = roleIn(partition, replica);
    if (replica.lagRecords == 0) return role;
    return PartitionTableModel::tr("%1, %2").arg(role, behindText(replica.lagRecords, replica.lag));
}

/// The column has less room and the column's title says whose replica it is.
QString shortReplicaText(const observe::PartitionView& partition,
                         const observe::ReplicaView& replica) {
    if (replica.lagRecords == 0) return roleIn(partition, replica);
    const QString lag =
        PartitionTableModel::tr("lag %1, %2")
            .arg(countText(static_cast<std::int64_t>(replica.lagRecords), "record", "records"),
                 durationText(replica.lag));
    return replica.role == observe::Role::Down
               ? PartitionTableModel::tr("%1, %2").arg(roleText(replica.role), lag)
               : lag;
}

bool isNumber(int column) {
    switch (static_cast<PartitionTableModel::Column>(column)) {
        case PartitionTableModel::Items:
        case PartitionTableModel::Size:
        case PartitionTableModel::Reads:
        case PartitionTableModel::Writes:
        case PartitionTableModel::Term:
        case PartitionTableModel::CommitLsn:
            return true;
        case PartitionTableModel::Number:
        case PartitionTableModel::Range:
        case PartitionTableModel::Serves:
        case PartitionTableModel::LagA:
        case PartitionTableModel::LagB:
        case PartitionTableModel::LagC:
        case PartitionTableModel::ColumnCount:
            break;
    }
    return false;
}

}  // namespace

QString servesText(const observe::ServingView& serving) {
    const observe::Ability& can = serving.whole;
    if (can.isWhole()) return PartitionTableModel::tr("everything");
    if (!can.eventualReads && !can.strongReads) return PartitionTableModel::tr("nothing");
    if (!can.strongReads) return PartitionTableModel::tr("eventual reads only");
    return can.writes ? PartitionTableModel::tr("only at the leader")
                      : PartitionTableModel::tr("reads only");
}

QString partitionText(const observe::PartitionView& partition, int number) {
    QString text = PartitionTableModel::tr(
                       "Partition %1: key space %2\n%3, %4\n"
                       "%5 reads/s of %6, %7 writes/s of %8")
                       .arg(number)
                       .arg(rangeText(partition), countText(partition.itemCount, "item", "items"),
                            bytesText(partition.itemBytes), rateText(partition.readsPerSecond),
                            rateText(kPartitionReadsMax), rateText(partition.writesPerSecond),
                            rateText(kPartitionWritesMax));
    for (const observe::ReplicaView& replica : partition.replicas)
        text += PartitionTableModel::tr("\nZone %1: %2, LSN %3")
                    .arg(zoneLetter(replica.zone), replicaText(partition, replica),
                         countText(static_cast<std::int64_t>(replica.applied.value())));
    text += PartitionTableModel::tr("\nServes %1").arg(servesText(partition.serving));
    if (!partition.serving.why.empty())
        text += PartitionTableModel::tr(" since %1: %2")
                    .arg(instantText(partition.serving.since), toQString(partition.serving.why));
    return text;
}

void PartitionTableModel::setPartitions(const std::vector<observe::PartitionView>& partitions) {
    const auto sameGroup = [](const auto& a, const auto& b) { return a.group == b.group; };
    if (!std::ranges::equal(partitions, m_partitions, sameGroup)) {
        beginResetModel();  // A split or another table: rare, and the rows move.
        m_partitions = partitions;
        endResetModel();
        return;
    }
    for (int row = 0; row < rowCount(); ++row) {
        const auto i = static_cast<std::size_t>(row);
        if (m_partitions[i] == partitions[i]) continue;
        m_partitions[i] = partitions[i];
        emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
    }
}

int PartitionTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_partitions.size());
}

int PartitionTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PartitionTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const observe::PartitionView& partition = m_partitions[static_cast<std::size_t>(index.row())];
    if (role == Qt::ToolTipRole) return partitionText(partition, index.row() + 1);
    if (role == Qt::TextAlignmentRole) {
        return QVariant((isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft) |
                        Qt::AlignVCenter);
    }
    const bool isLimited = !partition.serving.whole.isWhole();
    if (role == Qt::ForegroundRole && index.column() == Serves)
        return isLimited ? colors().bad : colors().muted;
    if (role == Qt::ForegroundRole && index.column() >= LagA) {
        const auto& replica = partition.replicas[static_cast<std::size_t>(index.column() - LagA)];
        const bool isAlone = replica.role == observe::Role::Leader && isLimited;
        if (replica.role == observe::Role::Down || isAlone) return colors().bad;
        return replica.lagRecords > 0 ? QVariant(colors().warn) : QVariant();
    }
    if (role != Qt::DisplayRole) return {};
    switch (static_cast<Column>(index.column())) {
        case Number:
            return index.row() + 1;
        case Range:
            return rangeText(partition);
        case Serves:
            return servesText(partition.serving);
        case Items:
            return countText(partition.itemCount);
        case Size:
            return bytesText(partition.itemBytes);
        case Reads:
            return rateText(partition.readsPerSecond);
        case Writes:
            return rateText(partition.writesPerSecond);
        case Term:
        case CommitLsn: {
            std::uint64_t value = 0;
            for (const observe::ReplicaView& replica : partition.replicas)
                value = std::max(value,
                                 index.column() == Term ? replica.term : replica.committed.value());
            return countText(static_cast<std::int64_t>(value));
        }
        case LagA:
        case LagB:
        case LagC:
            return shortReplicaText(
                partition, partition.replicas[static_cast<std::size_t>(index.column() - LagA)]);
        case ColumnCount:
            break;
    }
    return {};
}

QVariant PartitionTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole && isNumber(section))
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (static_cast<Column>(section)) {
        case Number:
            return tr("Partition");
        case Range:
            return tr("Key space");
        case Serves:
            return tr("Serves");
        case Items:
            return tr("Items");
        case Size:
            return tr("Size");
        case Reads:
            return tr("Reads/s");
        case Writes:
            return tr("Writes/s");
        case Term:
            return tr("Term");
        case CommitLsn:
            return tr("Commit LSN");
        case LagA:
        case LagB:
        case LagC:
            return tr("Zone %1").arg(
                zoneLetter(ZoneIndex(static_cast<std::uint8_t>(section - LagA))));
        case ColumnCount:
            break;
    }
    return {};
}

}  // namespace orrery::widgets
