#include "widgets/conflicts/conflicts_model.h"

#include <QSet>
#include <algorithm>

#include "widgets/base/attribute_text.h"
#include "widgets/base/format.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {

void ConflictsModel::setKeyNames(const QStringList& names) {
    if (names == m_keyNames) return;
    m_keyNames = names;
    if (!m_conflicts.empty()) emit dataChanged(index(0, Key), index(rowCount() - 1, Key));
}

void ConflictsModel::setDay(const QString& day) {
    if (day == m_day) return;
    m_day = day;
    if (!m_conflicts.empty()) emit dataChanged(index(0, Lost), index(rowCount() - 1, Winner));
}

void ConflictsModel::removeOthers(const std::vector<ListedConflict>& conflicts) {
    QSet<QString> ids;
    for (const ListedConflict& conflict : conflicts)
        ids.insert(conflict.id);
    const auto stays = [this, &ids](int row) { return ids.contains(conflict(row).id); };
    for (int last = rowCount() - 1; last >= 0; --last) {
        if (stays(last)) continue;
        int first = last;
        while (first > 0 && !stays(first - 1))
            --first;
        beginRemoveRows({}, first, last);
        m_conflicts.erase(m_conflicts.begin() + first, m_conflicts.begin() + last + 1);
        endRemoveRows();
        last = first;
    }
}

void ConflictsModel::setConflicts(const std::vector<ListedConflict>& conflicts) {
    removeOthers(conflicts);
    constexpr qsizetype kDateCharacters = 10;
    if (!conflicts.empty()) setDay(conflicts.back().lost.version.left(kDateCharacters));
    // Those that stay are in the same order as before.
    for (std::size_t i = 0; i < conflicts.size(); ++i) {
        const int row = static_cast<int>(i);
        if (i < m_conflicts.size() && m_conflicts[i].id == conflicts[i].id) {
            if (m_conflicts[i] == conflicts[i]) continue;
            m_conflicts[i] = conflicts[i];
            emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
            continue;
        }
        std::size_t end = i + 1;
        if (i < m_conflicts.size())
            while (end < conflicts.size() && conflicts[end].id != m_conflicts[i].id)
                ++end;
        else
            end = conflicts.size();
        beginInsertRows({}, row, static_cast<int>(end) - 1);
        m_conflicts.insert(m_conflicts.begin() + row, conflicts.begin() + row,
                           conflicts.begin() + static_cast<std::ptrdiff_t>(end));
        endInsertRows();
        i = end - 1;
    }
}

int ConflictsModel::rowOf(const QString& id) const {
    const auto found = std::ranges::find(m_conflicts, id, &ListedConflict::id);
    return found == m_conflicts.end() ? -1 : static_cast<int>(found - m_conflicts.begin());
}

int ConflictsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_conflicts.size());
}

int ConflictsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString ConflictsModel::keyText(const ListedConflict& conflict) const {
    constexpr int kPartMax = 60;
    QStringList parts;
    for (const QString& name : m_keyNames.isEmpty() ? conflict.key.keys() : m_keyNames)
        parts << shortText(conflict.key[name], kPartMax);
    return parts.join(QStringLiteral(" · "));
}

QString ConflictsModel::text(const ListedConflict& conflict, int column) const {
    const auto side = [this](const ConflictVersion& version) {
        const QString text = version.region + u' ' + shortTime(version.version, m_day);
        return version.isDeletion() ? tr("deletion, %1").arg(text) : text;
    };
    switch (static_cast<Column>(column)) {
        case Key:
            return keyText(conflict);
        case Lost:
            return side(conflict.lost);
        case Winner:
            return side(conflict.winner);
        case Clocks:
            return clocksText(conflict);
        case Vanished:
            if (conflict.lost.isTooLarge || conflict.winner.isTooLarge) return tr("too large");
            if (conflict.lost.isDeletion()) return tr("none: it was a deletion");
            return conflict.vanished.isEmpty() ? tr("none")
                                               : conflict.vanished.join(QStringLiteral(", "));
        case Writes:
            return countText(conflict.lostWrites);
        case ColumnCount:
            break;
    }
    return {};
}

QVariant ConflictsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const ListedConflict& shown = conflict(index.row());
    switch (role) {
        case Qt::DisplayRole:
            return text(shown, index.column());
        case Qt::ToolTipRole:
            if (index.column() == Lost || index.column() == Winner || index.column() == Clocks)
                return plainToolTip(explanationOf(shown));
            return plainToolTip(text(shown, index.column()));
        case Qt::ForegroundRole:
            return index.column() == Clocks && shown.wouldHaveWon ? QVariant(colors().warn)
                                                                  : QVariant();
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter |
                            (index.column() == Writes ? Qt::AlignRight : Qt::AlignLeft));
        default:
            return {};
    }
}

QVariant ConflictsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
    const QString titles[] = {tr("Key"),    tr("Lost write (UTC)"), tr("Winning write (UTC)"),
                              tr("Clocks"), tr("Vanished"),         tr("Writes")};
    const QString tips[] = {
        tr("The primary key of the item"),
        tr("Where and when the last lost write was made, by the clock of its Region"),
        tr("Where and when the write was made that won, by the clock of its Region"),
        tr("How far the clocks of both Regions were from the world's; the later version wins by "
           "these clocks, right or wrong"),
        tr("Attributes of the lost version that the winning one lacks or has otherwise"),
        tr("How many writes were lost together"),
    };
    switch (role) {
        case Qt::DisplayRole:
            return titles[section];
        case Qt::ToolTipRole:
            return tips[section];
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter |
                            (section == Writes ? Qt::AlignRight : Qt::AlignLeft));
        default:
            return {};
    }
}

}  // namespace orrery::widgets
