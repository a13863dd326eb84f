#pragma once

#include <QLabel>
#include <QStackedWidget>
#include <QTableView>
#include <QWidget>

#include "core/observe/snapshot.h"
#include "widgets/base/elided_label.h"

namespace orrery::widgets {

class PartitionBar;
class PartitionTableModel;

/// The partitions of the table or index in front: as a bar of the key space and as a table.
class PartitionsView : public QWidget {
    Q_OBJECT
public:
    explicit PartitionsView(QWidget* parent = nullptr);

    /// Shows a table, or none if null. With an empty `index` it shows the table's own partitions.
    void setTable(const observe::TableView* table, const QString& index);
    void setMark(std::optional<double> part);

    PartitionBar* bar() const { return m_bar; }
    PartitionTableModel* model() const { return m_model; }

private:
    void fitColumns();

    PartitionTableModel* m_model;
    PartitionBar* m_bar;
    QTableView* m_table;
    QLabel* m_nothing;
    ElidedLabel* m_title;
    QStackedWidget* m_stack;
};

}  // namespace orrery::widgets
