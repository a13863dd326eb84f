#pragma once

#include <cstdint>
#include <optional>

#include "core/cluster/catalog/request.h"
#include "core/expression/projection.h"
#include "core/json/json.h"

namespace orrery::api {

/// Writes an item as the next value, whole or what the projection names. A whole item is written
/// from its encoding, without building it.
void writeItem(json::Writer& out, const cluster::ItemView& item,
               const std::optional<expression::Projection>& projection);
void writeItem(json::Writer& out, const types::Item& item);

/// One element of ItemCollectionMetrics: the size of the item collection in gigabytes, as a range
/// in which it lies.
void writeCollectionMetrics(json::Writer& out, const types::KeyAttribute& partition,
                            const types::AttributeValue& value, std::uint64_t collectionBytes);

}  // namespace orrery::api
