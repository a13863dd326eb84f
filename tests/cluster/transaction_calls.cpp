#include "tests/cluster/transaction_calls.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/expression/condition.h"
#include "core/expression/update.h"
#include "core/types/item_codec.h"

namespace orrery::test {
namespace {

using namespace std::chrono_literals;

types::AttributeValue number(std::int64_t value) {
    const auto parsed = types::Number::parse(std::to_string(value));
    CHECK(parsed.has_value());
    return types::AttributeValue::number(*parsed);
}

types::Item itemOf(const std::string& pk, const Numbers& numbers) {
    types::Item item;
    item.set("pk", types::AttributeValue::string(pk));
    for (const auto& [name, value] : numbers)
        item.set(name, number(value));
    return item;
}

expression::Substitutions substitutionsOf(const Numbers& values) {
    if (values.empty()) return {};
    types::Item items;
    for (const auto& [name, value] : values)
        items.set(name, number(value));
    auto made = expression::Substitutions::create(std::nullopt, std::move(items));
    CHECK(made.has_value());
    return *std::move(made);
}

cluster::TransactWriteAction actionOf(const Act& act, cluster::TablePtr table) {
    const types::Key key{types::AttributeValue::string(act.pk), std::nullopt};
    expression::Substitutions substitutions = substitutionsOf(act.values);
    std::optional<expression::Condition> condition;
    if (!act.condition.empty()) {
        auto parsed =
            expression::parseCondition(act.condition, expression::Kind::Condition, substitutions);
        CHECK(parsed.has_value());
        condition = *std::move(parsed);
    }
    const bool isWrite = act.item || act.isDelete || !act.update.empty();
    if (!isWrite)
        return cluster::ConditionCheck{std::move(table), key, std::move(*condition), act.wantsItem};
    cluster::WriteItem write;
    write.table = std::move(table);
    write.key = key;
    write.condition = std::move(condition);
    write.itemOnConditionFailure = act.wantsItem;
    write.wantsCollectionBytes = write.table->hasLocalIndexes();
    write.action = cluster::DeleteAction{};
    if (act.item) write.action = cluster::PutAction{itemOf(act.pk, *act.item)};
    if (!act.update.empty()) {
        auto update = expression::parseUpdate(act.update, substitutions);
        CHECK(update.has_value());
        write.action = cluster::UpdateAction{*std::move(update)};
    }
    return write;
}

std::string hashOf(const std::vector<Act>& acts) {
    std::string text = "acts:";
    for (const Act& act : acts) {
        text += act.pk + "|" + act.update + "|" + act.condition;
        for (const auto& [name, value] : act.values)
            text += name + std::to_string(value);
        for (const auto& [name, value] : act.item.value_or(Numbers{}))
            text += name + std::to_string(value);
    }
    return text;
}

}  // namespace

std::uint64_t transact(WorldHarness& world, const std::vector<Act>& acts, const std::string& token,
                       std::uint8_t zone) {
    const std::string table = world.tableName();
    return world.submit(
        "TransactWriteItems",
        [=](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            cluster::TransactWrite request;
            for (const Act& act : acts)
                request.actions.push_back(actionOf(act, catalog.find(caller, table)));
            request.clientToken = token;
            request.parametersHash = hashOf(acts);
            request.accountId = caller.accountId;
            return ApiResult<cluster::Request>(std::move(request));
        },
        zone);
}

std::uint64_t write(WorldHarness& world, const Act& act, std::uint8_t zone) {
    const std::string table = world.tableName();
    return world.submit(
        "UpdateItem",
        [=](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            return ApiResult<cluster::Request>(
                std::get<cluster::WriteItem>(actionOf(act, catalog.find(caller, table))));
        },
        zone);
}

std::uint64_t transactGet(WorldHarness& world, const std::vector<std::string>& pks,
                          std::uint8_t zone) {
    const std::string table = world.tableName();
    return world.submit(
        "TransactGetItems",
        [=](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            cluster::TransactRead request;
            for (const std::string& pk : pks) {
                const types::Key key{types::AttributeValue::string(pk), std::nullopt};
                request.reads.push_back({catalog.find(caller, table), key, true});
            }
            return ApiResult<cluster::Request>(std::move(request));
        },
        zone);
}

std::optional<Numbers> numbersOf(const cluster::ItemView& item) {
    if (!item) return std::nullopt;
    const auto decoded = types::decodeItem(item.attributes());
    CHECK(decoded.has_value());
    Numbers numbers;
    for (const auto& [name, value] : *decoded) {
        if (const auto* one = value.as<types::Number>()) numbers[name] = std::stoll(one->text());
    }
    return numbers;
}

std::vector<std::optional<Numbers>> itemsOf(const WorldHarness& world, std::uint64_t call) {
    const cluster::Answered* answered = world.answer(call);
    CHECK(answered != nullptr && answered->result.has_value());
    std::vector<std::optional<Numbers>> items;
    for (const auto& item : std::get<cluster::TransactReadReply>(*answered->result).items)
        items.push_back(numbersOf(item));
    return items;
}

std::string outcomeOf(const WorldHarness& world, std::uint64_t call) {
    const cluster::Answered* answered = world.answer(call);
    if (answered == nullptr) return "";
    if (answered->result.has_value()) return "ok";
    const ApiError& error = answered->result.error();
    if (error.reasons.empty()) {
        const std::string_view name = errorName(error.type);
        return std::string(name.substr(name.rfind('#') + 1));
    }
    std::string codes;
    for (const CancellationReason& reason : error.reasons)
        codes += (codes.empty() ? "" : ", ") + std::string(reason.code);
    return codes;
}

void finish(WorldHarness& world, const std::vector<std::uint64_t>& calls) {
    for (int i = 0; i < 60'000; ++i) {
        if (std::ranges::all_of(calls, [&](std::uint64_t call) { return world.done(call); }))
            return;
        world.run(1ms);
    }
}

}  // namespace orrery::test
