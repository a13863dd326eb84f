#pragma once

#include <QDialog>
#include <QJsonObject>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <cstddef>
#include <vector>

namespace orrery::widgets {

/// Edits one item as DynamoDB JSON or as plain JSON; the form of the key attributes decides which.
/// Plain JSON keeps the types that the item has, where the new values fit them; the dialog says
/// which types change.
/// The dialog checks the text on every change, and the engine checks it again on write. The dialog
/// stays open and keeps its text until the caller accepts it or the person cancels.
class ItemDialog : public QDialog {
    Q_OBJECT
public:
    /// Starts in the mode for a new item. `table` is the table's name for people; `emptyKey` has
    /// the key attributes with empty values.
    ItemDialog(const QString& table, const QJsonObject& emptyKey, QWidget* parent = nullptr);

    /// Edits the stored item from now on. Undo ends at its text.
    void editItem(const QJsonObject& item);
    /// Replaces the text with `item`, which is based on the stored item `base`. Undo restores the
    /// previous text and its base. `note` tells the person where the new text comes from.
    void replaceText(const QJsonObject& item, const QJsonObject& base, const QString& note = {});
    /// Treats the text as a new item from now on.
    void makeNew(const QString& note);
    /// Locks the text while the item with this key is read, and after the read failed.
    void setReading(const QJsonObject& key);
    void setReadFailure(const QString& text);
    /// Locks the text while a write is in flight.
    /// `waits`: the clock is paused, so the write waits too.
    void setWriting(bool waits = false);
    /// Unlocks the text after a write was answered.
    void setWritten();
    /// Unlocks the text and shows why the engine refused the write.
    void setRefusal(const QString& text);
    /// Saving also deletes the item with this key, unless the text is based on it. `keyText` is the
    /// key for people; both are empty if there is no such item.
    void setOldItem(const QJsonObject& key, const QString& keyText);
    /// While a write is in flight the dialog only hides, and `left` tells the caller. A text that
    /// was changed is given up only if the person confirms it.
    void reject() override;

    /// The stored item on which the present text is based; empty for a new item.
    const QJsonObject& base() const { return m_versions[m_version].base; }
    /// The text as an item with attribute types. Valid only while `problem` is empty.
    QJsonObject item() const;
    /// One sentence on the first mistake in the text; empty if the text is valid.
    QString problem() const;
    QString noteText() const { return m_note->text(); }
    QString stateText() const { return m_state->text(); }
    QPlainTextEdit* editor() const { return m_text; }
    QPushButton* putButton() const { return m_put; }
    QPushButton* readAgainButton() const { return m_readAgain; }
    QPushButton* cancelButton() const { return m_cancel; }

signals:
    void putWanted(const QJsonObject& item);
    void readWanted();
    /// The person closed the dialog during a write. It is hidden; the caller opens it again or ends
    /// it with `done`.
    void left();

private:
    enum class Phase { Editing, Reading, ReadFailed, Writing };

    /// A text that replaced the one before it, and what belongs to it.
    struct Version {
        int undoSteps = 0;  ///< Of the document, when it had this text.
        QString text;
        QJsonObject base;
        QString origin;  ///< Tells the person where the text comes from.
    };

    void makeButtons();
    void askToDiscard();
    void setOnlyVersion(const QString& text, const QJsonObject& base);
    /// Finds the version of the present text, after undo, redo and typing.
    void followHistory();
    QString text() const;
    void setPhase(Phase phase);
    void check();
    /// What says the types of plain JSON: the stored item, or for a new item its empty key.
    const QJsonObject& typesBefore() const;
    /// The attributes without a type beside typed ones.
    QStringList untyped() const;
    QString warning() const;
    bool isTyped(const QJsonObject& object) const;
    bool isKeyChanged() const;
    /// True if saving deletes the old item although the text has the key of its base.
    bool deletesOldToo() const;
    QString note(bool moves) const;
    QString putText(bool moves) const;

    QString m_table;
    QJsonObject m_emptyKey;
    QStringList m_keyNames;
    std::vector<Version> m_versions{1};
    std::size_t m_version = 0;  // That of the present text; later ones can be redone.
    Phase m_phase = Phase::Editing;
    bool m_waits = false;  // What is sent waits for the clock.
    QJsonObject m_oldKey;
    QString m_oldKeyText;
    QLabel* m_note;
    QPlainTextEdit* m_text;
    QLabel* m_state;
    QPushButton* m_put = nullptr;
    QPushButton* m_readAgain = nullptr;
    QPushButton* m_cancel = nullptr;
};

}  // namespace orrery::widgets
