#include "core/expression/storage_range.h"

#include "core/base/check.h"
#include "core/types/storage_key.h"

namespace orrery::expression {

StorageRange storageRange(KeySpaceId space, const KeyRange& keys) {
    std::string collection = types::collectionPrefix(space, keys.partition, keys.morePartition);
    for (const types::AttributeValue& value : keys.sortPrefix)
        types::appendSortKey(collection, value);
    const auto& sort = keys.sort;
    StorageRange range{collection, types::prefixEnd(collection)};
    if (!sort) return range;
    std::string at = collection;
    if (sort->op == KeyOperator::BeginsWith) {
        types::appendSortKeyPrefix(at, sort->value);
        return {at, types::prefixEnd(at)};
    }
    types::appendSortKey(at, sort->value);
    switch (sort->op) {
        case KeyOperator::Equal:
            return {at, types::prefixEnd(at)};
        case KeyOperator::Less:
            range.end = at;
            return range;
        case KeyOperator::LessOrEqual:
            range.end = types::prefixEnd(at);
            return range;
        case KeyOperator::Greater:
            range.begin = types::prefixEnd(at);
            return range;
        case KeyOperator::GreaterOrEqual:
            range.begin = at;
            return range;
        case KeyOperator::Between: {
            std::string upper = collection;
            types::appendSortKey(upper, sort->upper);
            return {at, types::prefixEnd(upper)};
        }
        case KeyOperator::BeginsWith:
        case KeyOperator::NotIndexable:
            break;
    }
    CHECK(false);  // A condition on a sort key is never NotIndexable; BeginsWith is done above.
}

}  // namespace orrery::expression
