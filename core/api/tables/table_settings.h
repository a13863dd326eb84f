#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/catalog.h"

namespace orrery::api {

// Settings of a table other than its keys: tags, encryption, class, names.

ApiResult<std::vector<cluster::Tag>> takeTags(const Fields& request);
ApiResult<void> checkTagKey(std::string_view key);
/// Refuses more tags than a resource may have.
ApiResult<void> checkTagCount(std::size_t count);

/// SSESpecification: encryption with a KMS key, or with the key that the service owns.
struct Encryption {
    bool enabled = false;
    std::string keyId;  ///< Empty: the account's default key.
};
ApiResult<std::optional<Encryption>> takeEncryption(const Fields& request);
/// Refuses a change to the setting that the table already has.
ApiResult<void> checkEncryptionChange(const cluster::TableDescription& table,
                                      const cluster::Caller& caller, const Encryption& encryption);

ApiResult<std::optional<std::string>> takeTableClass(const Fields& request);
/// Refuses a class of tables that the service does not have.
ApiResult<void> checkTableClass(std::string_view tableClass);

/// The ARN in SSEDescription for a key given by id, alias or ARN; for an empty id, the ARN of the
/// account's default key.
std::string keyArn(const cluster::Caller& caller, std::string_view keyId);

/// The name of the table, if a request may have its ARN instead.
std::string_view tableNameOf(std::string_view nameOrArn);

/// The table for operations on tables, whatever its status. Fails with "Requested resource not
/// found: Table: T not found".
ApiResult<cluster::TablePtr> findAnyTable(const cluster::Catalog& catalog,
                                          const cluster::Caller& caller,
                                          std::string_view nameOrArn);
/// The same, except that a replica of a global table is not found while it is being created.
ApiResult<cluster::TablePtr> findPresentTable(const cluster::Catalog& catalog,
                                              const cluster::Caller& caller,
                                              std::string_view nameOrArn);
/// True for a replica of a global table that is being created.
bool isNewReplica(const cluster::TableDescription& table, const cluster::Catalog& catalog);

}  // namespace orrery::api
