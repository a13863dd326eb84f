#pragma once

#include <QLabel>
#include <QPushButton>
#include <QWidget>

#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// In one line each: what is broken, and how the clock runs if not true. Empty if all is well.
QString faultSummary(const observe::Snapshot& snapshot);
QString clockSummary(const observe::Snapshot& snapshot);

/// Stands above everything while a fault is active or the clock does not run true, with the way
/// out.
class WorldBanner : public QWidget {
    Q_OBJECT
public:
    explicit WorldBanner(QWidget* parent = nullptr);

    void setSnapshot(const observe::Snapshot& snapshot);
    QPushButton* healButton() const { return m_heal; }
    QPushButton* runButton() const { return m_run; }
    const QString& text() const { return m_full; }

signals:
    void healAllWanted();
    /// The clock shall run at real time again.
    void runWanted();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void showText();

    QString m_full;  // The label shows what fits of it.
    QLabel* m_text;
    QPushButton* m_heal;
    QPushButton* m_run;
    bool m_faulty = false;
};

}  // namespace orrery::widgets
