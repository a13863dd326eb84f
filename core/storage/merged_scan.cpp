#include "core/storage/merged_scan.h"

#include <array>

#include "core/base/result.h"

namespace orrery::storage {
namespace {

// Merges three cursors; where they share a key, the earliest of them wins.
class MergedScan {
public:
    MergedScan(const Memtable& active, const Memtable* frozen, TreeCursor& tree, VolumeId volume,
               ScanDirection direction)
        : m_memtables{Memtable::Cursor(&active, volume), Memtable::Cursor(frozen, volume)},
          m_tree(tree),
          m_forward(direction == ScanDirection::Forward) {}

    StorageResult<void> begin(const KeyRange& range) {
        for (Memtable::Cursor& memtable : m_memtables) {
            if (m_forward)
                memtable.seek(range.begin);
            else
                memtable.seekBefore(range.end);
        }
        return m_forward ? m_tree.seek(range.begin) : m_tree.seekBefore(range.end);
    }

    StorageResult<void> run(const KeyRange& range, const ScanVisitor& visitor) {
        TRY(begin(range));
        std::string_view key;
        while (findNext(key)) {
            if (m_forward ? !range.end.empty() && key >= range.end : key < range.begin) break;
            bool shown = false;
            ScanStep step = ScanStep::Continue;
            for (Memtable::Cursor& memtable : m_memtables) {
                if (!memtable.valid() || memtable.key() != key) continue;
                if (!shown && memtable.image() != nullptr) step = visitor(key, *memtable.image());
                shown = true;
            }
            if (!shown) step = visitor(key, m_tree.image());
            if (step == ScanStep::Stop) return {};
            TRY(leave(key));
        }
        return m_tree.checkEnd();
    }

private:
    // The next key among the three, in the direction of the scan; false at the end.
    bool findNext(std::string_view& key) const {
        bool found = false;
        const auto offer = [&](std::string_view candidate) {
            if (!found || (m_forward ? candidate < key : candidate > key)) key = candidate;
            found = true;
        };
        for (const Memtable::Cursor& memtable : m_memtables) {
            if (memtable.valid()) offer(memtable.key());
        }
        if (m_tree.valid()) offer(m_tree.key());
        return found;
    }

    // `key` is a view from one of the cursors. So all comparisons come before the first move.
    StorageResult<void> leave(std::string_view key) {
        std::array<bool, 2> moves{};
        for (std::size_t i = 0; i < moves.size(); ++i)
            moves[i] = m_memtables[i].valid() && m_memtables[i].key() == key;
        const bool treeMoves = m_tree.valid() && m_tree.key() == key;
        for (std::size_t i = 0; i < moves.size(); ++i) {
            if (!moves[i]) continue;
            if (m_forward)
                m_memtables[i].next();
            else
                m_memtables[i].previous();
        }
        if (!treeMoves) return {};
        return m_forward ? m_tree.next() : m_tree.previous();
    }

    std::array<Memtable::Cursor, 2> m_memtables;
    TreeCursor& m_tree;
    bool m_forward;
};

}  // namespace

StorageResult<void> scanMerged(const Memtable& active, const Memtable* frozen, TreeCursor& tree,
                               VolumeId volume, const KeyRange& range, ScanDirection direction,
                               const ScanVisitor& visitor) {
    return MergedScan(active, frozen, tree, volume, direction).run(range, visitor);
}

}  // namespace orrery::storage
