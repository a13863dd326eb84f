#pragma once

#include <QObject>
#include <array>

#include "widgets/requests/requests_model.h"

class QTableView;

namespace orrery::widgets {

/// The widths of the columns of the list of requests. Each column is as wide as what has stood in
/// it so far, and the key has what is left. Where that is too little, columns yield in turn: first
/// those whose beginning says enough. A column that a person has resized stays as it is.
class RequestColumns : public QObject {
    Q_OBJECT
public:
    /// The table must have its model, a RequestsModel.
    explicit RequestColumns(QTableView* table);

    /// Makes room for the newest rows.
    void fit();
    /// Begins anew, after the rows were removed or their texts changed.
    void forget();

    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    using Widths = std::array<int, RequestsModel::ColumnCount>;

    int widthOf(int column, const QString& text) const;
    void measure();

    QTableView* m_table;
    Widths m_needed{};
    int m_measured = 0;  // Rows of the model when the newest ones were last measured.
    std::array<bool, RequestsModel::ColumnCount> m_isSetByHand{};
    bool m_isFitting = false;
};

}  // namespace orrery::widgets
