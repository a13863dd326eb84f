#pragma once

#include <QComboBox>
#include <QDialog>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <vector>

namespace orrery::widgets {

/// Asks for a new table: name, key, capacity and global secondary indexes, and makes the
/// CreateTable request of it.
class CreateTableDialog : public QDialog {
    Q_OBJECT
public:
    CreateTableDialog(const QStringList& regions, const QString& region, QWidget* parent = nullptr);

    QString region() const { return m_region->currentText(); }
    /// JSON of the CreateTable request. Valid while there is no problem.
    QJsonObject request() const;
    /// What is missing or wrong; empty if nothing is.
    QString problem() const;
    /// What the engine said of the last attempt.
    void setRefusal(const QString& text);

    QLineEdit* nameLine() const { return m_name; }
    QLineEdit* partitionKeyLine() const { return m_partition.name; }
    QLineEdit* sortKeyLine() const { return m_sort.name; }
    QComboBox* billingBox() const { return m_billing; }
    QPushButton* createButton() const { return m_create; }
    void addIndex();

signals:
    void createWanted();

private:
    struct KeyLine {
        QLineEdit* name = nullptr;
        QComboBox* type = nullptr;
    };
    struct IndexLine {
        QWidget* row = nullptr;
        QLineEdit* name = nullptr;
        KeyLine partition;
        KeyLine sort;
        QComboBox* projection = nullptr;
    };

    KeyLine makeKeyLine(const QString& accessibleName, QWidget* parent);
    QWidget* makeKeyRow(KeyLine& key, const QString& accessibleName);
    QWidget* makeBilling();
    void check();

    QComboBox* m_region;
    QLineEdit* m_name;
    KeyLine m_partition;
    KeyLine m_sort;
    QComboBox* m_billing;
    QSpinBox* m_reads;
    QSpinBox* m_writes;
    QVBoxLayout* m_indexRows;
    std::vector<IndexLine> m_indexes;
    QLabel* m_state;
    QPushButton* m_create = nullptr;
};

}  // namespace orrery::widgets
