// GET /status, /snapshot, /metrics, /events; GET and PUT /profile.

#include "core/control/arguments.h"
#include "core/control/verbs.h"
#include "core/control/views.h"

namespace orrery::control {
namespace {

/// Prometheus' text format, one family at a time.
class Metrics {
public:
    explicit Metrics(std::string& out) : m_out(out) {}

    void family(std::string_view name, std::string_view type, std::string_view help) {
        m_name = name;
        m_out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
        m_out.append(name).append(" ").append(type).append("\n");
    }
    void sample(std::string_view labels, std::int64_t value) {
        m_out += m_name;
        if (!labels.empty()) m_out.append("{").append(labels).append("}");
        m_out.append(" ").append(std::to_string(value)).append("\n");
    }
    void one(std::string_view name, std::string_view type, std::string_view help,
             std::uint64_t value) {
        family(name, type, help);
        sample("", static_cast<std::int64_t>(value));
    }

private:
    std::string& m_out;
    std::string_view m_name;
};

void addTables(Metrics& metrics, const observe::Snapshot& snapshot) {
    const auto each = [&](auto visit) {
        for (const observe::RegionViewPtr& region : snapshot.regions)
            for (const observe::TableViewPtr& table : region->tables)
                visit("region=\"" + region->name + "\",table_name=\"" + table->name + "\"", *region,
                      *table);
    };
    metrics.family("aws_dynamodb_item_count", "gauge", "ItemCount of DescribeTable, up to date.");
    each([&](const std::string& labels, const auto&, const auto& table) {
        metrics.sample(labels, table.itemCount);
    });
    metrics.family("aws_dynamodb_table_size_bytes", "gauge",
                   "TableSizeBytes of DescribeTable, up to date.");
    each([&](const std::string& labels, const auto&, const auto& table) {
        metrics.sample(labels, table.itemBytes);
    });
    metrics.family("orrery_replica_lag_records", "gauge",
                   "Committed records that a zone's replicas of the table have not applied.");
    each([&](const std::string& labels, const auto& region, const auto& table) {
        for (std::size_t zone = 0; zone < kZonesPerRegion; ++zone) {
            std::uint64_t lag = 0;
            for (const observe::PartitionView& partition : table.partitions)
                lag += partition.replicas[zone].lagRecords;
            metrics.sample(labels + ",zone=\"" + region.zones[zone].name + "\"",
                           static_cast<std::int64_t>(lag));
        }
    });
}

}  // namespace

Response getStatus(const Call& call) {
    const Host::Facts facts = call.host.facts();
    Response response;
    json::Writer out(response.body);
    out.beginObject();
    out.name("version").string(facts.version);
    out.name("endpoint").string(facts.endpoint);
    out.name("profile").string(call.world.profile().name);
    out.name("dataFolder");
    if (facts.dataFolder.empty()) {
        out.null();
    } else {
        out.string(facts.dataFolder);
    }
    out.name("durability").string(facts.durability);
    out.name("readOnly").boolean(facts.readOnly);
    out.name("storageProblem");
    if (facts.storageProblem.empty()) {
        out.null();
    } else {
        out.string(facts.storageProblem);
    }
    writeNumber(out, "seed", call.world.seed());
    out.name("uptimeMs").number(milliseconds(facts.uptime));
    writeNumber(out, "tables", call.world.catalog().size());
    writeNumber(out, "openRequests", facts.openCalls);
    writeNumber(out, "waitingRequests", facts.waitingCalls);
    writeNumber(out, "overlayBytes", facts.figures.overlayBytes);
    writeNumber(out, "logFileBytes", facts.figures.logFileBytes);
    writeNumber(out, "treeFileBytes", facts.figures.treeFileBytes);
    out.name("eventHash").string(std::to_string(call.world.eventHash()));
    out.name("clock");
    writeClock(out, clockView(call));
    out.endObject();
    return response;
}

Response getSnapshot(const Call& call) {
    const auto snapshot = call.world.makeSnapshot();
    snapshot->clock = clockView(call);
    Response response;
    response.body = snapshotJson(*snapshot);
    return response;
}

Response getMetrics(const Call& call) {
    Response response;
    response.contentType = "text/plain; version=0.0.4";
    Metrics metrics(response.body);
    const observe::Totals& totals = call.world.totals();
    metrics.one("aws_dynamodb_requests_total", "counter", "Requests that were answered.",
                totals.requests);
    metrics.one("aws_dynamodb_user_errors_total", "counter", "UserErrors: HTTP 400.",
                totals.clientErrors);
    metrics.one("aws_dynamodb_system_errors_total", "counter", "SystemErrors: HTTP 500.",
                totals.serverErrors);
    metrics.one("orrery_stale_reads_total", "counter",
                "Reads that a replica served before it had applied every committed record.",
                totals.staleReads);
    metrics.one("orrery_elections_total", "counter", "Leaders elected.", totals.elections);
    metrics.one("orrery_messages_total", "counter", "Messages between replicas.", totals.messages);
    const Host::Facts facts = call.host.facts();
    metrics.one("orrery_waiting_requests", "gauge", "Requests that wait while the clock is paused.",
                facts.waitingCalls);
    metrics.one("orrery_overlay_bytes", "gauge", "Applied records that no tree holds yet.",
                facts.figures.overlayBytes);
    addTables(metrics, *call.world.makeSnapshot());
    return response;
}

Response getEvents(const Call& call) {
    Response response;
    response.contentType = "application/jsonl";
    response.eventsAfter = EventId();
    if (const auto after = call.argument("after"); !after.empty()) {
        const auto id = parseCount(after);
        if (!id) return errorResponse(400, id.error());
        response.eventsAfter = EventId(*id);
    }
    return response;
}

Response getProfile(const Call& call) {
    const cluster::Profile& profile = call.world.profile();
    Response response;
    json::Writer out(response.body);
    out.beginObject();
    out.name("profile").string(profile.name);
    out.name("withinZoneMs").number(milliseconds(profile.withinZone));
    out.name("betweenZonesMs").number(milliseconds(profile.betweenZones));
    out.name("betweenZonesMeanMs").number(milliseconds(profile.betweenZonesMean));
    out.name("diskMs").number(milliseconds(profile.disk));
    out.name("leaseMs").number(milliseconds(profile.lease));
    out.name("renewMs").number(milliseconds(profile.renew));
    out.name("heartbeatMs").number(milliseconds(profile.heartbeat));
    out.name("detectionMs").number(milliseconds(profile.detection));
    out.name("requestTimeoutMs").number(milliseconds(profile.requestTimeout));
    out.name("transientStatesMs").number(milliseconds(profile.transientStates));
    out.name("indexesBeforeAnswer").boolean(profile.indexesBeforeAnswer);
    out.endObject();
    return response;
}

Response putProfile(const Call& call) {
    const auto body = Body::parse(call.body);
    if (!body) return errorResponse(400, body.error());
    const std::string name = body->string(body->has("profile") ? "profile" : "name").value_or("");
    if (const cluster::Profile* profile = cluster::Profile::find(name)) {
        static_cast<void>(call.world.admit(cluster::SetProfile{*profile}));
        return getProfile(call);
    }
    if (name == "adversarial" || name == "classroom")
        return errorResponse(501, "The profile \"" + name + "\" is not supported yet.");
    return errorResponse(400, "\"profile\" must be \"drop-in\" or \"service-like\".");
}

}  // namespace orrery::control
