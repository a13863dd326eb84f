#include "widgets/items/items_model.h"

#include <QColor>
#include <QFont>
#include <QHash>
#include <algorithm>

#include "widgets/base/attribute_text.h"
#include "widgets/base/format.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {

ItemsModel::ItemsModel(ItemSource* source, QObject* parent)
    : QAbstractTableModel(parent), m_source(source) {}

void ItemsModel::setTarget(const ItemsTarget& target, const QStringList& keyNames) {
    beginResetModel();
    m_target = target;
    m_rows.clear();
    m_columns = keyNames;
    m_keyColumns = static_cast<int>(keyNames.size());
    endResetModel();
    jumpTo(0);
}

void ItemsModel::setZone(const QString& zone) {
    if (zone == m_target.zone) return;
    m_target.zone = zone;
    m_busy = false;
    ++m_generation;  // What is under way would show the other zone's rows.
    m_loading ? jumpTo(m_anchorAt) : refresh();
}

void ItemsModel::jumpTo(double part) {
    ItemsPageRequest request;
    request.at = std::clamp(part, 0.0, 1.0);
    request.backward = part >= 1;
    request.limit = kPageRows;
    ++m_generation;
    m_busy = false;
    m_loading = true;
    m_refreshWanted = false;
    fetch(Fetch::Jump, request);
    emit stateChanged();
}

void ItemsModel::extendDown() {
    if (m_busy || m_loading || m_atEnd || m_rows.empty()) return;
    ItemsPageRequest request;
    request.from = m_rows.back().storageKey;
    m_busy = true;
    fetch(Fetch::Down, request);
}

void ItemsModel::extendUp() {
    if (m_busy || m_loading || m_atBeginning || m_rows.empty()) return;
    ItemsPageRequest request;
    request.from = m_rows.front().storageKey;
    request.backward = true;
    // One more than is shown: it is the anchor from which the window can be read again.
    request.limit = kPageRows + 1;
    m_busy = true;
    fetch(Fetch::Up, request);
}

void ItemsModel::refresh() {
    // What is under way may have been read before the change that the caller knows of.
    m_refreshWanted = m_busy || m_loading;
    if (m_refreshWanted) return;
    ItemsPageRequest request;
    request.from = m_anchorKey;
    request.at = m_anchorAt;
    request.limit = std::max(static_cast<int>(m_rows.size()), kPageRows);
    m_busy = true;
    fetch(Fetch::Refresh, request);
}

void ItemsModel::fetch(Fetch kind, ItemsPageRequest request) {
    request.target = m_target;
    const std::weak_ptr<bool> alive = m_alive;
    m_source->fetchPage(
        request, [this, alive, kind, request, generation = m_generation](const ItemsPage& page) {
            if (alive.expired() || generation != m_generation) return;
            take(kind, request, page);
        });
}

void ItemsModel::take(Fetch kind, const ItemsPageRequest& request, const ItemsPage& page) {
    if (kind == Fetch::Jump)
        m_loading = false;
    else
        m_busy = false;
    m_error = page.error;
    if (m_error.isEmpty()) {
        addColumns(page.rows);
        takeRows(kind, request, page);
    } else {
        clearRows();
    }
    emit stateChanged();
    if (m_refreshWanted) refresh();
}

void ItemsModel::takeRows(Fetch kind, const ItemsPageRequest& request, const ItemsPage& page) {
    switch (kind) {
        case Fetch::Jump:
            return takeJump(request, page);
        case Fetch::Down:
            return takeDown(page);
        case Fetch::Up:
            return takeUp(page);
        case Fetch::Refresh:
            return takeRefresh(page);
    }
}

void ItemsModel::takeJump(const ItemsPageRequest& request, const ItemsPage& page) {
    clearRows();
    std::vector<ItemRow> rows = page.rows;
    m_anchorKey.clear();
    m_anchorAt = request.at;
    m_atBeginning = request.backward ? !page.more : request.at <= 0;
    m_atEnd = request.backward || !page.more;
    if (request.backward) {
        std::ranges::reverse(rows);
        if (!m_atBeginning && rows.size() > 1) {
            m_anchorKey = rows.front().storageKey;
            rows.erase(rows.begin());
        } else {
            m_anchorAt = 0;
        }
    }
    if (!rows.empty()) {
        beginInsertRows({}, 0, static_cast<int>(rows.size()) - 1);
        m_rows.assign(rows.begin(), rows.end());
        endInsertRows();
        emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);  // Numbers align right.
    }
    emit jumped(request.backward);
}

void ItemsModel::takeDown(const ItemsPage& page) {
    m_atEnd = !page.more;
    if (page.rows.empty()) return;
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(page.rows.size()) - 1);
    m_rows.insert(m_rows.end(), page.rows.begin(), page.rows.end());
    endInsertRows();
    dropTop(rowCount() - kWindowRows);
}

void ItemsModel::dropTop(int count) {
    if (count <= 0) return;
    m_anchorKey = m_rows[static_cast<std::size_t>(count) - 1].storageKey;
    m_atBeginning = false;
    beginRemoveRows({}, 0, count - 1);
    m_rows.erase(m_rows.begin(), m_rows.begin() + count);
    endRemoveRows();
    emit rowsShifted(-count);
}

