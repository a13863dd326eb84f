#include "widgets/base/colour_delegate.h"

#include "widgets/base/theme.h"

namespace orrery::widgets {

void ColourDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    if (!(option->state & QStyle::State_Selected)) return;
    // Without the state, neither the style nor the style sheet paints over the cell's own colours.
    option->state &= ~QStyle::State_Selected;
    const QVariant own = index.data(Qt::BackgroundRole);
    option->backgroundBrush =
        own.isValid() ? mixed(own.value<QColor>(), colors().selection) : colors().selection;
}

}  // namespace orrery::widgets
