#include "widgets/clock/clock_bar.h"

#include <QAbstractItemView>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>
#include <algorithm>
#include <utility>

#include "widgets/base/format.h"
#include "widgets/base/icons.h"

namespace orrery::widgets {
namespace {

constexpr double kSpeeds[] = {0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10};

QToolButton* makeButton(QAction* action, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

}  // namespace

ClockBar::ClockBar(QWidget* parent)
    : QWidget(parent),
      m_run(new QAction(icon(Symbol::Pause), tr("Pause"), this)),
      m_step(new QAction(icon(Symbol::Step), tr("Step"), this)),
      m_goals(new QActionGroup(this)),
      m_speed(new QComboBox(this)),
      m_time(new QLabel(this)) {
    m_run->setShortcut(Qt::Key_F9);
    m_step->setShortcut(Qt::Key_F10);
    m_step->setEnabled(false);
    m_step->setToolTip(tr("Go to the next event, while the clock is paused (F10)"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(makeRunButton());
    layout->addWidget(makeStepButton());
    m_speed->setAccessibleName(tr("Speed of the clock"));
    m_speed->setToolTip(tr("How fast the clock runs: 1× is real time"));
    for (const double speed : kSpeeds)
        m_speed->addItem(speedText(speed), speed);
    m_speed->setCurrentIndex(m_speed->findData(1.0));
    layout->addWidget(m_speed);
    m_time->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_time->setAccessibleName(tr("Virtual time"));
    m_time->setText(instantText(Instant()));
    m_time->setMinimumWidth(
        m_time->fontMetrics().horizontalAdvance(QStringLiteral("00:00:00.000")));
    layout->addSpacing(6);
    layout->addWidget(m_time);
    connect(m_run, &QAction::triggered, this, [this] { emit stateWanted(!m_running); });
    connect(m_step, &QAction::triggered, this,
            [this] { emit stepWanted(m_goals->checkedAction()->data().toString()); });
    connect(m_speed, &QComboBox::activated, this,
            [this] { emit speedWanted(m_speed->currentData().toDouble()); });
}

QToolButton* ClockBar::makeRunButton() {
    // As wide as the wider of its two texts, so that Step stays under the pointer.
    QToolButton* button = makeButton(m_run, this);
    button->ensurePolished();
    int width = 0;
    for (const QString& text : {tr("Run"), tr("Pause")}) {
        m_run->setText(text);
        width = std::max(width, button->sizeHint().width());
    }
    button->setMinimumWidth(width);
    return button;
}

QToolButton* ClockBar::makeStepButton() {
    QToolButton* button = makeButton(m_step, this);
    auto* menu = new QMenu(tr("A step goes to"), button);
    menu->setToolTipsVisible(true);
    const std::pair<QString, const char*> goals[] = {
        {tr("Next event in sight"), "visible"}, {tr("Next message"), "message"},
        {tr("Next commit"), "commit"},          {tr("Next election"), "election"},
        {tr("Next answer"), "answer"},          {tr("Next event of any kind, timers too"), ""}};
    for (const auto& [text, goal] : goals) {
        QAction* action = menu->addAction(text);
        action->setCheckable(true);
        action->setData(QString::fromLatin1(goal));
        m_goals->addAction(action);
    }
    m_goals->actions().constFirst()->setChecked(true);
    button->setMenu(menu);
    button->setPopupMode(QToolButton::MenuButtonPopup);
    return button;
}

void ClockBar::setSnapshot(const observe::Snapshot& snapshot) {
    const observe::ClockView& clock = snapshot.clock;
    const QString time = instantText(clock.now);
    if (m_time->text() != time) {
        m_time->setText(time);
        m_time->setToolTip(tr("Virtual time since this world was made.\nCalendar: %1")
                               .arg(calendarText(clock.calendar)));
    }
    const bool running = clock.state == observe::ClockState::Running;
    if (running != m_running) {
        m_running = running;
        m_run->setText(running ? tr("Pause") : tr("Run"));
        m_run->setIcon(icon(running ? Symbol::Pause : Symbol::Run));
        m_step->setEnabled(!running);
    }
    if (m_speed->view()->isVisible()) return;
    int index = m_speed->findData(clock.speed);
    if (index < 0) {
        m_speed->addItem(speedText(clock.speed), clock.speed);
        index = m_speed->count() - 1;
    }
    if (index != m_speed->currentIndex()) m_speed->setCurrentIndex(index);
}

}  // namespace orrery::widgets
