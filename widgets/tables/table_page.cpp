#include "widgets/tables/table_page.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/base/attribute_text.h"
#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/base/theme.h"
#include "widgets/base/zone_badge.h"
#include "widgets/tables/key_names.h"

namespace orrery::widgets {

// The shortest time between two refreshes of a table under constant writes.
constexpr int kRefreshMs = 400;

TablePage::TablePage(ItemSource* source, const ExplorerTarget& target, QWidget* parent)
    : QWidget(parent),
      m_target(target),
      m_model(new ItemsModel(source, this)),
      m_grid(new ItemsGrid(m_model, this)),
      m_stack(new QStackedWidget(this)),
      m_empty(new QLabel(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeHeader());
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_empty->setProperty("muted", true);
    m_stack->addWidget(m_grid);
    m_stack->addWidget(m_empty);
    layout->addWidget(m_stack, 1);
    layout->addWidget(makeFooter());

    ItemsTableView* table = m_grid->table();
    table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(table, &QWidget::customContextMenuRequested, this, &TablePage::showMenu);
    connect(table, &ItemsTableView::copyWanted, this, [this] { copy(CopyFormat::DynamoDbJson); });
    const auto edit = [this](const QModelIndex& index) {
        emit editItemWanted(m_model->itemRow(index.row()).item);
    };
    connect(table, &QAbstractItemView::doubleClicked, this, edit);
    connect(table, &ItemsTableView::editWanted, this, edit);
    connect(table, &ItemsTableView::deleteWanted, this, [this] { m_deleteButton->click(); });
    connect(table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &TablePage::onCurrentRow);
    connect(table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            [this] { m_deleteButton->setEnabled(!selectedRows().empty()); });
    connect(m_model, &ItemsModel::stateChanged, this, &TablePage::updateState);
    connect(m_grid, &ItemsGrid::visiblePartChanged, this, &TablePage::updateFooter);
}

QWidget* TablePage::makeHeader() {
    auto* header = new QWidget(this);
    m_header = header;
    // The buttons' words give way; otherwise a table that is opened would push the docks aside.
    header->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* rows = new QVBoxLayout(header);
    rows->setContentsMargins(12, 7, 8, 7);
    rows->setSpacing(5);
    auto* texts = new QHBoxLayout;
    texts->setSpacing(10);
    // Names of 255 characters leave room for the facts and do not widen the window.
    constexpr int kNameWidth = 440;
    m_title = new ElidedLabel(header);
    m_title->setProperty("heading", true);
    m_title->setMaximumWidth(kNameWidth);
    m_facts = new ElidedLabel(header);
    for (QLabel* label : {m_facts, m_empty})
        label->setTextFormat(Qt::PlainText);  // Names and keys are not HTML.
    m_facts->setProperty("muted", true);
    m_facts->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    texts->addWidget(m_title);
    texts->addWidget(m_facts, 1);
    rows->addLayout(texts);
    auto* layout = new QHBoxLayout;
    layout->setSpacing(6);
    rows->addLayout(layout);
    m_indexBox = new QComboBox(header);
    m_indexBox->setMaximumWidth(kNameWidth);
    // Also when an index comes later.
    m_indexBox->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_indexBox->setAccessibleName(tr("Table or index"));
    m_indexBox->setToolTip(tr("Show the table's items or an index's entries"));
    m_indexBox->addItem(tr("Table"), QString());
    m_indexBox->hide();
    connect(m_indexBox, &QComboBox::activated, this,
            [this] { setIndex(m_indexBox->currentData().toString()); });
    layout->addWidget(m_indexBox);
    layout->addWidget(makeZoneButtons());
    layout->addStretch(1);
    m_putButton = new QPushButton(icon(Symbol::Add), tr("Put item…"), header);
    m_putButton->setAccessibleName(tr("Put item"));
    m_putButton->setToolTip(tr("Put an item into the table (Ctrl+I)"));
    connect(m_putButton, &QPushButton::clicked, this, &TablePage::putItemWanted);
    m_deleteButton = new QPushButton(icon(Symbol::Remove), tr("Delete"), header);
    m_deleteButton->setAccessibleName(tr("Delete items"));
    m_deleteButton->setToolTip(tr("Delete the selected items"));
    m_deleteButton->setEnabled(false);
    connect(m_deleteButton, &QPushButton::clicked, this, [this] {
        QList<QJsonObject> items;
        for (const int row : selectedRows())
            items << m_model->itemRow(row).item;
        emit deleteItemsWanted(items);
    });
    layout->addWidget(m_putButton);
    layout->addWidget(m_deleteButton);
    return header;
}

QWidget* TablePage::makeZoneButtons() {
    auto* group = new QWidget(this);
    auto* layout = new QHBoxLayout(group);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_zoneLabel = new QLabel(tr("As zone"), group);
    m_zoneLabel->setProperty("muted", true);
    m_zoneLabel->setContentsMargins(0, 0, 6, 0);
    layout->addWidget(m_zoneLabel);
    for (int i = 0; i < kZonesPerRegion; ++i) {
        auto* button = new QToolButton(group);
        button->setCheckable(true);
        button->setAutoExclusive(true);
        button->setChecked(i == 0);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setText(zoneLetter(ZoneIndex(static_cast<std::uint8_t>(i))));
        button->setIcon(zoneDot(i));
        button->setAccessibleName(tr("Show items as zone %1 holds them").arg(button->text()));
        connect(button, &QToolButton::clicked, this, [this, button] {
            m_zone = button->property("zone").toString();
            m_changeMark = 0;
            m_model->setZone(m_zone);
        });
        m_zoneButtons[static_cast<std::size_t>(i)] = button;
        layout->addWidget(button);
    }
    return group;
}

QWidget* TablePage::makeFooter() {
    m_footer = new ElidedLabel(this);
    m_footer->setProperty("muted", true);
    m_footer->setContentsMargins(12, 4, 12, 4);
    return m_footer;
}

void TablePage::fitHeader() {
    const auto showWords = [this](bool shown) {
        m_zoneLabel->setVisible(shown);
        m_putButton->setText(shown ? tr("Put item…") : QString());
        m_deleteButton->setText(shown ? tr("Delete") : QString());
    };
    showWords(true);
    if (m_header->minimumSizeHint().width() > width()) showWords(false);
}

void TablePage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitHeader();
}

