#include "widgets/tables/remove_replica_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QJsonArray>
#include <QStyle>
#include <QVBoxLayout>

#include "widgets/base/format.h"

namespace orrery::widgets {

RemoveReplicaDialog::RemoveReplicaDialog(const ExplorerTarget& table, const QStringList& replicas,
                                         QWidget* parent)
    : QDialog(parent),
      m_table(table),
      m_replicas(replicas),
      m_region(new QComboBox(this)),
      m_explanation(new QLabel(this)),
      m_name(new QLineEdit(this)),
      m_state(new QLabel(this)) {
    setWindowTitle(tr("Remove replica"));
    setMinimumWidth(460);
    m_region->setAccessibleName(tr("Replica"));
    m_region->addItems(replicas);
    // The one that the person did not come from.
    for (int i = m_region->count() - 1; i >= 0; --i)
        if (m_region->itemText(i) != table.region) m_region->setCurrentIndex(i);
    m_name->setAccessibleName(tr("Region of the replica to remove"));
    auto* form = new QFormLayout;
    form->setSpacing(8);
    form->addRow(tr("Replica in"), m_region);
    for (QLabel* label : {m_explanation, m_state}) {
        label->setTextFormat(Qt::PlainText);  // Names of tables are no HTML.
        label->setWordWrap(true);
    }
    m_state->setMinimumHeight(fontMetrics().lineSpacing() * 2);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_remove = buttons->addButton(tr("Remove replica"), QDialogButtonBox::AcceptRole);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    layout->addLayout(form);
    layout->addWidget(m_explanation);
    layout->addWidget(m_name);
    layout->addWidget(m_state);
    layout->addStretch(1);
    layout->addWidget(buttons);
    connect(m_region, &QComboBox::currentIndexChanged, this, &RemoveReplicaDialog::explain);
    connect(m_name, &QLineEdit::textChanged, this, &RemoveReplicaDialog::check);
    connect(buttons, &QDialogButtonBox::accepted, this, &RemoveReplicaDialog::removeWanted);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_name->setFocus();
    explain();
}

QString RemoveReplicaDialog::requestRegion() const {
    if (region() != m_table.region) return m_table.region;
    for (const QString& other : m_replicas)
        if (other != region()) return other;
    return m_table.region;
}

QJsonObject RemoveReplicaDialog::request() const {
    const QJsonObject removal{
        {QStringLiteral("Delete"), QJsonObject{{QStringLiteral("RegionName"), region()}}}};
    return {{QStringLiteral("TableName"), m_table.table},
            {QStringLiteral("ReplicaUpdates"), QJsonArray{removal}}};
}

void RemoveReplicaDialog::explain() {
    QStringList others = m_replicas;
    others.removeAll(region());
    QString text = tr("The table %1 in %2 with its items and indexes will be gone for good, once "
                      "the others have what its clients wrote.")
                       .arg(tableText(m_table.table, m_table.account), region());
    text += u' ' + (others.size() == 1
                        ? tr("%1 keeps its items.").arg(others.first())
                        : tr("%1 keep their items.").arg(others.join(QStringLiteral(", "))));
    text += u' ' + (others.size() == 1
                        ? tr("It is no global table any more then, and all its conflicts are "
                             "forgotten.")
                        : tr("The conflicts that were noted in %1 are forgotten.").arg(region()));
    m_explanation->setText(text + u' ' + tr("Type the Region to remove its replica."));
    m_name->setPlaceholderText(region());
    check();
}

void RemoveReplicaDialog::check() {
    m_remove->setEnabled(m_name->text() == region());
    setState({}, false);
}

void RemoveReplicaDialog::setState(const QString& text, bool isBad) {
    m_state->setText(text);
    m_state->setProperty("bad", isBad);
    m_state->style()->polish(m_state);
}

void RemoveReplicaDialog::setSending() {
    m_remove->setEnabled(false);
    setState(tr("Sending UpdateTable…"), false);
}

void RemoveReplicaDialog::setRefusal(const QString& text) {
    m_remove->setEnabled(m_name->text() == region());
    setState(text, true);
}

}  // namespace orrery::widgets
