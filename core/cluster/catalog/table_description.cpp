#include "core/cluster/catalog/table_description.h"

#include <algorithm>
#include <chrono>

#include "core/base/account_id.h"
#include "core/base/check.h"

namespace orrery::cluster {
namespace {

// The initial throughput of an on-demand table or index (developer guide,
// on-demand-capacity-mode.html#on-demand-capacity-mode-initial).
constexpr Throughput kInitialOnDemand{12'000, 4'000};

}  // namespace

Throughput warmNow(BillingMode billing, const std::optional<Throughput>& warm,
                   const Throughput& provisioned) {
    const Throughput base = billing == BillingMode::PayPerRequest ? kInitialOnDemand : provisioned;
    const Throughput asked = warm.value_or(base);
    return {std::max(asked.readUnits, base.readUnits), std::max(asked.writeUnits, base.writeUnits)};
}

std::string TableDescription::arn() const {
    return "arn:aws:dynamodb:" + regionName + ":" + std::string(accountDigits(accountId)) +
           ":table/" + name;
}

std::string TableDescription::indexArn(const std::string& index) const {
    return arn() + "/index/" + index;
}

std::string_view statusText(TableStatus status) {
    switch (status) {
        case TableStatus::Creating:
            return "CREATING";
        case TableStatus::Updating:
            return "UPDATING";
        case TableStatus::Deleting:
            return "DELETING";
        case TableStatus::Active:
            return "ACTIVE";
    }
    CHECK(false);
}

const SecondaryIndex* TableDescription::findIndex(std::string_view indexName) const {
    for (const SecondaryIndex& index : indexes) {
        if (index.name == indexName) return &index;
    }
    return nullptr;
}

std::int64_t TableDescription::decreasesOn(CalendarTime now) const {
    const auto dayOf = [](CalendarTime time) {
        return std::chrono::floor<std::chrono::days>(time.sinceEpoch());
    };
    return lastDecreaseAt && dayOf(*lastDecreaseAt) == dayOf(now) ? decreasesToday : 0;
}

bool TableDescription::hasLocalIndexes() const {
    return !std::ranges::all_of(indexes, &SecondaryIndex::isGlobal);
}

bool TableDescription::hasGlobalIndexes() const {
    return std::ranges::any_of(indexes, &SecondaryIndex::isGlobal);
}

bool TableDescription::hasIndexIn(std::initializer_list<TableStatus> statuses) const {
    return std::ranges::any_of(indexes, [&](const SecondaryIndex& index) {
        return std::ranges::find(statuses, index.status) != statuses.end();
    });
}

bool TableDescription::hasPendingChange() const {
    constexpr auto kHasOne = [](const PendingChange& change) { return change != PendingChange(); };
    return kHasOne(pending) || std::ranges::any_of(indexes, kHasOne, &SecondaryIndex::pending);
}

bool imagesNeeded(const TableDescription& table, WriteKind kind) {
    if (!table.indexes.empty() || !table.timeToLive.attribute.empty()) return true;
    if (!table.stream) return false;
    return hasOldImage(*table.stream) || kind == WriteKind::Delete;
}

}  // namespace orrery::cluster
