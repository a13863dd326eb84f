#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/table_description.h"

namespace orrery::api {

// What CreateTable and UpdateTable take from a request, unchanged and in the request's order, so
// that table_rules.h can report errors in the service's words.

struct KeyElement {
    std::string attribute;
    bool isHash = false;
};

struct IndexDefinition {
    std::string name;
    std::vector<KeyElement> keys;
    std::optional<std::string> projectionType;
    std::optional<std::vector<std::string>> nonKeyAttributes;
    std::optional<cluster::Throughput> throughput;
    std::optional<cluster::Throughput> onDemandMax;
    std::optional<cluster::Throughput> warm;
};

struct TableDefinition {
    std::vector<types::KeyAttribute> attributes;
    std::vector<KeyElement> keys;
    std::optional<std::vector<IndexDefinition>> localIndexes;
    std::optional<std::vector<IndexDefinition>> globalIndexes;
    cluster::BillingMode billing = cluster::BillingMode::Provisioned;
    std::optional<cluster::Throughput> throughput;
    std::optional<cluster::Throughput> onDemandMax;
    std::optional<cluster::Throughput> warm;
};

std::vector<types::KeyAttribute> takeAttributeDefinitions(const Fields& request);
std::vector<KeyElement> takeKeySchema(const Fields& fields);
IndexDefinition takeIndex(const Fields& fields);
/// ProvisionedThroughput.
std::optional<cluster::Throughput> takeThroughput(const Fields& fields);
/// OnDemandThroughput and WarmThroughput. An absent member is kAbsentUnits; nothing if both are
/// absent.
std::optional<cluster::Throughput> takeOnDemand(const Fields& fields);
std::optional<cluster::Throughput> takeWarm(const Fields& fields);
/// The limits of a table after a request sets its own. -1: no limit.
std::optional<cluster::Throughput> mergeOnDemand(const std::optional<cluster::Throughput>& stored,
                                                 const std::optional<cluster::Throughput>& given);
/// The stored warm throughput of a new table or index. An absent member is 0, which means the value
/// that follows from the billing mode.
std::optional<cluster::Throughput> givenWarm(const std::optional<cluster::Throughput>& warm);
/// BillingMode, or TableThroughputMode, which says the same and counts in its absence (ExtendDB,
/// test_table_throughput_mode.py, measured in August 2026).
std::optional<cluster::BillingMode> takeBilling(const Fields& request);
TableDefinition takeTableDefinition(const Fields& request);

/// The index for the catalog. The definition has passed the rules, so its attributes are defined.
cluster::SecondaryIndex makeIndex(const IndexDefinition& definition,
                                  const std::vector<types::KeyAttribute>& attributes,
                                  cluster::IndexKind kind);
/// The keys of a table or index, with their types from `attributes`.
types::KeySchema makeKeys(const std::vector<KeyElement>& keys,
                          const std::vector<types::KeyAttribute>& attributes);

/// The error for a member of a request that names a feature which is not built yet.
ApiError notBuiltYet(std::string_view member);
/// Refuses such members, instead of ignoring them.
ApiResult<void> refuseMembers(const Fields& request, std::span<const std::string_view> members);
/// StreamSpecification.
struct StreamSpecification {
    bool isEnabled = false;
    std::optional<cluster::StreamView> view;
};
std::optional<StreamSpecification> takeStream(const Fields& request);

}  // namespace orrery::api
