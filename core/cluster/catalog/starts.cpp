#include "core/cluster/catalog/starts.h"

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"

namespace orrery::cluster {
namespace {

//   value "starts" := version:uint8(1) count:uint64

constexpr std::string_view kStartsValue = "starts";
constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kWhat = "The count of starts";

}  // namespace

storage::StorageResult<std::uint64_t> countStart(const storage::Store& store, storage::Turn& turn) {
    TRY_ASSIGN(const auto value, store.value(kStartsValue));
    std::uint64_t count = 0;
    if (value) {
        ByteReader in(*value);
        if (auto refused = refusedVersion(in, kVersion, kWhat))
            return std::unexpected(*std::move(refused));
        count = in.u64();
        if (!in.ok() || !in.atEnd()) return std::unexpected(corruptValue(kWhat));
    }
    ++count;
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kVersion);
    out.u64(count);
    turn.putValue(std::string(kStartsValue), std::move(bytes));
    return count;
}

}  // namespace orrery::cluster
