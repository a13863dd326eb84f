#include "widgets/requests/requests_model.h"

#include <algorithm>

#include "widgets/base/attribute_text.h"
#include "widgets/base/format.h"
#include "widgets/base/theme.h"
#include "widgets/base/zone_badge.h"
#include "widgets/requests/request_details.h"

namespace orrery::widgets {

// A full list drops this many rows at a time, so it does not move with every batch.
constexpr std::size_t kDropRequests = 2'000;

namespace {

bool isRead(const observe::RequestServed& request) {
    return request.kind == observe::RequestKind::Read;
}

QString kindText(const observe::RequestServed& request) {
    switch (request.kind) {
        case observe::RequestKind::Read:
            return request.consistent ? RequestsModel::tr("strong read")
                                      : RequestsModel::tr("eventual read");
        case observe::RequestKind::Write:
            return RequestsModel::tr("write");
        case observe::RequestKind::Control:
            return RequestsModel::tr("control");
        case observe::RequestKind::Unknown:
            break;
    }
    return {};
}

}  // namespace

void RequestsModel::append(std::span<const observe::Event> events) {
    std::vector<std::uint64_t> visible;
    for (const observe::Event& event : events) {
        const auto* served = std::get_if<observe::RequestServed>(&event.body);
        if (served == nullptr) continue;
        m_requests.push_back(*served);
        if (m_filter.matches(*served)) visible.push_back(m_firstNumber + m_requests.size() - 1);
    }
    if (!visible.empty()) {
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(visible.size()) - 1);
        m_visible.insert(m_visible.end(), visible.begin(), visible.end());
        endInsertRows();
    }
    dropOldest();
}

void RequestsModel::dropOldest() {
    if (m_requests.size() <= kCapacity) return;
    const std::size_t count =
        std::max(m_requests.size() - kCapacity, std::min(kDropRequests, m_requests.size()));
    const std::uint64_t keep = m_firstNumber + count;
    const auto gone = std::ranges::lower_bound(m_visible, keep) - m_visible.begin();
    if (gone > 0) {
        beginRemoveRows({}, 0, static_cast<int>(gone) - 1);
        m_visible.erase(m_visible.begin(), m_visible.begin() + gone);
        endRemoveRows();
    }
    m_requests.erase(m_requests.begin(), m_requests.begin() + static_cast<std::ptrdiff_t>(count));
    m_firstNumber = keep;
}

void RequestsModel::setFilter(const RequestFilter& filter) {
    beginResetModel();
    m_filter = filter;
    m_visible.clear();
    for (std::size_t i = 0; i < m_requests.size(); ++i)
        if (m_filter.matches(m_requests[i])) m_visible.push_back(m_firstNumber + i);
    endResetModel();
}

bool RequestsModel::setRegionNames(const std::map<RegionId, QString>& names) {
    if (names == m_regionNames) return false;
    m_regionNames = names;
    if (rowCount() > 0)
        emit dataChanged(index(0, ServedBy), index(rowCount() - 1, ServedBy), {Qt::DisplayRole});
    return true;
}

void RequestsModel::clear() {
    beginResetModel();
    m_firstNumber += m_requests.size();
    m_requests.clear();
    m_visible.clear();
    endResetModel();
}

const observe::RequestServed& RequestsModel::request(int row) const {
    return m_requests[m_visible[static_cast<std::size_t>(row)] - m_firstNumber];
}

int RequestsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_visible.size());
}

int RequestsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString RequestsModel::servedBy(const observe::RequestServed& r) const {
    if (!r.replicaKnown) return {};
    const auto region = m_regionNames.find(r.replica.region);
    const QString zone =
        (region == m_regionNames.end() ? QString() : region->second) + zoneLetter(r.replica.zone);
    return tr("%1 · %2").arg(zone, r.leader ? tr("leader") : tr("follower"));
}

QVariant RequestsModel::text(const observe::RequestServed& r, int column) const {
    switch (static_cast<Column>(column)) {
        case Time:
            return instantText(r.admittedAt + r.took);
        case Operation:
            return toQString(r.operation);
        case Table:
            return toQString(r.table);
        case Key:
            return oneLine(toQString(r.key));
        case Kind:
            return kindText(r);
        case ServedBy:
            return servedBy(r);
        case Behind:
            return freshnessText(r);
        case Status:
            return r.error.empty()
                       ? QString::number(r.httpStatus)
                       : QStringLiteral("%1 %2").arg(r.httpStatus).arg(toQString(r.error));
        case Took:
            return durationText(r.took);
        case ColumnCount:
            break;
    }
    return {};
}

QVariant RequestsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const observe::RequestServed& r = request(index.row());
    const bool stale = isRead(r) && r.staleItems > 0;
    const bool lags = isRead(r) && r.behindRecords > 0;
    switch (role) {
        case Qt::DisplayRole:
            return text(r, index.column());
        case Qt::ToolTipRole:
            return plainToolTip(index.column() == Status && !r.errorText.empty()
                                    ? toQString(r.errorText)
                                    : text(r, index.column()).toString());
        case Qt::TextAlignmentRole:
            return QVariant((index.column() == Took ? Qt::AlignRight : Qt::AlignLeft) |
                            Qt::AlignVCenter);
        case Qt::ForegroundRole:
            if (r.httpStatus >= 400 && index.column() == Status) return colors().bad;
            if (lags && index.column() == Behind) return stale ? colors().warn : colors().muted;
            if (index.column() == Time || index.column() == Took) return colors().muted;
            return {};
        case Qt::BackgroundRole:
            if (r.httpStatus >= 500) return colors().badSurface;
            if (stale) return colors().warnSurface;
            return {};
        case Qt::DecorationRole:
            if (index.column() == ServedBy && r.replicaKnown)
                return zoneDot(r.replica.zone.value());
            return {};
        default:
            return {};
    }
}

QVariant RequestsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole && section == Took)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (static_cast<Column>(section)) {
        case Time:
            return tr("Answered at");
        case Operation:
            return tr("Operation");
        case Table:
            return tr("Table");
        case Key:
            return tr("Key");
        case Kind:
            return tr("Kind");
        case ServedBy:
            return tr("Served by");
        case Behind:
            return tr("Staleness");
        case Status:
            return tr("Status");
        case Took:
            return tr("Latency");
        case ColumnCount:
            break;
    }
    return {};
}

}  // namespace orrery::widgets
