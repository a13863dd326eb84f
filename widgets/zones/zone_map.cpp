#include "widgets/zones/zone_map.h"

#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {

const observe::FaultView* activeFault(const observe::Snapshot& snapshot, const char* kind,
                                      std::initializer_list<std::string_view> zones) {
    const auto strikesThem = [kind, zones](const observe::FaultView& fault) {
        return fault.active && fault.kind == kind &&
               std::ranges::is_permutation(fault.zones, zones);
    };
    const auto found = std::ranges::find_if(snapshot.faults, strikesThem);
    return found == snapshot.faults.end() ? nullptr : &*found;
}

RegionMap::RegionMap(QWidget* parent) : QWidget(parent) {
    for (int i = 0; i < kZonesPerRegion; ++i) {
        auto* tile = new ZoneTile(i, this);
        connect(tile, &QAbstractButton::clicked, this, [this, i] { zoneMenu(i); });
        m_tiles[static_cast<std::size_t>(i)] = tile;
    }
    for (int i = 0; i < kZonesPerRegion; ++i) {
        auto* link = new LinkButton(this);
        connect(link, &QAbstractButton::clicked, this, [this, i] { linkMenu(i); });
        m_links[static_cast<std::size_t>(i)] = link;
    }
}

void RegionMap::setRegion(const observe::RegionView& region, const observe::Snapshot& snapshot) {
    m_name = toQString(region.name);
    const auto idOf = [](const observe::FaultView* fault) {
        return fault == nullptr ? std::nullopt : std::optional(fault->id);
    };
    const auto* loss =
        activeFault(snapshot, "region-loss",
                    {region.zones[0].name, region.zones[1].name, region.zones[2].name});
    bool changed = false;
    for (std::size_t i = 0; i < m_tiles.size(); ++i) {
        const observe::ZoneView& zone = region.zones[i];
        const auto* outage = activeFault(snapshot, "zone-outage", {zone.name});
        if (outage == nullptr) outage = loss;
        m_zoneFaults[i].reset();
        if (outage != nullptr) m_zoneFaults[i] = {outage->id, toQString(outage->target)};
        changed |= m_tiles[i]->zone().up != zone.up;
        m_tiles[i]->setZone(zone, outage, snapshot.at);
        const std::string& a = region.zones[(i + 1) % m_links.size()].name;
        const std::string& b = region.zones[(i + 2) % m_links.size()].name;
        const auto* cut = activeFault(snapshot, "link-cut", {a, b});
        m_linkFaults[i] = idOf(cut);
        changed |= m_links[i]->isCut() != (cut != nullptr);
        m_links[i]->setLink(toQString(std::min(a, b)), toQString(std::max(a, b)), cut);
    }
    if (changed) update();
}

void RegionMap::resizeEvent(QResizeEvent*) {
    // Zone a above, b and c below it; each link's button in the middle of its line.
    const QSize tile = m_tiles[0]->sizeHint();
    const int w = std::clamp((width() - 46) / 2, 120, 210);
    const int h = tile.height();
    const int left = std::max(6, width() / 2 - w - 17);
    const int lower = std::max(26 + h + 40, height() - h - 8);
    m_tiles[0]->setGeometry((width() - w) / 2, 26, w, h);
    m_tiles[1]->setGeometry(left, lower, w, h);
    m_tiles[2]->setGeometry(width() - left - w, lower, w, h);
    for (std::size_t i = 0; i < m_links.size(); ++i) {
        const QPoint a = m_tiles[(i + 1) % m_tiles.size()]->geometry().center();
        const QPoint b = m_tiles[(i + 2) % m_tiles.size()]->geometry().center();
        const QSize size = m_links[i]->sizeHint();
        const QPoint middle = (a + b) / 2;
        m_links[i]->setGeometry(QRect(middle - QPoint(size.width() / 2, size.height() / 2), size));
    }
}

void RegionMap::paintEvent(QPaintEvent*) {
    const Colors& c = colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), c.surface);
    QFont bold = font();
    bold.setBold(true);
    painter.setFont(bold);
    painter.setPen(c.muted);
    const QRect title(12, 4, width() - 24, 20);
    painter.drawText(title, Qt::AlignLeft | Qt::AlignVCenter, m_name);
    const int left = painter.fontMetrics().horizontalAdvance(m_name) + 12;
    painter.setFont(font());
    const QString hint = tr("Press a zone or a link to break it");
    if (painter.fontMetrics().horizontalAdvance(hint) <= title.width() - left)
        painter.drawText(title, Qt::AlignRight | Qt::AlignVCenter, hint);
    for (std::size_t i = 0; i < m_links.size(); ++i) {
        const auto& first = *m_tiles[(i + 1) % m_tiles.size()];
        const auto& second = *m_tiles[(i + 2) % m_tiles.size()];
        const bool cut = m_links[i]->isCut() || !first.zone().up || !second.zone().up;
        QPen pen(m_links[i]->isCut() ? c.bad : c.muted, cut ? 1.4 : 2);
        if (cut) pen.setStyle(Qt::DashLine);
        painter.setPen(pen);
        painter.drawLine(first.geometry().center(), second.geometry().center());
    }
}

