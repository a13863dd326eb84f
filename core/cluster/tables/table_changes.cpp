#include "core/cluster/tables/table_changes.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace orrery::cluster {
namespace {

// Warm throughput never decreases: the old value remains when units are reduced or the billing mode
// changes.
void preserveWarm(std::optional<Throughput>& warm, const Throughput& before,
                  const Throughput& now) {
    if (now.readUnits >= before.readUnits && now.writeUnits >= before.writeUnits) return;
    warm = {std::max(before.readUnits, now.readUnits), std::max(before.writeUnits, now.writeUnits)};
}

Throughput warmOf(const TableDescription& table) {
    return warmNow(table.billing, table.warm, table.throughput);
}

Throughput warmOf(const TableDescription& table, const SecondaryIndex& index) {
    return warmNow(table.billing, index.warm, index.throughput);
}

void preserveWarm(const TableDescription& before, TableDescription& table) {
    preserveWarm(table.warm, warmOf(before), warmOf(table));
    for (std::size_t i = 0; i < table.indexes.size(); ++i) {
        SecondaryIndex& index = table.indexes[i];
        preserveWarm(index.warm, warmOf(before, before.indexes[i]), warmOf(table, index));
    }
}

bool isIncrease(const Throughput& from, const Throughput& to) {
    return to.readUnits > from.readUnits || to.writeUnits > from.writeUnits;
}

void noteDecrease(CalendarTime now, TableDescription& table) {
    table.decreasesToday = table.decreasesOn(now);
    table.lastDecreaseAt = now;
}

// Shows the new mode and units at once, as recorded in dynalite's test/updateTable.js; only when
// the table was last billed on demand is shown later.
void beginBilling(BillingMode billing, CalendarTime now, TableDescription& table) {
    table.billing = billing;
    table.pending.toPayPerRequest = billing == BillingMode::PayPerRequest;
    if (billing == BillingMode::PayPerRequest) {
        table.throughput = {};
        noteDecrease(now, table);
    } else {
        table.onDemandMax.reset();
    }
    for (SecondaryIndex& index : table.indexes) {
        if (billing == BillingMode::PayPerRequest) {
            index.throughput = {};
        } else {
            index.onDemandMax.reset();
        }
        if (index.isGlobal() && index.status == TableStatus::Active)
            index.status = TableStatus::Updating;
    }
}

// Until the change is done, the times are those of the request, and a decrease is not counted.
void beginUnits(const Throughput& next, bool atOnce, CalendarTime now, TableDescription& table) {
    if (isIncrease(table.throughput, next)) table.lastIncreaseAt = now;
    if (isIncrease(next, table.throughput)) noteDecrease(now, table);
    if (atOnce) {
        table.throughput = next;
    } else {
        table.pending.throughput = next;
    }
}

// The service shows a later time than that of the request, even where no time passes here.
CalendarTime doneAt(CalendarTime now, const std::optional<CalendarTime>& begun) {
    constexpr Duration kAtLeast = std::chrono::milliseconds(1);
    return begun ? std::max(now, CalendarTime(begun->sinceEpoch() + kAtLeast)) : now;
}

void finishUnits(CalendarTime now, TableDescription& table) {
    if (!table.pending.throughput) return;
    const Throughput& next = *table.pending.throughput;
    if (isIncrease(table.throughput, next))
        table.lastIncreaseAt = doneAt(now, table.lastIncreaseAt);
    if (isIncrease(next, table.throughput)) {
        table.decreasesToday = table.decreasesOn(now) + 1;
        table.lastDecreaseAt = doneAt(now, table.lastDecreaseAt);
    }
    table.throughput = next;
}

void beginIndexChange(const IndexUpdate& update, bool atOnce, SecondaryIndex& index) {
    if (update.throughput && atOnce) index.throughput = *update.throughput;
    if (update.throughput && !atOnce) index.pending.throughput = update.throughput;
    if (update.onDemandMax) index.onDemandMax = update.onDemandMax;
    if (update.warm) index.pending.warm = update.warm;
    const bool takesTime = update.throughput || update.onDemandMax;
    if (takesTime && index.status == TableStatus::Active) index.status = TableStatus::Updating;
}

bool takesTimeBesideBilling(const UpdateTable& update) {
    return update.throughput || update.tableClass || update.stream ||
           !update.createIndexes.empty() || !update.deleteIndexes.empty();
}

}  // namespace

