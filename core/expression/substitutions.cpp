#include "core/expression/substitutions.h"

#include <algorithm>

#include "core/base/result.h"
#include "core/expression/lexer.h"
#include "core/types/wire_codec.h"

namespace orrery::expression {

using types::Item;

namespace {

// ServiceQuotas, "Expression parameters": a placeholder has at most 255 bytes.
constexpr std::size_t kPlaceholderBytesMax = 255;

ApiResult<void> checkKeys(const std::vector<std::string_view>& keys, std::string_view parameter,
                          char sigil) {
    const std::string name(parameter);
    if (keys.empty()) return std::unexpected(ApiError::validation(name + " must not be empty"));
    for (const std::string_view key : keys) {
        if (key.size() > kPlaceholderBytesMax) {
            return std::unexpected(ApiError::validation(
                name +
                " contains invalid key: The expression attribute map contains a key that is too "
                "long; size of key: " +
                std::to_string(key.size())));
        }
        if (!isPlaceholder(key, sigil)) {
            return std::unexpected(ApiError::validation(
                name + " contains invalid key: Syntax error; key: \"" + std::string(key) + "\""));
        }
    }
    return {};
}

template <typename Entries>
auto* findPlaceholder(Entries& entries, std::string_view placeholder) {
    const auto found = std::ranges::lower_bound(
        entries, placeholder, {},
        [](const auto& entry) -> std::string_view { return entry.placeholder; });
    const bool exists = found != entries.end() && found->placeholder == placeholder;
    return exists ? &*found : nullptr;
}

template <typename Entries>
ApiResult<void> checkUsed(const Entries& entries, std::string_view parameter) {
    std::string unused;
    for (const auto& entry : entries) {
        if (entry.used) continue;
        if (!unused.empty()) unused += ", ";
        unused += entry.placeholder;
    }
    if (unused.empty()) return {};
    return std::unexpected(ApiError::validation("Value provided in " + std::string(parameter) +
                                                " unused in expressions: keys: {" + unused + "}"));
}

}  // namespace

ApiResult<void> Substitutions::checkNameKeys(const std::vector<std::string_view>& keys) {
    return checkKeys(keys, "ExpressionAttributeNames", '#');
}

ApiResult<void> Substitutions::checkValueKeys(const std::vector<std::string_view>& keys) {
    return checkKeys(keys, "ExpressionAttributeValues", ':');
}

ApiError Substitutions::invalidValue(const ApiError& error, std::string_view key) {
    if (error.message == types::kNameTooLarge) return error;
    ApiError wrapped =
        ApiError::validation("ExpressionAttributeValues contains invalid value: " + error.message +
                                 " for key " + std::string(key),
                             error.newerMessage.empty() ? error.message : error.newerMessage);
    wrapped.neverPrefixed = error.neverPrefixed;
    return wrapped;
}

ApiResult<Substitutions> Substitutions::create(std::optional<Names> names,
                                               std::optional<Item> values) {
    Substitutions result;
    std::vector<std::string_view> keys;
    if (names) {
        for (const auto& [placeholder, attribute] : *names)
            keys.push_back(placeholder);
        TRY(checkNameKeys(keys));
        for (auto& [placeholder, attribute] : *names) {
            if (attribute.empty()) {
                return std::unexpected(ApiError::validation(
                    "ExpressionAttributeNames contains invalid value: Empty attribute name for "
                    "key " +
                    placeholder));
            }
            TRY(types::checkNameLength(attribute));
            result.m_names.push_back({std::move(placeholder), std::move(attribute)});
        }
        std::ranges::sort(result.m_names, {}, &Name::placeholder);
    }
    if (values) {
        keys.clear();
        for (const auto& [placeholder, value] : *values)
            keys.push_back(placeholder);
        TRY(checkValueKeys(keys));
        // Each value shares ownership of the whole map, so no value is copied.
        const auto owner = std::make_shared<const Item>(*std::move(values));
        for (const auto& [placeholder, value] : *owner)
            result.m_values.push_back({placeholder, SharedValue(owner, &value)});
    }
    return result;
}

const std::string* Substitutions::useName(std::string_view placeholder) {
    Name* name = findPlaceholder(m_names, placeholder);
    if (!name) return nullptr;
    name->used = true;
    return &name->attribute;
}

SharedValue Substitutions::useValue(std::string_view placeholder) {
    Value* value = findPlaceholder(m_values, placeholder);
    if (!value) return nullptr;
    value->used = true;
    return value->value;
}

ApiResult<void> Substitutions::checkAllUsed() const {
    TRY(checkUsed(m_names, "ExpressionAttributeNames"));
    return checkUsed(m_values, "ExpressionAttributeValues");
}

}  // namespace orrery::expression
