#include <QApplication>
#include <QClipboard>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMenu>

#include "widgets/base/attribute_text.h"
#include "widgets/base/icons.h"
#include "widgets/tables/table_page.h"

namespace orrery::widgets {

QString TablePage::selectionText(CopyFormat format) const {
    const std::vector<int> rows = selectedRows();
    if (format == CopyFormat::Csv) {
        QStringList columns;
        for (int column = 0; column < m_model->columnCount(); ++column)
            columns << csvField(m_model->columnName(column));
        QString text = columns.join(u',') + u'\n';
        for (const int row : rows) {
            QStringList fields;
            for (int column = 0; column < m_model->columnCount(); ++column) {
                const QJsonValue value =
                    m_model->itemRow(row).item.value(m_model->columnName(column));
                fields << (value.isUndefined() ? QString() : csvField(wholeText(value)));
            }
            text += fields.join(u',') + u'\n';
        }
        return text;
    }
    QJsonArray items;
    for (const int row : rows) {
        const QJsonObject& item = m_model->itemRow(row).item;
        items.append(format == CopyFormat::PlainJson ? plainItem(item) : item);
    }
    return QString::fromUtf8(items.size() == 1 ? QJsonDocument(items[0].toObject()).toJson()
                                               : QJsonDocument(items).toJson());
}

void TablePage::copy(CopyFormat format) {
    if (!selectedRows().empty()) QApplication::clipboard()->setText(selectionText(format));
}

void TablePage::showMenu(const QPoint& at) {
    const bool any = !selectedRows().empty();
    QMenu menu(this);
    QAction* edit = menu.addAction(icon(Symbol::Edit), tr("Edit item…"), this, [this] {
        emit editItemWanted(m_model->itemRow(m_grid->table()->currentIndex().row()).item);
    });
    edit->setEnabled(m_grid->table()->currentIndex().isValid());
    menu.addAction(icon(Symbol::Remove), tr("Delete items…"), m_deleteButton, &QPushButton::click)
        ->setEnabled(any);
    menu.addSeparator();
    const std::pair<QString, CopyFormat> formats[] = {
        {tr("Copy as DynamoDB JSON"), CopyFormat::DynamoDbJson},
        {tr("Copy as plain JSON"), CopyFormat::PlainJson},
        {tr("Copy as CSV"), CopyFormat::Csv}};
    for (const auto& [text, format] : formats)
        menu.addAction(icon(Symbol::Copy), text, this, [this, f = format] { copy(f); })
            ->setEnabled(any);
    menu.exec(m_grid->table()->viewport()->mapToGlobal(at));
}

}  // namespace orrery::widgets
