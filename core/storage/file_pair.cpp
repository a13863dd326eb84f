#include "core/storage/file_pair.h"

#include <cerrno>
#include <fstream>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/storage/sealed.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {

std::string makePairId() {
    std::ifstream source("/dev/urandom", std::ios::binary);
    std::string id(kPairIdBytes, '\0');
    source.read(id.data(), static_cast<std::streamsize>(id.size()));
    CHECK(source.gcount() == static_cast<std::streamsize>(kPairIdBytes));
    return id;
}

std::optional<PairMark> decodePairMark(std::string_view bytes) {
    const auto value = unseal(kPairName, bytes);
    if (!value) return std::nullopt;
    ByteReader reader(*value);
    PairMark mark;
    mark.id = reader.raw(kPairIdBytes);
    mark.upper = reader.u64();
    mark.lower = reader.u64();
    if (!reader.ok() || !reader.atEnd()) return std::nullopt;
    return mark;
}

StorageResult<std::optional<PairMark>> readPairMark(const Transaction& transaction,
                                                    Database counters) {
    TRY_ASSIGN(const auto found, transaction.get(counters, kPairName));
    if (!found) return std::nullopt;
    const auto mark = decodePairMark(*found);
    if (!mark)
        return std::unexpected(transaction.environment().damaged("its pair mark is invalid"));
    return mark;
}

StorageResult<void> writePairMark(WriteTransaction& transaction, Database counters,
                                  const PairMark& mark) {
    CHECK(mark.id.size() == kPairIdBytes);
    CHECK(mark.lower <= mark.upper);
    std::string bytes;
    ByteWriter writer(bytes);
    writer.raw(mark.id);
    writer.u64(mark.upper);
    writer.u64(mark.lower);
    return transaction.put(counters, kPairName, seal(kPairName, bytes));
}

StorageError pairError(const std::filesystem::path& folder, const std::string& what,
                       std::string_view remedy) {
    return {"pair", EPROTO, folder.string(),
            "The data folder " + folder.string() + " " + what + "; " + std::string(remedy) + "."};
}

PairFit pairFit(const std::optional<PairMark>& log, const std::optional<PairMark>& items) {
    if (!log) return items ? PairFit::LogWithoutMark : PairFit::Together;
    // A log with a mark has allowed a first write of the tree that may not have begun.
    const PairMark tree = items.value_or(PairMark{log->id, 0, 0});
    if (tree.id != log->id) return PairFit::TwoFolders;
    if (tree.lower < log->lower) return PairFit::OlderItems;
    return tree.upper > log->upper ? PairFit::OlderLog : PairFit::Together;
}

StorageResult<void> checkPair(const std::filesystem::path& folder,
                              const std::optional<PairMark>& log,
                              const std::optional<PairMark>& items) {
    switch (pairFit(log, items)) {
        case PairFit::Together:
            return {};
        case PairFit::LogWithoutMark:
            return std::unexpected(pairError(
                folder, "has a log.mdb without the id of its items.mdb", kRestoreOrRepair));
        case PairFit::TwoFolders:
            return std::unexpected(
                pairError(folder, "has a log.mdb and an items.mdb from different folders",
                          "replace one of them with the file that belongs to the other, or restore "
                          "both from one backup"));
        case PairFit::OlderItems:
            return std::unexpected(pairError(
                folder, "has an items.mdb that is older than its log.mdb", kRestoreOrRepair));
        case PairFit::OlderLog:
            return std::unexpected(pairError(
                folder, "has a log.mdb that is older than its items.mdb", kRestoreOrRepair));
    }
    CHECK(false);
}

}  // namespace orrery::storage
