#include "widgets/items/item_comparison.h"

#include <QEvent>
#include <QFontDatabase>
#include <QHeaderView>
#include <QJsonDocument>
#include <QSplitter>
#include <QTextOption>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/base/attribute_text.h"
#include "widgets/base/theme.h"
#include "widgets/items/item_diff.h"

namespace orrery::widgets {
namespace {

enum Column { Name, Who, Left, Right, ColumnCount };

constexpr int kCellCharactersMax = 400;

QString whoText(ChangedBy who) {
    switch (who) {
        case ChangedBy::You:
            return ItemComparison::tr("you");
        case ChangedBy::Others:
            return ItemComparison::tr("others");
        case ChangedBy::Both:
            return ItemComparison::tr("you and others");
        case ChangedBy::Nobody:
            break;
    }
    return {};
}

/// "Number: 5".
QString valueText(const QJsonValue& value) {
    return typeWord(attributeType(value)) + QStringLiteral(": ") +
           shortText(value, kCellCharactersMax);
}

QJsonObject itemOf(const ComparedItems::Side& side) {
    return side.item.value_or(QJsonObject());
}

}  // namespace

ItemComparison::ItemComparison(QWidget* parent) : QTabWidget(parent) {
    setDocumentMode(true);
    makeTable();
    makeTexts();
}

void ItemComparison::makeTable() {
    m_table = new QTableWidget(0, ColumnCount, this);
    m_table->setAccessibleName(tr("Attributes of both versions"));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(true);
    m_table->verticalHeader()->hide();
    QHeaderView* header = m_table->horizontalHeader();
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setHighlightSections(false);
    header->setSectionResizeMode(QHeaderView::Stretch);
    header->setSectionResizeMode(Name, QHeaderView::Interactive);
    header->setSectionResizeMode(Who, QHeaderView::ResizeToContents);
    addTab(m_table, tr("Attributes"));
}

void ItemComparison::makeTexts() {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    for (std::size_t i = 0; i < m_texts.size(); ++i) {
        auto* side = new QWidget(splitter);
        auto* layout = new QVBoxLayout(side);
        layout->setContentsMargins(0, 6, 0, 0);
        layout->setSpacing(4);
        m_titles[i] = new QLabel(side);
        m_titles[i]->setProperty("muted", true);
        m_texts[i] = new QPlainTextEdit(side);
        m_texts[i]->setReadOnly(true);
        m_texts[i]->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
        m_texts[i]->setWordWrapMode(QTextOption::WrapAnywhere);  // As in the inspector.
        layout->addWidget(m_titles[i]);
        layout->addWidget(m_texts[i], 1);
        splitter->addWidget(side);
    }
    splitter->setChildrenCollapsible(false);
    addTab(splitter, tr("DynamoDB JSON"));
}

void ItemComparison::setItems(const ComparedItems& items) {
    m_items = items;
    fillTable();
    const std::array<const ComparedItems::Side*, 2> sides{&m_items.left, &m_items.right};
    for (std::size_t i = 0; i < sides.size(); ++i) {
        m_titles[i]->setText(sides[i]->title);
        m_texts[i]->setAccessibleName(sides[i]->title);
        m_texts[i]->setPlainText(sides[i]->item ? indentedJson(*sides[i]->item)
                                                : sides[i]->absence);
    }
}

// The marks have the colours of the theme.
void ItemComparison::changeEvent(QEvent* event) {
    QTabWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) fillTable();
}

void ItemComparison::fillTable() {
    m_table->setRowCount(0);
    m_table->setHorizontalHeaderLabels(
        {tr("Attribute"), tr("Changed by"), m_items.left.title, m_items.right.title});
    QStringList names = m_items.base.value_or(QJsonObject()).keys() + itemOf(m_items.left).keys() +
                        itemOf(m_items.right).keys();
    names.removeDuplicates();
    names.sort();
    std::ranges::stable_partition(names, [this](const QString& name) { return differs(name); });
    for (const QString& name : names)
        addRow(name);
    m_table->setColumnHidden(Who, !m_items.base);
    m_table->resizeColumnToContents(Name);
    m_table->setColumnWidth(Name, std::clamp(m_table->columnWidth(Name), 70, 200));
}

const ComparedItems::Side& ItemComparison::other(const ComparedItems::Side& side) const {
    return &side == &m_items.left ? m_items.right : m_items.left;
}

QString ItemComparison::cellText(const QString& name, const ComparedItems::Side& side) const {
    const QJsonObject item = itemOf(side);
    if (!item.contains(name))
        return side.isUnknown    ? tr("not kept")
               : side.isPartial  ? tr("not in your view")
               : side.isDeletion ? tr("deleted")
                                 : tr("missing");
    const QString text = valueText(item.value(name));
    const QJsonObject opposite = itemOf(other(side));
    const bool looksEqual =
        differs(name) && opposite.contains(name) && text == valueText(opposite.value(name));
    if (!looksEqual) return text;
    // The difference is the type of an element, or far inside.
    constexpr qsizetype kJsonCharactersMax = 4000;
    return QString::fromUtf8(
               QJsonDocument(item.value(name).toObject()).toJson(QJsonDocument::Compact))
        .left(kJsonCharactersMax);
}

bool ItemComparison::differs(const QString& name) const {
    for (const ComparedItems::Side* side : {&m_items.left, &m_items.right})
        if (side->isUnknown || (side->isPartial && !itemOf(*side).contains(name))) return false;
    return !sameValue(itemOf(m_items.left).value(name), itemOf(m_items.right).value(name));
}

void ItemComparison::addRow(const QString& name) {
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    const QString who =
        m_items.base
            ? whoText(changedBy(name, *m_items.base, itemOf(m_items.left), itemOf(m_items.right)))
            : QString();
    const QString texts[] = {oneLine(name), who, cellText(name, m_items.left),
                             cellText(name, m_items.right)};
    for (int column = 0; column < ColumnCount; ++column) {
        auto* cell = new QTableWidgetItem(texts[column]);
        cell->setToolTip(plainToolTip(texts[column]));
        cell->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        if (differs(name)) cell->setBackground(colors().changed);
        m_table->setItem(row, column, cell);
    }
}

}  // namespace orrery::widgets
