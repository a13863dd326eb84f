#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/catalog.h"

namespace orrery::api {

// Settings of a table beside its keys: tags, encryption, class, names.

ApiResult<std::vector<cluster::Tag>> takeTags(const Fields& request);

/// SSESpecification: encryption with a key of KMS, or back to the key that the service owns.
struct Encryption {
    bool enabled = false;
    std::string keyId;  ///< Empty: the account's default key.
};
ApiResult<std::optional<Encryption>> takeEncryption(const Fields& request);
/// Refuses what the table has already.
ApiResult<void> checkEncryptionChange(const cluster::TableDescription& table,
                                      const cluster::Caller& caller, const Encryption& encryption);

ApiResult<std::optional<std::string>> takeTableClass(const Fields& request);

/// The ARN that SSEDescription shows of a key given by id, alias or ARN, or of the account's
/// default key for an empty one.
std::string keyArn(const cluster::Caller& caller, std::string_view keyId);

/// The table's name where a request may have its ARN.
std::string_view tableNameOf(std::string_view nameOrArn);

/// The table for operations on tables, whatever its status: "Requested resource not found: Table:
/// T not found" where there is none.
ApiResult<cluster::TablePtr> findAnyTable(const cluster::Catalog& catalog,
                                          const cluster::Caller& caller,
                                          std::string_view nameOrArn);

}  // namespace orrery::api
