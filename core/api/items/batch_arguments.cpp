#include "core/api/items/batch_arguments.h"

#include "core/types/item_codec.h"

namespace orrery::api {

bool DistinctKeys::add(const types::Item& key) {
    return m_encoded.insert(types::encodeItem(key)).second;
}

}  // namespace orrery::api
