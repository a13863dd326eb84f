#pragma once

#include <QComboBox>
#include <QLabel>
#include <QStackedWidget>
#include <QTableView>
#include <QWidget>
#include <vector>

#include "core/observe/snapshot.h"
#include "widgets/base/elided_label.h"
#include "widgets/conflicts/conflict_list.h"

class QSplitter;

namespace orrery::widgets {

class ConflictsModel;
class ItemComparison;

/// The conflicts of a global table: writes that clients were told of and that lost against a write
/// of another Region. The chosen one shows both versions side by side. New ones appear at the end,
/// or at their place in time, while what the person looks at stays where it is.
class ConflictsView : public QWidget {
    Q_OBJECT
public:
    explicit ConflictsView(QWidget* parent = nullptr);

    /// The snapshot says which tables are global, and their keys.
    void setSnapshot(const observe::Snapshot& snapshot);
    /// A global table that comes to the front is shown. `account` is empty for the shared account.
    void setTableInFront(const QString& table, const QString& account);
    /// The conflicts of the table shown.
    void setList(const ConflictList& list);

    /// The table shown; empty if no table is global.
    QString table() const { return m_shown.table; }
    QString account() const { return m_shown.account; }

    QTableView* list() const { return m_table; }
    QComboBox* tableBox() const { return m_box; }
    ItemComparison* comparison() const { return m_comparison; }
    QString titleText() const { return m_title->text(); }
    QString detailText() const { return m_detail->text(); }
    /// What stands in place of the list; empty while there are conflicts.
    QString adviceText() const;

    enum class CopyFormat { Json, Csv };
    /// Copies the selected conflicts; all if none is selected.
    void copy(CopyFormat format);

signals:
    /// Another table is shown, so its conflicts are needed.
    void listWanted();
    void copied(const QString& what);

private:
    struct Choice {
        QString table;
        QString account;
        QStringList keyNames;
        bool operator==(const Choice&) const = default;
    };
    /// What the person looks at: the uppermost row and how much of it is out of sight.
    struct Anchor {
        QString id;
        int offset = 0;
        bool isAtEnd = true;
    };

    QWidget* makeControls();
    void makeTable();
    QWidget* makeDetails();
    void choose(const Choice& choice);
    void showBox();
    void showTitle(const ConflictList& list);
    void advise(const QString& error);
    void showDetails();
    Anchor anchor() const;
    void scrollTo(const Anchor& anchor);
    void showMenu(const QPoint& at);
    std::vector<ListedConflict> chosenConflicts() const;

    std::vector<Choice> m_choices;
    Choice m_shown;
    Choice m_front;
    bool m_isKnown = false;  // The list of the table shown has arrived.
    ListedConflict m_detailed;

    ConflictsModel* m_model;
    QTableView* m_table;
    QComboBox* m_box = nullptr;
    ElidedLabel* m_title = nullptr;
    QLabel* m_nothing;
    QStackedWidget* m_stack;    // The advice, or the list with its details.
    QStackedWidget* m_details;  // The hint to choose a conflict, or its versions.
    QLabel* m_detail = nullptr;
    ItemComparison* m_comparison = nullptr;
};

}  // namespace orrery::widgets
