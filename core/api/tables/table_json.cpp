#include "core/api/tables/table_json.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

#include "core/api/tables/replica_json.h"
#include "core/api/tables/throughput_json.h"
#include "core/types/attribute_value.h"

namespace orrery::api {
namespace {

using cluster::IndexKind;
using cluster::IndexProjection;
using cluster::ProjectionKind;
using cluster::SecondaryIndex;
using cluster::TableDescription;
using cluster::TableStatus;
using cluster::Throughput;

// What a reply shows besides the table itself.
struct Shown {
    bool created = false;
    Throughput onDemandAsked;
};

std::string_view projectionText(ProjectionKind kind) {
    if (kind == ProjectionKind::All) return "ALL";
    return kind == ProjectionKind::KeysOnly ? "KEYS_ONLY" : "INCLUDE";
}

void writeKeyElement(json::Writer& out, const std::string& name, std::string_view role) {
    out.beginObject();
    out.name("AttributeName").string(name);
    out.name("KeyType").string(role);
    out.endObject();
}

void writeProjection(json::Writer& out, const IndexProjection& projection) {
    out.name("Projection").beginObject();
    out.name("ProjectionType").string(projectionText(projection.kind));
    if (!projection.attributes.empty()) {
        out.name("NonKeyAttributes").beginArray();
        std::vector<std::string> names = projection.attributes;
        std::ranges::sort(names);
        for (const std::string& name : names)
            out.string(name);
        out.endArray();
    }
    out.endObject();
}

void writeIndex(json::Writer& out, const TableDescription& table, const SecondaryIndex& index,
                std::pair<std::int64_t, std::int64_t> counts, const Shown& shown) {
    out.beginObject();
    out.name("IndexName").string(index.name);
    writeKeySchema(out, index.keys);
    writeProjection(out, index.projection);
    if (index.isGlobal()) {
        out.name("IndexStatus").string(statusText(index.status));
        // GSI.OnlineOps: false while resources are allocated, and the table is UPDATING.
        if (index.status == TableStatus::Creating && table.status != TableStatus::Creating)
            out.name("Backfilling")
                .boolean(index.backfilling && table.status == TableStatus::Active);
        out.name("ProvisionedThroughput").beginObject();
        out.name("NumberOfDecreasesToday").number(std::int64_t{0});
        out.name("ReadCapacityUnits").number(index.throughput.readUnits);
        out.name("WriteCapacityUnits").number(index.throughput.writeUnits);
        out.endObject();
        writeOnDemand(out, index.onDemandMax, {});
        if (!shown.created) writeWarm(out, table, index);
    }
    out.name("IndexSizeBytes").number(counts.second);
    out.name("ItemCount").number(counts.first);
    out.name("IndexArn").string(table.indexArn(index.name));
    out.endObject();
}

void writeIndexes(json::Writer& out, std::string_view member, IndexKind kind,
                  const cluster::TableReply& reply, const Shown& shown) {
    const TableDescription& table = *reply.table;
    if (std::ranges::none_of(table.indexes, [&](const auto& index) { return index.kind == kind; }))
        return;
    out.name(member).beginArray();
    for (std::size_t i = 0; i < table.indexes.size(); ++i) {
        if (table.indexes[i].kind != kind) continue;
        const auto counts = i < reply.indexCounts.size() ? reply.indexCounts[i]
                                                         : std::pair<std::int64_t, std::int64_t>();
        writeIndex(out, table, table.indexes[i], counts, shown);
    }
    out.endArray();
}

void writeThroughput(json::Writer& out, const TableDescription& table, CalendarTime now) {
    out.name("ProvisionedThroughput").beginObject();
    if (table.lastIncreaseAt) writeTime(out.name("LastIncreaseDateTime"), *table.lastIncreaseAt);
    if (table.lastDecreaseAt) writeTime(out.name("LastDecreaseDateTime"), *table.lastDecreaseAt);
    out.name("NumberOfDecreasesToday").number(table.decreasesOn(now));
    out.name("ReadCapacityUnits").number(table.throughput.readUnits);
    out.name("WriteCapacityUnits").number(table.throughput.writeUnits);
    out.endObject();
}

// Two summaries that say the same (ExtendDB, test_table_throughput_mode.py, measured in August
// 2026). A table that was never on demand has none.
void writeBilling(json::Writer& out, const TableDescription& table) {
    const bool onDemand = table.billing == cluster::BillingMode::PayPerRequest;
    if (!onDemand && !table.lastToPayPerRequestAt) return;
    const auto writeSummary = [&](std::string_view summary, std::string_view mode) {
        out.name(summary).beginObject();
        out.name(mode).string(onDemand ? "PAY_PER_REQUEST" : "PROVISIONED");
        if (table.lastToPayPerRequestAt && table.status != TableStatus::Creating)
            writeTime(out.name("LastUpdateToPayPerRequestDateTime"), *table.lastToPayPerRequestAt);
        out.endObject();
    };
    writeSummary("BillingModeSummary", "BillingMode");
    writeSummary("TableThroughputModeSummary", "TableThroughputMode");
}

// A disabled stream is no longer specified, but still named.
void writeStream(json::Writer& out, const TableDescription& table) {
    if (table.stream) {
        out.name("StreamSpecification").beginObject();
        out.name("StreamEnabled").boolean(true);
        out.name("StreamViewType").string(cluster::viewText(*table.stream));
        out.endObject();
    }
    if (table.streamLabel.empty()) return;
    out.name("LatestStreamLabel").string(table.streamLabel);
    out.name("LatestStreamArn").string(table.arn() + "/stream/" + table.streamLabel);
}

void writeCommon(json::Writer& out, const cluster::TableReply& reply) {
    const TableDescription& table = *reply.table;
    out.name("TableName").string(table.name);
    out.name("TableStatus").string(statusText(table.status));
    writeThroughput(out, table, reply.now);
    out.name("TableSizeBytes").number(reply.itemBytes);
    out.name("ItemCount").number(reply.itemCount);
    out.name("TableArn").string(table.arn());
    out.name("TableId").string(table.tableId);
    writeBilling(out, table);
    writeStream(out, table);
    writeReplicas(out, reply);
    out.name("DeletionProtectionEnabled").boolean(table.deletionProtection);
}

void writeDefinitions(json::Writer& out, const TableDescription& table) {
    std::vector<types::KeyAttribute> attributes = table.attributes;
    std::ranges::sort(attributes, {}, &types::KeyAttribute::name);
    out.name("AttributeDefinitions").beginArray();
    for (const types::KeyAttribute& attribute : attributes) {
        out.beginObject();
        out.name("AttributeName").string(attribute.name);
        out.name("AttributeType").string(types::wireName(attribute.type));
        out.endObject();
    }
    out.endArray();
}

// While the setting changes, the key is the old one. Recorded in LocalStack's snapshots
// (test_dynamodb_create_table_with_partial_sse_specification).
void writeEncryption(json::Writer& out, const TableDescription& table) {
    const bool isChanging = table.pending.sseEnabled.has_value();
    if (!table.sseEnabled && !isChanging) return;
    out.name("SSEDescription").beginObject();
    out.name("Status").string(isChanging ? "UPDATING" : "ENABLED");
    if (table.sseEnabled) {
        out.name("SSEType").string("KMS");
        out.name("KMSMasterKeyArn").string(table.sseKeyArn);
    }
    out.endObject();
}

void writeWhole(json::Writer& out, const cluster::TableReply& reply, const Shown& shown) {
    const TableDescription& table = *reply.table;
    out.beginObject();
    writeDefinitions(out, table);
    writeKeySchema(out, table.keys);
    writeTime(out.name("CreationDateTime"), table.createdAt);
    writeCommon(out, reply);
    writeIndexes(out, "LocalSecondaryIndexes", IndexKind::Local, reply, shown);
    writeIndexes(out, "GlobalSecondaryIndexes", IndexKind::Global, reply, shown);
    writeEncryption(out, table);
    if (!table.tableClass.empty())
        out.name("TableClassSummary")
            .beginObject()
            .name("TableClass")
            .string(table.tableClass)
            .endObject();
    writeOnDemand(out, table.onDemandMax, shown.onDemandAsked);
    if (!shown.created || table.warm) writeWarm(out, table);
    out.endObject();
}

}  // namespace

void writeKeySchema(json::Writer& out, const types::KeySchema& keys) {
    out.name("KeySchema").beginArray();
    for (const types::KeyAttribute& attribute : keys.partitionAttributes())
        writeKeyElement(out, attribute.name, "HASH");
    for (const types::KeyAttribute& attribute : keys.sortAttributes())
        writeKeyElement(out, attribute.name, "RANGE");
    out.endArray();
}

void writeTime(json::Writer& out, CalendarTime time) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.sinceEpoch()).count();
    out.number(static_cast<double>(milliseconds) / 1000);
}

void writeDeletedTable(json::Writer& out, const cluster::TableReply& reply) {
    out.beginObject();
    writeCommon(out, reply);
    out.endObject();
}

void writeTable(json::Writer& out, const cluster::TableReply& reply) {
    writeWhole(out, reply, {});
}

void writeCreatedTable(json::Writer& out, const cluster::TableReply& reply) {
    writeWhole(out, reply, {true, {}});
}

void writeUpdatedTable(json::Writer& out, const cluster::TableReply& reply,
                       const std::optional<Throughput>& onDemandAsked) {
    writeWhole(out, reply, {false, onDemandAsked.value_or(Throughput())});
}

}  // namespace orrery::api
