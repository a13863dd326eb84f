#include "widgets/tables/delete_table_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QVBoxLayout>

#include "widgets/base/format.h"

namespace orrery::widgets {

DeleteTableDialog::DeleteTableDialog(const QString& table, const QString& title,
                                     std::int64_t itemCount, QWidget* parent)
    : QDialog(parent), m_name(new QLineEdit(this)) {
    setWindowTitle(tr("Delete table"));
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    auto* text =
        new QLabel(tr("The table <b>%1</b> with its %2 and all its indexes will be gone for "
                      "good. Type its name to delete it.")
                       .arg(title.toHtmlEscaped(), countText(itemCount, "item", "items")),
                   this);
    text->setWordWrap(true);
    text->setMinimumWidth(360);
    m_name->setAccessibleName(tr("Name of the table to delete"));
    m_name->setPlaceholderText(table);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_delete = buttons->addButton(tr("Delete table"), QDialogButtonBox::AcceptRole);
    m_delete->setEnabled(false);
    layout->addWidget(text);
    layout->addWidget(m_name);
    layout->addWidget(buttons);
    connect(m_name, &QLineEdit::textChanged, this,
            [this, table](const QString& typed) { m_delete->setEnabled(typed == table); });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

}  // namespace orrery::widgets
