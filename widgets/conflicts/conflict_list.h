#pragma once

#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "core/base/time.h"

namespace orrery::widgets {

// What the ledger says of the conflicts of a global table, and texts for people. Times are those
// of the control API: "2026-09-03T07:05:11.480Z".

/// One of the two versions of an item between which a conflict was decided.
struct ConflictVersion {
    QString region;                   ///< Whose clients wrote it.
    QString version;                  ///< By the clock of that Region; the later one wins.
    QString committedAt;              ///< There, by the world's calendar.
    Duration clockOffset{};           ///< How far that clock was ahead of the calendar.
    std::optional<QJsonObject> item;  ///< Absent for a deletion, and if it is not kept.
    bool isTooLarge = false;          ///< So the ledger does not keep it.

    bool isDeletion() const { return !item && !isTooLarge; }
    bool operator==(const ConflictVersion&) const = default;
};

/// Writes of an item that no Region has any more.
struct ListedConflict {
    QString id;
    QJsonObject key;
    qint64 lostWrites = 1;
    QString foundAt;
    ConflictVersion lost;  ///< What the last of the lost writes left.
    ConflictVersion winner;
    QStringList vanished;       ///< Attributes of `lost` that `winner` lacks or has otherwise.
    bool wouldHaveWon = false;  ///< The lost write, if all clocks had been right.
    QJsonObject json;           ///< All that the ledger says of it.
    bool operator==(const ListedConflict&) const = default;
};

/// The conflicts of one table, in the order of the ledger: by the time of the lost write.
struct ConflictList {
    std::vector<ListedConflict> conflicts;
    qint64 forgotten = 0;     ///< Older ones that the ledger dropped.
    QString forgottenBefore;  ///< None of them lost a write later than this.
    QString error;            ///< Why the ledger cannot be read; empty if it can.
};

/// "11-28 07:05:11.480" for "2026-11-28T07:05:11.480Z"; on `day`, "2026-11-28", without the date.
QString shortTime(const QString& time, const QString& day);
/// "2026-11-28 07:05:11.480 UTC".
QString wholeTime(const QString& time);
/// Those clocks that were wrong: "us-east-1 5 s ahead"; "as the world's" if none was.
QString clocksText(const ListedConflict& conflict);
/// What happened, in sentences, the most important one first.
QString explanationOf(const ListedConflict& conflict);

/// CSV with a line of titles, the same columns as GET /conflicts?format=csv.
QString conflictsCsv(const std::vector<ListedConflict>& conflicts);
/// An array with all that the ledger says; of a single conflict, its object.
QString conflictsJson(const std::vector<ListedConflict>& conflicts);

}  // namespace orrery::widgets
