#include "widgets/tables/add_replica_dialog.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QJsonArray>
#include <QStyle>
#include <QVBoxLayout>

#include "core/observe/known_regions.h"
#include "widgets/base/format.h"

namespace orrery::widgets {
namespace {

enum Column : int { Region, Place, Delay, ColumnCount };

/// Sorted by names, and by delays as numbers.
class RegionRow final : public QTreeWidgetItem {
public:
    RegionRow(const QStringList& texts, Duration delay) : QTreeWidgetItem(texts), m_delay(delay) {}
    bool operator<(const QTreeWidgetItem& other) const override {
        if (treeWidget()->sortColumn() != Delay) return QTreeWidgetItem::operator<(other);
        return m_delay < static_cast<const RegionRow&>(other).m_delay;
    }

private:
    Duration m_delay;
};

QString textOf(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

AddReplicaDialog::AddReplicaDialog(const ExplorerTarget& table, const QStringList& replicas,
                                   const QString& contents, QWidget* parent)
    : QDialog(parent),
      m_table(table),
      m_contents(contents),
      m_isGlobal(replicas.size() > 1),
      m_filter(new QLineEdit(this)),
      m_regions(new QTreeWidget(this)),
      m_explanation(new QLabel(this)),
      m_state(new QLabel(this)) {
    setWindowTitle(tr("Add replica"));
    resize(560, 520);
    auto* title = new QLabel(
        tr("A replica of %1 in another Region").arg(tableText(table.table, table.account)), this);
    title->setProperty("heading", true);
    m_filter->setPlaceholderText(tr("Filter by Region or place"));
    m_filter->setAccessibleName(tr("Filter Regions"));
    m_filter->setClearButtonEnabled(true);
    makeRegions(replicas);
    for (QLabel* label : {title, m_explanation, m_state}) {
        label->setTextFormat(Qt::PlainText);  // Names of tables are no HTML.
        label->setWordWrap(true);
    }
    m_explanation->setMinimumHeight(fontMetrics().lineSpacing() * 5);
    m_explanation->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_state->setMinimumHeight(fontMetrics().lineSpacing() * 2);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_add = buttons->addButton(tr("Add replica"), QDialogButtonBox::AcceptRole);
    m_add->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(8);
    layout->addWidget(title);
    layout->addWidget(m_filter);
    layout->addWidget(m_regions, 1);
    layout->addWidget(m_explanation);
    layout->addWidget(m_state);
    layout->addWidget(buttons);
    connect(m_filter, &QLineEdit::textChanged, this, &AddReplicaDialog::filter);
    connect(m_regions, &QTreeWidget::currentItemChanged, this, &AddReplicaDialog::explain);
    connect(buttons, &QDialogButtonBox::accepted, this, &AddReplicaDialog::addWanted);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_filter->setFocus();
    explain();
}

void AddReplicaDialog::makeRegions(const QStringList& replicas) {
    m_regions->setAccessibleName(tr("Regions"));
    m_regions->setColumnCount(ColumnCount);
    m_regions->setHeaderLabels({tr("Region"), tr("Place"), tr("One way")});
    m_regions->headerItem()->setToolTip(
        Delay, tr("How long a message takes there in the profile service-like; in drop-in none "
                  "takes any time"));
    m_regions->setRootIsDecorated(false);
    m_regions->setUniformRowHeights(true);
    m_regions->setAlternatingRowColors(true);
    for (const observe::RegionPlace& place : observe::knownRegions()) {
        const QString region = textOf(place.region);
        if (region == m_table.region || replicas.contains(region)) continue;
        const Duration delay =
            observe::delayBetweenRegions(m_table.region.toStdString(), place.region);
        auto* row = new RegionRow({region, textOf(place.city), durationText(delay)}, delay);
        row->setTextAlignment(Delay, Qt::AlignRight | Qt::AlignVCenter);
        m_regions->addTopLevelItem(row);
    }
    m_regions->setSortingEnabled(true);
    m_regions->sortByColumn(Region, Qt::AscendingOrder);
    QHeaderView* header = m_regions->header();
    header->setStretchLastSection(false);
    // Of constant width, also while few are shown.
    header->resizeSection(Region,
                          fontMetrics().horizontalAdvance(QStringLiteral("ap-southeast-1")) + 40);
    header->setSectionResizeMode(Place, QHeaderView::Stretch);
    header->setSectionResizeMode(Delay, QHeaderView::ResizeToContents);
}

void AddReplicaDialog::filter(const QString& text) {
    QTreeWidgetItem* first = nullptr;
    for (int i = 0; i < m_regions->topLevelItemCount(); ++i) {
        QTreeWidgetItem* row = m_regions->topLevelItem(i);
        const bool matches = row->text(Region).contains(text, Qt::CaseInsensitive) ||
                             row->text(Place).contains(text, Qt::CaseInsensitive);
        row->setHidden(!matches);
        if (matches && first == nullptr) first = row;
    }
    // What is hidden is not chosen.
    QTreeWidgetItem* chosen = m_regions->currentItem();
    if (chosen == nullptr || chosen->isHidden())
        m_regions->setCurrentItem(text.isEmpty() ? nullptr : first);
}

QString AddReplicaDialog::region() const {
    const QTreeWidgetItem* chosen = m_regions->currentItem();
    return chosen == nullptr || chosen->isHidden() ? QString() : chosen->text(Region);
}

QJsonObject AddReplicaDialog::request() const {
    const QJsonObject create{
        {QStringLiteral("Create"), QJsonObject{{QStringLiteral("RegionName"), region()}}}};
    return {{QStringLiteral("TableName"), m_table.table},
            {QStringLiteral("ReplicaUpdates"), QJsonArray{create}}};
}

void AddReplicaDialog::explain() {
    const QString region = this->region();
    m_add->setEnabled(!region.isEmpty());
    setState({}, false);
    if (region.isEmpty()) {
        m_explanation->setText(
            tr("Choose a Region. It gets a table of the same name that accepts reads and writes, "
               "and each change in one Region is replicated to all others."));
        return;
    }
    QString text =
        tr("%1 gets a table %2 with the same key, indexes and settings. %3 will be copied from %4 "
           "while clients read and write on; meanwhile the new replica is CREATING and %2 in %4 "
           "UPDATING.")
            .arg(region, m_table.table, m_contents, m_table.region);
    text += u' ' +
            tr("From then on, of two writes of an item that did not know of each other, the later "
               "one wins in all Regions.");
    if (!m_isGlobal)
        text += u' ' + tr("The table becomes a global table and gets a stream of new and old "
                          "images.");
    m_explanation->setText(text);
}

void AddReplicaDialog::setState(const QString& text, bool isBad) {
    m_state->setText(text);
    m_state->setProperty("bad", isBad);
    m_state->style()->polish(m_state);
}

void AddReplicaDialog::setSending() {
    m_add->setEnabled(false);
    setState(tr("Sending UpdateTable…"), false);
}

void AddReplicaDialog::setRefusal(const QString& text) {
    m_add->setEnabled(true);
    setState(text, true);
}

}  // namespace orrery::widgets