bool isTakenWhileUpdating(const UpdateTable& update) {
    const bool isOtherBilling = update.billing && *update.billing != update.table->billing;
    return !isOtherBilling && !update.throughput && !update.onDemandMax && !update.tableClass &&
           update.createIndexes.empty() && update.deleteIndexes.empty() && !update.stream;
}

bool takesTime(const UpdateTable& update) {
    return update.billing || takesTimeBesideBilling(update);
}

bool takesEffectLater(const UpdateTable& update) {
    return takesTime(update) || update.warm || update.sseEnabled || update.sseKeyArn ||
           !update.updateIndexes.empty();
}

void beginChanges(const UpdateTable& update, CalendarTime now, TableDescription& table) {
    const TableDescription before = table;
    const bool isOtherBilling = update.billing && *update.billing != table.billing;
    if (isOtherBilling) beginBilling(*update.billing, now, table);
    // The present mode alone keeps an ACTIVE table UPDATING, too.
    const bool isResent = update.billing && table.status == TableStatus::Active;
    if (isOtherBilling || (isResent && !takesTimeBesideBilling(update)))
        table.pending.lasting.insert(LastingChange::Billing);
    if (update.stream) table.pending.lasting.insert(LastingChange::Stream);
    if (update.tableClass) table.pending.lasting.insert(LastingChange::TableClass);
    if (update.throughput) beginUnits(*update.throughput, isOtherBilling, now, table);
    if (update.onDemandMax) table.onDemandMax = update.onDemandMax;
    if (update.warm) table.pending.warm = update.warm;
    if (update.deletionProtection) table.deletionProtection = *update.deletionProtection;
    if (update.tableClass) table.tableClass = *update.tableClass;
    if (update.sseEnabled) table.pending.sseEnabled = update.sseEnabled;
    if (update.sseKeyArn) table.pending.sseKeyArn = *update.sseKeyArn;
    if (update.tags) table.tags = *update.tags;
    if (update.policy) table.policy = nextPolicy(table.policy, *update.policy, now);
    for (const IndexUpdate& one : update.updateIndexes) {
        for (SecondaryIndex& index : table.indexes) {
            if (index.name == one.name) beginIndexChange(one, isOtherBilling, index);
        }
    }
    preserveWarm(before, table);
}

void finishChanges(CalendarTime now, TableDescription& table) {
    const TableDescription before = table;
    finishUnits(now, table);
    if (table.pending.warm) table.warm = table.pending.warm;
    if (table.pending.toPayPerRequest) {
        table.lastToPayPerRequestAt = now;
        table.lastDecreaseAt.reset();
    }
    if (table.pending.sseEnabled) {
        table.sseEnabled = *table.pending.sseEnabled;
        table.sseKeyArn = table.pending.sseKeyArn;
    }
    table.pending = {};
    for (SecondaryIndex& index : table.indexes) {
        if (index.pending.throughput) index.throughput = *index.pending.throughput;
        if (index.pending.warm) index.warm = index.pending.warm;
        index.pending = {};
    }
    preserveWarm(before, table);
}

std::optional<CalendarTime> setStream(const Streams& streams,
                                      const std::optional<StreamView>& enabled,
                                      TableDescription& table) {
    table.stream = enabled;
    if (!enabled) return std::nullopt;
    const CalendarTime createdAt = streams.creationOf(table);
    table.streamLabel = streamLabel(createdAt);
    return createdAt;
}

void pruneDefinitions(TableDescription& table) {
    const auto named = [](std::vector<types::KeyAttribute>& among, const std::string& name) {
        return std::ranges::find(among, name, &types::KeyAttribute::name);
    };
    std::vector<types::KeyAttribute> used;
    const auto add = [&](const types::KeyAttribute& attribute) {
        if (named(used, attribute.name) == used.end()) used.push_back(attribute);
    };
    const auto addKeys = [&](const types::KeySchema& keys) {
        for (const types::KeyAttribute& attribute : keys.attributes())
            add(attribute);
    };
    addKeys(table.keys);
    for (const SecondaryIndex& index : table.indexes)
        addKeys(index.keys);
    std::erase_if(table.attributes, [&](const types::KeyAttribute& attribute) {
        return named(used, attribute.name) == used.end();
    });
    for (const types::KeyAttribute& attribute : used) {
        const auto place = named(table.attributes, attribute.name);
        if (place == table.attributes.end()) {
            table.attributes.push_back(attribute);
        } else {
            *place = attribute;  // A definition that outlived its index had another type.
        }
    }
}

}  // namespace orrery::cluster
