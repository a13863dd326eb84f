#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QWidget>
#include <span>

#include "core/observe/event.h"

namespace orrery::widgets {

class RequestsModel;

/// The list of requests with its filter line. It follows the newest row while that is in sight;
/// while it is held, requests go on being served and are only not shown.
class RequestsView : public QWidget {
    Q_OBJECT
public:
    explicit RequestsView(QWidget* parent = nullptr);

    /// Where applications send requests; said while there are none.
    void setEndpoint(const QString& endpoint);
    void append(std::span<const observe::Event> events);
    RequestsModel* model() const { return m_model; }
    QLineEdit* filterLine() const { return m_filter; }
    QTableView* table() const { return m_table; }
    bool isHeld() const { return m_hold->isChecked(); }

signals:
    /// A row was chosen: its table and short text of its key.
    void requestChosen(const QString& table, const QString& key);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeControls();
    void fitColumns();
    void followNewest();
    void showMenu(const QPoint& at);
    void copyRows();
    void applyFilter();
    void updateCount();
    bool atBottom() const;

    bool m_following = true;  // The newest row is in sight, and stays so.
    int m_statusWidth = 0;
    QString m_endpoint;
    RequestsModel* m_model;
    QTableView* m_table;
    QLineEdit* m_filter;
    QToolButton* m_hold;
    QLabel* m_count;
    QLabel* m_nothing;
    QStackedWidget* m_stack;
};

}  // namespace orrery::widgets
