#include "core/api/items/batch_arguments.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <vector>

#include "core/types/item_codec.h"

namespace orrery::api {

std::string keyByValue(const types::Item& key) {
    return types::encodeItem(key);
}

std::string keyAsWritten(const json::Value& key) {
    std::vector<std::pair<std::string_view, const json::Value*>> attributes;
    for (const auto& [name, value] : key.get_object())
        attributes.emplace_back(name, &value);
    std::ranges::sort(attributes);
    std::string text;
    json::Writer out(text);
    out.beginObject();
    for (const auto& [name, value] : attributes)
        out.name(name).raw(boost::json::serialize(*value));
    out.endObject();
    return text;
}

}  // namespace orrery::api
