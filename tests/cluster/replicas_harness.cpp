#include "tests/cluster/replicas_harness.h"

#include "core/base/check.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"
#include "tests/cluster/world_inputs.h"

namespace orrery::test {

using namespace std::chrono_literals;
using cluster::Request;
using cluster::TablePtr;

std::uint64_t ReplicasHarness::call(const std::string& region, const std::string& name,
                                    const std::function<Request(const TablePtr&)>& make) {
    const auto id = submitIn(region, name, [make](const auto& catalog, const auto& caller) {
        const TablePtr table = catalog.find(caller, "T");
        if (table == nullptr)
            return ApiResult<Request>(std::unexpected(ApiError::tableNotFound("T")));
        return ApiResult<Request>(make(table));
    });
    run(0s);
    for (int i = 0; i < 1000 && !done(id); ++i)
        run(10ms);
    CHECK(done(id));
    return id;
}

std::uint64_t ReplicasHarness::submitUpdate(
    const std::string& region, const std::function<void(cluster::UpdateTable&)>& make) {
    return call(region, "UpdateTable", [make](const TablePtr& table) {
        cluster::UpdateTable update;
        update.table = table;
        make(update);
        return Request(std::move(update));
    });
}

std::uint64_t ReplicasHarness::change(const std::string& region, cluster::ReplicaChange::Kind kind,
                                      const std::string& replica,
                                      const cluster::ReplicaOverrides& overrides) {
    return submitUpdate(region, [&](cluster::UpdateTable& update) {
        update.replicas.push_back({kind, replica, overrides});
    });
}

std::uint64_t ReplicasHarness::removeTable(const std::string& region) {
    return call(region, "DeleteTable",
                [](const TablePtr& table) { return Request(cluster::DeleteTable{table}); });
}

std::uint64_t ReplicasHarness::get(const std::string& region, const std::string& pk) {
    return call(region, "GetItem", [&](const TablePtr& table) {
        return Request(
            cluster::ReadItem{table, {types::AttributeValue::string(pk), std::nullopt}, true});
    });
}

bool ReplicasHarness::update(const std::string& region,
                             const std::function<void(cluster::UpdateTable&)>& make) {
    return !failed(submitUpdate(region, make));
}

void ReplicasHarness::enableTimeToLive(const std::string& region, const std::string& attribute) {
    const auto id = call(region, "UpdateTimeToLive", [&](const TablePtr& table) {
        return Request(cluster::UpdateTimeToLive{table, true, attribute});
    });
    CHECK(!failed(id));
}

void ReplicasHarness::addReplica(const std::string& region, const std::string& replica,
                                 const cluster::ReplicaOverrides& overrides) {
    CHECK(!failed(change(region, cluster::ReplicaChange::Kind::Create, replica, overrides)));
    for (int i = 0; i < 600; ++i) {
        run(100ms);
        const bool isActive = tableIn(replica)->status == cluster::TableStatus::Active;
        if (isActive && tableIn(region)->status == cluster::TableStatus::Active) return;
    }
    CHECK(false);
}

void ReplicasHarness::putMany(const std::string& region, const std::string& name, int count) {
    for (int i = 0; i < count; ++i) {
        const auto id = call(region, "PutItem", [&](const TablePtr& table) {
            const std::string pk = name + std::to_string(i);
            cluster::WriteItem write;
            write.table = table;
            write.key.partition = types::AttributeValue::string(pk);
            types::Item item;
            item.set("pk", types::AttributeValue::string(pk));
            item.set("v", types::AttributeValue::string(region));
            write.action = cluster::PutAction{std::move(item)};
            return Request(std::move(write));
        });
        CHECK(!failed(id));
    }
}

void ReplicasHarness::slowLink(const std::string& from, const std::string& to, Duration delay) {
    cluster::RegionLink link;
    link.delay = delay;
    CHECK(world().admit(cluster::SetRegionLink{from, to, link}).has_value());
}

void ReplicasHarness::failRegion(const std::string& region) {
    for (const char zone : {'a', 'b', 'c'})
        CHECK(failZone(world(), region + zone, std::nullopt).has_value());
}

TablePtr ReplicasHarness::tableIn(const std::string& region) {
    return world().catalog().find({std::string(kSharedAccount), "key", region, ZoneIndex(0)}, "T");
}

std::optional<cluster::TableReply> ReplicasHarness::describe(const std::string& region) {
    const auto id = call(region, "DescribeTable", [](const TablePtr& table) {
        return Request(cluster::DescribeTable{table});
    });
    if (failed(id)) return std::nullopt;
    return std::get<cluster::TableReply>(*answer(id)->result);
}

std::map<std::string, std::string> ReplicasHarness::items(const std::string& region) {
    const auto id = call(region, "Scan", [](const TablePtr& table) {
        cluster::ReadRange range;
        range.table = table;
        range.begin = types::keySpaceBegin(table->space);
        range.end = types::keySpaceEnd(table->space);
        range.consistent = true;
        return Request(std::move(range));
    });
    CHECK(!failed(id));
    std::map<std::string, std::string> items;
    for (const auto& item : std::get<cluster::RangeReply>(*answer(id)->result).items) {
        const types::EncodedItem encoded(item.attributes());
        items[*encoded.find("pk")->as<std::string>()] = *encoded.find("v")->as<std::string>();
    }
    return items;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> ReplicasHarness::boundsOf(
    const std::string& region) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> bounds;
    const auto snapshot = world().makeSnapshot();
    for (const auto& shown : snapshot->regions) {
        if (shown->name != region) continue;
        for (const auto& partition : shown->tables.at(0)->partitions)
            bounds.emplace_back(partition.begin, partition.end);
        for (const auto& index : shown->tables.at(0)->indexes) {
            for (const auto& partition : index.partitions)
                bounds.emplace_back(partition.begin, partition.end);
        }
    }
    return bounds;
}

QString ReplicasHarness::refusalOf(std::uint64_t call) const {
    const cluster::Answered* answered = answer(call);
    if (answered == nullptr) return "no answer";
    if (answered->result.has_value()) return "accepted";
    return QString::fromStdString(answered->result.error().message);
}

}  // namespace orrery::test
