#pragma once

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QWidget>

#include "core/observe/snapshot.h"
#include "widgets/base/elided_label.h"
#include "widgets/items/items_grid.h"
#include "widgets/tables/explorer_model.h"

namespace orrery::widgets {

/// A tab of the window: the items of a table or of one of its indexes, as a chosen zone holds them.
class TablePage : public QWidget {
    Q_OBJECT
public:
    /// The source must outlive the page.
    TablePage(ItemSource* source, const ExplorerTarget& target, QWidget* parent = nullptr);

    /// The page's Region and table, and the index chosen on the page.
    ExplorerTarget target() const;
    void setIndex(const QString& index);

    /// Shows the snapshot's view of the table; null if the table was deleted.
    void setTable(const observe::RegionView* region, const observe::TableView* table);
    /// Reads the visible rows again.
    void refresh();

    ItemsModel* model() const { return m_model; }
    ItemsGrid* grid() const { return m_grid; }
    QComboBox* indexBox() const { return m_indexBox; }

    enum class CopyFormat { DynamoDbJson, PlainJson, Csv };
    QString selectionText(CopyFormat format) const;
    QString footerText() const { return m_footer->text(); }
    /// What stands in the place of the items if there are none.
    QString emptyText() const { return m_empty->text(); }
    /// The primary key of a row's item, as the API takes it.
    QJsonObject keyOfRow(int row) const;
    /// The selected rows, in ascending order.
    std::vector<int> selectedRows() const;

signals:
    /// The person selected another item; `keyText` is its key as text, partition key first.
    void itemSelected(const QJsonObject& key, const QString& keyText);
    void putItemWanted();
    void editItemWanted(const QJsonObject& item);  ///< The item as the page shows it.
    /// The items as the page shows them; those of an index have only projected attributes.
    void deleteItemsWanted(const QList<QJsonObject>& items);
    void targetChanged();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeHeader();
    /// Shows the words of the header's buttons if there is room for them.
    void fitHeader();
    QWidget* makeFooter();
    QWidget* makeZoneButtons();
    /// Shows status, keys and size in the header.
    void showFacts(const observe::TableView& table, const observe::IndexView* index);
    void showChoices(const observe::RegionView& region, const observe::TableView& table);
    std::size_t shownZone() const;
    /// How many items the shown zone holds, which may be others than the leaders do.
    std::int64_t heldCount(const observe::TableView& table, const observe::IndexView* index) const;
    /// The sum of the shown replicas' applied LSNs; it grows with every change.
    std::uint64_t changeMark(const observe::TableView& table,
                             const observe::IndexView* index) const;
    void openItems();
    void updateState();
    void updateFooter();
    void showMenu(const QPoint& at);
    void copy(CopyFormat format);
    void onCurrentRow();

    ExplorerTarget m_target;
    QString m_zone;
    QStringList m_tableKeys;   // The table's key, even while an index is shown.
    QStringList m_openedKeys;  // The key columns in the model; empty if it has no target yet.
    std::int64_t m_heldCount = 0;
    bool m_isCountExact = true;
    QElapsedTimer m_sinceRefresh;
    std::uint64_t m_changeMark = 0;  // The change mark of the last refresh.

    ItemsModel* m_model;
    ItemsGrid* m_grid;
    QStackedWidget* m_stack;
    ElidedLabel* m_title;
    QLabel* m_facts;
    QComboBox* m_indexBox;
    std::array<QToolButton*, kZonesPerRegion> m_zoneButtons{};
    QWidget* m_header = nullptr;
    QLabel* m_zoneLabel = nullptr;
    QLabel* m_footer;
    QLabel* m_empty;
    QPushButton* m_putButton;
    QPushButton* m_deleteButton;
};

}  // namespace orrery::widgets
