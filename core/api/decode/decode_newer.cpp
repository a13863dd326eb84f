#include "core/api/decode/decode_newer.h"

#include <algorithm>
#include <boost/json.hpp>

#include "core/api/decode/constraint_text.h"
#include "core/base/text.h"

namespace orrery::api {
namespace {

// The newer layer reads values of up to so many levels; deeper ones it leaves to the older layer.
// Recorded by dynamodb-conformance, tier 3: validation-ordering/deepRequests for single items,
// limits/nestingDepth for transactions, whose values are two structures further down.
std::optional<int> levelsReadByNewer(std::string_view operation, const Validation& validation) {
    constexpr int kOfItem = 62;
    constexpr int kOfTransaction = 60;
    if (validation.prefixes) return kOfItem;
    if (validation.isNewer() && operation.starts_with("Transact")) return kOfTransaction;
    return std::nullopt;
}

bool isAmong(std::string_view text, std::span<const std::string_view> values) {
    return std::ranges::find(values, text) != values.end();
}

std::size_t entryCount(const json::Object& request, std::string_view member) {
    const json::Value* value = request.if_contains(member);
    return value == nullptr || !value->is_object() ? 0 : value->get_object().size();
}

// Lists and maps on the deepest way into `value`, counted up to `most`.
int levelsIn(const json::Value& value, int most) {
    if (most == 0) return 0;
    int deepest = 0;
    if (const json::Array* array = value.if_array()) {
        for (const json::Value& element : *array)
            deepest = std::max(deepest, levelsIn(element, most));
    } else if (const json::Object* object = value.if_object()) {
        for (const auto& [name, element] : *object) {
            const bool nests =
                (name == "M" && element.is_object()) || (name == "L" && element.is_array());
            const int inside = levelsIn(element, nests ? most - 1 : most);
            deepest = std::max(deepest, nests ? inside + 1 : inside);
        }
    }
    return deepest;
}

// The constraint that the length of `text` breaks; empty if it breaks none.
std::string brokenLength(const Shape& shape, std::string_view text) {
    if (text.empty()) return lengthAtLeast(1);
    const auto length = static_cast<std::int64_t>(utf16Length(text));
    const bool isTooLong = shape.role != Role::Table && length > shape.lengthMax;
    return isTooLong ? lengthAtMost(shape.lengthMax) : "";
}

}  // namespace

std::optional<std::string> newerEnumViolation(const Shape& shape, const json::Object& request,
                                              std::string_view text) {
    const NewerEnum* newer = shape.newerEnum;
    if (newer == nullptr || isAmong(text, shape.values)) return std::nullopt;
    if (!newer->besideTwoOf.empty() && entryCount(request, newer->besideTwoOf) < 2)
        return std::nullopt;
    return "Failed to satisfy constraint: " + enumConstraint(newer->values);
}

ApiResult<void> checkReportedAlone(const Shape& shape, const json::Object& request,
                                   const Validation& validation) {
    for (const Member& member : shape.members) {
        if (!member.shape->lengthAloneIfNewer) continue;
        const json::Value* value = request.if_contains(member.name);
        if (value == nullptr || !value->is_string()) continue;
        const std::string constraint = brokenLength(*member.shape, value->get_string());
        if (constraint.empty()) continue;
        return std::unexpected(ApiError::validation(
            std::string(kOneErrorDetected) + "Value at '" + std::string(member.name) +
            "' failed to satisfy constraint: " + constraint));
    }
    for (const Member& member : shape.members) {
        if (member.shape->newerEnum == nullptr || !member.shape->newerEnum->alone) continue;
        const json::Value* value = request.if_contains(member.name);
        if (value == nullptr || !value->is_string()) continue;
        const auto violation = newerEnumViolation(*member.shape, request, value->get_string());
        if (violation) return std::unexpected(worded(ApiError::validation(*violation), validation));
    }
    return {};
}

bool isLeftToOlderLayer(std::string_view operation, const Shape& shape, const json::Object& request,
                        const Validation& validation) {
    const bool incomplete =
        validation.prefixes && std::ranges::any_of(shape.members, [&](const Member& member) {
            if (member.presence == Presence::Optional) return false;
            const json::Value* value = request.if_contains(member.name);
            return value == nullptr || value->is_null();
        });
    if (incomplete) return true;
    const auto levels = levelsReadByNewer(operation, validation);
    if (!levels) return false;
    const int oneMore = *levels + 1;
    return std::ranges::any_of(
        request, [&](const auto& member) { return levelsIn(member.value(), oneMore) == oneMore; });
}

}  // namespace orrery::api
