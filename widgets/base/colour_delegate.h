#pragma once

#include <QStyledItemDelegate>

namespace orrery::widgets {

/// Paints cells of a table so that a selected row keeps the colours that mean something: its texts
/// keep theirs, and the selection is mixed with the background.
class ColourDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

}  // namespace orrery::widgets
