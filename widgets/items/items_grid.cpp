#include "widgets/items/items_grid.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QShortcut>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

namespace orrery::widgets {

constexpr int kBarSteps = 1'000'000;
constexpr int kNearRows = 80;  // This close to an end of the window, the grid reads on.

ItemsTableView::ItemsTableView(QWidget* parent) : QTableView(parent) {
    setAccessibleName(tr("Items"));
    setSelectionBehavior(SelectRows);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setShowGrid(false);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setTabKeyNavigation(false);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setSectionsMovable(true);
}

int ItemsTableView::rowHeight() const {
    return verticalHeader()->defaultSectionSize();
}

int ItemsTableView::topRow() const {
    return rowAt(0);
}

int ItemsTableView::bottomRow() const {
    const int row = rowAt(viewport()->height() - 1);
    return row < 0 && model() != nullptr ? model()->rowCount() - 1 : row;
}

void ItemsTableView::shiftBy(int rows) {
    const int value = verticalScrollBar()->value();
    executeDelayedItemsLayout();
    updateGeometries();
    verticalScrollBar()->setValue(value + rows * rowHeight());
}

void ItemsTableView::showEnd(bool end) {
    executeDelayedItemsLayout();
    updateGeometries();
    verticalScrollBar()->setValue(end ? verticalScrollBar()->maximum() : 0);
}

void ItemsTableView::rowsAboutToBeRemoved(const QModelIndex& parent, int first, int last) {
    // Qt would move the current row to a neighbour and scroll there; rows that leave the window
    // take the current row with them instead.
    const int current = currentIndex().row();
    if (current >= first && current <= last) selectionModel()->clearCurrentIndex();
    QTableView::rowsAboutToBeRemoved(parent, first, last);
}

namespace {

bool isStep(int key) {
    return key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp ||
           key == Qt::Key_PageDown;
}

}  // namespace

void ItemsTableView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        emit copyWanted();
    } else if (event->modifiers() == Qt::ControlModifier && event->key() == Qt::Key_Home) {
        emit endWanted(false);
    } else if (event->modifiers() == Qt::ControlModifier && event->key() == Qt::Key_End) {
        emit endWanted(true);
    } else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter ||
                event->key() == Qt::Key_F2) &&
               event->modifiers() == Qt::NoModifier) {
        if (currentIndex().isValid()) emit editWanted(currentIndex());
    } else if (event->matches(QKeySequence::Delete)) {
        emit deleteWanted();
    } else if (!currentIndex().isValid() && isStep(event->key()) && topRow() >= 0) {
        // The grid has jumped. Qt would begin at the first row that is loaded.
        const bool up = event->key() == Qt::Key_Up || event->key() == Qt::Key_PageUp;
        setCurrentIndex(model()->index(up ? bottomRow() : topRow(), 0));
    } else {
        QTableView::keyPressEvent(event);
    }
}

ItemsGrid::ItemsGrid(ItemsModel* model, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_table(new ItemsTableView(this)),
      m_bar(new QScrollBar(Qt::Vertical, this)) {
    m_table->setModel(model);
    m_bar->setRange(0, kBarSteps);
    m_bar->setAccessibleName(tr("Position in the key space"));
    auto* rows = new QHBoxLayout;
    rows->setSpacing(0);
    rows->addWidget(m_table, 1);
    rows->addWidget(m_bar);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(rows, 1);
    layout->addWidget(makeFindLine());
    setFocusProxy(m_table);

    QScrollBar* inner = m_table->verticalScrollBar();
    connect(inner, &QScrollBar::valueChanged, this, &ItemsGrid::onInnerScrolled);
    connect(inner, &QScrollBar::rangeChanged, this, &ItemsGrid::onInnerScrolled);
    connect(m_bar, &QScrollBar::actionTriggered, this, &ItemsGrid::onBarAction);
    connect(m_table, &ItemsTableView::endWanted, this, [this](bool end) {
        m_selectsEnd = true;
        jumpTo(end ? 1 : 0);
    });
    connect(model, &ItemsModel::rowsShifted, m_table, &ItemsTableView::shiftBy);
    connect(model, &ItemsModel::jumped, this, [this](bool toEnd) {
        m_table->showEnd(toEnd);
        // The keyboard goes on from there.
        if (std::exchange(m_selectsEnd, false) && m_model->rowCount() > 0)
            m_table->setCurrentIndex(m_model->index(toEnd ? m_model->rowCount() - 1 : 0, 0));
    });
    connect(model, &ItemsModel::stateChanged, this, &ItemsGrid::onState);
    connect(model, &QAbstractItemModel::columnsInserted, this,
            [this](const QModelIndex&, int first, int last) { fitNewColumns(first, last); });
    connect(model, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex&, int first) {
        // The key's columns were there before their first rows.
        if (first == 0 && m_model->rowCount() <= ItemsModel::kPageRows)
            fitNewColumns(0, m_model->columnCount() - 1);
    });
}

