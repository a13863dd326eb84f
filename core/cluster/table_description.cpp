#include "core/cluster/table_description.h"

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
    for (const SecondaryIndex& index : indexes) {
        if (!index.global) return true;
    }
    return false;
}

}  // namespace orrery::cluster
