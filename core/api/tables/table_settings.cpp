#include "core/api/tables/table_settings.h"

#include <algorithm>

#include "core/base/account_id.h"
#include "core/base/hash.h"
#include "core/base/result.h"
#include "core/base/text.h"
#include "core/base/unicode.h"

namespace orrery::api {
namespace {

constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kTagKeyMax = 128;
constexpr std::size_t kTagValueMax = 256;

std::unexpected<ApiError> refuse(std::string text) {
    return std::unexpected(ApiError::validation(std::move(text)));
}

std::unexpected<ApiError> invalid(const std::string& text) {
    return refuse("One or more parameter values were invalid: " + text);
}

// Letters, numbers and spaces of any script and + - = . _ : / @ (API_Tag.html, Tagging.html).
// Observed in October 2026 in us-west-2: no emoji, but the no-break and the ideographic space.
bool isTagText(std::string_view text, std::size_t charactersMax) {
    const auto characters = std::ranges::count_if(text, beginsCharacter);
    return static_cast<std::size_t>(characters) <= charactersMax &&
           hasOnlyLettersNumbersSpacesOr("+-=._:/@", text);
}

// In small and in capital letters. Observed in October 2026 in us-west-2.
bool isReserved(std::string_view key) {
    constexpr std::string_view kPrefix = "aws:";
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(key.substr(0, kPrefix.size()), kPrefix, {}, lower);
}

// The account's default key, without a key service: constant for each account and Region.
std::string defaultKeyId(const cluster::Caller& caller) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const Md5 digest = md5(std::string(accountDigits(caller.accountId)) + "/" + caller.regionName +
                           "/aws/dynamodb");
    std::string id;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) id.push_back('-');
        id.push_back(kDigits[digest[i] >> 4]);
        id.push_back(kDigits[digest[i] & 15]);
    }
    return id;
}

}  // namespace

ApiResult<void> checkTagKey(std::string_view key) {
    if (key.empty() || !isTagText(key, kTagKeyMax))
        return refuse("The Tag Key provided is invalid, Key: " + std::string(key));
    if (isReserved(key))
        return refuse("Tag Key cannot be prefixed with aws:, Key: " + std::string(key));
    return {};
}

ApiResult<void> checkTagCount(std::size_t count) {
    if (count <= kTagsMax) return {};
    return refuse("Number of Tags exceed the current limit for the provided ResourceArn");
}

ApiResult<std::vector<cluster::Tag>> takeTags(const Fields& request) {
    std::vector<cluster::Tag> tags;
    for (const Fields& fields : request.structures("Tags")) {
        const auto key = fields.optionalText("Key");
        if (!key) return refuse("The Tag Key provided is invalid, Key: null");
        TRY(checkTagKey(*key));
        const auto value = fields.optionalText("Value");
        if (!value || !isTagText(*value, kTagValueMax))
            return refuse("The Tag Value provided is invalid, Value: " +
                          std::string(value.value_or("null")));
        if (std::ranges::find(tags, *key, &cluster::Tag::key) != tags.end())
            return refuse("Duplicate Tag Keys provided as input: Duplicate Tag Key found " +
                          std::string(*key));
        tags.push_back({std::string(*key), std::string(*value)});
    }
    TRY(checkTagCount(tags.size()));
    return tags;
}

// An SSEType without Enabled also asks for encryption with a KMS key.
ApiResult<std::optional<Encryption>> takeEncryption(const Fields& request) {
    const auto specification = request.structure("SSESpecification");
    if (!specification) return std::nullopt;
    const auto enabled = specification->optionalFlag("Enabled");
    const auto type = specification->optionalText("SSEType");
    const auto key = specification->optionalText("KMSMasterKeyId");
    if (enabled == false) {
        if (type) return invalid("SSEType can not be specified if Enabled is false");
        if (key) return invalid("KMSMasterKeyId can not be specified if Enabled is false");
    }
    if (type == "AES256") return invalid("SSEType AES256 is not supported");
    if (key && !type) return invalid("SSEType KMS is required if KMSMasterKeyId is specified");
    return Encryption{enabled.value_or(type.has_value()), std::string(key.value_or(""))};
}

ApiResult<void> checkEncryptionChange(const cluster::TableDescription& table,
                                      const cluster::Caller& caller, const Encryption& encryption) {
    if (!encryption.enabled) {
        if (table.sseEnabled) return {};
        return invalid("Table is already encrypted by default");
    }
    if (encryption.keyId.empty() || !table.sseEnabled ||
        keyArn(caller, encryption.keyId) != table.sseKeyArn)
        return {};
    return invalid(
        "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you "
        "want to change Master Key");
}

ApiResult<std::optional<std::string>> takeTableClass(const Fields& request) {
    const auto tableClass = request.optionalText("TableClass");
    if (!tableClass) return std::nullopt;
    TRY(checkTableClass(*tableClass));
    return std::string(*tableClass);
}

ApiResult<void> checkTableClass(std::string_view tableClass) {
    if (tableClass == "STANDARD" || tableClass == "STANDARD_INFREQUENT_ACCESS") return {};
    return refuse(
        "Invalid table-class parameter provided. Please try again with a valid table-class value: "
        "[STANDARD, STANDARD_INFREQUENT_ACCESS].");
}

std::string keyArn(const cluster::Caller& caller, std::string_view keyId) {
    if (keyId.starts_with("arn:")) return std::string(keyId);
    std::string arn = "arn:aws:kms:" + caller.regionName + ":";
    arn.append(accountDigits(caller.accountId)).append(":");
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

// Observed in October 2026 in us-east-1 (ack-api-quirks DDB-TABLE-298).
ApiResult<cluster::TablePtr> findPresentTable(const cluster::Catalog& catalog,
                                              const cluster::Caller& caller,
                                              std::string_view nameOrArn) {
    TRY_ASSIGN(cluster::TablePtr table, findAnyTable(catalog, caller, nameOrArn));
    if (isNewReplica(*table, catalog)) return std::unexpected(ApiError::tableNotFound(table->name));
    return table;
}

bool isNewReplica(const cluster::TableDescription& table, const cluster::Catalog& catalog) {
    return table.status == cluster::TableStatus::Creating &&
           catalog.globals().ofTable(table.space) != nullptr;
}

}  // namespace orrery::api