ExplorerTarget TablePage::target() const {
    return m_target;
}

void TablePage::setIndex(const QString& index) {
    if (index == m_target.index) return;
    m_target.index = index;
    m_openedKeys.clear();
    m_changeMark = 0;
    m_indexBox->setCurrentIndex(std::max(0, m_indexBox->findData(index)));
    emit targetChanged();
}

void TablePage::setTable(const observe::RegionView* region, const observe::TableView* table) {
    if (table == nullptr) {
        m_empty->setText(tr("The table %1 no longer exists in %2.")
                             .arg(tableText(m_target.table, m_target.account), m_target.region));
        m_openedKeys.clear();  // A later table of that name is another table.
        m_stack->setCurrentWidget(m_empty);
        m_facts->setText(tr("deleted"));
        m_footer->setText(QString(u' '));
        m_putButton->setEnabled(false);
        m_deleteButton->setEnabled(false);
        return;
    }
    m_putButton->setEnabled(true);
    showChoices(*region, *table);
    const observe::IndexView* index = nullptr;
    for (const observe::IndexView& view : table->indexes)
        if (toQString(view.name) == m_target.index) index = &view;
    showFacts(*table, index);
    updateFooter();
    const std::uint64_t mark = changeMark(*table, index);
    if (m_openedKeys.isEmpty()) {
        m_openedKeys = index != nullptr ? keyNamesOf(toQString(index->keys)) : m_tableKeys;
        openItems();
    } else if (mark == m_changeMark ||
               (m_sinceRefresh.isValid() && m_sinceRefresh.elapsed() < kRefreshMs)) {
        return;
    } else {
        refresh();
    }
    m_sinceRefresh.start();
    m_changeMark = mark;
}

void TablePage::showChoices(const observe::RegionView& region, const observe::TableView& table) {
    for (std::size_t i = 0; i < m_zoneButtons.size(); ++i) {
        const QString name = toQString(region.zones[i].name);
        if (m_zone.isEmpty()) m_zone = name;
        m_zoneButtons[i]->setProperty("zone", name);
        m_zoneButtons[i]->setToolTip(tr("Items as %1 has applied them").arg(name));
    }
    QStringList names{QString()};
    for (const observe::IndexView& index : table.indexes)
        names << toQString(index.name);
    QStringList shown;
    for (int i = 0; i < m_indexBox->count(); ++i)
        shown << m_indexBox->itemData(i).toString();
    if (shown != names) {
        m_indexBox->clear();
        for (const QString& name : names)
            m_indexBox->addItem(name.isEmpty() ? tr("Table") : name, name);
        m_indexBox->setVisible(names.size() > 1);
        fitHeader();
    }
    const int chosen = std::max(0, m_indexBox->findData(m_target.index));
    if (m_indexBox->currentIndex() != chosen) m_indexBox->setCurrentIndex(chosen);
}

