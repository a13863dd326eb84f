#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/request.h"
#include "core/json/json.h"

namespace orrery::api {

// Consumed capacity (CapacityUnitCalculations), counted in half units, since an eventually
// consistent read costs half a unit.

/// ReturnConsumedCapacity.
enum class CapacityDetail { None, Total, Indexes };
CapacityDetail takeCapacityDetail(const Fields& request);

/// The cost of a request, by table and index.
struct Consumed {
    using ByIndex = std::vector<std::pair<std::string, std::int64_t>>;

    std::int64_t tableHalves = 0;
    ByIndex local;
    ByIndex global;
    /// Of writes that were refused: in the sum, but of no table or index.
    std::int64_t refusedHalves = 0;

    std::int64_t halves() const;
    void add(const Consumed& other);
};

/// The cost of reading `bytes`: one unit per 4 KB, and at least one.
std::int64_t readHalves(std::uint64_t bytes, bool consistent);

/// The cost of a write: one unit per 1 KB of the larger image, and the changes of each index.
Consumed writeCost(const cluster::TableDescription& table, const cluster::WriteReply& reply);

/// The cost of a refused write: that of the existing item, or of the `bytes` that were to replace
/// it, whichever is larger.
Consumed refusedCost(const cluster::WriteReply& reply, std::uint64_t bytes);

/// Whether a reply tells read and write units apart, as those of transactions do, beside their sum.
enum class UnitsShown { Sum, Read, Write };

/// Writes the value of ConsumedCapacity. `tableName` is the name as written in the request.
void writeConsumed(json::Writer& out, CapacityDetail detail, std::string_view tableName,
                   const Consumed& consumed, UnitsShown shown = UnitsShown::Sum);
/// Writes the member ConsumedCapacity if the request asked for it.
void writeConsumedMember(json::Writer& out, CapacityDetail detail, std::string_view tableName,
                         const Consumed& consumed);

}  // namespace orrery::api
