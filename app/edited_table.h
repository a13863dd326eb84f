#pragma once

#include <QJsonObject>
#include <QString>
#include <QStringList>

#include "core/base/account_id.h"
#include "widgets/base/attribute_text.h"

namespace orrery::app {

/// Where calls about a table go; an empty account is the shared one.
inline Scope scopeOf(const QString& region, const QString& account) {
    if (account.isEmpty()) return region.toStdString();
    return {region.toStdString(), account.toStdString()};
}

/// The table of items that are edited or deleted.
struct EditedTable {
    QString region;
    QString name;
    QString title;         ///< For people: the name, and the Region if there are several.
    QStringList keyNames;  ///< Partition key first.
    QJsonObject emptyKey;  ///< The key attributes with empty values.
    QString account{};     ///< Its account id; empty for the shared account.

    Scope scope() const { return scopeOf(region, account); }

    /// The key of an item for people.
    QString keyText(const QJsonObject& item) const {
        constexpr int kPartMax = 60;
        QStringList parts;
        for (const QString& key : keyNames)
            parts << widgets::shortText(item[key], kPartMax);
        return parts.join(QStringLiteral(" · "));
    }
    /// The same, after the table.
    QString placeText(const QJsonObject& item) const {
        return title + QStringLiteral(" · ") + keyText(item);
    }
};

}  // namespace orrery::app
