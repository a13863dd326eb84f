#pragma once

#include <QJsonObject>
#include <QJsonValue>
#include <QList>
#include <QStringList>

namespace orrery::widgets {

// Differences between versions of an item. Items are JSON with attribute types, as in the API.

/// One difference between two versions: of an attribute, or of one entry in a map attribute.
struct ItemChange {
    QStringList path;   ///< The attribute name, followed by the names of nested map entries.
    QJsonValue before;  ///< Undefined if the change adds the value.
    QJsonValue after;   ///< Undefined if the change removes the value.
};

/// The granularity of changes. Lists and sets are always compared and replaced as a whole: a list
/// index is exact only if no other client inserts or removes elements.
enum class ChangeDepth { Attributes, MapEntries };

/// True if both attribute values are equal. The order of a set's elements does not matter.
bool sameValue(const QJsonValue& a, const QJsonValue& b);

/// The changes that turn `before` into `after`, ordered by path.
QList<ItemChange> changesOf(const QJsonObject& before, const QJsonObject& after,
                            ChangeDepth depth = ChangeDepth::Attributes);

/// Applies the changes from `base` to `mine` to `theirs`. Where both sides changed a value, `mine`
/// wins.
QJsonObject reapply(const QJsonObject& base, const QJsonObject& mine, const QJsonObject& theirs);

/// Which side changed an attribute since `base`.
enum class ChangedBy { Nobody, You, Others, Both };
ChangedBy changedBy(const QString& name, const QJsonObject& base, const QJsonObject& mine,
                    const QJsonObject& theirs);

}  // namespace orrery::widgets
