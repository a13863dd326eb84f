#pragma once

#include <QDialog>
#include <QLineEdit>
#include <QPushButton>

namespace orrery::widgets {

/// Asks the person to type the table's name before it is deleted.
class DeleteTableDialog : public QDialog {
    Q_OBJECT
public:
    /// `title` is the name for people, which may say the Region too.
    DeleteTableDialog(const QString& table, const QString& title, std::int64_t itemCount,
                      QWidget* parent = nullptr);

    QLineEdit* nameLine() const { return m_name; }
    QPushButton* deleteButton() const { return m_delete; }

private:
    QLineEdit* m_name;
    QPushButton* m_delete;
};

}  // namespace orrery::widgets
