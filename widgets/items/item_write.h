#pragma once

#include <QJsonObject>
#include <QStringList>
#include <optional>

namespace orrery::widgets {

// The window's writes. Each write carries a condition on the version that the person saw, so it
// cannot overwrite a change that another client made in the meantime. Expressions use placeholders
// for all names and values, so names may be reserved words or contain dots. If the condition fails,
// the error returns the stored item (ReturnValuesOnConditionCheckFailure).

/// One API call.
struct ItemWrite {
    QString operation;  ///< "PutItem", "UpdateItem", "DeleteItem".
    QJsonObject request;
};

/// The key attributes of `item`.
QJsonObject keyOf(const QJsonObject& item, const QStringList& keyNames);

/// Puts `item` unless an item with its key exists.
ItemWrite putNewItem(const QString& table, const QStringList& keyNames, const QJsonObject& item);

/// The part of the item that must still be equal to the version seen.
enum class Guard { WholeItem, WhatIsWritten };

/// Changes `seen` into `wanted` with an UpdateItem of the differences. Both have the same key, and
/// they must differ.
///
/// An expression is limited to 4 KB and 300 operators. If the condition on the whole item exceeds
/// that, the write guards only the values that it overwrites. If the update expression itself is
/// too long, the write is a PutItem with a condition on the whole item. A condition cannot exclude
/// attributes that were not seen, so this PutItem returns the item that it replaced and the caller
/// must look for such attributes there. Returns nothing if even that condition is too long: the
/// item has more than about 150 attributes and about 300 or more of them change at once.
std::optional<ItemWrite> changeItem(const QString& table, const QStringList& keyNames,
                                    const QJsonObject& seen, const QJsonObject& wanted,
                                    Guard guard);

}  // namespace orrery::widgets
