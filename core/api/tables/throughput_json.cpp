#include "core/api/tables/throughput_json.h"

#include "core/api/tables/throughput_rules.h"

namespace orrery::api {
namespace {

using cluster::TableStatus;
using cluster::Throughput;

void writeWarm(json::Writer& out, const Throughput& shown, bool isChanging) {
    out.name("WarmThroughput").beginObject();
    out.name("ReadUnitsPerSecond").number(shown.readUnits);
    out.name("WriteUnitsPerSecond").number(shown.writeUnits);
    out.name("Status").string(isChanging ? "UPDATING" : "ACTIVE");
    out.endObject();
}

}  // namespace

void writeOnDemand(json::Writer& out, const std::optional<Throughput>& throughput,
                   const Throughput& asked) {
    if (!throughput) return;
    // A removed limit appears only in the reply to the request that removed it.
    const bool reads = throughput->readUnits >= 1 || asked.readUnits == kNoOnDemandLimit;
    const bool writes = throughput->writeUnits >= 1 || asked.writeUnits == kNoOnDemandLimit;
    if (!reads && !writes) return;
    out.name("OnDemandThroughput").beginObject();
    if (reads) out.name("MaxReadRequestUnits").number(throughput->readUnits);
    if (writes) out.name("MaxWriteRequestUnits").number(throughput->writeUnits);
    out.endObject();
}

void writeWarm(json::Writer& out, const cluster::TableDescription& table) {
    writeWarm(out, cluster::warmNow(table.billing, table.warm, table.throughput),
              table.status == TableStatus::Creating || table.pending.warm);
}

void writeWarm(json::Writer& out, const cluster::TableDescription& table,
               const cluster::SecondaryIndex& index) {
    writeWarm(out, cluster::warmNow(table.billing, index.warm, index.throughput),
              index.status == TableStatus::Creating || index.pending.warm);
}

}  // namespace orrery::api
