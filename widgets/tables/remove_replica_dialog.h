#pragma once

#include <QComboBox>
#include <QDialog>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "widgets/tables/explorer_model.h"

namespace orrery::widgets {

/// Asks which replica of a global table is to be removed, and has the person type its Region.
class RemoveReplicaDialog : public QDialog {
    Q_OBJECT
public:
    /// `replicas` are all Regions of the table, also that of `table`.
    RemoveReplicaDialog(const ExplorerTarget& table, const QStringList& replicas,
                        QWidget* parent = nullptr);

    /// The Region of the replica that goes.
    QString region() const { return m_region->currentText(); }
    /// The Region to which the request is sent: that of the table, unless its replica goes.
    QString requestRegion() const;
    QJsonObject request() const;
    void setSending();
    /// Shows why the engine refused the request. The typed text stays.
    void setRefusal(const QString& text);

    QComboBox* regionBox() const { return m_region; }
    QLineEdit* nameLine() const { return m_name; }
    QPushButton* removeButton() const { return m_remove; }
    QString explanation() const { return m_explanation->text(); }
    QString stateText() const { return m_state->text(); }

signals:
    void removeWanted();

private:
    void explain();
    void check();
    void setState(const QString& text, bool isBad);

    const ExplorerTarget m_table;
    const QStringList m_replicas;
    QComboBox* m_region;
    QLabel* m_explanation;
    QLineEdit* m_name;
    QLabel* m_state;
    QPushButton* m_remove = nullptr;
};

}  // namespace orrery::widgets
