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

// What CreateTable and UpdateTable take from a request: still as given, in the order given, so that
// the rules of table_rules.h can complain of it in the service's words.

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
/// OnDemandThroughput and WarmThroughput; kAbsentUnits where a member is absent, and nothing where
/// both are.
std::optional<cluster::Throughput> takeOnDemand(const Fields& fields);
std::optional<cluster::Throughput> takeWarm(const Fields& fields);
/// The limits that a table has once those of a request are set. -1: none.
std::optional<cluster::Throughput> mergeOnDemand(const std::optional<cluster::Throughput>& stored,
                                                 const std::optional<cluster::Throughput>& given);
/// The warm throughput of a new table or index as it is kept: 0 for an absent member, which then is
/// what the billing gives.
std::optional<cluster::Throughput> givenWarm(const std::optional<cluster::Throughput>& warm);
TableDefinition takeTableDefinition(const Fields& request);

/// The index as the catalog keeps it. The definition has passed the rules, so its attributes are
/// defined.
cluster::SecondaryIndex makeIndex(const IndexDefinition& definition,
                                  const std::vector<types::KeyAttribute>& attributes, bool global);
/// The keys of a table or index, with the types of `attributes`.
types::KeySchema makeKeys(const std::vector<KeyElement>& keys,
                          const std::vector<types::KeyAttribute>& attributes);

/// Refuses members that name features which do not exist yet, rather than ignoring them.
ApiResult<void> refuseMembers(const Fields& request, std::span<const std::string_view> members);
/// StreamSpecification with StreamEnabled.
ApiResult<void> refuseStream(const Fields& request);

}  // namespace orrery::api
