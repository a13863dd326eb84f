// Scan. API reference: API_Scan.html. Reads every item of a table or an index in the order of the
// hashes, one page at a time. A segment is a part of the hash space.

#include "core/api/decode/shapes.h"
#include "core/api/items/item_shapes.h"
#include "core/api/items/range_arguments.h"
#include "core/api/items/range_reply.h"
#include "core/api/operations/operations.h"
#include "core/base/result.h"
#include "core/types/storage_key.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kTotalSegments = integer().range(1, 1'000'000).as(Shown::UnnamedIfNewer);
constexpr Shape kSegment = integer().range(0, 999'999).as(Shown::UnnamedIfNewer);
constexpr Shape kLimit = shapes::kLimit.as(Shown::UnnamedIfNewer);
constexpr NewerEnum kNewerOperator{
    .values = shapes::kConditionalOperatorIfNewer, .alone = true, .besideTwoOf = "ScanFilter"};
constexpr Shape kConditionalOperator = shapes::kConditionalOperator.ifNewer(kNewerOperator);

// In the order in which DynamoDB reports violations: tests/api/scan/validation_order.test.
constexpr Member kMembers[] = {
    {"Select", &shapes::kSelect},
    {"IndexName", &shapes::kIndexName},
    {"TotalSegments", &kTotalSegments},
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"ConditionalOperator", &kConditionalOperator},
    {"ScanFilter", &shapes::kConditions},
    {"Segment", &kSegment},
    {"Limit", &kLimit},
    {"AttributesToGet", &shapes::kAttributesToGet},
    {"ExclusiveStartKey", &shapes::kItem},
    {"ConsistentRead", &shapes::kFlag},
    {"FilterExpression", &shapes::kText},
    {"ProjectionExpression", &shapes::kText},
    {"ExpressionAttributeValues", &shapes::kValues},
    {"ExpressionAttributeNames", &shapes::kNames},
};
constexpr Shape kInput = structure("ScanInput", kMembers);

constexpr std::string_view kExpressions[] = {"ProjectionExpression", "FilterExpression"};
constexpr std::string_view kLegacy[] = {"AttributesToGet", "ScanFilter", "ConditionalOperator"};

struct Parsed {
    RangeArguments arguments;
    std::uint64_t segment = 0;
    std::uint64_t totalSegments = 1;
};

// Where two texts stand, the second is that of the newer layer of validation.
ApiResult<void> takeSegments(const Fields& request, Parsed& parsed) {
    const auto segment = request.integer("Segment");
    const auto total = request.integer("TotalSegments");
    if (segment && !total)
        return std::unexpected(ApiError::validation(
            "The TotalSegments parameter is required but was not present in the request when "
            "Segment parameter is present"));
    if (!total) return {};
    if (!segment)
        return std::unexpected(ApiError::validation(
            "The Segment parameter is required but was not present in the request when parameter "
            "TotalSegments is present"));
    const std::string tooLarge =
        "The Segment parameter is zero-based and must be less than parameter TotalSegments";
    if (*segment >= *total)
        return std::unexpected(
            ApiError::validation(tooLarge + ": Segment: " + std::to_string(*segment) +
                                     " is not less than TotalSegments: " + std::to_string(*total),
                                 tooLarge));
    parsed.segment = static_cast<std::uint64_t>(*segment);
    parsed.totalSegments = static_cast<std::uint64_t>(*total);
    return {};
}

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed{takeRangeArguments(request)};
    RangeArguments& arguments = parsed.arguments;
    TRY(checkExpressionStyle(request, kExpressions, kLegacy));
    TRY(takeAttributesToGet(request, arguments));
    TRY_ASSIGN(arguments.filter, takeLegacyFilter(request, "ScanFilter"));
    TRY_ASSIGN(arguments.startKey, takeStartKey(request));
    TRY(takeSegments(request, parsed));
    TRY_ASSIGN(expression::Substitutions substitutions, takeSubstitutions(request));
    TRY(takeFilterAndProjection(request, substitutions, arguments));
    TRY(substitutions.checkAllUsed());
    TRY(checkSelect(request, arguments));
    return parsed;
}

// The newer layer of validation does not say how the start key differs from the schema.
ApiError shortIfNewer(ApiError error) {
    constexpr std::string_view kMismatch = ": The provided key element does not match the schema";
    if (error.message.ends_with(kMismatch))
        error.newerMessage = error.message.substr(0, error.message.size() - kMismatch.size());
    return error;
}

// Sets the bounds to the part of the segment after the start key.
ApiResult<void> bindBounds(const Parsed& parsed, cluster::ReadRange& range) {
    const RangeArguments& arguments = parsed.arguments;
    const KeySpaceId space = arguments.space();
    range.begin = types::keyAtFraction(space, parsed.segment, parsed.totalSegments);
    range.end = parsed.segment + 1 == parsed.totalSegments
                    ? types::keySpaceEnd(space)
                    : types::keyAtFraction(space, parsed.segment + 1, parsed.totalSegments);
    if (!arguments.startKey) return {};
    auto start = bindStartKey(arguments);
    if (!start) return std::unexpected(shortIfNewer(std::move(start).error()));
    if (start->storageKey < range.begin || start->storageKey >= range.end)
        return std::unexpected(ApiError::validation(
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
            "ExclusiveStartKey with correct Segment. TotalSegments: " +
            std::to_string(parsed.totalSegments) + " Segment: " + std::to_string(parsed.segment)));
    range.begin = start->storageKey + '\0';
    return {};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    RangeArguments& arguments = parsed.arguments;
    TRY(bindTable(arguments, catalog, caller));
    const bool ofIndex = !arguments.indexName.empty();
    TRY(checkStartKeySize(arguments,
                          ofIndex ? "" : ": The provided key element does not match the schema"));
    if (ofIndex) {
        for (const types::KeyAttribute& attribute : arguments.keys().attributes())
            TRY(checkStartKeyType(arguments, attribute));
    }
    TRY(bindSelect(arguments));
    cluster::ReadRange range = makeRange(arguments);
    TRY(bindBounds(parsed, range));
    if (arguments.projection)
        TRY(checkKeyPaths(*arguments.table, expression::paths(*arguments.projection)));
    if (arguments.filter)
        TRY(checkKeyPaths(*arguments.table, expression::paths(*arguments.filter)));
    return range;
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    writePage(out, parsed.arguments, std::get<cluster::RangeReply>(reply));
}

}  // namespace

const Operation scan = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
