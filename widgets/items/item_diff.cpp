#include "widgets/items/item_diff.h"

#include <QJsonArray>
#include <algorithm>

#include "widgets/base/attribute_text.h"

namespace orrery::widgets {
namespace {

/// ServiceQuotas: a path has at most 32 elements.
constexpr qsizetype kPathElementsMax = 32;

/// A set's elements, sorted, so that equal sets compare equal.
QStringList sortedElements(const QJsonValue& set) {
    QStringList elements;
    for (const auto& element : set.toArray())
        elements << element.toString();
    elements.sort();
    return elements;
}

QStringList namesOf(const QJsonObject& a, const QJsonObject& b) {
    QStringList names = a.keys() + b.keys();
    names.removeDuplicates();
    names.sort();
    return names;
}

bool isMap(const QJsonValue& value) {
    return attributeType(value) == u"M";
}

QJsonObject entriesOf(const QJsonValue& map) {
    return map[QLatin1String("M")].toObject();
}

/// A document path cannot contain an empty name.
bool namesFitPaths(const QJsonObject& entries) {
    return !entries.contains(QString());
}

void collect(const QStringList& path, const QJsonObject& before, const QJsonObject& after,
             ChangeDepth depth, QList<ItemChange>& changes) {
    for (const QString& name : namesOf(before, after)) {
        const QJsonValue from = before.value(name);
        const QJsonValue to = after.value(name);
        if (sameValue(from, to)) continue;
        const QStringList place = path + QStringList{name};
        const bool deeper = depth == ChangeDepth::MapEntries && isMap(from) && isMap(to) &&
                            place.size() < kPathElementsMax && namesFitPaths(entriesOf(from)) &&
                            namesFitPaths(entriesOf(to));
        if (deeper)
            collect(place, entriesOf(from), entriesOf(to), depth, changes);
        else
            changes.append({place, from, to});
    }
}

}  // namespace

bool sameValue(const QJsonValue& a, const QJsonValue& b) {
    if (a == b) return true;
    const QString type = attributeType(a);
    if (type.isEmpty() || type != attributeType(b)) return false;
    const QJsonValue mine = a[type];
    const QJsonValue theirs = b[type];
    if (type == u"SS" || type == u"NS" || type == u"BS")
        return sortedElements(mine) == sortedElements(theirs);
    if (type == u"L")
        return std::ranges::equal(mine.toArray(), theirs.toArray(),
                                  [](const auto& x, const auto& y) { return sameValue(x, y); });
    if (type == u"M") return changesOf(entriesOf(a), entriesOf(b)).isEmpty();
    return false;
}

QList<ItemChange> changesOf(const QJsonObject& before, const QJsonObject& after,
                            ChangeDepth depth) {
    QList<ItemChange> changes;
    collect({}, before, after, depth, changes);
    return changes;
}

QJsonObject reapply(const QJsonObject& base, const QJsonObject& mine, const QJsonObject& theirs) {
    QJsonObject result = theirs;
    for (const ItemChange& change : changesOf(base, mine)) {
        const QString& name = change.path.first();
        const QJsonValue there = theirs.value(name);
        if (isMap(change.before) && isMap(change.after) && isMap(there)) {
            result[name] = QJsonObject{
                {QStringLiteral("M"),
                 reapply(entriesOf(change.before), entriesOf(change.after), entriesOf(there))}};
        } else if (change.after.isUndefined()) {
            result.remove(name);
        } else {
            result[name] = change.after;
        }
    }
    return result;
}

ChangedBy changedBy(const QString& name, const QJsonObject& base, const QJsonObject& mine,
                    const QJsonObject& theirs) {
    const bool you = !sameValue(base.value(name), mine.value(name));
    const bool others = !sameValue(base.value(name), theirs.value(name));
    if (you && others) return ChangedBy::Both;
    if (you) return ChangedBy::You;
    return others ? ChangedBy::Others : ChangedBy::Nobody;
}

}  // namespace orrery::widgets
