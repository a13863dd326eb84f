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

/// A value of the request, shared by all places of an expression that name it.
using SharedValue = std::shared_ptr<const types::AttributeValue>;

/// ExpressionAttributeNames and ExpressionAttributeValues of one request, or of one element of a
/// transaction. All expressions of the request are parsed with the same Substitutions; at the end,
/// checkAllUsed() reports what none of them used.
class Substitutions {
public:
    using Names = std::vector<std::pair<std::string, std::string>>;

    /// For a request without either map.
    Substitutions() = default;

    /// Checks the placeholders. An absent map counts as empty; a map that is present must not be
    /// empty. The caller has decoded the values (see checkValueKeys).
    static ApiResult<Substitutions> create(std::optional<Names> names,
                                           std::optional<types::Item> values);

    /// The two halves of create(), for callers that have not decoded the values yet: the service
    /// checks the names, then the keys of all values, then the values.
    static ApiResult<void> checkNameKeys(const std::vector<std::string_view>& keys);
    static ApiResult<void> checkValueKeys(const std::vector<std::string_view>& keys);
    /// Adds the text for ExpressionAttributeValues around an error of wire_codec, for the older
    /// layer of validation; the newer one has none.
    static ApiError invalidValue(const ApiError& error, std::string_view key);

    /// The attribute name that `placeholder` ("#a") stands for, or null if it is undefined. Marks
    /// it as used.
    const std::string* useName(std::string_view placeholder);
    /// The value that `placeholder` (":a") stands for, or null if it is undefined. Marks it as
    /// used.
    SharedValue useValue(std::string_view placeholder);

    /// The service's error if no expression used a name or value. Names come first.
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
