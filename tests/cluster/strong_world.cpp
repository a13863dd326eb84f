#include "tests/cluster/strong_world.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "core/base/check.h"
#include "core/expression/condition.h"
#include "core/expression/update.h"

namespace orrery::test {

using namespace std::chrono_literals;
using cluster::ReplicaChange;
using types::AttributeValue;

namespace {

std::vector<ReplicaChange> changesOf(ReplicaChange::Kind kind,
                                     const std::vector<std::string>& regions) {
    std::vector<ReplicaChange> changes;
    for (const std::string& region : regions)
        changes.push_back({kind, region, {}});
    return changes;
}

types::Item itemOf(const Numbers& numbers) {
    types::Item item;
    for (const auto& [name, number] : numbers)
        item.set(name, AttributeValue::number(types::Number::fromInteger(number)));
    return item;
}

/// An act of one write; its texts must be right.
cluster::WriteItem writeOf(const Act& act, cluster::TablePtr table) {
    cluster::WriteItem write;
    write.table = std::move(table);
    write.key.partition = AttributeValue::string(act.pk);
    expression::Substitutions substitutions;
    if (!act.values.empty()) {
        auto made = expression::Substitutions::create(std::nullopt, itemOf(act.values));
        CHECK(made.has_value());
        substitutions = *std::move(made);
    }
    if (!act.condition.empty()) {
        auto condition =
            expression::parseCondition(act.condition, expression::Kind::Condition, substitutions);
        CHECK(condition.has_value());
        write.condition = *std::move(condition);
    }
    if (!act.update.empty()) {
        auto update = expression::parseUpdate(act.update, substitutions);
        CHECK(update.has_value());
        write.action = cluster::UpdateAction{*std::move(update)};
    } else if (act.item) {
        types::Item item = itemOf(*act.item);
        item.set("pk", AttributeValue::string(act.pk));
        write.action = cluster::PutAction{std::move(item)};
    } else {
        write.action = cluster::DeleteAction{};
    }
    return write;
}

}  // namespace

void StrongWorld::create(bool withWitness) {
    createTableIn(*this, kEast);
    run(5s);
    const auto call = withWitness ? makeStrong({kOhio}, kWest) : makeStrong({kOhio, kWest});
    CHECK(!failed(call));
    run(60s);
    for (const auto& replica : global()->replicas)
        CHECK(replica.status == cluster::ReplicaStatus::Active);
    CHECK(tableIn(kEast)->status == cluster::TableStatus::Active);
    CHECK(tableIn(kOhio)->status == cluster::TableStatus::Active);
}

std::uint64_t StrongWorld::makeStrong(const std::vector<std::string>& regions,
                                      const std::string& witness) {
    return submitUpdate(kEast, [&](cluster::UpdateTable& update) {
        update.replicas = changesOf(ReplicaChange::Kind::Create, regions);
        update.strong = cluster::StrongChange{witness};
    });
}

std::uint64_t StrongWorld::endStrong(const std::string& region,
                                     const std::vector<std::string>& regions,
                                     const std::string& witness) {
    return submitUpdate(region, [&](cluster::UpdateTable& update) {
        update.replicas = changesOf(ReplicaChange::Kind::Delete, regions);
        update.strong = cluster::StrongChange{witness};
    });
}

std::uint64_t StrongWorld::begin(const std::string& region, const Act& act) {
    return submitIn(region, "UpdateItem", [act](const auto& catalog, const auto& caller) {
        const auto table = catalog.find(caller, "T");
        if (table == nullptr)
            return ApiResult<cluster::Request>(std::unexpected(ApiError::resourceNotFound()));
        return ApiResult<cluster::Request>(writeOf(act, table));
    });
}

std::uint64_t StrongWorld::beginRead(const std::string& region, const std::string& pk,
                                     bool consistent) {
    return submitIn(region, "GetItem", [=](const auto& catalog, const auto& caller) {
        const auto table = catalog.find(caller, "T");
        if (table == nullptr)
            return ApiResult<cluster::Request>(std::unexpected(ApiError::resourceNotFound()));
        return ApiResult<cluster::Request>(
            cluster::ReadItem{table, {AttributeValue::string(pk), std::nullopt}, consistent});
    });
}

std::uint64_t StrongWorld::beginAdd(const std::string& region, const std::string& pk) {
    return begin(region, {.pk = pk, .update = "ADD n :one", .values = {{":one", 1}}});
}

std::uint64_t StrongWorld::beginInsert(const std::string& region, const std::string& pk,
                                       std::int64_t n) {
    return begin(region,
                 {.pk = pk, .item = Numbers{{"n", n}}, .condition = "attribute_not_exists(pk)"});
}

void StrongWorld::finish(const std::vector<std::uint64_t>& calls) {
    const auto areDone = [&] {
        return std::ranges::all_of(calls, [this](std::uint64_t call) { return done(call); });
    };
    run(0s);
    for (int i = 0; i < 10'000 && !areDone(); ++i)
        run(1ms);
    CHECK(areDone());
}

std::string StrongWorld::ask(std::uint64_t call) {
    finish({call});
    return outcomeOf(*this, call);
}

std::int64_t StrongWorld::numberIn(std::uint64_t read) {
    finish({read});
    CHECK(!failed(read));
    const auto numbers = numbersOf(std::get<cluster::ItemReply>(*answer(read)->result).item);
    if (!numbers) return -1;
    const auto n = numbers->find("n");
    return n == numbers->end() ? 0 : n->second;
}

cluster::GlobalTablePtr StrongWorld::global() {
    const auto table = tableIn(kEast);
    return table == nullptr ? nullptr : world().catalog().globals().ofTable(table->space);
}

}  // namespace orrery::test
