#pragma once

#include <QComboBox>
#include <QLabel>
#include <QWidget>
#include <map>

#include "core/observe/snapshot.h"
#include "widgets/base/line_chart.h"
#include "widgets/lag/lag_history.h"

namespace orrery::widgets {

/// How far each zone is behind, over the last minutes: in records and in milliseconds, of all
/// tables of a Region or of the one in front. The present values stand beside it as text.
class LagView : public QWidget {
    Q_OBJECT
public:
    explicit LagView(QWidget* parent = nullptr);

    /// Selects the Region to show, and the table for "Table in front"; empty if there is none.
    void setScope(const QString& region, const QString& table);
    /// Adds a sample to the histories. Redraws only while the view is visible.
    void setSnapshot(const observe::SnapshotPtr& snapshot);

    /// The history that the charts show.
    const LagHistory& history() const;
    LineChart* recordsChart() const { return m_records; }
    LineChart* millisecondsChart() const { return m_milliseconds; }
    QComboBox* scopeBox() const { return m_scope; }
    QString valueText(int zone) const { return m_values[static_cast<std::size_t>(zone)]->text(); }

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeControls();
    void draw();
    void showValues();
    void drawRecords();
    void drawMilliseconds();
    void drawChart(LineChart& chart, LagHistory::Unit unit);
    void takeFaults(const observe::Snapshot& snapshot);
    std::vector<LineChart::Band> bands(Duration span) const;
    std::vector<LineChart::Mark> marks(Duration span) const;

    /// The beginning of a fault.
    struct FaultMark {
        std::uint64_t id = 0;
        Instant since;
        QString text;
    };

    QString m_region;
    QString m_table;
    std::vector<FaultMark> m_faults;
    static constexpr std::size_t kTablesMax = 24;

    bool m_recordsNext = true;
    LagHistory m_ofRegion;
    std::map<QString, LagHistory> m_ofTables;  // Of the tables opened lately.
    LineChart* m_records;
    LineChart* m_milliseconds;
    QComboBox* m_scope;
    QComboBox* m_span;
    std::array<QLabel*, kZonesPerRegion> m_values{};
};

}  // namespace orrery::widgets
