#pragma once

#include <QTest>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"

namespace orrery::test {

using namespace std::chrono_literals;

inline constexpr const char* kZoneB = "us-east-1b";
inline constexpr int kItems = 120;

inline cluster::LogBounds smallBounds() {
    cluster::LogBounds bounds;
    bounds.groupHeldBytesMax = 2000;
    bounds.stepRecords = 8;
    bounds.rangeKeysMax = 4;
    return bounds;
}

/// A table in three zones whose logs keep little.
class CopiedTable {
public:
    explicit CopiedTable(const cluster::Profile& profile = cluster::Profile::serviceLike(),
                         const cluster::LogBounds& bounds = smallBounds(), std::uint64_t seed = 1,
                         bool hasGlobalIndex = true)
        : t(profile, seed, 16'384, bounds) {
        cluster::SecondaryIndex local;
        local.name = "byColour";
        local.keys.partition = {"pk", types::AttributeType::String};
        local.keys.sort = {"colour", types::AttributeType::String};
        cluster::SecondaryIndex global;
        global.name = "ofColour";
        global.kind = cluster::IndexKind::Global;
        global.keys.partition = {"colour", types::AttributeType::String};
        t.createTable(false, hasGlobalIndex ? std::vector{local, global} : std::vector{local});
        write("first");
    }

    /// Rewrites every item and deletes every seventh.
    void write(const std::string& value) {
        for (int i = 0; i < kItems; ++i) {
            put(i, value);
            t.run(2ms);
        }
        for (int i = 0; i < kItems; i += 7) {
            t.remove(key(i));
            t.run(2ms);
        }
    }
    void put(int item, const std::string& value) {
        std::map<std::string, std::string> attributes{{"v", value + std::string(100, '.')}};
        if (item % 4 != 0) attributes["colour"] = value.substr(0, 1);
        t.put(key(item), attributes);
    }
    /// Keeps a zone away until its replicas lack trimmed records.
    void missMuch(const char* zone = kZoneB) {
        QVERIFY(test::failZone(t.world(), zone, std::nullopt).has_value());
        t.run(3s);
        write("second");
        write("third");
        t.flush();
    }
    /// Empty if the zones agree, otherwise how they differ.
    std::string difference() {
        const auto sums = t.world().checksums("T", "us-east-1", true);
        for (const auto& partition : *sums) {
            for (const auto& zone : partition.zones) {
                const std::string where = "group " + std::to_string(partition.group.value()) +
                                          " zone " + std::to_string(zone.zone.value());
                if (zone.applied != partition.zones[0].applied) return where + ": applied";
                if (zone.checksum != partition.zones[0].checksum) return where + ": checksum";
                if (zone.itemCount != partition.zones[0].itemCount) return where + ": count";
                if (*zone.scanned != zone.checksum) return where + ": scanned";
                if (zone.localIndexes != zone.scannedLocalIndexes) return where + ": local index";
            }
        }
        return {};
    }
    /// The number of groups whose tree is being copied to zone b, or to another.
    int copying(std::uint16_t zone = 1) const {
        int count = 0;
        for (const GroupId group : groups()) {
            const auto mark = t.store().mark(VolumeId(zone), group);
            if (mark->copiedTo) ++count;
        }
        return count;
    }
    /// The records after the trim marks of all groups, in the longer of the logs of zones a and c.
    std::uint64_t recordsKept() const {
        std::uint64_t kept = 0;
        for (const GroupId group : groups()) {
            std::uint64_t most = 0;
            for (const VolumeId volume : {VolumeId(0), VolumeId(2)}) {
                const Lsn mark = *t.store().trimMark(volume, group);
                const Lsn last = *t.store().lastLsn(volume, group);
                most = std::max(most, last.value() - mark.value() + 1);
            }
            kept += most;
        }
        return kept;
    }
    cluster::TableReply describe() {
        const auto call = t.submit("DescribeTable", [this](const auto&, const auto&) {
            return ApiResult<cluster::Request>(cluster::DescribeTable{t.table()});
        });
        t.run(1ms);
        return std::get<cluster::TableReply>(*t.answer(call)->result);
    }
    std::vector<GroupId> groups() const {
        std::vector<GroupId> groups;
        const auto snapshot = t.world().makeSnapshot();
        for (const auto& partition : snapshot->regions.at(0)->tables.at(0)->partitions)
            groups.push_back(partition.group);
        return groups;
    }
    static std::string key(int item) { return "k" + std::to_string(item); }

    mutable WorldHarness t;
};

}  // namespace orrery::test
