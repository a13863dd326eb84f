#pragma once

#include <cstdint>
#include <optional>

#include "core/cluster/catalog/request.h"
#include "core/expression/projection.h"
#include "core/json/json.h"

namespace orrery::api {

/// Writes an item, or its projection, as the next value. A whole item is transcoded from its
/// encoding, without building it.
void writeItem(json::Writer& out, const cluster::ItemView& item,
               const std::optional<expression::Projection>& projection);
void writeItem(json::Writer& out, const types::Item& item);

/// Writes one element of ItemCollectionMetrics: a range, in gigabytes, that contains the size of
/// the item collection.
void writeCollectionMetrics(json::Writer& out, const types::KeyAttribute& partition,
                            const types::AttributeValue& value, std::uint64_t collectionBytes);

}  // namespace orrery::api
