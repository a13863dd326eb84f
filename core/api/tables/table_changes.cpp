#include "core/api/tables/table_changes.h"

#include <algorithm>

#include "core/api/tables/throughput_rules.h"
#include "core/base/result.h"

namespace orrery::api {
namespace {

using cluster::BillingMode;

std::unexpected<ApiError> invalid(const std::string& text) {
    return std::unexpected(
        ApiError::validation("One or more parameter values were invalid: " + text));
}

IndexChange takeIndexChange(const Fields& fields) {
    IndexChange change;
    const std::pair<std::string_view, IndexChange::Kind> actions[] = {
        {"Create", IndexChange::Kind::Create},
        {"Update", IndexChange::Kind::Update},
        {"Delete", IndexChange::Kind::Delete}};
    for (const auto& [name, kind] : actions) {
        const auto action = fields.structure(name);
        if (!action) continue;
        if (change.kind != IndexChange::Kind::None) {
            change.several = true;
            continue;
        }
        change.kind = kind;
        change.index = takeIndex(*action);
        change.warmEmpty = action->has("WarmThroughput") && !change.index.warm;
    }
    return change;
}

std::optional<std::vector<IndexChange>> takeIndexChanges(const Fields& request) {
    if (!request.has("GlobalSecondaryIndexUpdates")) return std::nullopt;
    std::vector<IndexChange> changes;
    for (const Fields& fields : request.structures("GlobalSecondaryIndexUpdates"))
        changes.push_back(takeIndexChange(fields));
    return changes;
}

ApiResult<void> checkStream(const TableChanges& changes) {
    if (!changes.stream) return {};
    const auto& [isEnabled, view] = *changes.stream;
    if (isEnabled && !view)
        return invalid("If stream is being enabled then UpdateViewType is required");
    if (!isEnabled && view)
        return invalid("If stream is being disabled, then UpdateViewType must not be specified");
    return {};
}

ApiResult<void> checkIndexUpdates(const TableChanges& changes) {
    if (changes.indexList && changes.indexList->empty())
        return invalid("List of GlobalSecondaryIndexUpdates is empty");
    for (const IndexChange& change : changes.indexes()) {
        if (change.kind == IndexChange::Kind::Update && change.warmEmpty)
            return invalid(
                "WarmThroughput must have at least one of ReadUnitsPerSecond or "
                "WriteUnitsPerSecond specified for index: " +
                change.index.name);
    }
    return {};
}

// Checks which changes exclude each other, in the service's order. A request that makes two such
// changes gets the error of the first.
ApiResult<void> checkTogether(const TableChanges& changes) {
    const bool hasIndexes = !changes.indexes().empty();
    const int asked =
        int{changes.billing.has_value()} + int{changes.throughput.has_value()} +
        int{changes.onDemandMax.has_value()} + int{changes.warm.has_value()} +
        int{changes.stream.has_value()} + int{changes.deletionProtection.has_value()} +
        int{changes.tableClass.has_value()} + int{changes.encryption.has_value()} + int{hasIndexes};
    const bool several = asked > 1;
    constexpr std::string_view kAlone = " must be the only operation in the request";
    const auto alone = [&](std::string_view what) {
        return invalid(std::string(what).append(kAlone));
    };
    if (several && changes.encryption) return alone("Server-Side Encryption modification");
    if (several && changes.tableClass) return alone("TableClass modification");
    if (several && changes.deletionProtection) return alone("DeletionProtection modification");
    if (changes.onDemandMax && (changes.stream || changes.warm))
        return invalid(
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request");
    if (changes.warm) {
        const bool creates = std::ranges::count(changes.indexes(), IndexChange::Kind::Create,
                                                &IndexChange::kind) > 0;
        if (creates)
            return invalid(
                "Create global secondary index cannot be specified when updating WarmThroughput");
        if (changes.billing || changes.throughput || changes.stream || changes.buildsIndexes())
            return alone("WarmThroughput");
    }
    if (changes.stream && (changes.throughput || changes.billing == BillingMode::Provisioned))
        return invalid("You cannot modify stream status while updating table IOPS");
    if (changes.throughput && changes.buildsIndexes())
        return invalid("You cannot create or delete index while updating table IOPS");
    if (changes.stream && changes.buildsIndexes())
        return invalid("You cannot create or delete index while changing stream status");
    return {};
}

ApiResult<void> checkIndexChanges(const std::vector<IndexChange>& changes) {
    std::vector<std::string_view> names;
    for (const IndexChange& change : changes) {
        if (change.kind == IndexChange::Kind::None)
            return invalid(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null");
        if (change.several)
            return invalid(
                "Only one global secondary index action is allowed per "
                "GlobalSecondaryIndexUpdate object");
        if (std::ranges::find(names, change.index.name) != names.end())
            return invalid(
                "Only one global secondary index update per index is allowed simultaneously. "
                "Index: " +
                change.index.name);
        names.push_back(change.index.name);
    }
    if (std::ranges::count_if(changes, &IndexChange::builds) > 1)
        return std::unexpected(ApiError{ErrorType::LimitExceeded,
                                        "Subscriber limit exceeded: Only 1 online index can be "
                                        "created or deleted simultaneously per table",
                                        nullptr});
    return {};
}

ApiResult<void> checkBilling(const TableChanges& changes) {
    if (changes.billing == BillingMode::Provisioned && !changes.throughput)
        return invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
    if (changes.billing == BillingMode::PayPerRequest && changes.throughput)
        return invalid(
            "ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST");
    if (changes.throughput) return checkBounds(*changes.throughput);
    return {};
}

}  // namespace

const std::vector<IndexChange>& TableChanges::indexes() const {
    static const std::vector<IndexChange> kNone;
    return indexList ? *indexList : kNone;
}

bool TableChanges::buildsIndexes() const {
    return std::ranges::any_of(indexes(), &IndexChange::builds);
}

ApiResult<TableChanges> takeTableChanges(const Fields& request) {
    TableChanges changes;
    changes.billing = takeBilling(request);
    changes.throughput = takeThroughput(request);
    changes.onDemandMax = takeOnDemand(request);
    changes.warm = takeWarm(request);
    changes.stream = takeStream(request);
    changes.deletionProtection = request.optionalFlag("DeletionProtectionEnabled");
    TRY_ASSIGN(changes.tableClass, takeTableClass(request));
    TRY_ASSIGN(changes.encryption, takeEncryption(request));
    changes.attributes = takeAttributeDefinitions(request);
    changes.indexList = takeIndexChanges(request);
    TRY(checkIndexUpdates(changes));
    TRY(checkTogether(changes));
    TRY(checkStream(changes));
    TRY(checkBilling(changes));
    TRY(checkIndexChanges(changes.indexes()));
    return changes;
}

}  // namespace orrery::api
