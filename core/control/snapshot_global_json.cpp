// Global tables, links between Regions and the replication between them, as JSON.

#include "core/base/account_id.h"
#include "core/control/arguments.h"
#include "core/control/views.h"

namespace orrery::control {

void writeAccount(json::Writer& out, std::string_view accountId) {
    out.name("account").string(accountDigits(accountId));
    if (const auto name = namespaceOf(accountId); !name.empty()) out.name("namespace").string(name);
}

void writeRegionLink(json::Writer& out, const observe::RegionLinkView& link) {
    out.beginObject();
    out.name("from").string(link.from);
    out.name("to").string(link.to);
    out.name("delayMs").number(milliseconds(link.delay));
    out.name("jitterMs").number(milliseconds(link.jitter));
    out.name("loss").number(link.loss);
    out.name("isCut").boolean(link.isCut);
    out.name("isPaused").boolean(link.isPaused);
    out.endObject();
}

void writeGlobalTable(json::Writer& out, const observe::GlobalTableView& table) {
    out.beginObject();
    writeNumber(out, "id", table.id);
    out.name("name").string(table.name);
    writeAccount(out, table.accountId);
    out.name("consistency").string(table.consistency);
    out.name("replicas").beginArray();
    for (const observe::GlobalReplicaView& replica : table.replicas) {
        out.beginObject().name("region").string(replica.region);
        out.name("status").string(replica.status).endObject();
    }
    out.endArray().endObject();
}

void writeReplicationPair(json::Writer& out, const observe::ReplicationPairView& pair) {
    out.beginObject();
    out.name("table").string(pair.table);
    writeAccount(out, pair.accountId);
    out.name("from").string(pair.from);
    out.name("to").string(pair.to);
    writeNumber(out, "pending", pair.pending);
    if (pair.latency) {
        out.name("latencyMs").number(milliseconds(*pair.latency));
        out.name("latencySumMs").number(milliseconds(pair.latencySum));
    }
    writeNumber(out, "changes", pair.changes);
    writeNumber(out, "lost", pair.lost);
    out.name("isPaused").boolean(pair.isPaused);
    out.name("isFilling").boolean(pair.isFilling);
    if (pair.isFilling) {
        writeNumber(out, "done", pair.done);
        writeNumber(out, "total", pair.total);
    }
    out.endObject();
}

}  // namespace orrery::control