void TablePage::showFacts(const observe::TableView& table, const observe::IndexView* index) {
    const QString items =
        index != nullptr ? indexItemsText(*index) : countText(table.itemCount, "item", "items");
    m_isCountExact = index == nullptr || index->global;
    m_tableKeys = QStringList{toQString(table.partitionKeyName)};
    if (!table.sortKeyName.empty()) m_tableKeys << toQString(table.sortKeyName);
    m_title->setText(
        tableText(m_target.table, m_target.account) +
        (m_target.index.isEmpty() ? QString() : QStringLiteral(" · ") + m_target.index));
    const QString facts =
        tr("%1 · %2 · %3 · %4 · %5")
            .arg(toQString(table.status), toQString(index != nullptr ? index->keys : table.keys),
                 items, bytesText(index != nullptr ? index->itemBytes : table.itemBytes),
                 toQString(table.billing));
    if (m_facts->text() != facts) m_facts->setText(facts);
    m_heldCount = heldCount(table, index);
    m_grid->setItemCount(m_heldCount);
}

std::size_t TablePage::shownZone() const {
    const auto shown = std::ranges::find(m_zoneButtons, true, &QToolButton::isChecked);
    return static_cast<std::size_t>(shown - m_zoneButtons.begin()) % kZonesPerRegion;
}

std::uint64_t TablePage::changeMark(const observe::TableView& table,
                                    const observe::IndexView* index) const {
    const auto& partitions =
        index != nullptr && index->global ? index->partitions : table.partitions;
    std::uint64_t mark = 1;
    for (const observe::PartitionView& partition : partitions)
        mark += partition.replicas[shownZone()].applied.value();
    return mark;
}

std::int64_t TablePage::heldCount(const observe::TableView& table,
                                  const observe::IndexView* index) const {
    // The entries of a local index are not counted.
    if (index != nullptr && !index->global) return index->itemCount;
    std::int64_t count = 0;
    for (const observe::PartitionView& partition :
         index != nullptr ? index->partitions : table.partitions)
        count += partition.replicas[shownZone()].itemCount;
    return count;
}

void TablePage::openItems() {
    m_model->setTarget({m_target.region, m_target.table, m_target.index, m_zone, m_target.account},
                       m_openedKeys);
    m_stack->setCurrentWidget(m_grid);
}

void TablePage::refresh() {
    m_model->refresh();
}

void TablePage::updateState() {
    if (!m_model->error().isEmpty()) {
        m_empty->setText(m_model->error());
    } else if (m_model->rowCount() == 0 && !m_model->isLoading()) {
        m_empty->setText(
            m_target.index.isEmpty()
                ? tr("This replica holds no items.\nPut one with “Put item…”, or point "
                     "an application at the endpoint.")
                : tr("This index has no entries here."));
    }
    const bool empty = m_model->rowCount() == 0 && !m_model->isLoading();
    m_stack->setCurrentWidget(empty ? static_cast<QWidget*>(m_empty) : m_grid);
    updateFooter();
}

void TablePage::updateFooter() {
    if (m_model->isLoading() || m_model->rowCount() == 0) {
        m_footer->setText(m_model->isLoading() ? tr("Reading…") : QString(u' '));
        return;
    }
    const auto [from, to] = m_grid->visiblePart();
    // The rows may have been read after the counts were taken.
    const std::int64_t rows = m_model->rowCount();
    const QString held = countText(std::max(m_heldCount, rows), "item", "items");
    const QString begin = percentText(from);
    const QString place = begin == percentText(to)
                              ? tr("at %1 of the key space").arg(begin)
                              : tr("key space %1 to %2").arg(begin, percentText(to));
    m_footer->setText(
        tr("As %1 holds them · %2 · %3 of %4 in memory")
            .arg(m_zone, place, countText(rows),
                 m_isCountExact || rows >= m_heldCount ? held : tr("up to %1").arg(held)));
}

std::vector<int> TablePage::selectedRows() const {
    std::vector<int> rows;
    for (const QModelIndex& index : m_grid->table()->selectionModel()->selectedRows())
        rows.push_back(index.row());
    std::ranges::sort(rows);
    return rows;
}

QJsonObject TablePage::keyOfRow(int row) const {
    QJsonObject key;
    for (const QString& name : m_tableKeys)
        key[name] = m_model->itemRow(row).item[name];
    return key;
}

void TablePage::onCurrentRow() {
    const QModelIndex current = m_grid->table()->currentIndex();
    if (!current.isValid()) return;
    const QJsonObject key = keyOfRow(current.row());
    QStringList parts;
    for (const QString& name : m_tableKeys)
        parts << shortText(key[name], 60);
    emit itemSelected(key, parts.join(QStringLiteral(" / ")));
}

}  // namespace orrery::widgets
