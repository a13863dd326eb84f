#include "widgets/global/world_map.h"

#include <QMenu>
#include <QVBoxLayout>
#include <algorithm>
#include <chrono>

#include "widgets/base/format.h"
#include "widgets/base/icons.h"

namespace orrery::widgets {
namespace {

constexpr int kShortSeconds = 20;
constexpr int kSlowMs = 200;

}  // namespace

WorldMap::WorldMap(QWidget* parent)
    : QWidget(parent),
      m_canvas(new MapCanvas),
      m_scroll(new QScrollArea(this)),
      m_hint(new ElidedLabel(this)),
      m_stack(new QStackedWidget(this)) {
    setAccessibleName(tr("World map"));
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
    m_stack->addWidget(makeAdvice());
    auto* body = new QWidget(m_stack);
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setWidget(m_canvas);
    layout->addWidget(m_scroll, 1);
    m_hint->setProperty("muted", true);
    m_hint->setContentsMargins(12, 2, 12, 3);
    layout->addWidget(m_hint);
    m_stack->addWidget(body);
    connect(m_canvas, &MapCanvas::regionPressed, this, &WorldMap::showRegionMenu);
    connect(m_canvas, &MapCanvas::linkPressed, this, &WorldMap::showLinkMenu);
}

QWidget* WorldMap::makeAdvice() {
    auto* page = new QWidget(m_stack);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(16, 8, 16, 8);
    layout->setSpacing(6);
    m_advice = new QLabel(page);
    m_advice->setProperty("muted", true);
    m_command = new QLabel(page);
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_command->setAccessibleName(tr("Command that adds a replica"));
    layout->addStretch(1);
    for (QLabel* label : {m_advice, m_command}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        layout->addWidget(label);
    }
    layout->addStretch(1);
    return page;
}

void WorldMap::setEndpoint(const QString& endpoint) {
    m_endpoint = endpoint;
}

void WorldMap::advise(const observe::Snapshot& snapshot) {
    QString region = QStringLiteral("us-east-1");
    QString table = QStringLiteral("TABLE");
    if (!snapshot.regions.empty()) {
        const observe::RegionView& first = *snapshot.regions.front();
        region = toQString(first.name);
        if (!first.tables.empty()) table = toQString((*first.tables.begin())->name);
    }
    const QString other =
        region == u"eu-west-1" ? QStringLiteral("us-east-1") : QStringLiteral("eu-west-1");
    const QString endpoint =
        m_endpoint.isEmpty() ? QString() : QStringLiteral(" --endpoint-url %1").arg(m_endpoint);
    m_advice->setText(
        tr("The map shows Regions and the replication between them once a table has a replica in "
           "another Region. “Add replica in Region…” in the menu of a table adds one, and so does "
           "UpdateTable with ReplicaUpdates:"));
    // Two lines that a shell takes as one.
    m_command->setText(QStringLiteral("aws dynamodb update-table%1 --region %2 \\\n"
                                      "    --table-name %3 --replica-updates "
                                      "'Create={RegionName=%4}'")
                           .arg(endpoint, region, table, other));
}

QString WorldMap::adviceText() const {
    return m_stack->currentIndex() == 0 ? m_advice->text() + u'\n' + m_command->text() : QString();
}

void WorldMap::setSnapshot(const observe::SnapshotPtr& snapshot) {
    const bool isMap = snapshot->regions.size() > 1;
    if (!isMap) advise(*snapshot);
    m_canvas->setWorld(*snapshot);
    m_hint->setText(
        m_canvas->links().empty()
            ? tr("No table has replicas in two of these Regions. “Add replica in Region…” in the "
                 "menu of a table adds one.")
            : tr("Press a Region or a link to break it · wide line: many changes behind · dashed: "
                 "cut · light: a change arrives"));
    m_stack->setCurrentIndex(isMap ? 1 : 0);
    fitCanvas();
    if (isMap) setFocusProxy(m_canvas->regions().front());
}

void WorldMap::fitCanvas() {
    const QSize viewport = m_scroll->maximumViewportSize();
    if (m_stack->currentIndex() == 0 || viewport.isEmpty()) return;
    const QSize needed = m_canvas->sizeFor(viewport);
    const QSize least = needed == viewport ? QSize(0, 0) : needed;
    if (m_canvas->minimumSize() != least) m_canvas->setMinimumSize(least);
}

void WorldMap::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitCanvas();
}

RegionMark* WorldMap::region(const QString& name) const {
    const auto found = std::ranges::find_if(m_canvas->regions(), [&name](const RegionMark* mark) {
        return toQString(mark->region().name) == name;
    });
    return found == m_canvas->regions().end() ? nullptr : *found;
}

