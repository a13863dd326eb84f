#pragma once

#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QWidget>

#include "core/observe/snapshot.h"
#include "widgets/base/elided_label.h"
#include "widgets/global/map_canvas.h"
#include "widgets/global/region_fault.h"

namespace orrery::widgets {

/// The Regions on a map of the world, and the replication of global tables between them. Signals
/// carry the person's requests.
class WorldMap : public QWidget {
    Q_OBJECT
public:
    explicit WorldMap(QWidget* parent = nullptr);

    /// For the command that it suggests while there are fewer than two Regions.
    void setEndpoint(const QString& endpoint);
    void setSnapshot(const observe::SnapshotPtr& snapshot);

    MapCanvas* canvas() const { return m_canvas; }
    /// Null if there is no such Region.
    RegionMark* region(const QString& name) const;
    /// Between two Regions in any order; null if they have no global table in common.
    LinkMark* link(const QString& a, const QString& b) const;
    /// What stands in place of the map; empty while there are two Regions.
    QString adviceText() const;
    QString hintText() const { return m_hint->text(); }

    QSize sizeHint() const override { return {640, 240}; }
    QSize minimumSizeHint() const override { return {200, 120}; }

signals:
    void faultWanted(const orrery::widgets::RegionFault& fault);
    void heal(std::uint64_t fault);
    void clockOffsetWanted(const QString& region, int milliseconds);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeAdvice();
    void advise(const observe::Snapshot& snapshot);
    void fitCanvas();
    void showRegionMenu(RegionMark* mark);
    void showLinkMenu(LinkMark* mark);
    void addFault(QMenu& menu, const QString& text, const RegionFault& fault);
    void addHealing(QMenu& menu, const std::vector<HealableFault>& faults);
    void addClocks(QMenu& menu, const RegionMark& mark);

    QString m_endpoint;
    MapCanvas* m_canvas;
    QScrollArea* m_scroll;
    ElidedLabel* m_hint;
    QLabel* m_advice = nullptr;
    QLabel* m_command = nullptr;
    QStackedWidget* m_stack;
};

}  // namespace orrery::widgets
