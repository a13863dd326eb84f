#pragma once

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QWidget>

#include "core/observe/snapshot.h"
#include "widgets/items/items_grid.h"
#include "widgets/tables/explorer_model.h"

namespace orrery::widgets {

/// The attribute names of a key as snapshots write it: "pk (S), sk (N)".
QStringList keyNamesOf(const QString& keys);
/// That key with values to be filled in: {"pk": {"S": ""}, "sk": {"N": "0"}}.
QJsonObject emptyKeyOf(const QString& keys);

/// A tab of the window: the items of a table or of one of its indexes, as a chosen zone holds them.
class TablePage : public QWidget {
    Q_OBJECT
public:
    /// The source must outlive the page.
    TablePage(ItemSource* source, const ExplorerTarget& target, QWidget* parent = nullptr);

    /// Where the items are from now: the page's Region and table, the index chosen on it.
    ExplorerTarget target() const;
    void setIndex(const QString& index);

    /// Takes what the snapshot says of the table; null if it is gone.
    void setTable(const observe::RegionView* region, const observe::TableView* table);
    /// Reads the visible rows again.
    void refresh();

    ItemsModel* model() const { return m_model; }
    ItemsGrid* grid() const { return m_grid; }

    enum class CopyFormat { DynamoDbJson, PlainJson, Csv };
    QString selectionText(CopyFormat format) const;
    /// The primary key of a row's item, as the API takes it.
    QJsonObject keyOfRow(int row) const;
    /// Rows that are selected, in order.
    std::vector<int> selectedRows() const;

signals:
    /// Another item became the current one; `keyText` is its key for people, partition key first.
    void itemSelected(const QJsonObject& key, const QString& keyText);
    void putItemWanted();
    void editItemWanted(const QJsonObject& item);
    void deleteItemsWanted(const QList<QJsonObject>& keys);
    void targetChanged();

private:
    QWidget* makeHeader();
    QWidget* makeFooter();
    QWidget* makeZoneButtons();
    /// What the snapshot says of keys and size, in the header.
    void showFacts(const observe::TableView& table, const observe::IndexView* index);
    void showChoices(const observe::RegionView& region, const observe::TableView& table);
    /// How far the replica in front has applied, as one number that grows.
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
    QStringList m_tableKeys;   // Of the table, also while an index is shown.
    QStringList m_openedKeys;  // Of what the model shows; empty: not opened yet.
    std::int64_t m_itemCount = 0;
    QElapsedTimer m_sinceRefresh;
    std::uint64_t m_changeMark = 0;  // Of the replica that is shown: differs when it applied more.

    ItemsModel* m_model;
    ItemsGrid* m_grid;
    QStackedWidget* m_stack;
    QLabel* m_title;
    QLabel* m_facts;
    QComboBox* m_indexBox;
    std::array<QToolButton*, kZonesPerRegion> m_zoneButtons{};
    QLabel* m_footer;
    QLabel* m_empty;
    QPushButton* m_putButton;
    QPushButton* m_deleteButton;
};

}  // namespace orrery::widgets
