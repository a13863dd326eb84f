// The snapshot as JSON: Regions → zones; tables → partitions → replicas.

#include "core/base/text.h"
#include "core/control/arguments.h"
#include "core/control/verbs.h"
#include "core/control/views.h"
#include "core/json/json.h"
#include "core/observe/fault_spec.h"

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

void writeAbility(json::Writer& out, const observe::Ability& can) {
    out.beginObject();
    out.name("writes").boolean(can.writes);
    out.name("strongReads").boolean(can.strongReads);
    out.name("eventualReads").boolean(can.eventualReads);
    out.endObject();
}

/// Why clients cannot do everything, and since when; nothing if they can.
void writeLimit(json::Writer& out, std::string_view why, Instant since) {
    if (why.empty()) return;
    out.name("why").string(why);
    out.name("sinceMs").number(milliseconds(since.sinceStart()));
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
        out.endArray().name("serves");
        writeAbility(out, partition.serving.whole);
        writeLimit(out, partition.serving.why, partition.serving.since);
        out.endObject();
    }
    out.endArray();
}

void writeTable(json::Writer& out, const observe::TableView& table, std::string_view region) {
    out.beginObject();
    out.name("name").string(table.name);
    writeAccount(out, table.accountId);
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

void writeZones(json::Writer& out, const observe::RegionView& region) {
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
        writeNumber(out, "writable", zone.writable);
        writeNumber(out, "stronglyReadable", zone.stronglyReadable);
        writeNumber(out, "readable", zone.readable);
        writeLimit(out, zone.why, zone.since);
        out.endObject();
    }
    out.endArray();
}

void writeTotals(json::Writer& out, const observe::Totals& totals) {
    out.beginObject();
    writeNumber(out, "requests", totals.requests);
    writeNumber(out, "clientErrors", totals.clientErrors);
    writeNumber(out, "serverErrors", totals.serverErrors);
    writeNumber(out, "staleReads", totals.staleReads);
    writeNumber(out, "laggingReads", totals.laggingReads);
    writeNumber(out, "elections", totals.elections);
    writeNumber(out, "messages", totals.messages);
    writeNumber(out, "heartbeats", totals.heartbeats);
    writeNumber(out, "transactionConflicts", totals.transactionConflicts);
    out.endObject();
}

class SnapshotJson : public SnapshotWriter {
public:
    explicit SnapshotJson(observe::SnapshotPtr snapshot)
        : m_snapshot(std::move(snapshot)), m_out(m_text) {}

    bool write(std::string& out, std::size_t tablesMax) override {
        const bool more = writeNext(tablesMax);
        out += m_text;
        m_text.clear();
        return more;
    }

private:
    bool writeNext(std::size_t tablesMax);
    void begin();
    void beginRegion(const observe::RegionView& region);
    void end();

    const observe::SnapshotPtr m_snapshot;
    std::string m_text;  // The piece being written.
    json::Writer m_out;
    bool m_isBegun = false;
    std::size_t m_region = 0;
    bool m_regionIsBegun = false;
    observe::TableList::Iterator m_table;  // Only while in a Region.
};

bool SnapshotJson::writeNext(std::size_t tablesMax) {
    if (!std::exchange(m_isBegun, true)) begin();
    std::size_t count = 0;
    for (; m_region < m_snapshot->regions.size(); ++m_region) {
        const observe::RegionView& region = *m_snapshot->regions[m_region];
        if (!std::exchange(m_regionIsBegun, true)) beginRegion(region);
        for (; m_table != region.tables.end(); ++m_table) {
            if (count++ == tablesMax) return true;
            writeTable(m_out, **m_table, region.name);
        }
        m_out.endArray().endObject();
        m_regionIsBegun = false;
    }
    end();
    return false;
}

void SnapshotJson::begin() {
    m_out.beginObject();
    m_out.name("atMs").number(milliseconds(m_snapshot->at.sinceStart()));
    m_out.name("profile").string(m_snapshot->profile);
    writeNumber(m_out, "seed", m_snapshot->seed);
    m_out.name("clock");
    writeClock(m_out, m_snapshot->clock);
    m_out.name("regions").beginArray();
}

void SnapshotJson::beginRegion(const observe::RegionView& region) {
    m_out.beginObject();
    m_out.name("name").string(region.name);
    if (region.place != nullptr) m_out.name("city").string(region.place->city);
    m_out.name("clockOffsetMs").number(milliseconds(region.clockOffset));
    writeZones(m_out, region);
    m_out.name("tables").beginArray();
    m_table = region.tables.begin();
}

void SnapshotJson::end() {
    m_out.endArray();
    m_out.name("regionLinks").beginArray();
    for (const observe::RegionLinkView& link : m_snapshot->regionLinks)
        writeRegionLink(m_out, link);
    m_out.endArray().name("globalTables").beginArray();
    for (const observe::GlobalTableView& table : m_snapshot->globalTables)
        writeGlobalTable(m_out, table);
    m_out.endArray().name("replication").beginArray();
    for (const observe::ReplicationPairView& pair : m_snapshot->replication)
        writeReplicationPair(m_out, pair);
    m_out.endArray();
    m_out.name("faults").beginArray();
    for (const observe::FaultView& fault : m_snapshot->faults)
        writeFault(m_out, fault);
    m_out.endArray();
    m_out.name("jobs");
    writeJobs(m_out, m_snapshot->jobs);
    m_out.name("totals");
    writeTotals(m_out, m_snapshot->totals);
    m_out.endObject();
}

/// What a fault of Regions names, with its options.
void writeRegionsOf(json::Writer& out, const observe::FaultView& fault) {
    const observe::FaultSpec* spec = observe::findFaultSpec(fault.kind);
    if (spec == nullptr || spec->target == observe::FaultTarget::Zones) return;
    out.name("regions").beginArray();
    for (const std::string& region : fault.regions)
        out.string(region);
    out.endArray();
    if (observe::takesOption(*spec, "oneWay")) out.name("oneWay").boolean(fault.oneWay);
    if (observe::takesOption(*spec, "delay")) {
        out.name("delayMs").number(milliseconds(fault.delay));
        out.name("jitterMs").number(milliseconds(fault.jitter));
        out.name("loss").number(fault.loss);
    }
    if (!fault.table.empty()) out.name("table").string(fault.table);
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
    writeRegionsOf(out, fault);
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
        out.name("waitsForRoom").boolean(job.waitsForRoom);
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

std::unique_ptr<SnapshotWriter> writeSnapshotJson(observe::SnapshotPtr snapshot) {
    return std::make_unique<SnapshotJson>(std::move(snapshot));
}

}  // namespace orrery::control
