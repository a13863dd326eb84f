#include "widgets/conflicts/conflict_list.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>

#include "widgets/base/attribute_text.h"
#include "widgets/base/format.h"

namespace orrery::widgets {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("orrery::widgets::ConflictList", text);
}

/// "us-east-1 at 2026-11-28 07:05:11.480 UTC by its clock, which was 5 s ahead".
QString placeAndTime(const ConflictVersion& side) {
    const QString text = tr("%1 at %2").arg(side.region, wholeTime(side.version));
    if (side.clockOffset == Duration::zero()) return text;
    return tr("%1 by its clock, which was %2").arg(text, clockText(side.clockOffset));
}

QString compactJson(const std::optional<QJsonObject>& item) {
    if (!item) return {};
    return QString::fromUtf8(QJsonDocument(*item).toJson(QJsonDocument::Compact));
}

}  // namespace

QString shortTime(const QString& time, const QString& day) {
    const QString clock = time.mid(11, 12);
    return time.startsWith(day) ? clock : time.mid(5, 5) + u' ' + clock;
}

QString wholeTime(const QString& time) {
    return time.left(10) + u' ' + time.mid(11, 12) + QStringLiteral(" UTC");
}

QString clocksText(const ListedConflict& conflict) {
    QStringList wrong;
    for (const ConflictVersion* side : {&conflict.lost, &conflict.winner})
        if (side->clockOffset != Duration::zero())
            wrong << side->region + u' ' + clockText(side->clockOffset);
    return wrong.isEmpty() ? clockText(Duration::zero()) : wrong.join(QStringLiteral(", "));
}

QString explanationOf(const ListedConflict& conflict) {
    QStringList sentences;
    if (conflict.wouldHaveWon) sentences << tr("With right clocks, the lost write would have won.");
    const bool isDeletion = conflict.lost.isDeletion();
    const QString lost = placeAndTime(conflict.lost);
    if (conflict.lostWrites == 1)
        sentences
            << (isDeletion ? tr("Lost: a deletion in %1.") : tr("Lost: a write in %1.")).arg(lost);
    else
        sentences << (isDeletion ? tr("Lost: %1, the last one a deletion in %2.")
                                 : tr("Lost: %1, the last one in %2."))
                         .arg(countText(conflict.lostWrites, "write", "writes"), lost);
    sentences << (conflict.winner.isDeletion() ? tr("Won: the later one, a deletion in %1.")
                                               : tr("Won: the later one, in %1."))
                     .arg(placeAndTime(conflict.winner))
              << tr("Found at %1.").arg(wholeTime(conflict.foundAt));
    return sentences.join(u' ');
}

QString conflictsCsv(const std::vector<ListedConflict>& conflicts) {
    QString text = QStringLiteral(
        "id,region,key,lostWrites,foundAt,lostRegion,lostVersion,lostCommittedAt,lostItem,"
        "winnerRegion,winnerVersion,winnerCommittedAt,winnerItem,ifClocksWereRight\n");
    for (const ListedConflict& conflict : conflicts) {
        QStringList fields{conflict.id, conflict.json[QLatin1String("region")].toString(),
                           csvField(compactJson(conflict.key)),
                           QString::number(conflict.lostWrites), conflict.foundAt};
        for (const ConflictVersion* side : {&conflict.lost, &conflict.winner})
            fields << side->region << side->version << side->committedAt
                   << csvField(compactJson(side->item));
        fields << conflict.json[QLatin1String("ifClocksWereRight")].toString();
        text += fields.join(u',') + u'\n';
    }
    return text;
}

QString conflictsJson(const std::vector<ListedConflict>& conflicts) {
    QJsonArray all;
    for (const ListedConflict& conflict : conflicts)
        all.append(conflict.json);
    return QString::fromUtf8(all.size() == 1 ? QJsonDocument(all[0].toObject()).toJson()
                                             : QJsonDocument(all).toJson());
}

}  // namespace orrery::widgets
