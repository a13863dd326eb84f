#include "core/engine/folder_check.h"

#include <algorithm>

#include "core/cluster/repair/folder_repair.h"
#include "core/cluster/repair/trial.h"
#include "core/engine/entry_checks.h"
#include "core/storage/archive_files.h"
#include "core/storage/archive_rows.h"
#include "core/storage/file_check.h"
#include "core/storage/stores.h"
#include "core/table/apply.h"

namespace orrery::engine {
namespace {

// Items whose keys the file holds in parts are verified as a reader sees them.
std::optional<std::string> problemOfItems(const storage::Store& store) {
    constexpr std::uint16_t kVolumes = (UINT8_MAX + 1) * kZonesPerRegion;
    for (std::uint16_t number = 0; number < kVolumes; ++number) {
        bool isWhole = true;
        const auto scanned =
            store.scan(VolumeId(number), "", "", storage::ScanDirection::Forward,
                       [&](std::string_view key, std::string_view stored) {
                           isWhole = table::isWhole(key, stored);
                           return isWhole ? storage::ScanStep::Continue : storage::ScanStep::Stop;
                       });
        if (!scanned) return scanned.error().message();
        if (!isWhole) return "An item on volume " + std::to_string(number) + " is corrupt.";
    }
    return std::nullopt;
}

// A start does not read the archive's files; readers of streams do.
std::optional<std::string> problemOfArchive(const std::filesystem::path& folder,
                                            const storage::Store& store) {
    constexpr std::uint64_t kReadBytes = 64u << 10;
    const auto rows = store.values(storage::kSegmentPrefix);
    if (!rows) return rows.error().message();
    storage::ArchiveFiles files(folder / "archive");
    for (const auto& [name, row] : *rows) {
        const auto segment = storage::decodeSegment(name, row);
        if (!segment) continue;  // Opening the store reports it.
        for (Lsn next = segment->first; next <= segment->last;) {
            const auto records = files.read(*segment, next, kReadBytes);
            if (!records) return records.error().message();
            next = records->back().lsn.next();
        }
    }
    return std::nullopt;
}

// Whatever a start would refuse is not sound, so this opens the folder as a start does.
std::optional<std::string> problemOfOpened(const std::filesystem::path& folder, bool hasLongKeys) {
    const auto store = storage::openLmdbStoreToLook(folder);
    if (!store) return store.error().message();
    if (*store == nullptr) return std::nullopt;
    if (const auto problem = problemOfArchive(folder, **store)) return problem;
    if (const auto opened = cluster::tryOpening(**store); !opened) return opened.error().message();
    if (const auto& damage = (*store)->damage()) return damage->message();
    return hasLongKeys ? problemOfItems(**store) : std::nullopt;
}

bool hasLongKeys(const storage::FileReport& items) {
    return std::ranges::any_of(items.trees, [](const storage::FileReport::Tree& tree) {
        return tree.name == "paths" && tree.entries > 0;
    });
}

void describe(const storage::FileReport& file, std::string& text) {
    if (file.isMissing) {
        text += file.path + ": MISSING\n";
        return;
    }
    text += file.path + ": " + (file.isSound() ? "sound" : "DAMAGED") + ", " +
            std::to_string(file.pages) + " pages, " + std::to_string(file.freePages) + " free\n";
    for (const storage::FileReport::Tree& tree : file.trees)
        text += "  " + tree.name + ": " + std::to_string(tree.entries) + " entries\n";
    for (const std::string& problem : file.problems)
        text += "  " + problem + "\n";
    if (file.problemCount > file.problems.size())
        text += "  and " + std::to_string(file.problemCount - file.problems.size()) + " more\n";
}

// The texts about pair and format say what to do about them.
std::string remedyFor(const storage::FolderReport& report) {
    if (report.log.isMissing)
        return "log.mdb defines the tables, so nothing can be repaired without it; put a sound "
               "copy back, or restore the data folder from a backup.\n";
    if (!report.pairProblem.empty() || !report.formatProblem.empty()) return "";
    return "To rewrite the folder from everything that can be read, run \"orreryd repair --data "
           "DIR\".\n";
}

}  // namespace

std::expected<FolderVerdict, std::string> checkFolder(const std::filesystem::path& folder) {
    EntryChecks entries;
    const auto report = storage::checkFolder(
        folder, [&](std::string_view tree, std::string_view key, std::string_view value) {
            return entries.check(tree, key, value);
        });
    if (!report) return std::unexpected(report.error().message());
    FolderVerdict verdict;
    verdict.isSound = report->isSound();
    describe(report->log, verdict.text);
    describe(report->items, verdict.text);
    for (const std::string& problem : {report->pairProblem, report->formatProblem}) {
        if (!problem.empty()) verdict.text += problem + "\n";
    }
    for (const std::string& problem : entries.lostBeginnings()) {
        verdict.isSound = false;
        verdict.text += problem + "\n";
    }
    if (!verdict.isSound) {
        verdict.remedy = remedyFor(*report);
        return verdict;
    }
    const auto problem = problemOfOpened(folder, hasLongKeys(report->items));
    if (!problem) return verdict;
    verdict.isSound = false;
    verdict.text += "Opening the folder finds a problem: " + *problem + "\n";
    return verdict;
}

std::expected<FolderVerdict, std::string> repairFolder(const std::filesystem::path& folder) {
    const auto verdict = checkFolder(folder);
    if (!verdict) return std::unexpected(verdict.error());
    if (verdict->isSound) return FolderVerdict{true, verdict->text + "Nothing to repair.\n", ""};
    const auto report = cluster::repairFolder(folder);
    if (!report) return std::unexpected(report.error().message());
    return FolderVerdict{report->isComplete(), verdict->text + report->text(), ""};
}

}  // namespace orrery::engine
