#include "tests/tidy/floors.h"

#include <QStringList>

namespace orrery::tidy {
namespace {

/// The name of `parts` in the folder of its first `depth` parts.
QString roomAt(const QStringList& parts, qsizetype depth) {
    return depth + 1 < parts.size() ? parts[depth] : QString(".");
}

QString named(const QString& folder, const QString& room) {
    return room == "." ? "a file directly in " + folder : folder + "/" + room;
}

}  // namespace

const QHash<QString, Floors>& house() {
    static const QHash<QString, Floors> house{
        {"core",
         {{"base", 0},
          {"json", 1},
          {"sim", 1},
          {"observe", 1},
          {"types", 2},
          {"check", 2},
          {"expression", 3},
          {"storage", 3},
          {"replication", 3},
          {"table", 4},
          {"partiql", 4},
          {"cluster", 5},
          {"api", 6},
          {"auth", 6},
          {"control", 6},
          {"http", 7},
          {"lab", 7},
          {"exchange", 7},
          {"engine", 8}}},
        {"core/cluster",
         {{"catalog", 0},
          {"kernel", 1},
          {"replicas", 2},
          {"writes", 3},
          {"items", 4},
          {"indexes", 4},
          {"capacity", 4},
          {"transactions", 4},
          {"streams", 4},
          {"ttl", 4},
          {"backups", 4},
          {"global", 4},
          {"tables", 5},
          {"repair", 9},
          {"routing", 6},
          {"faults", 7},
          {"inspect", 7},
          {"world", 8}}},
        {"core/api",
         {{"decode", 0},
          {"items", 1},
          {"tables", 1},
          {"rest", 1},
          {"statements", 2},
          {"fis", 2},
          {"operations", 3},
          {".", 4}}},
        {"core/api/operations",
         {{".", 0},
          {"account", 1},
          {"backups", 1},
          {"bulk", 1},
          {"fis", 1},
          {"global_tables", 1},
          {"insights", 1},
          {"items", 1},
          {"partiql", 1},
          {"policies", 1},
          {"streams", 1},
          {"transactions", 1},
          {"tables", 1},
          {"tags", 1}}},
    };
    return house;
}

QString wrongArrow(const QString& from, const QString& to) {
    const QStringList fromParts = from.split('/');
    const QStringList toParts = to.split('/');
    qsizetype depth = 0;
    while (roomAt(fromParts, depth) == roomAt(toParts, depth) && roomAt(fromParts, depth) != ".")
        ++depth;
    const QString fromRoom = roomAt(fromParts, depth);
    const QString toRoom = roomAt(toParts, depth);
    if (fromRoom == toRoom) return {};
    const QString folder = fromParts.first(depth).join('/');
    const Floors floors = house().value(folder);
    for (const QString& room : {fromRoom, toRoom}) {
        if (!floors.contains(room)) return named(folder, room) + " is on no floor of the design";
    }
    const int fromFloor = floors[fromRoom];
    const int toFloor = floors[toRoom];
    if (toFloor < fromFloor) return {};
    if (toFloor == fromFloor) {
        return QString("%1 must not include its sibling %2 (both on floor %3)")
            .arg(named(folder, fromRoom), named(folder, toRoom))
            .arg(fromFloor);
    }
    return QString("%1 (floor %2) must not include %3 (floor %4): it climbs")
        .arg(named(folder, fromRoom))
        .arg(fromFloor)
        .arg(named(folder, toRoom))
        .arg(toFloor);
}

}  // namespace orrery::tidy
