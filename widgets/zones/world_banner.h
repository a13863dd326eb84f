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

/// Warns while writes are refused, a fault is active, or the clock is paused or not at normal
/// speed. Buttons end the latter two. Two short lines fit in the tool bar, so no other widget
/// moves.
class WorldBanner : public QWidget {
    Q_OBJECT
public:
    explicit WorldBanner(QWidget* parent = nullptr);

    void setSnapshot(const observe::Snapshot& snapshot);
    /// What happened in the last step; shown until the clock runs.
    void setStep(const QString& text);
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
    void setLines(const QStringList& lines);

    QStringList m_world;  // What the last snapshot told.
    QString m_step;
    QStringList m_lines;  // The label shows what fits of them.
    QLabel* m_text;
    QPushButton* m_heal;
    QPushButton* m_run;
    bool m_bad = false;
};

}  // namespace orrery::widgets
