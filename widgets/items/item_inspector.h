#pragma once

#include <QJsonObject>
#include <QLabel>
#include <QPlainTextEdit>
#include <QStackedWidget>
#include <QTabBar>
#include <QTreeView>
#include <QWidget>

#include "widgets/items/item_source.h"

namespace orrery::widgets {

class ItemTreeModel;

/// One item as each zone holds it: a tab per zone with the replica's version, its place in the log
/// and its lag. Values that differ from the leader's version are marked.
class ItemInspector : public QWidget {
    Q_OBJECT
public:
    explicit ItemInspector(QWidget* parent = nullptr);

    /// Inspects the item with this primary key from now on; with an empty key it shows no item.
    /// `keyText` is the key for people. `account` is empty for the shared account.
    void setKey(const QString& region, const QString& table, const QJsonObject& key,
                const QString& keyText, const QString& account = {});
    const QJsonObject& key() const { return m_key; }
    const QString& region() const { return m_region; }
    const QString& table() const { return m_table; }
    const QString& account() const { return m_account; }

    /// Shows the newest versions of the inspected item.
    void setVersions(const ItemVersions& versions);
    /// The index of the current tab; 0 is zone a.
    int zone() const { return m_tabs->currentIndex(); }
    ItemTreeModel* tree() const { return m_treeModel; }
    QString factsText() const { return m_facts->text(); }
    QTabBar* forms() const { return m_forms; }
    QPlainTextEdit* text() const { return m_text; }
    /// Copies the whole value of the tree's current row.
    void copyValue();

signals:
    void editWanted(const QJsonObject& item);
    /// A new key was set, so the inspector needs its versions.
    void versionsWanted();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeBody();
    void makeTree(QWidget* body);
    void showTitle();
    void showTreeMenu(const QPoint& at);
    void showZone();
    void updateTabs();
    const ItemVersions::Version* leader() const;
    /// How the replica stands to the leader; without one, to what is committed.
    QString standingText(const ItemVersions::Version& version) const;

    QString m_region;
    QString m_table;
    QString m_account;
    QJsonObject m_key;
    QString m_keyText;
    ItemVersions m_versions;
    bool m_known = false;
    bool m_fitNames = true;  // Fit the name column to the next item.

    QLabel* m_title;
    QTabBar* m_tabs;
    QTabBar* m_forms;
    QLabel* m_facts;
    QStackedWidget* m_stack;   // The hint to select an item, or the body.
    QStackedWidget* m_bodies;  // Tree, text, or "not here".
    QLabel* m_nothing;
    QLabel* m_absent;
    QTreeView* m_tree;
    QPlainTextEdit* m_text;
    ItemTreeModel* m_treeModel;
};

}  // namespace orrery::widgets
