#pragma once

#include <QLabel>
#include <QPushButton>
#include <QWidget>

#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// One line each: the active faults, their cost so far, and the state of a clock that is paused or
/// not at normal speed. Empty if there is nothing to report.
QString faultSummary(const observe::Snapshot& snapshot);
QString costSummary(const observe::Snapshot& snapshot);
QString clockSummary(const observe::Snapshot& snapshot);

/// Warns while a fault is active or the clock is paused or not at normal speed, and offers buttons
/// that end this. It has two short lines, so it fits in the tool bar and moves no other widget.
class WorldBanner : public QWidget {
    Q_OBJECT
public:
    explicit WorldBanner(QWidget* parent = nullptr);

    void setSnapshot(const observe::Snapshot& snapshot);
    QPushButton* healButton() const { return m_heal; }
    QPushButton* runButton() const { return m_run; }
    /// The whole text in one line; empty if there is nothing to report.
    QString text() const;

signals:
    void healAllWanted();
    /// The person wants the clock to run at normal speed again.
    void runWanted();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void showText();

    QStringList m_lines;  // The label shows what fits of them.
    QLabel* m_text;
    QPushButton* m_heal;
    QPushButton* m_run;
    bool m_faulty = false;
};

}  // namespace orrery::widgets
