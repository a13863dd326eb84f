#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QWidget>
#include <span>
#include <vector>

#include "core/observe/event.h"
#include "core/observe/snapshot.h"

namespace orrery::widgets {

class RequestColumns;
class RequestDetails;
class RequestsModel;

/// The list of requests with its filter line. The list scrolls with the newest row while that row
/// is visible. While it is on hold, it adds no rows; the engine serves requests as before, and the
/// list has them once it goes on. Below it is all about the request that is chosen.
class RequestsView : public QWidget {
    Q_OBJECT
public:
    explicit RequestsView(QWidget* parent = nullptr);

    /// The endpoint to name while the list is empty.
    void setEndpoint(const QString& endpoint);
    /// With several Regions, the list names the Region of each zone.
    void setRegions(const observe::Snapshot& snapshot);
    void append(std::span<const observe::Event> events);
    RequestsModel* model() const { return m_model; }
    QLineEdit* filterLine() const { return m_filter; }
    QTableView* table() const { return m_table; }
    QToolButton* holdButton() const { return m_hold; }
    RequestDetails* details() const { return m_details; }
    /// Below the controls: how many there are, or why the filter does not hold.
    QString countLine() const { return m_count->text(); }

private:
    QWidget* makeControls();
    void followNewest();
    void showMenu(const QPoint& at);
    void copyRows();
    void applyFilter();
    void updateCount();
    void takeHeldBack();
    void showDetails();
    bool atBottom() const;

    bool m_following = true;  // Scroll along with the newest row.
    QString m_endpoint;
    RequestsModel* m_model;
    QTableView* m_table;
    RequestColumns* m_columns = nullptr;
    QLineEdit* m_filter;
    QToolButton* m_hold;
    QLabel* m_count;
    QLabel* m_nothing;
    QStackedWidget* m_stack;
    RequestDetails* m_details;
    QString m_filterProblem;
    std::vector<observe::Event> m_heldBack;  // The newest that came while the list was on hold.
};

}  // namespace orrery::widgets
