#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/types/api_error.h"
#include "core/types/attribute_value.h"

namespace orrery::expression {

/// A value of the request, shared by every place of an expression that names it.
using SharedValue = std::shared_ptr<const types::AttributeValue>;

/// ExpressionAttributeNames and ExpressionAttributeValues of one request, or of one element of a
/// transaction. Every expression of the request is parsed with the same Substitutions; in the end
/// checkAllUsed() complains of what none of them used.
class Substitutions {
public:
    using Names = std::vector<std::pair<std::string, std::string>>;

    /// For a request without either map.
    Substitutions() = default;

    /// Checks the placeholders. A map that is absent is nothing; one that is present must not be
    /// empty. The values have been decoded before (see checkValueKeys).
    static ApiResult<Substitutions> create(std::optional<Names> names,
                                           std::optional<types::Item> values);

    /// The two halves of create(), for callers that still have to decode values: the service
    /// checks the names, then every key of the values, then the values.
    static ApiResult<void> checkNameKeys(const std::vector<std::string_view>& keys);
    static ApiResult<void> checkValueKeys(const std::vector<std::string_view>& keys);
    /// Wraps what wire_codec says of one value in the words for ExpressionAttributeValues.
    static ApiError invalidValue(const ApiError& error, std::string_view key);

    /// The attribute name that `placeholder` ("#a") stands for, marked as used; null if undefined.
    const std::string* useName(std::string_view placeholder);
    /// The value that `placeholder` (":a") stands for, marked as used; null if undefined.
    SharedValue useValue(std::string_view placeholder);

    /// The service's error if a name or value was used by no expression; names come first.
    ApiResult<void> checkAllUsed() const;

private:
    struct Name {
        std::string placeholder;
        std::string attribute;
        bool used = false;
    };
    struct Value {
        std::string placeholder;
        SharedValue value;
        bool used = false;
    };

    std::vector<Name> m_names;    // Sorted by placeholder.
    std::vector<Value> m_values;  // Sorted by placeholder.
};

}  // namespace orrery::expression