void RegionMap::zoneMenu(int zone) {
    const auto i = static_cast<std::size_t>(zone);
    const QString name = toQString(m_tiles[i]->zone().name);
    QMenu menu(this);
    if (m_zoneFaults[i]) {
        menu.addAction(icon(Symbol::Heal), tr("Heal %1").arg(m_zoneFaults[i]->struck), this,
                       [this, fault = m_zoneFaults[i]->id] { emit heal(fault); });
    } else {
        for (const int seconds : {20, 60})
            menu.addAction(icon(Symbol::Fail), tr("Fail %1 for %2 s").arg(name).arg(seconds), this,
                           [this, name, seconds] { emit failZone(name, seconds); });
        menu.addAction(icon(Symbol::Fail), tr("Fail %1 until healed").arg(name), this,
                       [this, name] { emit failZone(name, 0); });
    }
    menu.exec(m_tiles[i]->mapToGlobal(QPoint(8, m_tiles[i]->height() - 4)));
}

void RegionMap::linkMenu(int link) {
    const auto i = static_cast<std::size_t>(link);
    const LinkButton& button = *m_links[i];
    QMenu menu(this);
    if (m_linkFaults[i]) {
        menu.addAction(icon(Symbol::Heal), tr("Heal the link"), this,
                       [this, fault = *m_linkFaults[i]] { emit heal(fault); });
    } else {
        const QString a = button.zoneA();
        const QString b = button.zoneB();
        menu.addAction(icon(Symbol::Cut), tr("Cut %1 from %2 for 20 s").arg(a, b), this,
                       [this, a, b] { emit cutLink(a, b, 20); });
        menu.addAction(icon(Symbol::Cut), tr("Cut %1 from %2 until healed").arg(a, b), this,
                       [this, a, b] { emit cutLink(a, b, 0); });
    }
    menu.exec(button.mapToGlobal(QPoint(4, button.height() - 2)));
}

ZoneMap::ZoneMap(QWidget* parent) : QWidget(parent), m_list(new QWidget(this)) {
    auto* nothing = new QLabel(tr("A Region appears here once a table is created in it."), this);
    nothing->setAlignment(Qt::AlignCenter);
    nothing->setWordWrap(true);
    nothing->setMargin(16);
    nothing->setProperty("muted", true);
    m_nothing = nothing;
    auto* list = new QVBoxLayout(m_list);
    list->setContentsMargins(0, 0, 0, 0);
    list->setSpacing(0);
    list->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_list);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_nothing);
    m_stack->addWidget(scroll);
    layout->addWidget(m_stack);
    m_scroll = scroll;
    // The scroll area scrolls up and down only, so a narrower one would cut zones.
    setMinimumWidth(RegionMap::kWidthMin + style()->pixelMetric(QStyle::PM_ScrollBarExtent));
    m_list->setAutoFillBackground(true);
    m_list->setBackgroundRole(QPalette::Base);
}

void ZoneMap::setCurrentRegion(const QString& name) {
    if (std::exchange(m_current, name) != name) showCurrent();
}

void ZoneMap::showCurrent() {
    const auto current = std::ranges::find(m_regions, m_current, &RegionMap::name);
    if (current == m_regions.end()) return;
    m_list->layout()->activate();
    // Its top first, if there is not room for all of it.
    m_scroll->ensureWidgetVisible(*current, 0, 0);
    m_scroll->verticalScrollBar()->setValue(
        std::min(m_scroll->verticalScrollBar()->maximum(), (*current)->y()));
}

void ZoneMap::setSnapshot(const observe::SnapshotPtr& snapshot) {
    const std::size_t before = m_regions.size();
    m_stack->setCurrentIndex(snapshot->regions.empty() ? 0 : 1);
    auto* list = static_cast<QVBoxLayout*>(m_list->layout());
    while (m_regions.size() > snapshot->regions.size()) {
        delete m_regions.back();
        m_regions.pop_back();
    }
    while (m_regions.size() < snapshot->regions.size()) {
        auto* map = new RegionMap(m_list);
        connect(map, &RegionMap::failZone, this, &ZoneMap::failZone);
        connect(map, &RegionMap::cutLink, this, &ZoneMap::cutLink);
        connect(map, &RegionMap::heal, this, &ZoneMap::heal);
        list->insertWidget(static_cast<int>(m_regions.size()), map);
        m_regions.push_back(map);
    }
    for (std::size_t i = 0; i < m_regions.size(); ++i)
        m_regions[i]->setRegion(*snapshot->regions[i], *snapshot);
    if (m_regions.size() != before) showCurrent();
}

}  // namespace orrery::widgets
