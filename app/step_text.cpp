#include "app/step_text.h"

#include <QCoreApplication>

#include "widgets/base/format.h"

namespace orrery::app {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Steps", text);
}

/// "Orders, partition 2" or "index ByDay of Orders, partition 1"; or the group's number.
QString partitionName(GroupId group, const observe::Snapshot& snapshot) {
    const auto numberIn = [group](const std::vector<observe::PartitionView>& partitions) {
        for (std::size_t i = 0; i < partitions.size(); ++i)
            if (partitions[i].group == group) return static_cast<int>(i + 1);
        return 0;
    };
    for (const observe::RegionViewPtr& region : snapshot.regions)
        for (const observe::TableViewPtr& table : region->tables) {
            const QString name = widgets::toQString(table->name);
            if (const int number = numberIn(table->partitions))
                return tr("%1, partition %2").arg(name).arg(number);
            for (const observe::IndexView& index : table->indexes)
                if (const int number = numberIn(index.partitions))
                    return tr("index %1 of %2, partition %3")
                        .arg(widgets::toQString(index.name), name)
                        .arg(number);
        }
    return tr("group %1").arg(group.value());
}

}  // namespace

QString stepText(const QJsonObject& event, const observe::Snapshot& snapshot) {
    const auto text = [&event](const char* name) { return event[QLatin1String(name)].toString(); };
    const auto number = [&event](const char* name) {
        return event[QLatin1String(name)].toInteger();
    };
    const QString kind = text("kind");
    const QString where =
        tr("zone %1 of %2")
            .arg(text("zone"),
                 partitionName(GroupId(static_cast<std::uint64_t>(number("group"))), snapshot));
    if (kind == u"message delivered")
        return tr("“%1” from %2 has arrived at %3").arg(text("message"), text("from"), where);
    if (kind == u"message dropped")
        return tr("“%1” from %2 to %3 was lost").arg(text("message"), where, text("to"));
    if (kind == u"log committed")
        return tr("%1 knows LSN %2 to be committed").arg(where).arg(number("lsn"));
    if (kind == u"leader elected") return tr("%1 leads, in term %2").arg(where).arg(number("term"));
    if (kind == u"leader stopped") return tr("%1 no longer leads").arg(where);
    if (kind == u"request served")
        return tr("%1 %2 is answered: %3")
            .arg(text("operation"), text("table"), QString::number(number("status")));
    return kind;
}

}  // namespace orrery::app
