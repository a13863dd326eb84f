#pragma once

#include <QAbstractButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVariantAnimation>
#include <QWidget>
#include <optional>
#include <vector>

#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// A zone on the map: a button with the zone's name, its state in words, and its numbers of leaders
/// and replicas. A failed zone is hatched.
class ZoneTile : public QAbstractButton {
    Q_OBJECT
public:
    explicit ZoneTile(int zone, QWidget* parent = nullptr);

    /// `fault` is the one that has taken this zone away, or null.
    void setZone(const observe::ZoneView& zone, const observe::FaultView* fault, Instant now);
    const observe::ZoneView& zone() const { return m_zone; }
    QString stateText() const { return m_state; }
    /// The line below: how many partitions it leads, or why and since when its clients cannot do
    /// everything.
    QString leadsText() const { return m_leads; }

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int m_index;
    observe::ZoneView m_zone;
    QString m_state;
    QString m_leads;
    QString m_lag;
    QVariantAnimation m_glow;  // Runs when the number of leaders changes.
};

/// The link between two zones: a round button on the line between them.
class LinkButton : public QAbstractButton {
    Q_OBJECT
public:
    explicit LinkButton(QWidget* parent = nullptr);

    void setLink(const QString& zoneA, const QString& zoneB, const observe::FaultView* fault);
    bool isCut() const { return m_cut; }
    const QString& zoneA() const { return m_zoneA; }
    const QString& zoneB() const { return m_zoneB; }

    QSize sizeHint() const override { return {26, 26}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_zoneA;
    QString m_zoneB;
    bool m_cut = false;
};

/// One Region: its three zones and the links between them.
class RegionMap : public QWidget {
    Q_OBJECT
public:
    explicit RegionMap(QWidget* parent = nullptr);

    void setRegion(const observe::RegionView& region, const observe::Snapshot& snapshot);
    const QString& name() const { return m_name; }
    ZoneTile* tile(int zone) const { return m_tiles[static_cast<std::size_t>(zone)]; }
    /// The link opposite to `zone`: between the two others.
    LinkButton* link(int zone) const { return m_links[static_cast<std::size_t>(zone)]; }

    QSize sizeHint() const override { return {340, 256}; }
    static constexpr int kWidthMin = 290;
    QSize minimumSizeHint() const override { return {kWidthMin, 236}; }

signals:
    void failZone(const QString& zone, int seconds);
    void cutLink(const QString& zoneA, const QString& zoneB, int seconds);
    void heal(std::uint64_t fault);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    /// Why a zone has failed: the fault's id, and the zone or Region that it has struck.
    struct ZoneFault {
        std::uint64_t id = 0;
        QString struck;
    };

    void zoneMenu(int zone);
    void linkMenu(int link);

    QString m_name;
    std::array<ZoneTile*, kZonesPerRegion> m_tiles{};
    std::array<LinkButton*, kZonesPerRegion> m_links{};
    std::array<std::optional<ZoneFault>, kZonesPerRegion> m_zoneFaults;
    std::array<std::optional<std::uint64_t>, kZonesPerRegion> m_linkFaults;
};

/// All Regions, one below the other. Signals carry the person's requests to fail, cut or heal; 0
/// seconds means "until healed".
class ZoneMap : public QWidget {
    Q_OBJECT
public:
    explicit ZoneMap(QWidget* parent = nullptr);

    void setSnapshot(const observe::SnapshotPtr& snapshot);
    /// Brings this Region into sight when it becomes the current one. A person may scroll on.
    void setCurrentRegion(const QString& name);
    RegionMap* region(int index) const { return m_regions[static_cast<std::size_t>(index)]; }

signals:
    void failZone(const QString& zone, int seconds);
    void cutLink(const QString& zoneA, const QString& zoneB, int seconds);
    void heal(std::uint64_t fault);

private:
    void showCurrent();

    std::vector<RegionMap*> m_regions;
    QString m_current;
    QScrollArea* m_scroll = nullptr;
    QWidget* m_list;
    QWidget* m_nothing;
    QStackedWidget* m_stack;
};

/// The active fault of `kind` ("zone-outage", "link-cut") that strikes exactly `zones`, in any
/// order; null if there is none.
const observe::FaultView* activeFault(const observe::Snapshot& snapshot, const char* kind,
                                      std::initializer_list<std::string_view> zones);

}  // namespace orrery::widgets
