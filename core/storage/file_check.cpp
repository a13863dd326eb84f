#include "core/storage/file_check.h"

#include <fcntl.h>

#include <cerrno>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/storage/data_folder.h"
#include "core/storage/file.h"
#include "core/storage/file_pair.h"
#include "core/storage/guard.h"
#include "core/storage/key_tree.h"
#include "core/storage/lmdb_log_writer.h"
#include "core/storage/lmdb_tree_writer.h"
#include "core/storage/page_file.h"
#include "core/storage/sealed.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

// Each value of these trees has a checksum (sealed.h), except under keys that are held in parts.
bool isSealedTree(std::string_view name) {
    return name == "values" || name == "states" || name == "trim_marks" || name == "dropped" ||
           name == "marks";
}

std::string wrongSeal(std::string_view tree, std::string_view key) {
    if (tree != "values") return "the checksum of an entry is wrong";
    std::string text = "the checksum of \"";
    for (const char c : key)
        text += c >= ' ' && c <= '~' ? c : '?';
    return text + "\" is wrong";
}

// Walks all pages of one tree. A corrupt page hides only the pages below it.
class TreeWalk {
public:
    TreeWalk(const Pages& pages, const PageTree& tree, const PageSet& free, PageSet& used,
             FileReport& report)
        : m_pages(pages), m_tree(tree), m_free(free), m_used(used), m_report(report) {}

    std::uint64_t walk(const std::string& name, const EntryCheck& check) {
        m_name = &name;
        m_check = &check;
        if (m_tree.root.root != kNoPage) visit(m_tree.root.root, 1);
        return m_entries;
    }

private:
    void say(const std::string& what) {
        ++m_report.problemCount;
        if (m_report.problems.size() < kProblemsMax)
            m_report.problems.push_back("Database \"" + *m_name + "\": " + what + ".");
    }

    bool use(PageNumber number) {
        if (number < 2 || number >= m_pages.end) {
            say("page " + std::to_string(number) + " lies outside the file");
            return false;
        }
        if (!m_used.add(number)) {
            say("page " + std::to_string(number) + " is used twice");
            return false;
        }
        if (m_free.contains(number))
            say("page " + std::to_string(number) + " is in use and also on the free list");
        return true;
    }

    void visit(PageNumber number, int depth) {
        if (!use(number)) return;
        PageFault fault{"it is unreadable", number};
        static_cast<void>(guarded([&] { fault = checkPage(m_pages, m_tree, number); }));
        const char* page = m_pages.at(number);
        const bool isLeaf = !fault && loadAt<PageHeader>(page).flags == page_flag::kLeaf;
        if (!fault && isLeaf != (depth == m_tree.root.depth))
            fault = {"a page is at the wrong depth", number};
        if (fault)
            return say("page " + std::to_string(number) + " and everything below it are lost (" +
                       fault.what + ")");
        for (std::uint32_t i = 0; i < nodeCount(page); ++i) {
            const Node node(page, i);
            if (isLeaf)
                visitEntry(node);
            else
                visit(node.child(), depth + 1);
        }
    }

    void visitEntry(const Node& node) {
        const std::string key(node.key());
        // Pages are visited in the order of their keys, so this checks the order of the whole tree.
        if (m_entries > 0 && compareKeys(m_tree, m_last, key) >= 0) say("keys are out of order");
        m_last = key;
        ++m_entries;
        std::string_view value;
        PageFault fault;
        bool isRead = false;
        static_cast<void>(guarded([&] { isRead = readValue(m_pages, node, value, fault); }));
        if (!isRead) return say("the value of an entry is lost");
        if (node.header.flags == node_flag::kOverflow) {
            const auto first = loadAt<PageNumber>(node.data());
            const std::uint64_t count = overflowPages(value.size(), m_pages.pageBytes);
            for (std::uint64_t i = 0; i < count; ++i)
                use(first + i);
        }
        if (const auto wrong = (*m_check)(*m_name, key, value)) say(*wrong);
    }

