#include "core/api/api.h"

#include <array>
#include <boost/json.hpp>
#include <optional>

#include "core/api/decode/decode.h"
#include "core/api/decode/decode_newer.h"
#include "core/api/decode/validation_layer.h"
#include "core/api/operation_table.h"
#include "core/base/result.h"
#include "core/types/item_codec.h"

namespace orrery::api {
namespace {

// Requests up to this size are decoded without a heap allocation.
constexpr std::size_t kArenaBytes = 8 * 1024;

ApiResult<std::unique_ptr<ApiCall>> parseIn(const Validation& validation, const OperationRow& row,
                                            const json::Object& request) {
    TRY(checkConstraints(*row.operation->input, request, validation));
    auto call = row.operation->makeCall(row.name, Fields(request, validation.layer));
    if (!call) return std::unexpected(worded(std::move(call).error(), validation));
    return call;
}

ApiResult<std::unique_ptr<ApiCall>> parseRequest(const OperationRow& row,
                                                 const json::Object& request,
                                                 std::string_view region) {
    TRY(checkTypes(*row.operation->input, request, Blobs::Trusted));
    const Validation validation = validationOf(row.name, region);
    auto call = parseIn(validation, row, request);
    if (!call && isLeftToOlderLayer(row.name, *row.operation->input, request, validation))
        return parseIn(Validation{}, row, request);
    return call;
}

}  // namespace

ApiResult<std::unique_ptr<ApiCall>> parseCall(std::string_view target, std::string_view body,
                                              std::string_view region) {
    std::array<unsigned char, kArenaBytes> arena;
    boost::json::monotonic_resource memory(arena.data(), arena.size());
    // The service parses the text before it looks up the operation.
    const auto json = json::parse(body, &memory);
    if (!json && !body.empty()) return std::unexpected(ApiError::serialization(""));
    const OperationRow* row = findOperation(target);
    if (row == nullptr) return std::unexpected(ApiError{ErrorType::UnknownOperation, "", nullptr});
    if (row->operation == nullptr)
        return std::unexpected(
            ApiError{ErrorType::UnknownOperation,
                     std::string(row->name) +
                         " is an operation of the service that Orrery does not support yet",
                     nullptr});
    if (!json) return std::unexpected(ApiError::serialization(""));
    if (!json->is_object())
        return std::unexpected(ApiError::serialization(
            json->is_array() ? "Start of list found where not expected" : ""));
    const json::Object& request = json->get_object();
    auto call = parseRequest(*row, request, region);
    // The service reports invalid base 64 before any other error.
    if (!call) TRY(checkTypes(*row->operation->input, request, Blobs::Checked));
    return call;
}

namespace {

void writeReasons(json::Writer& out, const std::vector<CancellationReason>& reasons) {
    out.name("CancellationReasons").beginArray();
    for (const CancellationReason& reason : reasons) {
        out.beginObject().name("Code").string(reason.code);
        if (reason.item != nullptr) types::appendItemJson(out.name("Item").value(), *reason.item);
        if (!reason.message.empty()) out.name("Message").string(reason.message);
        out.endObject();
    }
    out.endArray();
}

}  // namespace

void writeError(const ApiError& error, std::string& out) {
    json::Writer writer(out);
    writer.beginObject().name("__type").string(errorName(error.type));
    if (!error.message.empty()) writer.name(messageName(error.type)).string(error.message);
    if (error.item != nullptr) types::appendItemJson(writer.name("Item").value(), *error.item);
    if (!error.reasons.empty()) writeReasons(writer, error.reasons);
    writer.endObject();
}

}  // namespace orrery::api
