#include "core/api/decode/validation_layer.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace orrery::api {
namespace {

// The Regions in which an operation is not validated as in us-east-1.
constexpr std::string_view kOlderWrites[] = {"eu-south-2", "me-central-1"};
constexpr std::string_view kOlderBatchReads[] = {"me-central-1"};
constexpr std::string_view kNewerBatchWrites[] = {"ap-east-2", "ap-southeast-1", "eu-central-1",
                                                  "eu-north-1"};
constexpr std::string_view kNewerScans[] = {
    "af-south-1",     "ap-east-2",      "ap-northeast-2", "ap-southeast-1",
    "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "eu-central-1",   "eu-west-2",      "us-west-1",
};
constexpr std::string_view kNewerTransactions[] = {"ap-northeast-2", "eu-north-1", "eu-west-2"};

/// The layer of an operation in us-east-1 and in most Regions, and the Regions with the other one.
struct Row {
    std::string_view operation;
    Layer layer;
    std::span<const std::string_view> exceptions;
    bool prefixes = false;
};

// Operations without a row have one wording in all Regions.
constexpr Row kRows[] = {
    {"PutItem", Layer::Newer, kOlderWrites, true},
    {"UpdateItem", Layer::Newer, kOlderWrites, true},
    {"DeleteItem", Layer::Newer, kOlderWrites, true},
    {"GetItem", Layer::Newer, {}},
    {"Query", Layer::Newer, {}},
    {"BatchGetItem", Layer::Newer, kOlderBatchReads},
    {"BatchWriteItem", Layer::Older, kNewerBatchWrites},
    {"Scan", Layer::Older, kNewerScans},
    {"TransactGetItems", Layer::Older, kNewerTransactions},
    {"TransactWriteItems", Layer::Older, kNewerTransactions},
};

}  // namespace

Validation validationOf(std::string_view operation, std::string_view region) {
    const auto* row = std::ranges::find(kRows, operation, &Row::operation);
    if (row == std::end(kRows)) return {};
    const bool other = std::ranges::find(row->exceptions, region) != row->exceptions.end();
    const bool newer = (row->layer == Layer::Newer) != other;
    return newer ? Validation{Layer::Newer, row->prefixes} : Validation{};
}

ApiError wordedInWorld(ApiError error, Layer layer) {
    if (layer == Layer::Newer && !error.newerMessage.empty())
        error.message = std::move(error.newerMessage);
    error.newerMessage.clear();
    return error;
}

ApiError worded(ApiError error, const Validation& validation) {
    error = wordedInWorld(std::move(error), validation.layer);
    if (validation.prefixes && error.type == ErrorType::Validation && !error.neverPrefixed)
        error.message.insert(0, kOneErrorDetected);
    return error;
}

}  // namespace orrery::api
