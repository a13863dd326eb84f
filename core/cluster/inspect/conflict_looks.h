#pragma once

#include "core/cluster/global/conflict_ledger.h"
#include "core/cluster/inspect/look.h"

namespace orrery::cluster {

LookResult<ConflictsLook> lookConflicts(const WorldState& world, const ConflictLedger& ledger,
                                        const ConflictsLookRequest& request);

}  // namespace orrery::cluster
