#pragma once

#include <QLabel>
#include <QStackedWidget>
#include <QTableView>
#include <QWidget>
#include <array>
#include <optional>

#include "core/observe/snapshot.h"
#include "widgets/base/elided_label.h"
#include "widgets/global/pair_history.h"

class QSortFilterProxyModel;

namespace orrery::widgets {

class LineChart;
class PairsModel;

/// The replication between Regions as a table that can be sorted and copied, and beside it
/// ReplicationLatency over time: of the selected pair, and of the same pair the other way.
class PairsView : public QWidget {
    Q_OBJECT
public:
    explicit PairsView(QWidget* parent = nullptr);

    void setSnapshot(const observe::SnapshotPtr& snapshot);
    /// Copies the selected rows with their titles, as text with tabs; all rows if none is
    /// selected.
    void copy();

    QTableView* table() const { return m_table; }
    LineChart* chart() const { return m_chart; }
    /// What the chart shows, there (0) and back (1).
    QString lineName(std::size_t line) const { return m_lineNames[line]->text(); }
    QString titleText() const { return m_title->text(); }

signals:
    void copied(const QString& what);

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeBody();
    void makeTable();
    QWidget* makeChart();
    void fitColumns();
    /// The selected pair, of several the one chosen last; without a selection, that of the first
    /// row. Nothing without rows.
    std::optional<PairHistory::Pair> chosenPair() const;
    void drawChart();

    PairsModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    ElidedLabel* m_title;
    QStackedWidget* m_stack;
    PairHistory m_history;
    LineChart* m_chart;
    std::array<ElidedLabel*, 2> m_lineNames{};
};

}  // namespace orrery::widgets
