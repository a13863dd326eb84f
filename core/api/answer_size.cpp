#include <algorithm>

#include "core/api/api.h"
#include "core/api/operation_table.h"
#include "core/cluster/catalog/request.h"
#include "core/types/key_schema.h"

// How much room the answer of a request needs, before the request is parsed.

namespace orrery::api {
namespace {

using cluster::kPageBytesMax;
using types::kItemBytesMax;

constexpr std::size_t kBatchBytesMax = 16 * 1024 * 1024;
// The shortest key of a batch: {"k":{"S":"a"}}.
constexpr std::size_t kKeyBytesMin = 15;
// The shortest statement, and less than the shortest action of a transaction:
// {"Statement":"SELECT*FROM\"abc\"WHERE k=1"}
constexpr std::size_t kPartBytesMin = 40;

std::size_t itemsBytesMax(std::size_t partsMax, std::size_t partBytes, std::size_t bodyBytes) {
    const std::size_t parts = bodyBytes / partBytes;
    return std::clamp(parts, std::size_t{1}, partsMax) * kItemBytesMax;
}

}  // namespace

std::size_t answerBytesMax(std::string_view target, std::string_view body, std::size_t bodyBytes) {
    const OperationRow* row = findOperation(target);
    switch (row == nullptr ? AnswerSize::Item : row->answer) {
        case AnswerSize::Item:
            break;
        case AnswerSize::Page:
            return kPageBytesMax + kItemBytesMax;
        case AnswerSize::Records:
            return kPageBytesMax + 2 * kItemBytesMax;
        case AnswerSize::Items25:
            return itemsBytesMax(25, kPartBytesMin, bodyBytes);
        case AnswerSize::Items100:
            return itemsBytesMax(100, kPartBytesMin, bodyBytes);
        case AnswerSize::Batch:
            return std::min(itemsBytesMax(100, kKeyBytesMin, bodyBytes), kBatchBytesMax);
        case AnswerSize::Reasons:
            // In a compressed body the word cannot be seen.
            if (body.size() == bodyBytes && !body.contains("ALL_OLD")) break;
            return itemsBytesMax(100, kPartBytesMin, bodyBytes);
        case AnswerSize::Echo:
            return std::max(kItemBytesMax, bodyBytes);
    }
    return kItemBytesMax;
}

}  // namespace orrery::api