QWidget* ItemsGrid::makeFindLine() {
    m_find = new QLineEdit(this);
    m_find->setPlaceholderText(tr("Find in the items that are loaded; Return: the next one"));
    m_find->setAccessibleName(tr("Find in the items that are loaded"));
    m_find->setClearButtonEnabled(true);
    m_find->hide();
    connect(m_find, &QLineEdit::returnPressed, this, &ItemsGrid::findNext);
    auto* escape = new QShortcut(Qt::Key_Escape, m_find, nullptr, nullptr, Qt::WidgetShortcut);
    connect(escape, &QShortcut::activated, this, [this] {
        m_find->hide();
        m_table->setFocus();
    });
    return m_find;
}

void ItemsGrid::beginFind() {
    m_find->show();
    m_find->setFocus(Qt::ShortcutFocusReason);
    m_find->selectAll();
}

void ItemsGrid::findNext() {
    const int rows = m_model->rowCount();
    const auto holds = [this](int row) {
        for (int column = 0; column < m_model->columnCount(); ++column)
            if (m_model->index(row, column)
                    .data()
                    .toString()
                    .contains(m_find->text(), Qt::CaseInsensitive))
                return true;
        return false;
    };
    const int from = m_table->currentIndex().row() + 1;
    bool isFound = false;
    for (int i = 0; i < rows && !isFound; ++i) {
        const int row = (from + i) % rows;
        isFound = holds(row);
        if (isFound) m_table->setCurrentIndex(m_model->index(row, 0));
    }
    m_find->setProperty("valid", isFound);
    m_find->setToolTip(isFound ? QString() : tr("No item that is loaded contains it."));
    m_find->style()->polish(m_find);
}

void ItemsGrid::setItemCount(std::int64_t count) {
    m_itemCount = count;
    syncBar();
}

void ItemsGrid::jumpTo(double part) {
    if (m_model->isLoading()) {
        m_wanted = part;
        return;
    }
    m_wanted = -1;
    m_model->jumpTo(part);
}

void ItemsGrid::onState() {
    if (m_wanted >= 0 && !m_model->isLoading()) jumpTo(m_wanted);
    onInnerScrolled();
}

void ItemsGrid::onInnerScrolled() {
    const int top = m_table->topRow();
    if (top >= 0 && !m_model->isLoading()) {
        if (m_table->bottomRow() + kNearRows > m_model->rowCount())
            m_model->extendDown();
        else if (top < kNearRows)
            m_model->extendUp();
    }
    syncBar();
    emit visiblePartChanged();
}

void ItemsGrid::onBarAction(int action) {
    if (action == QAbstractSlider::SliderMove) {
        jumpTo(static_cast<double>(m_bar->sliderPosition()) / kBarSteps);
        return;
    }
    // A step and a page are of rows, not of the key space.
    m_bar->setSliderPosition(m_bar->value());
    m_table->verticalScrollBar()->triggerAction(static_cast<QAbstractSlider::SliderAction>(action));
}

void ItemsGrid::syncBar() {
    const QScrollBar* inner = m_table->verticalScrollBar();
    const bool everythingFits = m_model->atBeginning() && m_model->atEnd() && inner->maximum() == 0;
    m_bar->setVisible(!everythingFits);
    const int visibleRows = std::max(1, m_table->viewport()->height() / m_table->rowHeight());
    const double share =
        m_itemCount > 0 ? static_cast<double>(visibleRows) / static_cast<double>(m_itemCount) : 0.1;
    m_bar->setPageStep(std::clamp(static_cast<int>(share * kBarSteps), 1, kBarSteps));
    if (m_bar->isSliderDown() || m_model->isLoading()) return;
    const bool bottom = m_model->atEnd() && inner->value() == inner->maximum();
    const bool top = m_model->atBeginning() && inner->value() == 0;
    const double place = top ? 0 : bottom ? 1 : visiblePart().first;
    m_bar->setValue(static_cast<int>(std::lround(place * kBarSteps)));
}

std::pair<double, double> ItemsGrid::visiblePart() const {
    const int top = m_table->topRow();
    if (top < 0) return {0, 0};
    return {m_model->itemRow(top).position, m_model->itemRow(m_table->bottomRow()).position};
}

void ItemsGrid::fitNewColumns(int first, int last) {
    constexpr int kSampleRows = 40;
    constexpr int kWidthMin = 64;
    constexpr int kWidthMax = 240;
    const QFontMetrics metrics(m_table->font());
    QFont bold = m_table->font();
    bold.setBold(true);
    for (int column = first; column <= last; ++column) {
        int width = QFontMetrics(bold).horizontalAdvance(
            m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        for (int row = 0; row < std::min(kSampleRows, m_model->rowCount()); ++row) {
            const QString text = m_model->index(row, column).data().toString();
            width = std::max(width, metrics.horizontalAdvance(text));
        }
        m_table->setColumnWidth(column, std::clamp(width + 24, kWidthMin, kWidthMax));
    }
}

}  // namespace orrery::widgets
