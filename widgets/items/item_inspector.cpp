#include "widgets/items/item_inspector.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QHeaderView>
#include <QMenu>
#include <QScrollBar>
#include <QShortcut>
#include <QTextOption>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/base/attribute_text.h"
#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/base/theme.h"
#include "widgets/base/zone_badge.h"
#include "widgets/items/item_tree_model.h"

namespace orrery::widgets {

ItemInspector::ItemInspector(QWidget* parent)
    : QWidget(parent), m_stack(new QStackedWidget(this)), m_nothing(new QLabel(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    m_nothing->setText(tr("Select an item to see how each zone holds it."));
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setWordWrap(true);
    m_nothing->setProperty("muted", true);
    m_nothing->setMargin(16);
    m_stack->addWidget(m_nothing);
    m_stack->addWidget(makeBody());
    layout->addWidget(m_stack);
}

QWidget* ItemInspector::makeBody() {
    auto* body = new QWidget(this);
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_title = new QLabel(body);
    m_title->setProperty("heading", true);
    m_title->setTextFormat(Qt::PlainText);  // Keys are no HTML.
    m_title->setContentsMargins(12, 6, 12, 2);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_tabs = new QTabBar(body);
    m_tabs->setAccessibleName(tr("Zone"));
    m_tabs->setExpanding(false);
    m_tabs->setProperty("compact", true);
    m_tabs->setUsesScrollButtons(false);
    m_tabs->setElideMode(Qt::ElideRight);  // Otherwise the roles widen the window at 1024 × 768.
    for (int i = 0; i < kZonesPerRegion; ++i)
        m_tabs->addTab(zoneDot(i), zoneLetter(ZoneIndex(static_cast<std::uint8_t>(i))));
    m_facts = new QLabel(body);
    m_facts->setProperty("muted", true);
    m_facts->setWordWrap(true);
    m_facts->setContentsMargins(12, 6, 12, 4);
    m_facts->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    // Always two lines, so that what is below stays where it is.
    m_facts->setMinimumHeight(2 * m_facts->fontMetrics().lineSpacing() + 10);
    m_forms = new QTabBar(body);
    m_forms->setAccessibleName(tr("Form"));
    m_forms->setExpanding(false);
    m_forms->setProperty("compact", true);
    for (const QString& form : {tr("Tree"), tr("DynamoDB JSON"), tr("JSON")})
        m_forms->addTab(form);
    makeTree(body);
    m_text = new QPlainTextEdit(body);
    m_text->setAccessibleName(tr("Item as text"));
    m_text->setReadOnly(true);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    // To look for a word's end in a value of 400 KB takes minutes.
    m_text->setWordWrapMode(QTextOption::WrapAnywhere);
    m_absent = new QLabel(body);
    m_absent->setAlignment(Qt::AlignCenter);
    m_absent->setTextFormat(Qt::PlainText);
    m_absent->setWordWrap(true);
    m_absent->setProperty("muted", true);
    m_absent->setMargin(16);
    m_bodies = new QStackedWidget(body);
    for (QWidget* page : {static_cast<QWidget*>(m_tree), static_cast<QWidget*>(m_text),
                          static_cast<QWidget*>(m_absent)})
        m_bodies->addWidget(page);
    for (QWidget* part : {static_cast<QWidget*>(m_title), static_cast<QWidget*>(m_tabs),
                          static_cast<QWidget*>(m_facts), static_cast<QWidget*>(m_forms)})
        layout->addWidget(part);
    layout->addWidget(m_bodies, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, &ItemInspector::showZone);
    connect(m_forms, &QTabBar::currentChanged, this, &ItemInspector::showZone);
    return body;
}

void ItemInspector::makeTree(QWidget* body) {
    m_treeModel = new ItemTreeModel(this);
    m_tree = new QTreeView(body);
    m_tree->setAccessibleName(tr("Attributes"));
    m_tree->setModel(m_treeModel);
    m_tree->setUniformRowHeights(true);
    m_tree->setAlternatingRowColors(true);
    m_tree->setIndentation(14);
    QHeaderView* header = m_tree->header();
    header->setMinimumSectionSize(56);
    header->setSectionResizeMode(ItemTreeModel::Type, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(ItemTreeModel::Value, QHeaderView::Stretch);
    header->setSectionResizeMode(ItemTreeModel::Difference, QHeaderView::Stretch);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_tree, &QWidget::customContextMenuRequested, this, &ItemInspector::showTreeMenu);
    connect(m_tree, &QTreeView::doubleClicked, this, [this] {
        if (leader() != nullptr && leader()->present) emit editWanted(leader()->item);
    });
    auto* copy = new QShortcut(QKeySequence::Copy, m_tree, nullptr, nullptr, Qt::WidgetShortcut);
    connect(copy, &QShortcut::activated, this, &ItemInspector::copyValue);
}

void ItemInspector::showTreeMenu(const QPoint& at) {
    QMenu menu(this);
    menu.addAction(icon(Symbol::Copy), tr("Copy value"), this, &ItemInspector::copyValue)
        ->setEnabled(m_tree->currentIndex().isValid());
    menu.addAction(icon(Symbol::Edit), tr("Edit item…"), this,
                   [this] { emit editWanted(leader()->item); })
        ->setEnabled(leader() != nullptr && leader()->present);
    menu.exec(m_tree->viewport()->mapToGlobal(at));
}

void ItemInspector::copyValue() {
    const QJsonValue value = m_treeModel->valueAt(m_tree->currentIndex());
    if (!value.isUndefined()) QApplication::clipboard()->setText(wholeText(value));
}

void ItemInspector::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    showTitle();
}

void ItemInspector::showTitle() {
    const QString title = tableText(m_table, m_account) + QStringLiteral(" · ") + m_keyText;
    const QMargins margins = m_title->contentsMargins();
    m_title->setText(m_title->fontMetrics().elidedText(title, Qt::ElideRight,
                                                       width() - margins.left() - margins.right()));
    m_title->setToolTip(plainToolTip(title));
}

void ItemInspector::setKey(const QString& region, const QString& table, const QJsonObject& key,
                           const QString& keyText, const QString& account) {
    if (region == m_region && table == m_table && account == m_account && key == m_key) return;
    m_region = region;
    m_table = table;
    m_account = account;
    m_key = key;
    m_known = false;
    m_fitNames = true;
    if (key.isEmpty()) {
        m_stack->setCurrentWidget(m_nothing);
        return;
    }
    m_keyText = keyText;
    showTitle();
    emit versionsWanted();
}

void ItemInspector::setVersions(const ItemVersions& versions) {
    if (m_key.isEmpty()) return;
    if (m_known && versions == m_versions) return;
    m_versions = versions;
    m_known = true;
    m_stack->setCurrentIndex(1);
    updateTabs();
    showZone();
}

const ItemVersions::Version* ItemInspector::leader() const {
    const auto it = std::ranges::find(m_versions.versions, QStringLiteral("leader"),
                                      &ItemVersions::Version::role);
    return it == m_versions.versions.end() ? nullptr : &*it;
}

QString ItemInspector::standingText(const ItemVersions::Version& version) const {
    if (leader() != nullptr) return behindText(version.behindRecords, version.behind);
    const QString standing = version.behindRecords == 0
                                 ? tr("has all that is committed")
                                 : behindText(version.behindRecords, version.behind);
    return m_versions.why.isEmpty() ? tr("%1; no leader").arg(standing)
                                    : tr("%1; %2").arg(standing, m_versions.why);
}

void ItemInspector::updateTabs() {
    for (int i = 0; i < kZonesPerRegion; ++i) {
        const auto& version = m_versions.versions[static_cast<std::size_t>(i)];
        const QString role = version.up ? version.role : tr("failed");
        m_tabs->setTabText(i, QStringLiteral("%1 %2").arg(zoneLetter(version.zone), role));
        m_tabs->setTabToolTip(i, tr("%1, %2, %3").arg(version.zone, role, standingText(version)));
    }
}

void ItemInspector::showZone() {
    if (!m_known) return;
    if (!m_versions.error.isEmpty()) {
        m_facts->setText({});
        m_absent->setText(m_versions.error);
        m_bodies->setCurrentWidget(m_absent);
        return;
    }
    const auto& version = m_versions.versions[static_cast<std::size_t>(m_tabs->currentIndex())];
    const ItemVersions::Version* lead = leader();
    const bool compare = lead != nullptr && lead != &version && lead->present && version.present;
    m_treeModel->setItem(version.item, compare ? &lead->item : nullptr);
    if (m_fitNames && version.present) {
        m_fitNames = false;
        m_tree->resizeColumnToContents(ItemTreeModel::Name);
        m_tree->setColumnWidth(ItemTreeModel::Name,
                               std::clamp(m_tree->columnWidth(ItemTreeModel::Name) + 8, 90, 160));
    }
    QStringList facts;
    if (version.present)
        facts << tr("written at LSN %1").arg(countText(static_cast<std::int64_t>(version.itemLsn)));
    facts << tr("applied to LSN %1").arg(countText(static_cast<std::int64_t>(version.applied)));
    if (version.role != u"leader") facts << standingText(version);
    if (compare && m_treeModel->differenceCount() > 0)
        facts << tr("%1 differ")
                     .arg(countText(m_treeModel->differenceCount(), "attribute", "attributes"));
    m_facts->setToolTip(
        tr("Its place is at %1 of the key space.").arg(percentText(m_versions.position)));
    m_facts->setText(facts.join(QStringLiteral(" · ")));
    if (!version.present) {
        m_absent->setText(
            lead != nullptr && lead->present
                ? tr("%1 does not hold this item yet; the leader does.").arg(version.zone)
            : lead == nullptr ? tr("%1 does not hold this item.").arg(version.zone)
                              : tr("%1 does not hold this item, and neither does "
                                   "the leader.")
                                    .arg(version.zone));
        m_bodies->setCurrentWidget(m_absent);
        return;
    }
    if (m_forms->currentIndex() == 0) {
        m_tree->setColumnHidden(ItemTreeModel::Difference,
                                !compare || m_treeModel->differenceCount() == 0);
        m_bodies->setCurrentWidget(m_tree);
        return;
    }
    const QString text =
        indentedJson(m_forms->currentIndex() == 1 ? version.item : plainItem(version.item));
    if (m_text->toPlainText() != text) {
        const int place = m_text->verticalScrollBar()->value();
        m_text->setPlainText(text);
        m_text->verticalScrollBar()->setValue(place);
    }
    m_bodies->setCurrentWidget(m_text);
}

}  // namespace orrery::widgets
