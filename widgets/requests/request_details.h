#pragma once

#include <QFrame>
#include <QLabel>

#include "core/observe/event.h"

namespace orrery::widgets {

/// How a read stands to the newest acknowledged versions: "stale", "lagging, same value" or
/// "fresh"; empty for other requests.
QString freshnessText(const observe::RequestServed& request);

/// All about one request, below the list: the whole error text, and what columns cut.
class RequestDetails : public QFrame {
    Q_OBJECT
public:
    explicit RequestDetails(QWidget* parent = nullptr);

    /// `servedBy` is the zone with its role, as the list shows it; empty if there is none.
    void setRequest(const observe::RequestServed& request, const QString& servedBy);
    QString text() const;

signals:
    void closed();

private:
    QLabel* m_title;
    QLabel* m_error;
    QLabel* m_facts;
};

}  // namespace orrery::widgets
