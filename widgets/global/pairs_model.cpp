#include "widgets/global/pairs_model.h"

#include <algorithm>

#include "core/base/account_id.h"
#include "widgets/base/format.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {
namespace {

bool isNumber(int column) {
    return column == PairsModel::Behind || column == PairsModel::LastLatency ||
           column == PairsModel::MeanLatency || column == PairsModel::Lost;
}

QString latencyText(const std::optional<Duration>& latency) {
    return latency ? durationText(*latency) : QStringLiteral("–");
}

qlonglong nanoseconds(const std::optional<Duration>& latency) {
    return latency ? static_cast<qlonglong>(latency->count()) : -1;
}

}  // namespace

PairsModel::Row PairsModel::rowOf(const observe::Snapshot& snapshot,
                                  const observe::ReplicationPairView& pair) {
    Row row;
    row.pair = {pair.accountId, pair.table, pair.from, pair.to};
    const bool isShared = pair.accountId == kSharedAccount;
    row.table = tableText(toQString(pair.table), isShared ? QString() : toQString(pair.accountId));
    row.direction = directionOf(snapshot, pair);
    if (pair.changes > 0) row.mean = pair.latencySum / static_cast<std::int64_t>(pair.changes);
    return row;
}

void PairsModel::setSnapshot(const observe::Snapshot& snapshot) {
    std::vector<Row> rows;
    for (const observe::ReplicationPairView& pair : snapshot.replication)
        rows.push_back(rowOf(snapshot, pair));
    if (!std::ranges::equal(rows, m_rows, {}, &Row::pair, &Row::pair)) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
        return;
    }
    const std::vector<Row> before = std::exchange(m_rows, std::move(rows));
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (before[i] != m_rows[i])
            emit dataChanged(index(static_cast<int>(i), 0),
                             index(static_cast<int>(i), ColumnCount - 1));
}

PairHistory::Pair PairsModel::pair(int row) const {
    return m_rows[static_cast<std::size_t>(row)].pair;
}

int PairsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PairsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString PairsModel::text(const Row& row, int column) {
    const LinkDirection& direction = row.direction;
    switch (static_cast<Column>(column)) {
        case From:
            return direction.from;
        case To:
            return direction.to;
        case Table:
            return row.table;
        case Behind:
            return countText(static_cast<std::int64_t>(direction.pending));
        case LastLatency:
            return latencyText(direction.latency);
        case MeanLatency:
            return latencyText(row.mean);
        case Lost:
            return countText(static_cast<std::int64_t>(direction.lost));
        case State:
            return direction.states().isEmpty() ? tr("whole")
                                                : direction.states().join(QStringLiteral(", "));
        case ColumnCount:
            break;
    }
    return {};
}

QVariant PairsModel::sortValue(const Row& row, int column) {
    if (column == Behind) return static_cast<qulonglong>(row.direction.pending);
    if (column == LastLatency) return nanoseconds(row.direction.latency);
    if (column == MeanLatency) return nanoseconds(row.mean);
    if (column == Lost) return static_cast<qulonglong>(row.direction.lost);
    return text(row, column);
}

QVariant PairsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return text(row, column);
        case kSortRole:
            return sortValue(row, column);
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter | (isNumber(column) ? Qt::AlignRight : Qt::AlignLeft));
        case Qt::ForegroundRole:
            if (column == State && row.direction.isCut) return colors().bad;
            if (column == State && !row.direction.states().isEmpty()) return colors().warn;
            if (column == Behind && row.direction.pending > 0) return colors().warn;
            return {};
        case Qt::ToolTipRole:
            return tr("%1 from %2 to %3: %6; %4 replicated, %5 of them lost to a later version")
                .arg(row.table, row.direction.from, row.direction.to,
                     countText(static_cast<std::int64_t>(row.direction.changes), "change",
                               "changes"),
                     countText(static_cast<std::int64_t>(row.direction.lost)), text(row, State));
        default:
            return {};
    }
}

QVariant PairsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
    const QString titles[] = {tr("From"),    tr("To"),   tr("Table"),         tr("Changes\nbehind"),
                              tr("Latency"), tr("Mean"), tr("Changes\nlost"), tr("State")};
    const QString tips[] = {
        tr("The Region in which clients wrote"),
        tr("The Region that gets the changes"),
        tr("The global table"),
        tr("Changes that the other Region has not acknowledged"),
        tr("ReplicationLatency of the last change: from its commit in the one Region to its commit "
           "in the other"),
        tr("The mean ReplicationLatency since the start"),
        tr("Changes that met a later version in the other Region"),
        tr("The link between the Regions and the replication over it"),
    };
    if (role == Qt::DisplayRole) return titles[section];
    if (role == Qt::ToolTipRole) return tips[section];
    return {};
}

}  // namespace orrery::widgets
