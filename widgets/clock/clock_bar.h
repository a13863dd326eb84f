#pragma once

#include <QAction>
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
    QComboBox* speedBox() const { return m_speed; }
    QString timeText() const { return m_time->text(); }

signals:
    void stateWanted(bool running);
    void stepWanted();
    void speedWanted(double speed);

private:
    QToolButton* makeRunButton();

    QAction* m_run;
    QAction* m_step;
    QComboBox* m_speed;
    QLabel* m_time;
    bool m_running = true;
};

}  // namespace orrery::widgets
