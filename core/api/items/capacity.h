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

// Consumed capacity (CapacityUnitCalculations). Everything is counted in halves of a unit, since an
// eventually consistent read costs half.

/// ReturnConsumedCapacity.
enum class CapacityDetail { None, Total, Indexes };
CapacityDetail takeCapacityDetail(const Fields& request);

/// What a request cost, by table and index.
struct Consumed {
    using ByIndex = std::vector<std::pair<std::string, std::int64_t>>;

    std::int64_t tableHalves = 0;
    ByIndex local;
    ByIndex global;

    std::int64_t halves() const;
    void add(const Consumed& other);
};

/// A read of so many bytes: 4 KB a unit, and at least one.
std::int64_t readHalves(std::uint64_t bytes, bool consistent);

/// A write: 1 KB a unit of the larger of both images, and of each index what changes in it.
Consumed writeCost(const cluster::TableDescription& table, const cluster::WriteReply& reply);

/// Writes the value of ConsumedCapacity. `tableName` is as the request named the table.
void writeConsumed(json::Writer& out, CapacityDetail detail, std::string_view tableName,
                   const Consumed& consumed);
/// The member ConsumedCapacity, unless it was not asked for.
void writeConsumedMember(json::Writer& out, CapacityDetail detail, std::string_view tableName,
                         const Consumed& consumed);

}  // namespace orrery::api
