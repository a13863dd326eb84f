#pragma once

#include <QDialog>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>

#include "widgets/tables/explorer_model.h"

namespace orrery::widgets {

/// Asks for the Region of a new replica of a table, says what will happen, and builds the
/// UpdateTable request. A request adds one replica, as in the service.
class AddReplicaDialog : public QDialog {
    Q_OBJECT
public:
    /// `replicas` are the Regions that the table is in already; `contents` is what is copied:
    /// "12 items, 1.1 KB".
    AddReplicaDialog(const ExplorerTarget& table, const QStringList& replicas,
                     const QString& contents, QWidget* parent = nullptr);

    /// Empty while none is chosen.
    QString region() const;
    QJsonObject request() const;
    /// Shows that the request was sent, and takes no other one meanwhile.
    void setSending();
    /// Shows why the engine refused the request. The choice stays.
    void setRefusal(const QString& text);

    QLineEdit* filterLine() const { return m_filter; }
    QTreeWidget* regions() const { return m_regions; }
    QPushButton* addButton() const { return m_add; }
    QString explanation() const { return m_explanation->text(); }
    QString stateText() const { return m_state->text(); }

signals:
    void addWanted();

private:
    void makeRegions(const QStringList& replicas);
    void filter(const QString& text);
    void explain();
    void setState(const QString& text, bool isBad);

    const ExplorerTarget m_table;
    const QString m_contents;
    const bool m_isGlobal;
    QLineEdit* m_filter;
    QTreeWidget* m_regions;
    QLabel* m_explanation;
    QLabel* m_state;
    QPushButton* m_add = nullptr;
};

}  // namespace orrery::widgets
