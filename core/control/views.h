#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "core/observe/snapshot.h"

namespace orrery::control {

// Parts of a snapshot as JSON, shared by several verbs.

void writeNumber(json::Writer& out, std::string_view name, std::uint64_t value);
void writeFault(json::Writer& out, const observe::FaultView& fault);
void writeJobs(json::Writer& out, const std::vector<observe::JobView>& jobs);
void writeClock(json::Writer& out, const observe::ClockView& clock);
/// "account", and "namespace" if it is in one.
void writeAccount(json::Writer& out, std::string_view accountId);
void writeRegionLink(json::Writer& out, const observe::RegionLinkView& link);
void writeGlobalTable(json::Writer& out, const observe::GlobalTableView& table);
void writeReplicationPair(json::Writer& out, const observe::ReplicationPairView& pair);

}  // namespace orrery::control