LinkMark* WorldMap::link(const QString& a, const QString& b) const {
    const auto found = std::ranges::find_if(m_canvas->links(), [&](const LinkMark* mark) {
        const LinkDirection& forth = mark->link().forth;
        return (forth.from == a && forth.to == b) || (forth.from == b && forth.to == a);
    });
    return found == m_canvas->links().end() ? nullptr : *found;
}

void WorldMap::addFault(QMenu& menu, const QString& text, const RegionFault& fault) {
    const Symbol symbol = fault.kind == observe::FaultKind::RegionLinkSlow     ? Symbol::Clock
                          : fault.kind == observe::FaultKind::ReplicationPause ? Symbol::Pause
                          : fault.kind == observe::FaultKind::RegionLoss       ? Symbol::Fail
                                                                               : Symbol::Cut;
    menu.addAction(icon(symbol), text, this, [this, fault] { emit faultWanted(fault); });
}

void WorldMap::addHealing(QMenu& menu, const std::vector<HealableFault>& faults) {
    for (const HealableFault& fault : faults)
        menu.addAction(icon(Symbol::Heal), tr("Heal: %1").arg(fault.text), this,
                       [this, id = fault.id] { emit heal(id); });
    if (!faults.empty()) menu.addSeparator();
}

void WorldMap::addClocks(QMenu& menu, const RegionMark& mark) {
    using namespace std::chrono_literals;
    const QString region = toQString(mark.region().name);
    QMenu* clocks = menu.addMenu(icon(Symbol::Clock), tr("Clock of %1").arg(region));
    for (const std::chrono::milliseconds offset : {5000ms, 1000ms, 0ms, -1000ms, -5000ms}) {
        QAction* action = clocks->addAction(
            offset == 0ms ? tr("As the world's") : clockText(offset), this, [this, region, offset] {
                emit clockOffsetWanted(region, static_cast<int>(offset.count()));
            });
        action->setCheckable(true);
        action->setChecked(mark.region().clockOffset == offset);
    }
}

void WorldMap::showRegionMenu(RegionMark* mark) {
    using observe::FaultKind;
    const QString region = toQString(mark->region().name);
    QMenu menu(this);
    addHealing(menu, mark->faults());
    const auto has = [mark](FaultKind kind) {
        return std::ranges::find(mark->faults(), kind, &HealableFault::kind) !=
               mark->faults().end();
    };
    const auto add = [&](FaultKind kind, const QString& shortly, const QString& lasting) {
        if (has(kind)) return;
        addFault(menu, shortly.arg(region).arg(kShortSeconds),
                 {.kind = kind, .regions = {region}, .seconds = kShortSeconds});
        addFault(menu, lasting.arg(region), {.kind = kind, .regions = {region}});
    };
    add(FaultKind::RegionIsolation, tr("Isolate %1 from other Regions for %2 s"),
        tr("Isolate %1 from other Regions until healed"));
    add(FaultKind::RegionLoss, tr("Lose %1 with its zones for %2 s"),
        tr("Lose %1 with its zones until healed"));
    menu.addSeparator();
    addClocks(menu, *mark);
    menu.exec(mark->mapToGlobal(QPoint(8, mark->height() - 3)));
}

void WorldMap::showLinkMenu(LinkMark* mark) {
    using observe::FaultKind;
    const WorldLink& link = mark->link();
    const QString a = link.forth.from;
    const QString b = link.forth.to;
    const auto has = [&link](FaultKind kind) {
        return std::ranges::find(link.faults, kind, &HealableFault::kind) != link.faults.end();
    };
    QMenu menu(this);
    addHealing(menu, link.faults);
    if (!has(FaultKind::RegionLinkCut)) {
        addFault(menu, tr("Cut %1 from %2 for %3 s").arg(a, b).arg(kShortSeconds),
                 {.kind = FaultKind::RegionLinkCut, .regions = {a, b}, .seconds = kShortSeconds});
        addFault(menu, tr("Cut %1 from %2 until healed").arg(a, b),
                 {.kind = FaultKind::RegionLinkCut, .regions = {a, b}});
        for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)})
            addFault(menu, tr("Cut only from %1 to %2 until healed").arg(from, to),
                     {.kind = FaultKind::RegionLinkCut, .regions = {from, to}, .oneWay = true});
    }
    if (!has(FaultKind::RegionLinkSlow))
        addFault(menu, tr("Slow the link by %1 ms until healed").arg(kSlowMs),
                 {.kind = FaultKind::RegionLinkSlow, .regions = {a, b}, .delayMs = kSlowMs});
    if (!has(FaultKind::ReplicationPause))
        addFault(menu, tr("Pause replication between them until healed"),
                 {.kind = FaultKind::ReplicationPause, .regions = {a, b}});
    menu.exec(mark->mapToGlobal(QPoint(4, mark->height() - 2)));
}

}  // namespace orrery::widgets
