#include "core/cluster/catalog/table_description.h"

#include <algorithm>

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
    return "arn:aws:dynamodb:" + regionName + ":" + accountId + ":table/" + name;
}

std::string TableDescription::indexArn(const std::string& index) const {
    return arn() + "/index/" + index;
}

const SecondaryIndex* TableDescription::findIndex(std::string_view indexName) const {
    for (const SecondaryIndex& index : indexes) {
        if (index.name == indexName) return &index;
    }
    return nullptr;
}

bool TableDescription::hasLocalIndexes() const {
    return !std::ranges::all_of(indexes, &SecondaryIndex::global);
}

bool TableDescription::hasGlobalIndexes() const {
    return std::ranges::any_of(indexes, &SecondaryIndex::global);
}

bool imagesNeeded(const TableDescription& table) {
    return !table.indexes.empty();
}

}  // namespace orrery::cluster