    const Pages& m_pages;
    const PageTree& m_tree;
    const PageSet& m_free;
    PageSet& m_used;
    FileReport& m_report;
    const std::string* m_name = nullptr;
    const EntryCheck* m_check = nullptr;
    std::uint64_t m_entries = 0;
    std::string m_last;
};

}  // namespace

FileReport checkFile(const std::filesystem::path& path, const std::vector<std::string>& names,
                     const EntryCheck& checkEntry, std::optional<PairMark>& pair) {
    FileReport report;
    report.path = path.string();
    const auto stop = [&](const StorageError& error) {
        report.problems.push_back(error.message());
        ++report.problemCount;
        return report;
    };
    const auto file = PageFile::open(path);
    report.isMissing = !file && file.error().code == ENOENT;
    if (!file) return stop(file.error());
    const auto view = (*file)->start(names);
    if (!view) return stop(view.error());
    if (const auto checked = (*file)->checkFreePages(**view); !checked)
        return stop(checked.error());
    const Pages& pages = (*view)->pages;
    report.pages = pages.end;
    for (PageNumber page = 2; page < pages.end; ++page)
        report.freePages += (*file)->freePages().contains(page) ? 1 : 0;
    PageSet used;
    used.reserve(pages.end);
    const EntryCheck nothing = [](auto, auto, auto) { return std::nullopt; };
    const PageSet& free = (*file)->freePages();
    TreeWalk(pages, (*view)->free, free, used, report).walk("free pages", nothing);
    TreeWalk(pages, (*view)->main, free, used, report).walk("main", nothing);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const PageTree& tree = (*view)->trees[i];
        const EntryCheck check = [&](std::string_view name, std::string_view key,
                                     std::string_view value) {
            if (name == "counters" && key == kPairName) {
                pair = decodePairMark(value);
                if (!pair) return std::optional<std::string>("its pair mark is invalid");
            }
            if (!isSealedTree(name) || key.size() >= kChunkBytes)
                return checkEntry(name, key, value);
            const auto unsealed = unseal(key, value);
            if (!unsealed) return std::optional<std::string>(wrongSeal(name, key));
            return checkEntry(name, key, *unsealed);
        };
        const std::uint64_t entries =
            TreeWalk(pages, tree, free, used, report).walk(names[i], check);
        report.trees.push_back({names[i], entries, tree.root.entries});
        if (entries == tree.root.entries) continue;
        report.problems.push_back("Database \"" + names[i] + "\": " + std::to_string(entries) +
                                  " of " + std::to_string(tree.root.entries) +
                                  " entries can be read.");
        ++report.problemCount;
    }
    return report;
}

StorageResult<FolderReport> checkFolder(const std::filesystem::path& folder,
                                        const EntryCheck& checkEntry) {
    TRY_ASSIGN(const auto opened, DataFolder::lockToLook(folder));
    // What this user may not read is not damaged.
    for (const auto& path : {opened->logFile(), opened->itemsFile()}) {
        const auto file = File::open(path, O_RDONLY);
        if (!file && file.error().code == EACCES) return std::unexpected(file.error());
    }
    FolderReport report;
    std::optional<PairMark> log;
    std::optional<PairMark> items;
    report.log = checkFile(opened->logFile(), logDatabaseNames(), checkEntry, log);
    report.items = checkFile(opened->itemsFile(), treeDatabaseNames(), checkEntry, items);
    // A file that cannot be read shows no mark, which says nothing about its age.
    const bool areMarksRead =
        (log || report.log.problems.empty()) && (items || report.items.problems.empty());
    if (const auto pair = checkPair(folder, log, items); areMarksRead && !pair)
        report.pairProblem = pair.error().message();
    if (const auto format = opened->checkFormatFile(); !format)
        report.formatProblem = format.error().message();
    return report;
}

}  // namespace orrery::storage
