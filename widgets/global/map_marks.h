#pragma once

#include <QAbstractButton>

#include "core/observe/snapshot.h"
#include "widgets/global/world_links.h"

namespace orrery::widgets {

/// Something on the map that a person presses with the mouse, with Space or with Return.
class MapMark : public QAbstractButton {
    Q_OBJECT
public:
    explicit MapMark(QWidget* parent);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintFrame(QPainter& painter, bool isBad);
    QFont smallFont() const;
};

/// A Region on the map: its name, its three zones with letters, and in words what is wrong.
class RegionMark : public MapMark {
    Q_OBJECT
public:
    explicit RegionMark(QWidget* parent);

    void setRegion(const observe::RegionViewPtr& region, const std::vector<HealableFault>& faults);
    const observe::RegionView& region() const { return *m_region; }
    const std::vector<HealableFault>& faults() const { return m_faults; }
    /// "lost", "isolated", "clock +5 s"; empty if all is well.
    QString stateText() const { return m_state; }

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    observe::RegionViewPtr m_region;
    std::vector<HealableFault> m_faults;
    QString m_state;
    bool m_isBad = false;
};

/// A link on the map: for each direction, how much is behind and what is wrong.
class LinkMark : public MapMark {
    Q_OBJECT
public:
    explicit LinkMark(QWidget* parent);

    /// `forth` and `back` are arrows that point as the directions do on the map.
    void setLink(const WorldLink& link, QChar forth, QChar back);
    const WorldLink& link() const { return m_link; }
    /// The lines of the label: "→ 214 behind · 800 ms".
    QStringList lines() const;
    /// Shows a symbol in place of the lines.
    void setSmall(bool small) { m_isSmall = small; }
    bool isSmall() const { return m_isSmall; }

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintLine(QPainter& painter, const QRectF& rect, const LinkDirection& direction,
                   QChar arrow) const;

    WorldLink m_link;
    QChar m_forth;
    QChar m_back;
    bool m_isSmall = false;
};

}  // namespace orrery::widgets
