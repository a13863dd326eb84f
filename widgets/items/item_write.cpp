#include "widgets/items/item_write.h"

#include "widgets/items/item_diff.h"

namespace orrery::widgets {
namespace {

// ServiceQuotas, "Expression parameters".
constexpr qsizetype kExpressionBytesMax = 4096;
constexpr qsizetype kOperatorsMax = 300;

/// The expressions of one request and their placeholders. They are ASCII, so `size` counts bytes.
class Expressions {
public:
    QString path(const QStringList& names) {
        QStringList placeholders;
        for (const QString& name : names) {
            QString& placeholder = m_placeholders[name];
            if (placeholder.isEmpty()) {
                placeholder = u'#' + QString::number(m_names.size(), 36);
                m_names[placeholder] = name;
            }
            placeholders << placeholder;
        }
        return placeholders.join(u'.');
    }

    QString value(const QJsonValue& value) {
        const QString placeholder = u':' + QString::number(m_values.size(), 36);
        m_values[placeholder] = value;
        return placeholder;
    }

    void requireEqual(const QStringList& names, const QJsonValue& seen) {
        const QString left = path(names);
        m_conditions << left + u'=' + value(seen);
    }
    void requireExists(const QString& name) {
        m_conditions << QStringLiteral("attribute_exists(%1)").arg(path({name}));
    }
    void requireAbsent(const QStringList& names) {
        m_conditions << QStringLiteral("attribute_not_exists(%1)").arg(path(names));
    }
    void requireMap(const QStringList& names) {
        const QString map = path(names);
        const QString text =
            QStringLiteral("attribute_type(%1,%2)")
                .arg(map, value(QJsonObject{{QStringLiteral("S"), QStringLiteral("M")}}));
        m_conditions << text;
    }

    void change(const ItemChange& change) {
        const QString place = path(change.path);
        if (change.after.isUndefined())
            m_removed << place;
        else
            m_set << place + u'=' + value(change.after);
    }

    bool conditionFits() const {
        // Each condition counts as one operator or function, and so does each AND.
        return condition().size() <= kExpressionBytesMax &&
               2 * m_conditions.size() - 1 <= kOperatorsMax;
    }
    bool updateFits() const { return update().size() <= kExpressionBytesMax; }

    void addTo(QJsonObject& request) const {
        if (!m_set.isEmpty() || !m_removed.isEmpty())
            request[QLatin1String("UpdateExpression")] = update();
        request[QLatin1String("ConditionExpression")] = condition();
        request[QLatin1String("ExpressionAttributeNames")] = m_names;
        if (!m_values.isEmpty()) request[QLatin1String("ExpressionAttributeValues")] = m_values;
        request[QLatin1String("ReturnValuesOnConditionCheckFailure")] = QStringLiteral("ALL_OLD");
    }

private:
    QString condition() const { return m_conditions.join(QStringLiteral(" AND ")); }
    QString update() const {
        QStringList clauses;
        if (!m_set.isEmpty()) clauses << QStringLiteral("SET ") + m_set.join(u',');
        if (!m_removed.isEmpty()) clauses << QStringLiteral("REMOVE ") + m_removed.join(u',');
        return clauses.join(u' ');
    }

    QHash<QString, QString> m_placeholders;
    QJsonObject m_names;
    QJsonObject m_values;
    QStringList m_conditions;
    QStringList m_set;
    QStringList m_removed;
};

QJsonObject withoutKey(QJsonObject item, const QStringList& keyNames) {
    for (const QString& name : keyNames)
        item.remove(name);
    return item;
}

void guardWholeItem(Expressions& expressions, const QJsonObject& seen,
                    const QList<ItemChange>& changes) {
    for (auto it = seen.begin(); it != seen.end(); ++it)
        expressions.requireEqual({it.key()}, it.value());
    for (const ItemChange& change : changes)
        if (!seen.contains(change.path.first())) expressions.requireAbsent(change.path);
}

void guardWhatIsWritten(Expressions& expressions, const QList<ItemChange>& changes) {
    QStringList map;
    for (const ItemChange& change : changes) {
        if (!change.before.isUndefined()) {
            expressions.requireEqual(change.path, change.before);
            continue;
        }
        // Without this, a parent that is no longer a map is a ValidationException, not a conflict.
        const QStringList parent = change.path.first(change.path.size() - 1);
        if (!parent.isEmpty() && parent != map) expressions.requireMap(parent);
        map = parent;
        expressions.requireAbsent(change.path);
    }
}

/// The UpdateItem, or nothing if one of its expressions is too long.
std::optional<ItemWrite> updateItem(const QJsonObject& place, const QString& partitionKey,
                                    const QJsonObject& seen, const QList<ItemChange>& changes,
                                    Guard guard) {
    Expressions expressions;
    // Without this, the update would recreate a deleted item from the changed attributes alone.
    expressions.requireExists(partitionKey);
    if (guard == Guard::WholeItem)
        guardWholeItem(expressions, seen, changes);
    else
        guardWhatIsWritten(expressions, changes);
    for (const ItemChange& change : changes)
        expressions.change(change);
    if (!expressions.conditionFits() || !expressions.updateFits()) return std::nullopt;
    ItemWrite write{QStringLiteral("UpdateItem"), place};
    expressions.addTo(write.request);
    return write;
}

}  // namespace

QJsonObject keyOf(const QJsonObject& item, const QStringList& keyNames) {
    QJsonObject key;
    for (const QString& name : keyNames)
        if (item.contains(name)) key[name] = item[name];
    return key;
}

ItemWrite putNewItem(const QString& table, const QStringList& keyNames, const QJsonObject& item) {
    Expressions expressions;
    expressions.requireAbsent({keyNames.first()});
    ItemWrite write{QStringLiteral("PutItem"),
                    {{QStringLiteral("TableName"), table}, {QStringLiteral("Item"), item}}};
    expressions.addTo(write.request);
    return write;
}

std::optional<ItemWrite> changeItem(const QString& table, const QStringList& keyNames,
                                    const QJsonObject& seen, const QJsonObject& wanted,
                                    Guard guard) {
    const QJsonObject place{{QStringLiteral("TableName"), table},
                            {QStringLiteral("Key"), keyOf(seen, keyNames)}};
    const QJsonObject before = withoutKey(seen, keyNames);
    const QJsonObject after = withoutKey(wanted, keyNames);
    for (const Guard tried : {guard, Guard::WhatIsWritten}) {
        // Replacing a whole attribute can take a shorter expression than changing many entries.
        for (const ChangeDepth depth : {ChangeDepth::MapEntries, ChangeDepth::Attributes}) {
            const QList<ItemChange> changes = changesOf(before, after, depth);
            if (auto write = updateItem(place, keyNames.first(), before, changes, tried))
                return write;
        }
    }
    Expressions expressions;
    expressions.requireExists(keyNames.first());
    guardWholeItem(expressions, before, {});
    if (!expressions.conditionFits()) return std::nullopt;
    QJsonObject item = wanted;
    for (const QString& name : keyNames)
        item[name] = seen[name];
    ItemWrite write{QStringLiteral("PutItem"),
                    {{QStringLiteral("TableName"), table},
                     {QStringLiteral("Item"), item},
                     {QStringLiteral("ReturnValues"), QStringLiteral("ALL_OLD")}}};
    expressions.addTo(write.request);
    return write;
}

}  // namespace orrery::widgets
