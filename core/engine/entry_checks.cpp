#include "core/engine/entry_checks.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/cluster/catalog/stream_description.h"
#include "core/cluster/replicas/group_state.h"
#include "core/cluster/replicas/jobs.h"
#include "core/cluster/tables/stored_table.h"
#include "core/cluster/tables/table_values.h"
#include "core/storage/archive_rows.h"
#include "core/storage/key_tree.h"
#include "core/storage/lmdb_log_writer.h"
#include "core/table/apply.h"
#include "core/table/log_record.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"
#include "core/types/item_codec.h"

namespace orrery::engine {
namespace {

constexpr std::size_t kRecordKeyBytes = 18;

// A private key holds an item, an entry or a cursor; table::isWhole knows which.
std::optional<std::string> checkPrivate(std::string_view key, std::string_view value) {
    if (table::isWhole(key, value)) return std::nullopt;
    return "private data of group " + std::to_string(table::parsePrivateKey(key)->group.value()) +
           " is corrupt";
}

// LMDB holds these keys whole. It holds longer keys in parts, which this check does not assemble.
std::optional<std::string> checkItem(std::string_view key, std::string_view value) {
    if (key.size() < sizeof(std::uint16_t)) return "a key is too short";
    if (key.size() >= storage::kChunkBytes) return std::nullopt;
    const std::string_view storageKey = key.substr(sizeof(std::uint16_t));
    if (table::parsePrivateKey(storageKey)) return checkPrivate(storageKey, value);
    const auto stored = table::decodeStored(storageKey, value);
    // Version 1 has no checksum, only a grammar.
    const bool isSound = stored && (table::hasChecksum(value) ||
                                    types::decodeItem(value.substr(stored->attributesAt)));
    if (isSound) return std::nullopt;
    return "an item on volume " + std::to_string(ByteReader(key).u16()) + " is corrupt";
}

std::optional<std::string> checkState(std::string_view key, std::string_view value) {
    if (cluster::decodeGroupState(value) || cluster::isNewerGroupState(value)) return std::nullopt;
    return "the state of group " + std::to_string(ByteReader(key).u64()) + " is corrupt";
}

// What a value says about others is found by opening the folder, and what a later version wrote.
std::optional<std::string> checkValue(std::string_view name, std::string_view value) {
    bool isSound = true;
    if (name.starts_with(cluster::kTablePrefix) || name.starts_with(cluster::kLedgerPrefix)) {
        const auto table = cluster::decodeStoredTable(value);
        isSound = table ? cluster::isNameOf(name, *table) : cluster::isNewerStoredTable(value);
    } else if (name.starts_with(cluster::kStreamValuePrefix)) {
        isSound = cluster::decodeStream(value) || ByteReader(value).u8() > cluster::kStreamVersion;
    } else if (name.starts_with(cluster::kJobPrefix)) {
        isSound = cluster::decodeJob(value) || cluster::isNewerJob(value);
    } else if (name.starts_with(storage::kOrderPrefix)) {
        isSound = storage::decodeOrder(name, value).has_value();
    } else if (name.starts_with(storage::kSegmentPrefix)) {
        isSound = storage::decodeSegment(name, value).has_value();
    }
    if (isSound) return std::nullopt;
    return "\"" + std::string(name) + "\" is corrupt";
}

}  // namespace

std::optional<std::string> EntryChecks::checkRecord(std::string_view key, std::string_view value) {
    if (key.size() != kRecordKeyBytes) return "the key of a record is invalid";
    ByteReader reader(key);
    const VolumeId volume(reader.u16());
    const GroupId group(reader.u64());
    const Lsn lsn(reader.u64());
    const std::string where = " of group " + std::to_string(group.value()) + " on volume " +
                              std::to_string(volume.value());
    const bool isFirst = m_log != Log(group, volume);
    const Lsn before = std::exchange(m_last, lsn);
    if (isFirst) {
        m_log = {group, volume};
        m_firsts.emplace(*m_log, lsn);
    } else if (lsn != before.next()) {
        return "records " + std::to_string(before.next().value()) + " to " +
               std::to_string(lsn.value() - 1) + where + " are missing";
    }
    if (table::decodeRecord(value)) return std::nullopt;
    return "record " + std::to_string(lsn.value()) + where + " is corrupt";
}

// The marks of an earlier version name no volume.
std::optional<std::string> EntryChecks::checkTrimMark(std::string_view key,
                                                      std::string_view value) {
    ByteReader in(value);
    const Lsn mark(in.u64());
    if (!in.ok() || !in.atEnd()) return "a trim mark is corrupt";
    ByteReader reader(key);
    const GroupId group(reader.u64());
    const VolumeId volume(reader.atEnd() ? std::uint16_t{0} : reader.u16());
    m_trimMarks[{group, volume}] = mark;
    return std::nullopt;
}

std::optional<std::string> EntryChecks::check(std::string_view tree, std::string_view key,
                                              std::string_view value) {
    if (tree == "records") return checkRecord(key, value);
    if (tree == "items") return checkItem(key, value);
    if (tree == "states") return checkState(key, value);
    if (tree == "trim_marks") return checkTrimMark(key, value);
    if (tree == "values" && key.size() < storage::kChunkBytes) return checkValue(key, value);
    if (tree == "dropped" && key.starts_with(storage::kDroppedGroup))
        m_dropped.insert(GroupId(ByteReader(key.substr(1)).u64()));
    if (tree == "marks" && !storage::TreeMark::decode(value)) return "a mark is corrupt";
    return std::nullopt;
}

std::vector<std::string> EntryChecks::lostBeginnings() const {
    std::vector<std::string> lost;
    for (const auto& [log, first] : m_firsts) {
        const auto& [group, volume] = log;
        auto mark = m_trimMarks.find(log);
        if (mark == m_trimMarks.end()) mark = m_trimMarks.find({group, VolumeId(0)});
        const Lsn begin = mark == m_trimMarks.end() ? Lsn(1) : std::max(mark->second, Lsn(1));
        // What is left of a dropped group is being erased from its beginning.
        if (first <= begin || m_dropped.contains(group)) continue;
        lost.push_back("Records " + std::to_string(begin.value()) + " to " +
                       std::to_string(first.value() - 1) + " of group " +
                       std::to_string(group.value()) + " on volume " +
                       std::to_string(volume.value()) + " are missing.");
    }
    return lost;
}

}  // namespace orrery::engine
