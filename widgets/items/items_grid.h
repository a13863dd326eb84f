#pragma once

#include <QLineEdit>
#include <QScrollBar>
#include <QTableView>
#include <QWidget>

#include "widgets/items/items_model.h"

namespace orrery::widgets {

/// The table view inside an ItemsGrid. The visible rows stay in place when the model inserts or
/// removes rows above them.
class ItemsTableView : public QTableView {
    Q_OBJECT
public:
    explicit ItemsTableView(QWidget* parent = nullptr);

    int rowHeight() const;
    /// The row at the upper edge; -1 if there are no rows.
    int topRow() const;
    int bottomRow() const;
    void shiftBy(int rows);
    void showEnd(bool end);

signals:
    /// Ctrl+Home (false) and Ctrl+End (true).
    void endWanted(bool end);
    void copyWanted();
    /// Return or F2 on a row.
    void editWanted(const QModelIndex& index);
    void deleteWanted();

protected:
    void rowsAboutToBeRemoved(const QModelIndex& parent, int first, int last) override;
    void keyPressEvent(QKeyEvent* event) override;
};

/// A grid of items with a scroll bar that stands for the key space: the model holds a window of
/// rows only, and the grid has it read on when an end of the window comes near.
class ItemsGrid : public QWidget {
    Q_OBJECT
public:
    /// The model must outlive the grid.
    explicit ItemsGrid(ItemsModel* model, QWidget* parent = nullptr);

    ItemsTableView* table() const { return m_table; }
    QScrollBar* keySpaceBar() const { return m_bar; }
    /// How many items there are in all, for the size of the scroll bar's handle.
    void setItemCount(std::int64_t count);
    /// Where the visible rows lie in the key space.
    std::pair<double, double> visiblePart() const;
    /// Shows the rows at a position in the key space. A new jump replaces a pending one.
    void jumpTo(double part);
    /// Shows the line that finds text in the rows that are loaded.
    void beginFind();
    QLineEdit* findLine() const { return m_find; }

signals:
    void visiblePartChanged();

private:
    void onInnerScrolled();
    void onBarAction(int action);
    void onState();
    void fitNewColumns(int first, int last);
    void syncBar();
    QWidget* makeFindLine();
    void findNext();

    ItemsModel* m_model;
    ItemsTableView* m_table;
    QScrollBar* m_bar;
    std::int64_t m_itemCount = 0;
    double m_wanted = -1;       // A jump to make after the one in flight; -1 if none.
    bool m_selectsEnd = false;  // The next jump was made by a key.
    QLineEdit* m_find = nullptr;
};

}  // namespace orrery::widgets
