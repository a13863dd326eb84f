#pragma once

#include <QDialog>
#include <QJsonObject>
#include <QPushButton>
#include <optional>

#include "widgets/items/item_comparison.h"

namespace orrery::widgets {

/// A write that meets an item which differs from what the person saw. The engine refused the write,
/// except that one of kind `Replaced` was done and took attributes away that the person did not
/// see. `Moved` is the deletion of the old item after the item with the new key was written.
struct ItemConflict {
    enum class Kind { Edit, NewItem, Delete, Replaced, Moved };

    Kind kind = Kind::Edit;
    QString keyText;   ///< The key, for people.
    QJsonObject seen;  ///< The version that the person saw; empty for a new item.
    QJsonObject mine;  ///< The version to be written; for a deletion, `seen` again.
    std::optional<QJsonObject>
        theirs;              ///< The other client's version; empty if the item was deleted.
    int left = 1;            ///< Undecided deletions, including this one.
    bool isPartial = false;  ///< `seen` lacks attributes that the view does not show.
    /// After a change of the key: the old key, whose item is deleted once the conflict is decided
    /// and the new item is written.
    QString oldKeyText{};
};

/// Shows both versions of an item side by side and asks the person to choose. Closing the dialog
/// changes nothing.
class ConflictDialog : public QDialog {
    Q_OBJECT
public:
    explicit ConflictDialog(const ItemConflict& conflict, QWidget* parent = nullptr);

    /// The person's version is on the left, the stored one on the right.
    ItemComparison* comparison() const { return m_comparison; }
    QTableWidget* table() const { return m_comparison->table(); }
    QString explanation() const;

    QPushButton* reapplyButton() const { return m_reapply; }
    QPushButton* takeTheirsButton() const { return m_takeTheirs; }
    /// Visible only while several deletions are undecided.
    QPushButton* keepAllButton() const { return m_keepAll; }
    QPushButton* cancelButton() const { return m_cancel; }

signals:
    /// The person wants the change or deletion applied to the version shown as `theirs`.
    void reapplyWanted();
    void takeTheirsWanted();
    void keepAllWanted();

private:
    QString situation() const;
    /// What a decision deletes besides; empty if nothing.
    QString alsoDeleted() const;
    QString reapplyText() const;
    ComparedItems comparedItems() const;
    void makeButtons();
    bool deletes() const;
    QString myTitle() const;
    QString theirTitle() const;

    ItemConflict m_conflict;
    ItemComparison* m_comparison;
    QPushButton* m_reapply = nullptr;
    QPushButton* m_takeTheirs = nullptr;
    QPushButton* m_keepAll = nullptr;
    QPushButton* m_cancel = nullptr;
};

}  // namespace orrery::widgets
