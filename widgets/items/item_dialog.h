#pragma once

#include <QDialog>
#include <QJsonObject>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>

namespace orrery::widgets {

/// Edits one item as DynamoDB JSON or as plain JSON; the form of the key attributes decides which.
/// The dialog checks the text on every change, and the engine checks it again on write. The dialog
/// stays open and keeps its text until the caller accepts it or the person cancels.
class ItemDialog : public QDialog {
    Q_OBJECT
public:
    /// Starts in the mode for a new item. `emptyKey` has the key attributes with empty values.
    ItemDialog(const QString& table, const QJsonObject& emptyKey, QWidget* parent = nullptr);

    /// Replaces the text with `item` and edits that stored item from now on. Undo restores the
    /// previous text. `note` tells the person where the new text comes from.
    void editItem(const QJsonObject& item, const QString& note = {});
    /// Treats the text as a new item from now on.
    void makeNew(const QString& note);
    /// Locks the text while the item is read, and after the read failed.
    void setReading();
    void setReadFailure(const QString& text);
    /// Locks the text while a write is in flight.
    void setWriting();
    /// Unlocks the text after a write was answered.
    void setWritten();
    /// Unlocks the text and shows why the engine refused the write.
    void setRefusal(const QString& text);

    /// The text as an item with attribute types. Valid only while `problem` is empty.
    QJsonObject item() const;
    /// One sentence on the first mistake in the text; empty if the text is valid.
    QString problem() const;
    QString noteText() const { return m_note->text(); }
    QString stateText() const { return m_state->text(); }
    QPlainTextEdit* editor() const { return m_text; }
    QPushButton* putButton() const { return m_put; }
    QPushButton* readAgainButton() const { return m_readAgain; }

signals:
    void putWanted(const QJsonObject& item);
    void readWanted();

private:
    enum class Phase { Editing, Reading, ReadFailed, Writing };

    void makeButtons();
    void setPhase(Phase phase);
    void check();
    bool isTyped(const QJsonObject& object) const;
    bool isKeyChanged() const;

    QString m_table;
    QStringList m_keyNames;
    QJsonObject m_existing;  // The stored item; empty for a new one.
    QString m_origin;        // Tells the person where the text comes from.
    Phase m_phase = Phase::Editing;
    QLabel* m_note;
    QPlainTextEdit* m_text;
    QLabel* m_state;
    QPushButton* m_put = nullptr;
    QPushButton* m_readAgain = nullptr;
};

/// Converts a plain JSON object to an item: "a" becomes {"S": "a"}, 1 becomes {"N": "1"}, and so
/// on. Numbers keep every digit.
QJsonObject typedItem(const QString& plainJson);

}  // namespace orrery::widgets
