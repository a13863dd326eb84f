#pragma once

#include <QJsonObject>
#include <QString>

#include "core/observe/snapshot.h"

namespace orrery::app {

/// In one sentence, what happened in a step: "Zone b of GameScores, partition 2, committed LSN 12".
/// `event` is one of the trace.
QString stepText(const QJsonObject& event, const observe::Snapshot& snapshot);

}  // namespace orrery::app
