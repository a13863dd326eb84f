#include "core/table/image_check.h"

#include "core/types/item_codec.h"

namespace orrery::table {

bool isImage(std::string_view attributes, const types::KeySchema& tableKeys) {
    const auto item = types::decodeItem(attributes);
    return item && types::keyOf(*item, tableKeys).has_value();
}

}  // namespace orrery::table
