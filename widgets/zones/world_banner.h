#pragma once

#include <QLabel>
#include <QPushButton>
#include <QWidget>

#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// In one line each: what is broken, what that has cost so far, and how the clock runs if not
/// true. Empty if all is well.
QString faultSummary(const observe::Snapshot& snapshot);
QString costSummary(const observe::Snapshot& snapshot);
QString clockSummary(const observe::Snapshot& snapshot);

/// Stands above everything while a fault is active or the clock does not run true, with the way
/// out. Two short lines, so that it fits where nothing has to move for it.
class WorldBanner : public QWidget {
    Q_OBJECT
public:
    explicit WorldBanner(QWidget* parent = nullptr);

    void setSnapshot(const observe::Snapshot& snapshot);
    QPushButton* healButton() const { return m_heal; }
    QPushButton* runButton() const { return m_run; }
    /// All that it says, in one line; empty if all is well.
    QString text() const;

signals:
    void healAllWanted();
    /// The clock shall run at real time again.
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
