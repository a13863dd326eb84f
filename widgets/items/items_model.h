#pragma once

#include <QAbstractTableModel>
#include <QStringList>
#include <deque>
#include <memory>

#include "widgets/items/item_source.h"

namespace orrery::widgets {

/// A window of some hundred rows around the visible items of a table or an index. Reading on at one
/// end drops rows at the other, so memory use stays constant. The columns are the key attributes,
/// followed by all other attributes in the order in which they were first read.
class ItemsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    static constexpr int kPageRows = 200;
    static constexpr int kWindowRows = 800;
    static constexpr int kColumnsMax = 60;

    /// The source must outlive the model.
    explicit ItemsModel(ItemSource* source, QObject* parent = nullptr);

    /// Shows other items from their beginning. `keyNames` are the leading columns.
    void setTarget(const ItemsTarget& target, const QStringList& keyNames);
    /// Shows the same rows as another zone holds them.
    void setZone(const QString& zone);
    const ItemsTarget& target() const { return m_target; }

    /// Moves the window to a position in the key space; 1 shows the last rows.
    void jumpTo(double part);
    /// Reads on at an end of the window, unless a read is in flight or that end is reached.
    void extendDown();
    void extendUp();
    /// Reads the window again and signals only changed rows. If a read is in flight, the refresh
    /// follows it.
    void refresh();

    bool atBeginning() const { return m_atBeginning; }
    bool atEnd() const { return m_atEnd; }
    /// True between a jump and its answer.
    bool isLoading() const { return m_loading; }
    const QString& error() const { return m_error; }

    const ItemRow& itemRow(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    const QString& columnName(int column) const { return m_columns[column]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    /// Rows were removed (negative) or inserted (positive) at the top; the view must scroll along.
    void rowsShifted(int rows);
    /// A jump was answered; the view begins at its first row, or at its last one.
    void jumped(bool toEnd);
    void stateChanged();

private:
    enum class Fetch { Jump, Down, Up, Refresh };

    void fetch(Fetch kind, ItemsPageRequest request);
    void take(Fetch kind, const ItemsPageRequest& request, const ItemsPage& page);
    void takeRows(Fetch kind, const ItemsPageRequest& request, const ItemsPage& page);
    void takeJump(const ItemsPageRequest& request, const ItemsPage& page);
    void takeDown(const ItemsPage& page);
    void takeUp(const ItemsPage& page);
    void takeRefresh(const ItemsPage& page);
    void dropTop(int count);
    void addColumns(const std::vector<ItemRow>& rows);
    void clearRows();
    bool isNumeric(int column) const;

    ItemSource* m_source;
    ItemsTarget m_target;
    QStringList m_columns;
    int m_keyColumns = 0;
    std::deque<ItemRow> m_rows;
    // The row before the window, or the position of a jump. A refresh starts reading from here.
    QString m_anchorKey;
    double m_anchorAt = 0;
    bool m_atBeginning = true;
    bool m_atEnd = false;
    bool m_loading = false;
    bool m_busy = false;             // An extension or a refresh is in flight.
    bool m_refreshWanted = false;    // Once the read in flight is answered.
    std::uint64_t m_generation = 0;  // Answers with an older number are dropped.
    QString m_error;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace orrery::widgets
