#include "core/api/table_settings.h"

#include "core/base/hash.h"

namespace orrery::api {
namespace {

constexpr std::size_t kTagsMax = 50;

std::unexpected<ApiError> refuse(std::string text) {
    return std::unexpected(ApiError::validation(std::move(text)));
}

// A key of the account that needs no key service: the same account and Region always get the same.
std::string defaultKeyId(const cluster::Caller& caller) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const Md5 digest = md5(caller.accountId + "/" + caller.regionName + "/aws/dynamodb");
    std::string id;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) id.push_back('-');
        id.push_back(kDigits[digest[i] >> 4]);
        id.push_back(kDigits[digest[i] & 15]);
    }
    return id;
}

}  // namespace

ApiResult<std::vector<cluster::Tag>> takeTags(const Fields& request) {
    std::vector<cluster::Tag> tags;
    for (const Fields& fields : request.structures("Tags")) {
        cluster::Tag tag{std::string(fields.text("Key")), std::string(fields.text("Value"))};
        for (const cluster::Tag& other : tags)
            if (other.key == tag.key)
                return refuse("One or more parameter values were invalid: Duplicate tag key: " +
                              tag.key);
        tags.push_back(std::move(tag));
    }
    if (tags.size() > kTagsMax)
        return refuse(
            "One or more parameter values were invalid: Number of tags exceeds the limit of 50");
    return tags;
}

ApiResult<std::optional<Encryption>> takeEncryption(const Fields& request) {
    const auto specification = request.structure("SSESpecification");
    if (!specification) return std::nullopt;
    Encryption encryption{specification->flag("Enabled"),
                          std::string(specification->text("KMSMasterKeyId"))};
    const bool hasDetails = specification->has("SSEType") || specification->has("KMSMasterKeyId");
    if (!encryption.enabled && hasDetails)
        return refuse(
            "One or more parameter values were invalid: SSEType and KMSMasterKeyId can only be "
            "specified when SSE is enabled");
    if (specification->text("SSEType") == "AES256")
        return refuse("One or more parameter values were invalid: SSEType AES256 is not supported");
    return encryption;
}

std::string keyArn(const cluster::Caller& caller, std::string_view keyId) {
    if (keyId.starts_with("arn:")) return std::string(keyId);
    std::string arn = "arn:aws:kms:" + caller.regionName + ":" + caller.accountId + ":";
    if (keyId.empty()) return arn + "key/" + defaultKeyId(caller);
    if (!keyId.starts_with("alias/")) arn += "key/";
    return arn.append(keyId);
}

std::string_view tableNameOf(std::string_view nameOrArn) {
    if (!nameOrArn.starts_with("arn:")) return nameOrArn;
    const std::size_t slash = nameOrArn.rfind('/');
    return slash == std::string_view::npos ? nameOrArn : nameOrArn.substr(slash + 1);
}

ApiResult<cluster::TablePtr> findAnyTable(const cluster::Catalog& catalog,
                                          const cluster::Caller& caller,
                                          std::string_view nameOrArn) {
    cluster::TablePtr table = catalog.find(caller, nameOrArn);
    if (table == nullptr) return std::unexpected(ApiError::tableNotFound(tableNameOf(nameOrArn)));
    return table;
}

ApiResult<void> checkNotInUse(const cluster::TableDescription& table) {
    std::string_view what;
    switch (table.status) {
        case cluster::TableStatus::Active:
            return {};
        case cluster::TableStatus::Creating:
            what = "created";
            break;
        case cluster::TableStatus::Updating:
            what = "updated";
            break;
        case cluster::TableStatus::Deleting:
            what = "deleted";
            break;
    }
    return std::unexpected(
        ApiError{ErrorType::ResourceInUse,
                 "Attempt to change a resource which is still in use: Table is being " +
                     std::string(what) + ": " + table.name,
                 nullptr});
}

}  // namespace orrery::api
