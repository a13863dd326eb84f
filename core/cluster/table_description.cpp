#include "core/cluster/table_description.h"

#include <algorithm>

namespace orrery::cluster {

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

}  // namespace orrery::cluster