void ItemsModel::takeUp(const ItemsPage& page) {
    std::vector<ItemRow> rows(page.rows.rbegin(), page.rows.rend());
    m_atBeginning = !page.more && static_cast<int>(rows.size()) <= kPageRows;
    m_anchorKey.clear();
    m_anchorAt = 0;
    if (!m_atBeginning) {
        m_anchorKey = rows.front().storageKey;
        rows.erase(rows.begin());
    }
    if (rows.empty()) return;
    beginInsertRows({}, 0, static_cast<int>(rows.size()) - 1);
    m_rows.insert(m_rows.begin(), rows.begin(), rows.end());
    endInsertRows();
    emit rowsShifted(static_cast<int>(rows.size()));
    if (rowCount() <= kWindowRows) return;
    beginRemoveRows({}, kWindowRows, rowCount() - 1);
    m_rows.erase(m_rows.begin() + kWindowRows, m_rows.end());
    m_atEnd = false;
    endRemoveRows();
}

void ItemsModel::takeRefresh(const ItemsPage& page) {
    m_atEnd = !page.more;
    QHash<QString, int> wanted;
    for (int i = 0; i < static_cast<int>(page.rows.size()); ++i)
        wanted[page.rows[static_cast<std::size_t>(i)].storageKey] = i;
    for (int row = rowCount() - 1; row >= 0; --row) {
        if (wanted.contains(itemRow(row).storageKey)) continue;
        beginRemoveRows({}, row, row);
        m_rows.erase(m_rows.begin() + row);
        endRemoveRows();
    }
    // Both are in key order, so what differs at a place is new there.
    for (int row = 0; row < static_cast<int>(page.rows.size()); ++row) {
        const ItemRow& fresh = page.rows[static_cast<std::size_t>(row)];
        if (row >= rowCount() || itemRow(row).storageKey != fresh.storageKey) {
            beginInsertRows({}, row, row);
            m_rows.insert(m_rows.begin() + row, fresh);
            endInsertRows();
        } else if (itemRow(row) != fresh) {
            m_rows[static_cast<std::size_t>(row)] = fresh;
            emit dataChanged(index(row, 0), index(row, columnCount() - 1));
        }
    }
}

void ItemsModel::addColumns(const std::vector<ItemRow>& rows) {
    QStringList added;
    for (const ItemRow& row : rows) {
        for (auto it = row.item.begin(); it != row.item.end(); ++it)
            if (!m_columns.contains(it.key()) && !added.contains(it.key())) added << it.key();
    }
    added = added.first(std::clamp<qsizetype>(kColumnsMax - m_columns.size(), 0, added.size()));
    if (added.isEmpty()) return;
    const int first = static_cast<int>(m_columns.size());
    beginInsertColumns({}, first, first + static_cast<int>(added.size()) - 1);
    m_columns += added;
    endInsertColumns();
}

void ItemsModel::clearRows() {
    if (m_rows.empty()) return;
    beginRemoveRows({}, 0, rowCount() - 1);
    m_rows.clear();
    endRemoveRows();
}

int ItemsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ItemsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant ItemsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const QJsonObject& item = itemRow(index.row()).item;
    const auto found = item.constFind(m_columns[index.column()]);
    const bool there = found != item.constEnd();
    switch (role) {
        case Qt::DisplayRole:
            return there ? shortText(found.value()) : QString();
        case Qt::ToolTipRole:
            return there ? plainToolTip(tr("%1: %2").arg(typeWord(attributeType(found.value())),
                                                         shortText(found.value(), 1000)))
                         : tr("This item has no such attribute");
        case Qt::TextAlignmentRole:
            return QVariant(
                (there && attributeType(found.value()) == u"N" ? Qt::AlignRight : Qt::AlignLeft) |
                Qt::AlignVCenter);
        case Qt::ForegroundRole: {
            if (!there) return {};
            const QString type = attributeType(found.value());
            const bool plain = type == u"S" || type == u"N" || type == u"BOOL";
            return plain ? QVariant() : QVariant(colors().muted);
        }
        default:
            return {};
    }
}

bool ItemsModel::isNumeric(int column) const {
    // By the first of the rows that has it; a column of mixed types is rare.
    constexpr std::size_t kRowsLookedAt = 50;
    for (std::size_t row = 0; row < std::min(kRowsLookedAt, m_rows.size()); ++row) {
        const QJsonValue value = m_rows[row].item.value(m_columns[column]);
        if (!value.isUndefined()) return attributeType(value) == u"N";
    }
    return false;
}

QVariant ItemsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) return {};
    const bool isKey = section < m_keyColumns;
    if (role == Qt::DisplayRole) {
        if (section == 0 && isKey)
            return tr("%1  · partition key").arg(oneLine(m_columns[section]));
        if (section == 1 && isKey) return tr("%1  · sort key").arg(oneLine(m_columns[section]));
        return oneLine(m_columns[section]);
    }
    if (role == Qt::FontRole && isKey) {
        QFont font;
        font.setBold(true);
        return font;
    }
    if (role == Qt::TextAlignmentRole)
        return QVariant((isNumeric(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return {};
}

}  // namespace orrery::widgets
