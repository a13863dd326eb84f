#include "widgets/conflicts/conflicts_view.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QScrollBar>
#include <QShortcut>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/account_id.h"
#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/conflicts/conflicts_model.h"
#include "widgets/items/item_comparison.h"

namespace orrery::widgets {
namespace {

ComparedItems::Side sideOf(const QString& title, const ConflictVersion& version) {
    ComparedItems::Side side{title.arg(version.region), version.item};
    side.isUnknown = version.isTooLarge;
    side.isDeletion = version.isDeletion();
    side.absence = version.isTooLarge ? ConflictsView::tr(
                                            "The item is larger than 64 KB, so the ledger does not "
                                            "keep it.")
                                      : ConflictsView::tr("This write deleted the item.");
    return side;
}

/// The key of the replica that is found first; all have the same.
QStringList keyNamesOf(const observe::Snapshot& snapshot, const observe::GlobalTableView& global) {
    for (const observe::RegionViewPtr& region : snapshot.regions)
        for (const observe::TableViewPtr& table : region->tables) {
            if (table->name != global.name || table->accountId != global.accountId) continue;
            QStringList names{toQString(table->partitionKeyName)};
            if (!table->sortKeyName.empty()) names << toQString(table->sortKeyName);
            return names;
        }
    return {};
}

}  // namespace

ConflictsView::ConflictsView(QWidget* parent)
    : QWidget(parent),
      m_model(new ConflictsModel(this)),
      m_table(new QTableView(this)),
      m_nothing(new QLabel(this)),
      m_stack(new QStackedWidget(this)),
      m_details(new QStackedWidget(this)) {
    setAccessibleName(tr("Conflicts"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeControls());
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setWordWrap(true);
    m_nothing->setMargin(16);
    m_nothing->setTextFormat(Qt::PlainText);  // Names of tables are no HTML.
    m_nothing->setProperty("muted", true);
    makeTable();
    auto* body = new QSplitter(Qt::Horizontal, this);
    body->addWidget(m_table);
    body->addWidget(makeDetails());
    body->setStretchFactor(0, 3);
    body->setStretchFactor(1, 2);
    body->setSizes({550, 450});
    body->setChildrenCollapsible(false);
    m_stack->addWidget(m_nothing);
    m_stack->addWidget(body);
    layout->addWidget(m_stack, 1);
    setFocusProxy(m_table);
    showBox();
    advise({});
}

QWidget* ConflictsView::makeControls() {
    auto* controls = new QWidget(this);
    auto* layout = new QHBoxLayout(controls);
    layout->setContentsMargins(12, 6, 12, 6);
    m_box = new QComboBox(controls);
    m_box->setAccessibleName(tr("Global table"));
    m_box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_box->setMinimumContentsLength(14);
    m_title = new ElidedLabel(controls);
    m_title->setProperty("muted", true);
    layout->addWidget(m_box);
    layout->addWidget(m_title, 1);
    connect(m_box, &QComboBox::activated, this,
            [this](int chosen) { choose(m_choices[static_cast<std::size_t>(chosen)]); });
    return controls;
}

void ConflictsView::makeTable() {
    m_table->setAccessibleName(tr("Conflicts of the table"));
    m_table->setModel(m_model);
    m_table->setSelectionBehavior(QTableView::SelectRows);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setVerticalScrollMode(QTableView::ScrollPerPixel);
    m_table->setHorizontalScrollMode(QTableView::ScrollPerPixel);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + 8);
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setMinimumSectionSize(48);
    // As wide as what usually stands in them; the attributes have what is left.
    const char* const usual[] = {
        "a key of a table",       "ap-northeast-1 00:00:00.000", "ap-northeast-1 00:00:00.000",
        "us-east-1 999 ms ahead", "artist, title, year",         "Writes"};
    constexpr int kCellPadding = 16;
    for (int column = 0; column < ConflictsModel::ColumnCount; ++column)
        m_table->setColumnWidth(
            column,
            fontMetrics().horizontalAdvance(QString::fromUtf8(usual[column])) + kCellPadding);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_table, &QWidget::customContextMenuRequested, this, &ConflictsView::showMenu);
    auto* copyRows =
        new QShortcut(QKeySequence::Copy, m_table, nullptr, nullptr, Qt::WidgetShortcut);
    connect(copyRows, &QShortcut::activated, this, [this] { copy(CopyFormat::Json); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ConflictsView::showDetails);
}

QWidget* ConflictsView::makeDetails() {
    auto* hint = new QLabel(tr("Choose a conflict to see both versions side by side."), m_details);
    hint->setAlignment(Qt::AlignCenter);
    hint->setWordWrap(true);
    hint->setMargin(12);
    hint->setProperty("muted", true);
    auto* body = new QWidget(m_details);
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_detail = new QLabel(body);
    m_detail->setTextFormat(Qt::PlainText);
    m_detail->setWordWrap(true);
    m_detail->setContentsMargins(10, 4, 10, 4);
    m_detail->setProperty("muted", true);
    m_comparison = new ItemComparison(body);
    layout->addWidget(m_detail);
    layout->addWidget(m_comparison, 1);
    m_details->addWidget(hint);
    m_details->addWidget(body);
    return m_details;
}

// --- which table

void ConflictsView::setSnapshot(const observe::Snapshot& snapshot) {
    std::vector<Choice> choices;
    for (const observe::GlobalTableView& global : snapshot.globalTables) {
        // With strong consistency no write can lose.
        if (global.consistency == "STRONG") continue;
        const bool isShared = global.accountId.empty() || global.accountId == kSharedAccount;
        choices.push_back({toQString(global.name),
                           isShared ? QString() : toQString(global.accountId),
                           keyNamesOf(snapshot, global)});
    }
    if (choices == m_choices) return;
    m_choices = std::move(choices);
    const auto same = [this](const Choice& choice) {
        return choice.table == m_shown.table && choice.account == m_shown.account;
    };
    const auto shown = std::ranges::find_if(m_choices, same);
    if (shown != m_choices.end()) {
        m_shown = *shown;
        m_model->setKeyNames(m_shown.keyNames);
        return showBox();
    }
    const auto front = std::ranges::find_if(m_choices, [this](const Choice& choice) {
        return choice.table == m_front.table && choice.account == m_front.account;
    });
    choose(front != m_choices.end() ? *front : m_choices.empty() ? Choice() : m_choices.front());
}

void ConflictsView::setTableInFront(const QString& table, const QString& account) {
    if (m_front.table == table && m_front.account == account) return;
    m_front = {table, account, {}};
    for (const Choice& choice : m_choices)
        if (choice.table == table && choice.account == account) return choose(choice);
}

void ConflictsView::choose(const Choice& choice) {
    const bool isOther = choice.table != m_shown.table || choice.account != m_shown.account;
    m_shown = choice;
    m_model->setKeyNames(choice.keyNames);
    showBox();
    if (!isOther) return;
    m_isKnown = false;
    m_model->setConflicts({});
    m_title->clear();
    advise({});
    emit listWanted();
}

void ConflictsView::showBox() {
    m_box->clear();
    for (const Choice& choice : m_choices) {
        m_box->addItem(tableText(choice.table, choice.account));
        if (choice.table == m_shown.table && choice.account == m_shown.account)
            m_box->setCurrentIndex(m_box->count() - 1);
    }
    m_box->setVisible(!m_choices.empty());
}

// --- its conflicts

void ConflictsView::setList(const ConflictList& list) {
    const Anchor before = anchor();
    const QModelIndex current = m_table->currentIndex();
    const QString chosen = current.isValid() ? m_model->conflict(current.row()).id : QString();
    m_isKnown = true;
    m_model->setConflicts(list.conflicts);
    // The table would choose a neighbour instead, which the person did not.
    if (!chosen.isEmpty() && m_model->rowOf(chosen) < 0) {
        m_table->clearSelection();
        m_table->selectionModel()->clearCurrentIndex();
    }
    showTitle(list);
    advise(list.error);
    showDetails();
    scrollTo(before);
}

void ConflictsView::showTitle(const ConflictList& list) {
    QString text =
        countText(static_cast<std::int64_t>(list.conflicts.size()), "conflict", "conflicts");
    if (list.forgotten > 0)
        text +=
            list.forgotten == 1
                ? tr(" · 1 older one dropped, of %1 or before").arg(wholeTime(list.forgottenBefore))
                : tr(" · %1 older ones dropped, of %2 or before")
                      .arg(countText(list.forgotten), wholeTime(list.forgottenBefore));
    else if (!list.conflicts.empty())
        text += tr(" · by the time of the lost write");
    m_title->setText(list.error.isEmpty() ? text : QString());
}

void ConflictsView::advise(const QString& error) {
    const bool isNew = m_stack->currentIndex() == 0 && m_model->rowCount() > 0;
    m_stack->setCurrentIndex(m_model->rowCount() == 0 ? 0 : 1);
    // The person came here before there was a list.
    if (isNew && window()->focusWidget() == m_table) m_table->setFocus();
    if (!error.isEmpty()) return m_nothing->setText(error);
    if (m_shown.table.isEmpty())
        return m_nothing->setText(tr(
            "Writes that were lost are listed here. Replicas of a global table in several Regions "
            "all accept writes; of two writes of an item that did not know of each other, the "
            "later one wins everywhere. No table has replicas in two Regions yet: “Add replica "
            "in Region…” in the menu of a table makes it global."));
    if (!m_isKnown) return m_nothing->setText(tr("Reading…"));
    m_nothing->setText(
        tr("No write of %1 was lost. To make a conflict, cut two Regions from each other on the "
           "world map (Alt+7), write the same item in both, and heal the link: the later write "
           "wins everywhere, and the other one is listed here.")
            .arg(tableText(m_shown.table, m_shown.account)));
}

QString ConflictsView::adviceText() const {
    return m_stack->currentIndex() == 0 ? m_nothing->text() : QString();
}

void ConflictsView::showDetails() {
    const QModelIndex current = m_table->currentIndex();
    m_details->setCurrentIndex(current.isValid() ? 1 : 0);
    if (!current.isValid()) return;
    const ListedConflict& conflict = m_model->conflict(current.row());
    // The person may be reading, so nothing is filled anew without need.
    if (conflict == m_detailed) return;
    m_detailed = conflict;
    m_detail->setText(explanationOf(conflict));
    m_comparison->setItems(
        {sideOf(conflict.lost.isDeletion() ? tr("Lost deletion: %1") : tr("Lost: %1"),
                conflict.lost),
         sideOf(conflict.winner.isDeletion() ? tr("Winning deletion: %1") : tr("Won: %1"),
                conflict.winner)});
}

ConflictsView::Anchor ConflictsView::anchor() const {
    const QScrollBar* bar = m_table->verticalScrollBar();
    const int row = m_table->rowAt(0);
    if (row < 0) return {};
    return {m_model->conflict(row).id, -m_table->rowViewportPosition(row),
            bar->value() >= bar->maximum()};
}

void ConflictsView::scrollTo(const Anchor& anchor) {
    // A person who looks at the newest one sees the next one come.
    if (anchor.isAtEnd) return m_table->scrollToBottom();
    const int row = m_model->rowOf(anchor.id);
    if (row < 0) return;
    m_table->doItemsLayout();  // The scroll bar must know of the new rows.
    QScrollBar* bar = m_table->verticalScrollBar();
    bar->setValue(bar->value() + m_table->rowViewportPosition(row) + anchor.offset);
}

// --- copies

std::vector<ListedConflict> ConflictsView::chosenConflicts() const {
    QList<int> rows;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        rows << index.row();
    std::ranges::sort(rows);
    if (rows.isEmpty())
        for (int row = 0; row < m_model->rowCount(); ++row)
            rows << row;
    std::vector<ListedConflict> chosen;
    for (const int row : rows)
        chosen.push_back(m_model->conflict(row));
    return chosen;
}

void ConflictsView::copy(CopyFormat format) {
    const std::vector<ListedConflict> chosen = chosenConflicts();
    if (chosen.empty()) return;
    QApplication::clipboard()->setText(format == CopyFormat::Csv ? conflictsCsv(chosen)
                                                                 : conflictsJson(chosen));
    emit copied(countText(static_cast<std::int64_t>(chosen.size()), "conflict", "conflicts"));
}

void ConflictsView::showMenu(const QPoint& at) {
    QMenu menu(this);
    menu.addAction(icon(Symbol::Copy), tr("Copy as JSON"), this,
                   [this] { copy(CopyFormat::Json); });
    menu.addAction(icon(Symbol::Copy), tr("Copy as CSV"), this, [this] { copy(CopyFormat::Csv); });
    menu.exec(m_table->viewport()->mapToGlobal(at));
}

}  // namespace orrery::widgets
