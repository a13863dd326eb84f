#pragma once

#include <QDialog>
#include <QJsonObject>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>

namespace orrery::widgets {

/// Edits one item as DynamoDB JSON or, if somebody types that, as plain JSON: which is seen by the
/// values. Checks as it is typed; the engine has the last word.
class ItemDialog : public QDialog {
    Q_OBJECT
public:
    /// `emptyKey`: the key attributes with values to be filled in. `item` is empty for a new one.
    ItemDialog(const QString& table, const QJsonObject& emptyKey, const QJsonObject& item,
               QWidget* parent = nullptr);

    /// The item with attribute types. Valid while the dialog lets itself be accepted.
    QJsonObject item() const;
    /// What is wrong with the text; empty if nothing is.
    QString problem() const;
    QPlainTextEdit* editor() const { return m_text; }
    QPushButton* putButton() const { return m_put; }
    /// What the engine said of the last attempt.
    void setRefusal(const QString& text);

signals:
    void putWanted(const QJsonObject& item);

private:
    void check();

    QStringList m_keyNames;
    QPlainTextEdit* m_text;
    QLabel* m_state;
    QPushButton* m_put;
};

/// The item for an object of plain JSON: "a" is {"S": "a"}, 1 is {"N": "1"}, and so on. Numbers
/// keep every digit.
QJsonObject typedItem(const QString& plainJson);

}  // namespace orrery::widgets
