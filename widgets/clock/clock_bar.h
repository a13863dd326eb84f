#pragma once

#include <QAction>
#include <QActionGroup>
#include <QComboBox>
#include <QLabel>
#include <QWidget>

#include "core/observe/snapshot.h"

class QToolButton;

namespace orrery::widgets {

/// The clock of the world: run or pause, one step, the speed, and the virtual time.
class ClockBar : public QWidget {
    Q_OBJECT
public:
    explicit ClockBar(QWidget* parent = nullptr);

    void setSnapshot(const observe::Snapshot& snapshot);

    QAction* runAction() const { return m_run; }
    QAction* stepAction() const { return m_step; }
    /// What a step goes to; the checked action counts.
    QActionGroup* stepGoals() const { return m_goals; }
    QComboBox* speedBox() const { return m_speed; }
    QString timeText() const { return m_time->text(); }

signals:
    void stateWanted(bool running);
    /// To the next event of a kind: "visible", "message", …; empty: of any kind.
    void stepWanted(const QString& to);
    void speedWanted(double speed);

private:
    QToolButton* makeRunButton();
    QToolButton* makeStepButton();

    QAction* m_run;
    QAction* m_step;
    QActionGroup* m_goals;
    QComboBox* m_speed;
    QLabel* m_time;
    bool m_running = true;
};

}  // namespace orrery::widgets
