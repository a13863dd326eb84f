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
/// and how far it is behind; what differs from the leader's version is marked.
class ItemInspector : public QWidget {
    Q_OBJECT
public:
    explicit ItemInspector(QWidget* parent = nullptr);

    /// The item that is inspected from now on, by its primary key; an empty key shows nothing.
    /// `keyText` is the key for people.
    void setKey(const QString& region, const QString& table, const QJsonObject& key,
                const QString& keyText);
    const QJsonObject& key() const { return m_key; }
    const QString& region() const { return m_region; }
    const QString& table() const { return m_table; }

    /// What the engine says of it now.
    void setVersions(const ItemVersions& versions);
    /// The tab shown: 0 is zone a.
    int zone() const { return m_tabs->currentIndex(); }
    ItemTreeModel* tree() const { return m_treeModel; }
    QString factsText() const { return m_facts->text(); }
    QTabBar* forms() const { return m_forms; }
    QPlainTextEdit* text() const { return m_text; }
    /// Copies the value of the current row of the tree, uncut.
    void copyValue();

signals:
    void editWanted(const QJsonObject& item);
    /// Somebody wants versions: a key was set.
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

    QString m_region;
    QString m_table;
    QJsonObject m_key;
    QString m_keyText;
    ItemVersions m_versions;
    bool m_known = false;
    bool m_fitNames = true;  // The names' column is as wide as the item that was chosen wants it.

    QLabel* m_title;
    QTabBar* m_tabs;
    QTabBar* m_forms;
    QLabel* m_facts;
    QStackedWidget* m_stack;   // Nothing to show, or the body.
    QStackedWidget* m_bodies;  // Tree, text, or "not here".
    QLabel* m_nothing;
    QLabel* m_absent;
    QTreeView* m_tree;
    QPlainTextEdit* m_text;
    ItemTreeModel* m_treeModel;
};

}  // namespace orrery::widgets
