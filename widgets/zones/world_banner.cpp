#include "widgets/zones/world_banner.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QPainter>
#include <algorithm>

#include "core/observe/fault_spec.h"
#include "widgets/base/changes_behind.h"
#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("WorldBanner", text);
}

QString faultText(const observe::FaultView& fault, Instant now) {
    const observe::FaultSpec* spec = observe::findFaultSpec(fault.kind);
    const std::string shown(spec != nullptr ? spec->shown : "%1: " + fault.kind);
    QString text = tr(shown.c_str());
    text = text.arg(toQString(fault.target));
    if (fault.until != Instant::never())
        text += tr(" (%1 left)")
                    .arg(durationText(std::chrono::ceil<std::chrono::seconds>(
                        std::max(Duration::zero(), fault.until - now))));
    return text;
}

}  // namespace

QString faultSummary(const observe::Snapshot& snapshot) {
    QStringList parts;
    for (const observe::FaultView& fault : snapshot.faults)
        if (fault.active) parts << faultText(fault, snapshot.at);
    return parts.join(QStringLiteral(" · "));
}

QString costSummary(const observe::Snapshot& snapshot) {
    std::uint64_t failed = 0;
    std::uint64_t stale = 0;
    std::uint64_t elections = 0;
    bool inZones = false;
    bool betweenRegions = false;
    for (const observe::FaultView& fault : snapshot.faults) {
        if (!fault.active) continue;
        const observe::FaultSpec* spec = observe::findFaultSpec(fault.kind);
        (spec == nullptr || spec->target == observe::FaultTarget::Zones ? inZones
                                                                        : betweenRegions) = true;
        failed = std::max(failed, fault.failedRequests);
        stale = std::max(stale, fault.staleReads);
        elections = std::max(elections, fault.elections);
    }
    QStringList cost;
    const auto add = [&](std::uint64_t count, const char* one, const char* many) {
        if (inZones || (betweenRegions && count > 0))
            cost << countText(static_cast<std::int64_t>(count), one, many);
    };
    // A fault between Regions costs no election; it makes the others fall behind.
    if (betweenRegions)
        cost << tr("%1 between Regions").arg(changesBehindText(changesBehind(snapshot)));
    add(elections, "election", "elections");
    add(failed, "failed request", "failed requests");
    add(stale, "stale read", "stale reads");
    return cost.join(QStringLiteral(", "));
}

QString clockSummary(const observe::Snapshot& snapshot) {
    const observe::ClockView& clock = snapshot.clock;
    QString text;
    if (clock.state == observe::ClockState::Paused)
        text = tr("The clock is paused: %1 waiting")
                   .arg(countText(static_cast<std::int64_t>(clock.waitingRequests), "request",
                                  "requests"));
    else if (clock.speed != 1.0)
        text = tr("The clock runs at %1").arg(speedText(clock.speed));
    else if (clock.stretched)
        text = tr("The clock is stretched: the machine cannot keep up");
    return text;
}

WorldBanner::WorldBanner(QWidget* parent)
    : QWidget(parent),
      m_text(new QLabel(this)),
      m_heal(new QPushButton(icon(Symbol::Heal), tr("Heal everything"), this)),
      m_run(new QPushButton(icon(Symbol::Run), tr("Run"), this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(38, 0, 8, 0);
    layout->setSpacing(8);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_text->setAccessibleName(tr("State of the world"));
    m_heal->setAccessibleName(tr("Heal everything"));
    m_heal->setToolTip(tr("Heal all faults (Ctrl+Shift+H)"));
    m_run->setToolTip(tr("Let the clock run at real time"));
    layout->addWidget(m_text, 1);
    layout->addWidget(m_heal);
    layout->addWidget(m_run);
    connect(m_heal, &QPushButton::clicked, this, &WorldBanner::healAllWanted);
    connect(m_run, &QPushButton::clicked, this, &WorldBanner::runWanted);
}

void WorldBanner::setSnapshot(const observe::Snapshot& snapshot) {
    const QString faults = faultSummary(snapshot);
    const QString clock = clockSummary(snapshot);
    const QString refused = toQString(snapshot.writesRefused);
    const bool bad = !faults.isEmpty() || !refused.isEmpty();
    if (bad != m_bad) {
        m_bad = bad;
        update();
    }
    m_heal->setVisible(!faults.isEmpty());
    const bool slow =
        snapshot.clock.state == observe::ClockState::Paused || snapshot.clock.speed != 1.0;
    m_run->setVisible(slow);
    m_run->setText(snapshot.clock.state == observe::ClockState::Paused ? tr("Run")
                                                                       : tr("Run at 1×"));
    QStringList lines;
    for (const QString& line : {refused, faults, clock, costSummary(snapshot)})
        if (!line.isEmpty()) lines << line;
    if (snapshot.clock.state == observe::ClockState::Running) m_step.clear();
    m_world = lines;
    setLines(lines);
}

void WorldBanner::setStep(const QString& text) {
    m_step = tr("Step: %1").arg(text);
    setLines(m_world);
}

void WorldBanner::setLines(const QStringList& world) {
    QStringList lines = world;
    // Right after what it is about.
    if (!m_step.isEmpty()) lines.insert(std::min<qsizetype>(1, lines.size()), m_step);
    if (m_lines == lines) return;
    m_lines = lines;
    m_text->setToolTip(lines.join(u'\n'));
    m_text->setAccessibleDescription(text());
    showText();
}

QString WorldBanner::text() const {
    return m_lines.join(QStringLiteral(" — "));
}

void WorldBanner::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    showText();
}

void WorldBanner::showText() {
    // What is broken matters more than the whole name of the button.
    constexpr int kNarrow = 420;
    m_heal->setText(width() < kNarrow ? tr("Heal") : tr("Heal everything"));
    layout()->activate();
    // Two lines fit, and the end of the second may be elided.
    QStringList shown = m_lines.mid(0, 1);
    if (m_lines.size() > 1) shown << m_lines.mid(1).join(QStringLiteral(" · "));
    for (QString& line : shown)
        line = m_text->fontMetrics().elidedText(line, Qt::ElideRight, m_text->width());
    m_text->setText(shown.join(u'\n'));
}

void WorldBanner::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), m_bad ? colors().badSurface : colors().warnSurface);
    painter.fillRect(QRect(0, 0, 4, height()), m_bad ? colors().bad : colors().warn);
    icon(Symbol::Warning).paint(&painter, QRect(13, (height() - 17) / 2, 17, 17));
}

}  // namespace orrery::widgets
