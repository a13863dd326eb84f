#pragma once

#include <QElapsedTimer>
#include <QPixmap>
#include <QTimer>
#include <QWidget>
#include <map>
#include <vector>

#include "widgets/global/map_marks.h"
#include "widgets/global/map_plan.h"
#include "widgets/global/world_links.h"

namespace orrery::widgets {

/// The drawing of the world: land, Regions, links. A light moves along a link for each change that
/// was acknowledged between two snapshots, or for the first of them if they are many.
class MapCanvas : public QWidget {
    Q_OBJECT
public:
    static constexpr int kLightsMax = 5;  ///< Of one direction of a link, for one snapshot.

    explicit MapCanvas(QWidget* parent = nullptr);

    void setWorld(const observe::Snapshot& snapshot);

    const std::vector<RegionMark*>& regions() const { return m_regions; }
    const std::vector<LinkMark*>& links() const { return m_links; }
    const MapPlan& plan() const { return m_plan; }
    /// How many lights move from one Region to another now.
    int lightsBetween(const QString& from, const QString& to) const;
    /// The smallest size, not below `viewport`, in which nothing overlaps; with very many Regions
    /// the largest that it tries.
    QSize sizeFor(const QSize& viewport);

signals:
    void regionPressed(orrery::widgets::RegionMark* mark);
    void linkPressed(orrery::widgets::LinkMark* mark);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    struct Light {
        std::size_t link = 0;
        std::size_t way = 0;  ///< 0 from a to b, 1 from b to a.
        qint64 beginMs = 0;
    };

    void makeMarks(std::size_t regions, std::size_t links);
    /// The keyboard reaches all Regions before the links.
    void orderMarks();
    void setLinks(std::vector<WorldLink> links);
    /// Begins the lights of the changes since the last snapshot.
    void light(std::size_t link, std::size_t way, const LinkDirection& direction);
    void moveLights();
    bool isSeen() const;
    MapRequest requestForRegions(const QSizeF& size) const;
    MapRequest requestFor(const QSizeF& size) const;
    void arrange();
    void paintLand(QPainter& painter);
    void paintArc(QPainter& painter, const MapArc& arc, const LinkDirection& direction) const;
    void paintLights(QPainter& painter) const;

    std::vector<RegionMark*> m_regions;
    std::vector<LinkMark*> m_links;
    MapPlan m_plan;
    MapRequest m_planned;  // What m_plan is for.
    MapRequest m_sized;    // What m_needed is for.
    QSize m_needed;
    std::map<std::pair<QString, QString>, std::uint64_t> m_changes;  // Seen so far.
    std::vector<Light> m_lights;
    QTimer m_frames;
    QElapsedTimer m_clock;
    QPixmap m_land;
    QRectF m_landEarth;
    bool m_landIsDark = false;
    bool m_hasSnapshot = false;
};

/// The width of the line for this number of changes that are behind.
double widthFor(std::uint64_t pending);

}  // namespace orrery::widgets
