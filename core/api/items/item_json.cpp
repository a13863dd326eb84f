#include "core/api/items/item_json.h"

#include "core/base/check.h"
#include "core/types/item_codec.h"
#include "core/types/wire_codec.h"

namespace orrery::api {

void writeItem(json::Writer& out, const cluster::ItemView& item,
               const std::optional<expression::Projection>& projection) {
    if (!projection) {
        types::appendItemJson(out.value(), item.attributes());
        return;
    }
    const auto decoded = types::decodeItem(item.attributes());
    CHECK(decoded.has_value());
    types::appendJson(out.value(), expression::project(*decoded, *projection));
}

void writeItem(json::Writer& out, const types::Item& item) {
    types::appendJson(out.value(), item);
}

void writeCollectionMetrics(json::Writer& out, const types::KeyAttribute& partition,
                            const types::AttributeValue& value, std::uint64_t collectionBytes) {
    constexpr std::uint64_t kGigabyte = std::uint64_t{1} << 30;
    const auto lower = static_cast<std::int64_t>(collectionBytes / kGigabyte);
    types::Item key;
    key.set(partition.name, value);
    out.beginObject().name("ItemCollectionKey");
    writeItem(out, key);
    out.name("SizeEstimateRangeGB").beginArray();
    out.number(static_cast<double>(lower)).number(static_cast<double>(lower + 1)).endArray();
    out.endObject();
}

}  // namespace orrery::api
