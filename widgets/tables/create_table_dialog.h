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

/// Asks for the name, key, capacity and global secondary indexes of a new table, and builds the
/// CreateTable request.
class CreateTableDialog : public QDialog {
    Q_OBJECT
public:
    CreateTableDialog(const QStringList& regions, const QString& region, QWidget* parent = nullptr);

    QString region() const { return m_region->currentText(); }
    /// The CreateTable request. Valid only while `problem` is empty.
    QJsonObject request() const;
    /// The first missing or wrong input, as text; empty if the request is valid.
    QString problem() const;
    /// The request is sent, once, until it is refused. `waits`: the clock is paused.
    void setSending(bool waits);
    /// Shows why the engine refused the request.
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

    bool m_isSending = false;
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
