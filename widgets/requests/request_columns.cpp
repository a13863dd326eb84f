#include "widgets/requests/request_columns.h"

#include <QEvent>
#include <QHeaderView>
#include <QTableView>
#include <algorithm>
#include <numeric>

namespace orrery::widgets {
namespace {

constexpr int kCellPadding = 16;  // Of a cell and its title, both sides together.
constexpr int kDotWidth = 28;     // The sign of a zone and the gap after it.

/// The columns that yield, and the texts for which they keep room.
struct Yielding {
    RequestsModel::Column column;
    const char* text;
};
constexpr Yielding kYielding[] = {
    {RequestsModel::Status, "400 Conditio…"},  {RequestsModel::Key, "user-0001…"},
    {RequestsModel::Table, "GameScor…"},       {RequestsModel::Operation, "BatchWrite…"},
    {RequestsModel::Behind, "lagging, same…"}, {RequestsModel::ServedBy, "us-east-1a · f…"}};

}  // namespace

RequestColumns::RequestColumns(QTableView* table) : QObject(table), m_table(table) {
    QHeaderView* header = m_table->horizontalHeader();
    header->setMinimumSectionSize(48);
    header->setSectionResizeMode(RequestsModel::Key, QHeaderView::Stretch);
    connect(header, &QHeaderView::sectionResized, this, [this](int column) {
        if (!m_isFitting) m_isSetByHand[static_cast<std::size_t>(column)] = true;
    });
    m_table->viewport()->installEventFilter(this);
    forget();
    fit();
}

bool RequestColumns::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize) fit();
    return QObject::eventFilter(watched, event);
}

int RequestColumns::widthOf(int column, const QString& text) const {
    return m_table->fontMetrics().horizontalAdvance(text) + kCellPadding +
           (column == RequestsModel::ServedBy ? kDotWidth : 0);
}

void RequestColumns::forget() {
    m_measured = 0;
    for (int column = 0; column < RequestsModel::ColumnCount; ++column) {
        const QString title =
            m_table->model()->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        m_needed[static_cast<std::size_t>(column)] =
            std::max(m_table->horizontalHeader()->minimumSectionSize(),
                     m_table->fontMetrics().horizontalAdvance(title) + kCellPadding);
    }
    // Where nearly every row has about the same, the columns are not to move with the first ones.
    const std::pair<RequestsModel::Column, QString> usual[] = {
        {RequestsModel::Time, QStringLiteral("00:00:00.000")},
        {RequestsModel::Operation, QStringLiteral("BatchWriteItem")},
        {RequestsModel::Took, QStringLiteral("99.9 ms")}};
    for (const auto& [column, text] : usual)
        m_needed[column] = std::max(m_needed[column], widthOf(column, text));
}

void RequestColumns::measure() {
    // As many as fit on a screen; older ones were measured when they came.
    constexpr int kNewest = 60;
    const QAbstractItemModel* model = m_table->model();
    const int rows = model->rowCount();
    const int from = std::max(rows - kNewest, m_measured <= rows ? m_measured : 0);
    m_measured = rows;
    for (int row = from; row < rows; ++row)
        for (int column = 0; column < RequestsModel::ColumnCount; ++column) {
            int& needed = m_needed[static_cast<std::size_t>(column)];
            needed = std::max(needed, widthOf(column, model->index(row, column).data().toString()));
        }
}

void RequestColumns::fit() {
    measure();
    Widths widths = m_needed;
    // A key may be 2 KB long.
    const int keyMost = widthOf(RequestsModel::Key, QStringLiteral("user-00000001, order"));
    widths[RequestsModel::Key] = std::min(widths[RequestsModel::Key], keyMost);
    for (std::size_t column = 0; column < widths.size(); ++column)
        if (m_isSetByHand[column] && column != RequestsModel::Key)
            widths[column] = m_table->columnWidth(static_cast<int>(column));
    int missing = std::reduce(widths.begin(), widths.end()) - m_table->viewport()->width();
    for (const Yielding& yielding : kYielding) {
        if (missing <= 0) break;
        int& width = widths[yielding.column];
        const int least = widthOf(yielding.column, QString::fromUtf8(yielding.text));
        if (m_isSetByHand[yielding.column] || width <= least) continue;
        const int given = std::min(missing, width - least);
        width -= given;
        missing -= given;
    }
    m_isFitting = true;
    for (int column = 0; column < RequestsModel::ColumnCount; ++column)
        if (column != RequestsModel::Key)
            m_table->setColumnWidth(column, widths[static_cast<std::size_t>(column)]);
    m_isFitting = false;
}

}  // namespace orrery::widgets
