#include "widgets/partitions/partitions_view.h"

#include <QHeaderView>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/base/colour_delegate.h"
#include "widgets/base/format.h"
#include "widgets/partitions/partition_bar.h"
#include "widgets/partitions/partition_table_model.h"

namespace orrery::widgets {

PartitionsView::PartitionsView(QWidget* parent)
    : QWidget(parent),
      m_model(new PartitionTableModel(this)),
      m_bar(new PartitionBar(this)),
      m_table(new QTableView(this)),
      m_nothing(new QLabel(tr("Open a table to see how its key space is divided."), this)),
      m_title(new ElidedLabel(this)),
      m_stack(new QStackedWidget(this)) {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setProperty("muted", true);
    m_stack->addWidget(m_nothing);
    auto* body = new QWidget(this);
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_title->setContentsMargins(12, 6, 12, 0);
    m_title->setProperty("muted", true);
    layout->addWidget(m_title);
    layout->addWidget(m_bar);
    layout->addWidget(m_table, 1);
    m_stack->addWidget(body);

    m_table->setAccessibleName(tr("Partitions as a table"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new ColourDelegate(m_table));
    m_table->setSelectionBehavior(QTableView::SelectRows);
    m_table->setSelectionMode(QTableView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + 8);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->setWordWrap(false);
    fitColumns();
    connect(m_bar, &PartitionBar::currentChanged, this, [this](int partition) {
        partition < 0 ? m_table->clearSelection() : m_table->selectRow(partition);
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { m_bar->setCurrent(current.row()); });
}

void PartitionsView::fitColumns() {
    // As wide as what usually stands in them; the zones share what is left.
    const char* const usual[] = {
        "99",  "25.0 % – 100.0 %", "eventual reads only", "99,999", "99.9 MB", "99,999", "99,999",
        "999", "999,999"};
    QHeaderView* header = m_table->horizontalHeader();
    header->setMinimumSectionSize(40);
    for (int column = 0; column < PartitionTableModel::ColumnCount; ++column) {
        if (column >= PartitionTableModel::LagA) {
            header->setSectionResizeMode(column, QHeaderView::Stretch);
            continue;
        }
        const QString title =
            m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        const int width =
            std::max(fontMetrics().horizontalAdvance(QString::fromUtf8(usual[column])),
                     fontMetrics().horizontalAdvance(title));
        m_table->setColumnWidth(column, width + 16);
    }
}

void PartitionsView::setTable(const observe::TableView* table, const QString& index) {
    if (table == nullptr) {
        m_stack->setCurrentWidget(m_nothing);
        return;
    }
    const std::vector<observe::PartitionView>* partitions = &table->partitions;
    QString title = toQString(table->name);
    for (const observe::IndexView& view : table->indexes) {
        if (toQString(view.name) != index) continue;
        title += QStringLiteral(" · ") + index;
        if (view.global)
            partitions = &view.partitions;
        else
            title += tr(": a local index lives in the partitions of its table");
    }
    m_title->setText(tr("%1 · %2").arg(
        title,
        countText(static_cast<std::int64_t>(partitions->size()), "partition", "partitions")));
    m_model->setPartitions(*partitions);
    m_bar->setPartitions(*partitions);
    m_stack->setCurrentIndex(1);
}

void PartitionsView::setMark(std::optional<double> part) {
    m_bar->setMark(part);
}

}  // namespace orrery::widgets
