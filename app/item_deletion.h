#pragma once

#include <QJsonObject>
#include <QString>
#include <functional>
#include <optional>

#include "app/backend.h"
#include "app/edited_table.h"
#include "widgets/items/item_source.h"

namespace orrery::app {

/// What became of a deletion.
struct Deletion {
    enum class Outcome {
        Deleted,
        Gone,     ///< Another client had deleted it.
        Changed,  ///< It is not as seen, so it was kept; `now` is the stored item.
        Failed,   ///< Nobody knows; `reason` says why.
    };
    Outcome outcome = Outcome::Failed;
    QJsonObject now;
    QString reason;
};

/// Reads an item with its version at the zone that leads it. The handler's error is one sentence.
using LeaderHandler =
    std::function<void(const std::optional<widgets::ItemVersions::Version>&, const QString& error)>;
void lookAtLeader(Backend* backend, const EditedTable& table, const QJsonObject& item,
                  LeaderHandler handler);

/// Deletes an item if it is equal to `seen`, which must be the whole item: every attribute counts,
/// however many there are, and so do attributes that others added. The handler is called later, and
/// must check whether its owner still exists.
void deleteAsSeen(Backend* backend, const EditedTable& table, const QJsonObject& seen,
                  std::function<void(const Deletion&)> handler);

}  // namespace orrery::app
