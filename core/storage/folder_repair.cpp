#include "core/storage/folder_repair.h"

#include <cerrno>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/storage/data_folder.h"
#include "core/storage/file.h"
#include "core/storage/lmdb_log_writer.h"
#include "core/storage/lmdb_tree_writer.h"

namespace orrery::storage {
namespace {

constexpr std::uint64_t kMapBytes = 64u << 20;  // For a file without content.

StorageError impossible(const std::filesystem::path& folder, const std::string& why) {
    return {"repair", EPROTO, folder.string(),
            "The items of " + folder.string() + " cannot be rebuilt from its log: " + why +
                "; restore the folder from a backup."};
}

// Finds the first log that does not begin at its first record: what was before is in the tree only.
class LogBegins {
public:
    void look(std::string_view key) {
        ByteReader reader(key);
        const std::uint16_t volume = reader.u16();
        const std::uint64_t group = reader.u64();
        const std::uint64_t lsn = reader.u64();
        const bool isFirst = m_isNone || volume != m_volume || group != m_group;
        m_isNone = false;
        m_volume = volume;
        m_group = group;
        if (isFirst && lsn > 1 && m_why.empty())
            m_why = "the log of group " + std::to_string(group) + " begins at record " +
                    std::to_string(lsn) + ", and what came before is in items.mdb only";
    }
    const std::string& why() const { return m_why; }

private:
    bool m_isNone = true;
    std::uint16_t m_volume = 0;
    std::uint64_t m_group = 0;
    std::string m_why;
};

StorageResult<void> makeItems(const std::filesystem::path& file,
                              const std::optional<PairMark>& log) {
    TRY(removeFile(file));
    EnvironmentPlan plan{file, kMapBytes, treeDatabaseNames()};
    plan.whenMade = [&](const Environment& made,
                        WriteTransaction& transaction) -> StorageResult<void> {
        if (!log) return {};
        return writePairMark(transaction, databaseOf(made, TreeDatabase::Counters),
                             {log->id, log->upper, log->upper});
    };
    {
        TRY_ASSIGN(const auto made, Environment::open(plan));
    }
    return removeFile(file.string() + "-lock");
}

StorageResult<void> renameFile(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code failed;
    std::filesystem::rename(from, to, failed);
    if (failed) return std::unexpected(StorageError{"rename", failed.value(), from.string()});
    return {};
}

}  // namespace

StorageResult<std::filesystem::path> rebuildItems(const std::filesystem::path& folder,
                                                  const EntryCheck& checkEntry) {
    TRY_ASSIGN(const auto opened, DataFolder::lockExisting(folder));
    LogBegins begins;
    std::optional<PairMark> pair;
    const FileReport log = checkFile(
        opened->logFile(), logDatabaseNames(),
        [&](std::string_view tree, std::string_view key, std::string_view value) {
            if (tree == "records") begins.look(key);
            return checkEntry(tree, key, value);
        },
        pair);
    if (!log.isSound())
        return std::unexpected(impossible(folder, "log.mdb is damaged (" + log.problems[0] + ")"));
    if (!begins.why().empty()) return std::unexpected(impossible(folder, begins.why()));

    const std::filesystem::path made = folder / "items.mdb.new";
    TRY(makeItems(made, pair));
    std::filesystem::path kept;
    std::error_code failed;
    if (std::filesystem::exists(opened->itemsFile(), failed)) {
        int number = 1;
        do {
            kept = folder / ("items.mdb.damaged-" + std::to_string(number++));
        } while (std::filesystem::exists(kept, failed));
        TRY(renameFile(opened->itemsFile(), kept));
    }
    TRY(renameFile(made, opened->itemsFile()));
    TRY(syncFolder(folder));
    return kept;
}

}  // namespace orrery::storage
