#include "core/engine/folder_check.h"

#include "core/base/bytes.h"
#include "core/cluster/repair/folder_repair.h"
#include "core/storage/file_check.h"
#include "core/storage/key_tree.h"
#include "core/table/log_record.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"

namespace orrery::engine {
namespace {

constexpr std::size_t kRecordKeyBytes = 18;

std::optional<std::string> checkRecord(std::string_view key, std::string_view value) {
    if (key.size() != kRecordKeyBytes) return "the key of a record is invalid";
    ByteReader reader(key);
    const std::uint16_t volume = reader.u16();
    const std::uint64_t group = reader.u64();
    if (table::decodeRecord(value)) return std::nullopt;
    return "record " + std::to_string(reader.u64()) + " of group " + std::to_string(group) +
           " on volume " + std::to_string(volume) + " is corrupt";
}

// LMDB holds these keys whole. It holds longer keys in parts, which this check does not assemble.
std::optional<std::string> checkItem(std::string_view key, std::string_view value) {
    if (key.size() < sizeof(std::uint16_t)) return "a key is too short";
    if (key.size() >= storage::kChunkBytes) return std::nullopt;
    const std::string_view storageKey = key.substr(sizeof(std::uint16_t));
    if (table::parsePrivateKey(storageKey)) return std::nullopt;
    if (table::decodeStored(storageKey, value)) return std::nullopt;
    return "an item on volume " + std::to_string(ByteReader(key).u16()) + " is corrupt";
}

std::optional<std::string> checkEntry(std::string_view tree, std::string_view key,
                                      std::string_view value) {
    if (tree == "records") return checkRecord(key, value);
    if (tree == "items") return checkItem(key, value);
    return std::nullopt;
}

void describe(const storage::FileReport& file, std::string& text) {
    text += file.path + ": " + (file.isSound() ? "sound" : "DAMAGED") + ", " +
            std::to_string(file.pages) + " pages, " + std::to_string(file.freePages) + " free\n";
    for (const storage::FileReport::Tree& tree : file.trees)
        text += "  " + tree.name + ": " + std::to_string(tree.entries) + " entries\n";
    for (const std::string& problem : file.problems)
        text += "  " + problem + "\n";
    if (file.problemCount > file.problems.size())
        text += "  and " + std::to_string(file.problemCount - file.problems.size()) + " more\n";
}

}  // namespace

std::expected<FolderVerdict, std::string> checkFolder(const std::filesystem::path& folder) {
    const auto report = storage::checkFolder(folder, checkEntry);
    if (!report) return std::unexpected(report.error().message());
    FolderVerdict verdict;
    verdict.isSound = report->isSound();
    describe(report->log, verdict.text);
    describe(report->items, verdict.text);
    for (const std::string& problem : {report->pairProblem, report->formatProblem}) {
        if (!problem.empty()) verdict.text += problem + "\n";
    }
    return verdict;
}

std::expected<FolderVerdict, std::string> repairFolder(const std::filesystem::path& folder) {
    const auto verdict = checkFolder(folder);
    if (!verdict) return std::unexpected(verdict.error());
    if (verdict->isSound) return FolderVerdict{true, verdict->text + "Nothing to repair.\n"};
    const auto report = cluster::repairFolder(folder);
    if (!report) return std::unexpected(report.error().message());
    return FolderVerdict{report->isComplete(), verdict->text + report->text()};
}

}  // namespace orrery::engine
