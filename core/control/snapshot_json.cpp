// The snapshot as JSON: Regions → zones; tables → partitions → replicas.

#include "core/control/arguments.h"
#include "core/control/control.h"
#include "core/control/views.h"
#include "core/json/json.h"

namespace orrery::control {
namespace {

double fraction(std::uint64_t parts) {
    return static_cast<double>(parts) / 4294967296.0;
}

std::string checksumText(std::uint64_t checksum) {
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes += static_cast<char>(checksum >> shift);
    return hex(bytes);
}

void writeReplica(json::Writer& out, const observe::ReplicaView& replica, std::string_view region) {
    out.beginObject();
    out.name("zone").string(zoneName(region, replica.zone));
    out.name("role").string(observe::roleName(replica.role));
    writeNumber(out, "term", replica.term);
    writeNumber(out, "persisted", replica.persisted.value());
    writeNumber(out, "committed", replica.committed.value());
    writeNumber(out, "applied", replica.applied.value());
    writeNumber(out, "lagRecords", replica.lagRecords);
    out.name("lagMs").number(milliseconds(replica.lag));
    out.name("itemCount").number(replica.itemCount);
    out.name("itemBytes").number(replica.itemBytes);
    out.name("checksum").string(checksumText(replica.checksum));
    out.endObject();
}

void writePartitions(json::Writer& out, const std::vector<observe::PartitionView>& partitions,
                     std::string_view region) {
    out.name("partitions").beginArray();
    for (const observe::PartitionView& partition : partitions) {
        out.beginObject();
        writeNumber(out, "group", partition.group.value());
        out.name("begin").number(fraction(partition.begin));
        out.name("end").number(fraction(partition.end));
        out.name("itemCount").number(partition.itemCount);
        out.name("itemBytes").number(partition.itemBytes);
        writeNumber(out, "readsPerSecond", partition.readsPerSecond);
        writeNumber(out, "writesPerSecond", partition.writesPerSecond);
        out.name("replicas").beginArray();
        for (const observe::ReplicaView& replica : partition.replicas)
            writeReplica(out, replica, region);
        out.endArray().endObject();
    }
    out.endArray();
}

void writeTable(json::Writer& out, const observe::TableView& table, std::string_view region) {
    out.beginObject();
    out.name("name").string(table.name);
    out.name("account").string(table.accountId);
    out.name("status").string(table.status);
    out.name("keys").string(table.keys);
    out.name("billing").string(table.billing);
    out.name("itemCount").number(table.itemCount);
    out.name("itemBytes").number(table.itemBytes);
    writePartitions(out, table.partitions, region);
    out.name("indexes").beginArray();
    for (const observe::IndexView& index : table.indexes) {
        out.beginObject();
        out.name("name").string(index.name);
        out.name("kind").string(index.global ? "global" : "local");
        out.name("keys").string(index.keys);
        out.name("itemCount").number(index.itemCount);
        out.name("itemBytes").number(index.itemBytes);
        writeNumber(out, "lagRecords", index.lagRecords);
        writePartitions(out, index.partitions, region);
        out.endObject();
    }
    out.endArray().endObject();
}

void writeRegion(json::Writer& out, const observe::RegionView& region) {
    out.beginObject();
    out.name("name").string(region.name);
    out.name("zones").beginArray();
    for (const observe::ZoneView& zone : region.zones) {
        out.beginObject();
        out.name("name").string(zone.name);
        out.name("up").boolean(zone.up);
        out.name("cutOff").boolean(zone.cutOff);
        writeNumber(out, "leaders", zone.leaders);
        writeNumber(out, "replicas", zone.replicas);
        writeNumber(out, "lagRecords", zone.lagRecords);
        out.name("lagMs").number(milliseconds(zone.lag));
        out.endObject();
    }
    out.endArray();
    out.name("tables").beginArray();
    for (const observe::TableViewPtr& table : region.tables)
        writeTable(out, *table, region.name);
    out.endArray().endObject();
}

void writeTotals(json::Writer& out, const observe::Totals& totals) {
    out.beginObject();
    writeNumber(out, "requests", totals.requests);
    writeNumber(out, "clientErrors", totals.clientErrors);
    writeNumber(out, "serverErrors", totals.serverErrors);
    writeNumber(out, "staleReads", totals.staleReads);
    writeNumber(out, "elections", totals.elections);
    writeNumber(out, "messages", totals.messages);
    writeNumber(out, "heartbeats", totals.heartbeats);
    out.endObject();
}

}  // namespace

void writeNumber(json::Writer& out, std::string_view name, std::uint64_t value) {
    out.name(name).number(static_cast<std::int64_t>(value));
}

void writeFault(json::Writer& out, const observe::FaultView& fault) {
    out.beginObject();
    writeNumber(out, "id", fault.id);
    out.name("kind").string(fault.kind);
    out.name("target").string(fault.target);
    out.name("active").boolean(fault.active);
    out.name("sinceMs").number(milliseconds(fault.since.sinceStart()));
    out.name("untilMs");
    if (fault.until == Instant::never()) {
        out.null();
    } else {
        out.number(milliseconds(fault.until.sinceStart()));
    }
    out.name("cost").beginObject();
    writeNumber(out, "failedRequests", fault.failedRequests);
    writeNumber(out, "elections", fault.elections);
    writeNumber(out, "staleReads", fault.staleReads);
    out.endObject().endObject();
}

void writeJobs(json::Writer& out, const std::vector<observe::JobView>& jobs) {
    out.beginArray();
    for (const observe::JobView& job : jobs) {
        const observe::JobSpec& spec = observe::specOf(job.kind);
        out.beginObject();
        writeNumber(out, "id", job.id);
        out.name("kind").string(spec.name);
        out.name("of").string(job.subject);
        writeNumber(out, "done", job.done);
        writeNumber(out, "total", job.total);
        out.name("unit").string(spec.unit);
        out.name("since").string(calendarText(job.since));
        out.name("canCancel").boolean(spec.canCancel);
        out.name("stopped").boolean(job.isStopped);
        out.endObject();
    }
    out.endArray();
}

void writeClock(json::Writer& out, const observe::ClockView& clock) {
    out.beginObject();
    out.name("state").string(clock.state == observe::ClockState::Paused ? "paused" : "running");
    out.name("speed").number(clock.speed);
    out.name("nowMs").number(milliseconds(clock.now.sinceStart()));
    out.name("calendar").string(calendarText(clock.calendar));
    out.name("stretched").boolean(clock.stretched);
    writeNumber(out, "waitingRequests", clock.waitingRequests);
    out.endObject();
}

std::string snapshotJson(const observe::Snapshot& snapshot) {
    std::string text;
    json::Writer out(text);
    out.beginObject();
    out.name("atMs").number(milliseconds(snapshot.at.sinceStart()));
    out.name("profile").string(snapshot.profile);
    writeNumber(out, "seed", snapshot.seed);
    out.name("clock");
    writeClock(out, snapshot.clock);
    out.name("regions").beginArray();
    for (const observe::RegionViewPtr& region : snapshot.regions)
        writeRegion(out, *region);
    out.endArray();
    out.name("faults").beginArray();
    for (const observe::FaultView& fault : snapshot.faults)
        writeFault(out, fault);
    out.endArray();
    out.name("jobs");
    writeJobs(out, snapshot.jobs);
    out.name("totals");
    writeTotals(out, snapshot.totals);
    out.endObject();
    return text;
}

}  // namespace orrery::control
