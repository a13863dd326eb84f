#pragma once

#include <cstdint>
#include <string>

#include "tests/cluster/world_harness.h"

namespace orrery::test {

/// Creates a table "T" in a Region, which exists from then on. Returns the number of the call.
inline std::uint64_t createTableIn(WorldHarness& world, const std::string& region) {
    const auto id = world.submitIn(region, "CreateTable", [](const auto&, const auto&) {
        cluster::CreateTable create;
        create.table.name = "T";
        create.table.keys.partition = {"pk", types::AttributeType::String};
        create.table.throughput = {1, 1};
        return ApiResult<cluster::Request>(create);
    });
    world.run(std::chrono::seconds(0));
    return id;
}

}  // namespace orrery::test
