#pragma once

#include <QDialog>
#include <QJsonObject>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableWidget>
#include <optional>

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

    /// Columns: attribute, who changed it, the person's value, the stored value. Rows that differ
    /// come first.
    QTableWidget* table() const { return m_table; }
    QPlainTextEdit* myText() const { return m_mine; }
    QPlainTextEdit* theirText() const { return m_theirs; }
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
    QWidget* makeTable();
    QWidget* makeTexts();
    void makeButtons();
    void addRow(const QString& name);
    bool deletes() const;
    /// True if the view did not show the attribute, such as an index that does not project it.
    bool isOutOfView(const QString& name) const;
    bool differs(const QString& name) const;
    /// The value of an attribute in `version`, with its type.
    QString cellText(const QString& name, const QJsonObject& version) const;
    QString myTitle() const;
    QString theirTitle() const;

    ItemConflict m_conflict;
    QTableWidget* m_table = nullptr;
    QPlainTextEdit* m_mine = nullptr;
    QPlainTextEdit* m_theirs = nullptr;
    QPushButton* m_reapply = nullptr;
    QPushButton* m_takeTheirs = nullptr;
    QPushButton* m_keepAll = nullptr;
    QPushButton* m_cancel = nullptr;
};

}  // namespace orrery::widgets
