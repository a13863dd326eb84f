// GET /items, GET /item, GET /checksums: the contents of replicas.

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "core/base/text.h"
#include "core/control/arguments.h"
#include "core/control/verbs.h"
#include "core/control/views.h"
#include "core/types/item_codec.h"
#include "core/types/wire_codec.h"

namespace orrery::control {
namespace {

constexpr std::uint64_t kItemsMax = 1000;

/// What a call names: a table in a Region, perhaps in an account or a namespace of it.
struct Named {
    std::string region;
    std::string table;
    std::string accountId;
};

/// True if all Regions are asked for, and the tables of this name are replicas of one table.
bool areReplicas(const Call& call, std::string_view accountId) {
    if (call.argument("regions") != "all") return false;
    const cluster::Catalog& catalog = call.world.catalog();
    const auto tables = catalog.named(accountId, call.argument("table"));
    const auto global = catalog.globals().ofTable(tables.front()->space);
    return global != nullptr && std::ranges::all_of(tables, [&](const cluster::TablePtr& table) {
               return global->find(table->space) != nullptr;
           });
}

/// The Region is named outright, by the zone, or by the only table of that name.
Parsed<std::string> regionOf(const Call& call, std::string_view accountId) {
    if (const auto region = call.argument("region"); !region.empty()) return std::string(region);
    if (const auto zone = call.argument("zone"); zone.size() > 1) {
        auto parsed = parseZone(zone);
        if (!parsed) return std::unexpected(parsed.error());
        return parsed->first;
    }
    const std::string_view table = call.argument("table");
    std::set<std::string> regions;
    for (const cluster::TablePtr& one : call.world.catalog().named(accountId, table))
        regions.insert(one->regionName);
    if (regions.empty())
        return std::unexpected("There is no table \"" + std::string(table) + "\".");
    if (regions.size() == 1 || areReplicas(call, accountId)) return *regions.begin();
    return std::unexpected("There are tables \"" + std::string(table) +
                           "\" in several Regions; say which with region=.");
}

/// `unknown` is the status if there is no such table.
std::expected<Named, Response> namedBy(const Call& call, int unknown) {
    auto accountId = accountIdIn(call.query);
    if (!accountId) return std::unexpected(errorResponse(400, accountId.error()));
    auto region = regionOf(call, *accountId);
    if (!region) return std::unexpected(errorResponse(unknown, region.error()));
    return Named{*std::move(region), std::string(call.argument("table")), *std::move(accountId)};
}

double fraction(std::uint64_t parts) {
    return static_cast<double>(parts) / 4294967296.0;
}

void writeItem(json::Writer& out, const cluster::ItemView& item) {
    out.name("item");
    if (!item) {
        out.null();
        return;
    }
    types::appendItemJson(out.value(), item.attributes());
}

Parsed<cluster::ItemsLookRequest> itemsRequest(const Call& call, const Named& named) {
    cluster::ItemsLookRequest request;
    request.region = named.region;
    request.table = named.table;
    request.accountId = named.accountId;
    request.index = call.argument("index");
    request.backward = call.argument("backward") == "true";
    if (const auto zone = call.argument("zone"); !zone.empty()) {
        const bool letter = zone.size() == 1;
        const auto parsed = parseZone(letter ? request.region + std::string(zone) : zone);
        if (!parsed) return std::unexpected(parsed.error());
        request.zone = parsed->second;
    }
    if (const auto at = call.argument("at"); !at.empty()) {
        const auto parsed = parseFraction(at);
        if (!parsed) return std::unexpected(parsed.error());
        request.at = *parsed;
    }
    if (const auto from = call.argument("from"); !from.empty()) {
        auto bytes = fromHex(from);
        if (!bytes)
            return std::unexpected(std::string("\"from\" must be the storageKey of a row."));
        request.after = *std::move(bytes);
    }
    if (const auto limit = call.argument("limit"); !limit.empty()) {
        const auto parsed = parseCount(limit);
        if (!parsed) return std::unexpected(parsed.error());
        if (*parsed < 1 || *parsed > kItemsMax)
            return std::unexpected(std::string("\"limit\" must be from 1 to 1000."));
        request.limit = static_cast<std::uint32_t>(*parsed);
    }
    return request;
}

void writeHeader(json::Writer& out, const cluster::ItemLook::Header& header) {
    out.name("version").string(exactCalendarText(header.version));
    out.name("origin").string(header.origin);
    out.name("tombstone").boolean(header.isTombstone);
    out.name("heads").beginArray();
    for (const table::VersionHead& head : header.heads) {
        out.beginObject().name("region").string(head.region);
        out.name("at").string(exactCalendarText(head.at));
        writeNumber(out, "number", head.number);
        out.endObject();
    }
    out.endArray();
}

enum class Headers : bool { Left, Written };

void writeVersion(json::Writer& out, const cluster::ItemLook::Version& version,
                  std::string_view region, Headers headers) {
    out.beginObject();
    out.name("zone").string(zoneName(region, version.zone));
    out.name("leader").boolean(version.leader);
    out.name("up").boolean(version.up);
    writeNumber(out, "itemLsn", version.itemLsn.value());
    writeNumber(out, "applied", version.applied.value());
    writeNumber(out, "behindRecords", version.behindRecords);
    out.name("behindMs").number(milliseconds(version.behind));
    if (headers == Headers::Written && version.header) writeHeader(out, *version.header);
    writeItem(out, version.item);
    out.endObject();
}

/// The members of an answer about one item in one Region.
void writeLook(json::Writer& out, const cluster::ItemLook& look, std::string_view region,
               Headers headers) {
    out.name("region").string(region);
    writeNumber(out, "group", look.group.value());
    out.name("storageKey").string(hex(look.storageKey));
    out.name("position").number(fraction(look.position));
    out.name("versions").beginArray();
    for (const auto& version : look.versions)
        writeVersion(out, version, region, headers);
    out.endArray();
    if (!look.why.empty()) out.name("why").string(look.why);
}

std::string checksumText(std::uint64_t checksum) {
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes += static_cast<char>(checksum >> shift);
    return hex(bytes);
}

/// `response`, which now waits until everything it shows of the table is on disk.
Response gated(Response response, const cluster::World& world, const Named& named) {
    response.gate = world.lookGate(named.table, named.region, named.accountId);
    return response;
}

/// The replicas of a global table; none if the table is no replica of one.
std::vector<cluster::TablePtr> replicasOf(const Call& call, const Named& named) {
    const cluster::Catalog& catalog = call.world.catalog();
    std::vector<cluster::TablePtr> replicas;
    for (const cluster::TablePtr& table : catalog.named(named.accountId, named.table)) {
        if (table->regionName != named.region) continue;
        const auto global = catalog.globals().ofTable(table->space);
        if (global == nullptr) break;
        for (const cluster::GlobalReplica& replica : global->replicas)
            if (auto other = catalog.find(replica.table)) replicas.push_back(std::move(other));
        break;
    }
    return replicas;
}

/// GET /item with regions=all.
Response itemInRegions(const Call& call, cluster::ItemLookRequest request,
                       const std::vector<cluster::TablePtr>& replicas) {
    Response response;
    response.gate = storage::Ticket{};
    json::Writer out(response.body);
    out.beginObject();
    out.name("table").string(request.table);
    out.name("regions").beginArray();
    for (const cluster::TablePtr& replica : replicas) {
        const std::string& region = request.region = replica->regionName;
        request.accountId = replica->accountId;
        const auto gate = call.world.lookGate(request.table, region, request.accountId);
        response.gate = std::max(*response.gate, gate);
        const auto look = call.world.lookItem(request);
        if (!look) {
            Response error = errorResponse(404, look.error());
            error.gate = response.gate;
            return error;
        }
        out.beginObject();
        writeLook(out, *look, region, Headers::Written);
        out.endObject();
    }
    out.endArray().endObject();
    return response;
}

void writeChecksums(json::Writer& out, const cluster::PartitionChecksums& partition,
                    std::string_view region) {
    out.beginObject();
    writeNumber(out, "group", partition.group.value());
    if (!partition.index.empty()) out.name("index").string(partition.index);
    out.name("zones").beginArray();
    for (const auto& zone : partition.zones) {
        out.beginObject();
        out.name("zone").string(zoneName(region, zone.zone));
        out.name("up").boolean(zone.up);
        writeNumber(out, "applied", zone.applied.value());
        out.name("itemCount").number(zone.itemCount);
        out.name("itemBytes").number(zone.itemBytes);
        out.name("checksum").string(checksumText(zone.checksum));
        if (zone.scanned) out.name("scanned").string(checksumText(*zone.scanned));
        if (zone.scannedCount) out.name("scannedCount").number(*zone.scannedCount);
        out.endObject();
    }
    out.endArray().endObject();
}

Response checksumsResponse(const cluster::World& world, const Named& named,
                           const cluster::World::ChecksumsResult& result) {
    if (!result) return gated(errorResponse(404, result.error()), world, named);
    Response response;
    json::Writer out(response.body);
    out.beginObject();
    out.name("table").string(named.table);
    out.name("region").string(named.region);
    out.name("partitions").beginArray();
    for (const cluster::PartitionChecksums& partition : *result)
        writeChecksums(out, partition, named.region);
    out.endArray().endObject();
    return gated(std::move(response), world, named);
}

}  // namespace

Response getItems(const Call& call) {
    const auto named = namedBy(call, 400);
    if (!named) return named.error();
    const auto request = itemsRequest(call, *named);
    if (!request) return errorResponse(400, request.error());
    const auto look = call.world.lookItems(*request);
    if (!look) return gated(errorResponse(404, look.error()), call.world, *named);
    Response response;
    json::Writer out(response.body);
    out.beginObject();
    out.name("table").string(request->table);
    if (!request->index.empty()) out.name("index").string(request->index);
    out.name("zone").string(zoneName(request->region, request->zone));
    out.name("rows").beginArray();
    for (const auto& row : look->rows) {
        out.beginObject();
        out.name("storageKey").string(hex(row.storageKey));
        out.name("position").number(fraction(row.position));
        writeItem(out, row.item);
        out.endObject();
    }
    out.endArray();
    out.name("more").boolean(look->more);
    out.endObject();
    return gated(std::move(response), call.world, *named);
}

Response getItem(const Call& call) {
    const auto named = namedBy(call, 404);
    if (!named) return named.error();
    const auto json = json::parse(call.argument("key"));
    if (!json) return errorResponse(400, R"("key" must be a key such as {"pk": {"S": "a"}}.)");
    auto key = types::itemFromJson(*json);
    if (!key) return errorResponse(400, key.error().message);
    const cluster::ItemLookRequest request{named->region, named->table, *std::move(key),
                                           named->accountId};
    if (const auto regions = call.argument("regions"); !regions.empty()) {
        if (regions != "all") return errorResponse(400, R"("regions" can only be "all".)");
        const auto replicas = replicasOf(call, *named);
        if (!replicas.empty()) return itemInRegions(call, request, replicas);
    }
    const auto look = call.world.lookItem(request);
    if (!look) return gated(errorResponse(404, look.error()), call.world, *named);
    Response response;
    json::Writer out(response.body);
    out.beginObject();
    out.name("table").string(request.table);
    writeLook(out, *look, request.region, Headers::Left);
    out.endObject();
    return gated(std::move(response), call.world, *named);
}

// Reading whole replicas takes many turns; the world continues between them.
Response getChecksums(const Call& call) {
    const auto named = namedBy(call, 404);
    if (!named) return named.error();
    const auto kept = call.world.checksums(named->table, named->region, false, named->accountId);
    if (!kept || call.argument("scan") != "true")
        return checksumsResponse(call.world, *named, kept);
    const auto began =
        call.world.admit(cluster::StartChecksums{named->table, named->region, named->accountId});
    if (!began) return errorResponse(503, began.error());
    const cluster::ChecksumLookId look(*began);
    Response response;
    response.later = [look, named = *named](cluster::World& world) -> std::optional<Response> {
        const auto result = world.takeChecksums(look);
        if (!result) return std::nullopt;
        return checksumsResponse(world, named, *result);
    };
    response.abandoned = [look](cluster::World& world) {
        static_cast<void>(world.admit(cluster::DropChecksums{look}));
    };
    return response;
}

}  // namespace orrery::control
