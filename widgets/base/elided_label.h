#pragma once

#include <QLabel>

namespace orrery::widgets {

/// A label of one line of plain text that gives way: what does not fit is cut at its end by "…",
/// and the tool tip then has it all. An ordinary label is never narrower than its text, so a long
/// name would widen the window.
class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget* parent = nullptr);

    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QString shownText() const;
};

}  // namespace orrery::widgets
