#include "core/api/tables/throughput_rules.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace orrery::api {
namespace {

using cluster::BillingMode;
using cluster::Throughput;

constexpr std::int64_t kCapacityUnitsMax = 1'000'000'000'000;

std::unexpected<ApiError> refuse(std::string text) {
    return std::unexpected(ApiError::validation(std::move(text)));
}

std::unexpected<ApiError> invalid(const std::string& text) {
    return refuse("One or more parameter values were invalid: " + text);
}

std::string ofWarm(std::string_view index) {
    return index.empty() ? "table" : "index " + std::string(index);
}

struct WarmMember {
    std::string name;
    std::string provisionedName;
    std::int64_t base;
    std::int64_t asked;
};

std::array<WarmMember, 2> warmMembers(const Throughput& base, const Throughput& asked) {
    return {{{"ReadUnitsPerSecond", "ReadCapacityUnits", base.readUnits, asked.readUnits},
             {"WriteUnitsPerSecond", "WriteCapacityUnits", base.writeUnits, asked.writeUnits}}};
}

}  // namespace

ApiResult<void> checkBounds(const Throughput& throughput) {
    const auto outOfBounds = [](std::int64_t units, std::string_view name) {
        return refuse("Given value " + std::to_string(units) + " for " + std::string(name) +
                      " is out of bounds");
    };
    if (throughput.readUnits > kCapacityUnitsMax)
        return outOfBounds(throughput.readUnits, "ReadCapacityUnits");
    if (throughput.writeUnits > kCapacityUnitsMax)
        return outOfBounds(throughput.writeUnits, "WriteCapacityUnits");
    return {};
}

ApiResult<void> checkUnchanged(const Throughput& now, const Throughput& wanted,
                               std::string_view index) {
    if (now != wanted) return {};
    const std::string name = index.empty() ? "the table" : "index " + std::string(index);
    const std::string what = index.empty() ? name : "the " + name;
    return refuse("The provisioned throughput for " + what +
                  " will not change. The requested value equals the current value. Current "
                  "ReadCapacityUnits provisioned for " +
                  name + ": " + std::to_string(now.readUnits) +
                  ". Requested ReadCapacityUnits: " + std::to_string(wanted.readUnits) +
                  ". Current WriteCapacityUnits provisioned for " + name + ": " +
                  std::to_string(now.writeUnits) +
                  ". Requested WriteCapacityUnits: " + std::to_string(wanted.writeUnits) +
                  ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to "
                  "request higher limits.");
}

ApiResult<void> checkOnDemand(const Throughput& limits, BillingMode billing, ThroughputUse use,
                              std::string_view index) {
    const bool creating = use == ThroughputUse::CreateTable;
    const std::string name(index);
    const std::pair<std::string, std::int64_t> members[] = {
        {"MaxReadRequestUnits", limits.readUnits}, {"MaxWriteRequestUnits", limits.writeUnits}};
    for (const auto& [member, units] : members) {
        if (units == kAbsentUnits) continue;
        if (billing == BillingMode::Provisioned) {
            // CreateTable spells the index's name differently, and ends with a full stop.
            const std::string of = creating ? " for index: " + name : " for index : " + name;
            return invalid(member + " for OnDemandThroughput" + (name.empty() ? "" : of) +
                           " cannot be specified when " +
                           (creating ? "table BillingMode is PROVISIONED."
                                     : "the table BillingMode is PROVISIONED"));
        }
        if (units < 1 && (creating || units != kNoOnDemandLimit))
            return invalid("Requested " + member + " for OnDemandThroughput for " +
                           (name.empty() ? "table" : "index : " + name) +
                           " is outside of valid range");
    }
    return {};
}

ApiResult<void> checkNewWarm(const std::optional<Throughput>& warm, BillingMode billing,
                             const std::optional<Throughput>& provisioned, std::string_view index) {
    if (!warm) return {};
    const Throughput base =
        cluster::warmNow(billing, std::nullopt, provisioned.value_or(Throughput()));
    for (const WarmMember& member : warmMembers(base, *warm)) {
        if (member.asked == kAbsentUnits || member.asked >= member.base) continue;
        const std::string requested =
            "Requested " + member.name + " for WarmThroughput for " + ofWarm(index);
        if (billing == BillingMode::Provisioned)
            return invalid(requested + " is lower than " + member.provisionedName +
                           " of ProvisionedThroughput");
        return invalid(requested +
                       " is lower than initial throughput for OnDemand. See: "
                       "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
                       "on-demand-capacity-mode.html#on-demand-capacity-mode-initial");
    }
    return {};
}

ApiResult<Throughput> raisedWarm(const Throughput& now, const Throughput& wanted,
                                 std::string_view index) {
    for (const WarmMember& member : warmMembers(now, wanted))
        if (member.asked != kAbsentUnits && member.asked < member.base)
            return invalid("Requested " + member.name + " for WarmThroughput for " + ofWarm(index) +
                           " is lower than current WarmThroughput, decreasing WarmThroughput is "
                           "not supported");
    return Throughput{std::max(now.readUnits, wanted.readUnits),
                      std::max(now.writeUnits, wanted.writeUnits)};
}

bool isEmpty(const Throughput& throughput) {
    return throughput.readUnits == kAbsentUnits && throughput.writeUnits == kAbsentUnits;
}

}  // namespace orrery::api
