#include "widgets/tables/create_table_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QMap>
#include <QRegularExpression>
#include <QToolButton>
#include <algorithm>

#include "widgets/base/icons.h"

namespace orrery::widgets {
namespace {

/// "HASH" and "RANGE" with their names, as a KeySchema.
QJsonArray keySchema(const QString& partition, const QString& sort) {
    QJsonArray schema{QJsonObject{{QStringLiteral("AttributeName"), partition},
                                  {QStringLiteral("KeyType"), QStringLiteral("HASH")}}};
    if (!sort.isEmpty())
        schema.append(QJsonObject{{QStringLiteral("AttributeName"), sort},
                                  {QStringLiteral("KeyType"), QStringLiteral("RANGE")}});
    return schema;
}

QString validName(const QString& name, const QString& what) {
    static const QRegularExpression allowed(QStringLiteral("^[a-zA-Z0-9_.-]{3,255}$"));
    if (allowed.match(name).hasMatch()) return {};
    return CreateTableDialog::tr("%1: 3 to 255 of a-z, A-Z, 0-9, _, - and .").arg(what);
}

}  // namespace

CreateTableDialog::CreateTableDialog(const QStringList& regions, const QString& region,
                                     QWidget* parent)
    : QDialog(parent),
      m_region(new QComboBox(this)),
      m_name(new QLineEdit(this)),
      m_indexRows(new QVBoxLayout),
      m_state(new QLabel(this)) {
    setWindowTitle(tr("Create table"));
    setMinimumWidth(620);
    m_region->setEditable(true);
    m_region->setAccessibleName(tr("Region"));
    m_region->addItems(regions.isEmpty() ? QStringList{QStringLiteral("us-east-1")} : regions);
    if (!region.isEmpty()) m_region->setCurrentText(region);
    m_name->setAccessibleName(tr("Table name"));
    auto* form = new QFormLayout;
    form->setSpacing(8);
    form->addRow(tr("Region"), m_region);
    form->addRow(tr("Table name"), m_name);
    form->addRow(tr("Partition key"), makeKeyRow(m_partition, tr("Partition key")));
    form->addRow(tr("Sort key"), makeKeyRow(m_sort, tr("Sort key")));
    m_sort.name->setPlaceholderText(tr("none"));
    form->addRow(tr("Capacity"), makeBilling());
    auto* indexes = new QWidget(this);
    auto* indexLayout = new QVBoxLayout(indexes);
    indexLayout->setContentsMargins(0, 0, 0, 0);
    indexLayout->addLayout(m_indexRows);
    auto* add = new QPushButton(icon(Symbol::Add), tr("Add global index"), indexes);
    connect(add, &QPushButton::clicked, this, &CreateTableDialog::addIndex);
    indexLayout->addWidget(add, 0, Qt::AlignLeft);
    form->addRow(tr("Indexes"), indexes);
    m_state->setWordWrap(true);
    m_state->setProperty("muted", true);
    m_state->setMinimumHeight(fontMetrics().height() * 2);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_create = buttons->addButton(tr("Create table"), QDialogButtonBox::AcceptRole);
    m_create->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addStretch(1);
    layout->addWidget(m_state);
    layout->addWidget(buttons);
    connect(m_name, &QLineEdit::textChanged, this, &CreateTableDialog::check);
    connect(m_region, &QComboBox::editTextChanged, this, &CreateTableDialog::check);
    connect(buttons, &QDialogButtonBox::accepted, this, &CreateTableDialog::createWanted);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_name->setFocus();
    check();
}

CreateTableDialog::KeyLine CreateTableDialog::makeKeyLine(const QString& accessibleName,
                                                          QWidget* parent) {
    KeyLine key{new QLineEdit(parent), new QComboBox(parent)};
    key.name->setAccessibleName(accessibleName);
    key.type->setAccessibleName(tr("Type of %1").arg(accessibleName));
    for (const auto& [word, wire] :
         {std::pair(tr("String"), "S"), std::pair(tr("Number"), "N"), std::pair(tr("Binary"), "B")})
        key.type->addItem(word, QString::fromLatin1(wire));
    connect(key.name, &QLineEdit::textChanged, this, &CreateTableDialog::check);
    connect(key.type, &QComboBox::currentIndexChanged, this, &CreateTableDialog::check);
    return key;
}

QWidget* CreateTableDialog::makeKeyRow(KeyLine& key, const QString& accessibleName) {
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    key = makeKeyLine(accessibleName, row);
    layout->addWidget(key.name, 1);
    layout->addWidget(key.type);
    return row;
}

QWidget* CreateTableDialog::makeBilling() {
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    m_billing = new QComboBox(row);
    m_billing->setAccessibleName(tr("Capacity mode"));
    m_billing->addItem(tr("On-demand"), QStringLiteral("PAY_PER_REQUEST"));
    m_billing->addItem(tr("Provisioned"), QStringLiteral("PROVISIONED"));
    m_reads = new QSpinBox(row);
    m_reads->setSuffix(tr(" RCU"));
    m_reads->setAccessibleName(tr("Read capacity units"));
    m_writes = new QSpinBox(row);
    m_writes->setSuffix(tr(" WCU"));
    m_writes->setAccessibleName(tr("Write capacity units"));
    layout->addWidget(m_billing);
    for (QSpinBox* box : {m_reads, m_writes}) {
        box->setRange(1, 40'000);
        box->setValue(5);
        box->hide();
        layout->addWidget(box);
    }
    layout->addStretch(1);
    connect(m_billing, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_reads->setVisible(index == 1);
        m_writes->setVisible(index == 1);
    });
    return row;
}

void CreateTableDialog::addIndex() {
    IndexLine index;
    index.row = new QWidget(this);
    index.name = new QLineEdit(index.row);
    index.name->setAccessibleName(tr("Index name"));
    index.name->setPlaceholderText(tr("index name"));
    index.projection = new QComboBox(index.row);
    index.projection->setAccessibleName(tr("Projection"));
    index.projection->addItem(tr("All"), QStringLiteral("ALL"));
    index.projection->addItem(tr("Keys only"), QStringLiteral("KEYS_ONLY"));
    auto* remove = new QToolButton(index.row);
    remove->setIcon(icon(Symbol::Remove));
    remove->setAccessibleName(tr("Remove this index"));
    remove->setFocusPolicy(Qt::StrongFocus);
    index.partition = makeKeyLine(tr("Partition key of the index"), index.row);
    index.partition.name->setPlaceholderText(tr("partition key"));
    index.sort = makeKeyLine(tr("Sort key of the index"), index.row);
    index.sort.name->setPlaceholderText(tr("sort key"));
    // Names may have 255 characters: two lines, so that each has room.
    auto* layout = new QGridLayout(index.row);
    layout->setContentsMargins(0, 0, 0, 6);
    layout->addWidget(index.name, 0, 0, 1, 2);
    layout->addWidget(index.projection, 0, 2, 1, 2);
    layout->addWidget(remove, 0, 4);
    layout->addWidget(index.partition.name, 1, 0);
    layout->addWidget(index.partition.type, 1, 1);
    layout->addWidget(index.sort.name, 1, 2);
    layout->addWidget(index.sort.type, 1, 3);
    layout->setColumnStretch(0, 1);
    layout->setColumnStretch(2, 1);
    connect(index.name, &QLineEdit::textChanged, this, &CreateTableDialog::check);
    connect(remove, &QToolButton::clicked, this, [this, row = index.row] {
        std::erase_if(m_indexes, [row](const IndexLine& line) { return line.row == row; });
        row->deleteLater();
        check();
    });
    m_indexRows->addWidget(index.row);
    m_indexes.push_back(index);
    index.name->setFocus();
    check();
}

QString CreateTableDialog::problem() const {
    static const QRegularExpression region(QStringLiteral("^[a-z0-9-]{1,32}$"));
    if (!region.match(m_region->currentText()).hasMatch())
        return tr("Region: 1 to 32 of a-z, 0-9 and -");
    if (QString text = validName(m_name->text(), tr("Table name")); !text.isEmpty()) return text;
    if (m_partition.name->text().isEmpty()) return tr("The partition key needs a name");
    QMap<QString, QString> types;
    const auto clash = [&types](const KeyLine& key) {
        if (key.name->text().isEmpty()) return false;
        QString& type = types[key.name->text()];
        const QString wanted = key.type->currentData().toString();
        if (type.isEmpty()) type = wanted;
        return type != wanted;
    };
    if (m_partition.name->text() == m_sort.name->text())
        return tr("Partition key and sort key need different names");
    bool clashes = clash(m_partition) || clash(m_sort);
    for (const IndexLine& index : m_indexes) {
        if (QString text = validName(index.name->text(), tr("Index name")); !text.isEmpty())
            return text;
        if (index.partition.name->text().isEmpty())
            return tr("The partition key of %1 needs a name").arg(index.name->text());
        clashes = clash(index.partition) || clash(index.sort) || clashes;
    }
    return clashes ? tr("One attribute has two types") : QString();
}

QJsonObject CreateTableDialog::request() const {
    QMap<QString, QString> types;
    const auto define = [&types](const KeyLine& key) {
        if (!key.name->text().isEmpty())
            types[key.name->text()] = key.type->currentData().toString();
    };
    define(m_partition);
    define(m_sort);
    QJsonObject request{
        {QStringLiteral("TableName"), m_name->text()},
        {QStringLiteral("KeySchema"), keySchema(m_partition.name->text(), m_sort.name->text())},
        {QStringLiteral("BillingMode"), m_billing->currentData().toString()}};
    const QJsonObject throughput{{QStringLiteral("ReadCapacityUnits"), m_reads->value()},
                                 {QStringLiteral("WriteCapacityUnits"), m_writes->value()}};
    const bool provisioned = m_billing->currentIndex() == 1;
    if (provisioned) request[QStringLiteral("ProvisionedThroughput")] = throughput;
    QJsonArray indexes;
    for (const IndexLine& index : m_indexes) {
        define(index.partition);
        define(index.sort);
        QJsonObject line{{QStringLiteral("IndexName"), index.name->text()},
                         {QStringLiteral("KeySchema"),
                          keySchema(index.partition.name->text(), index.sort.name->text())},
                         {QStringLiteral("Projection"),
                          QJsonObject{{QStringLiteral("ProjectionType"),
                                       index.projection->currentData().toString()}}}};
        if (provisioned) line[QStringLiteral("ProvisionedThroughput")] = throughput;
        indexes.append(line);
    }
    if (!indexes.isEmpty()) request[QStringLiteral("GlobalSecondaryIndexes")] = indexes;
    QJsonArray definitions;
    for (auto it = types.begin(); it != types.end(); ++it)
        definitions.append(QJsonObject{{QStringLiteral("AttributeName"), it.key()},
                                       {QStringLiteral("AttributeType"), it.value()}});
    request[QStringLiteral("AttributeDefinitions")] = definitions;
    return request;
}

void CreateTableDialog::check() {
    if (m_create == nullptr) return;
    const QString text = problem();
    m_create->setEnabled(text.isEmpty() && !m_isSending);
    m_state->setText(text);
    m_state->setProperty("bad", false);
    m_state->style()->polish(m_state);
}

void CreateTableDialog::setSending(bool waits) {
    m_isSending = true;
    check();
    m_state->setText(waits ? tr("The clock is paused, so the table is created once it runs (F9).")
                           : tr("Creating the table…"));
}

void CreateTableDialog::setRefusal(const QString& text) {
    m_isSending = false;
    check();
    m_state->setText(text);
    m_state->setProperty("bad", true);
    m_state->style()->polish(m_state);
}

}  // namespace orrery::widgets
