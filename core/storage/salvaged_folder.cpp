#include "core/storage/salvaged_folder.h"

#include <algorithm>
#include <cerrno>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/storage/key_tree.h"
#include "core/storage/lmdb_log_writer.h"
#include "core/storage/lmdb_tree_writer.h"
#include "core/storage/sealed.h"

namespace orrery::storage {
namespace {

class CallingVisitor : public SalvageVisitor {
public:
    using Take = std::function<bool(std::string_view, std::string_view)>;
    CallingVisitor(Take take, KeyRanges& lost) : m_take(std::move(take)), m_lost(lost) {}

    bool take(std::string_view key, std::string_view value) override { return m_take(key, value); }
    void lose(const KeyRange& range) override { appendRange(m_lost, range); }

private:
    const Take m_take;
    KeyRanges& m_lost;
};

void walk(const SalvagedFile& file, std::size_t tree, std::optional<std::size_t> paths,
          KeyRanges& lost, CallingVisitor::Take take) {
    CallingVisitor visitor(std::move(take), lost);
    file.walk(tree, paths, visitor);
}

constexpr std::size_t placeOf(LogDatabase which) {
    return static_cast<std::size_t>(which);
}
constexpr std::size_t placeOf(TreeDatabase which) {
    return static_cast<std::size_t>(which);
}

// Parses a key made by stateKey or markKey.
std::optional<SalvagedFolder::Place> placeIn(std::string_view key) {
    ByteReader in(key);
    const GroupId group(in.u64());
    const VolumeId volume(in.u16());
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    return SalvagedFolder::Place(group, volume);
}

// Key and value of a sealed entry, mended if that is possible.
std::optional<std::pair<std::string, std::string>> soundEntry(std::string_view key,
                                                              std::string_view bytes) {
    if (const auto value = unseal(key, bytes))
        return std::pair(std::string(key), std::string(*value));
    return mendSealed(key, bytes);
}

template <typename Value>
std::optional<Value> valueAt(const std::map<SalvagedFolder::Place, Value>& values,
                             SalvagedFolder::Place place) {
    const auto at = values.find(place);
    if (at == values.end()) return std::nullopt;
    return at->second;
}

StorageError noCatalog(const std::filesystem::path& logFile) {
    std::error_code failed;
    const bool isThere = std::filesystem::exists(logFile, failed);
    return {"repair", EPROTO, logFile.string(),
            "The file " + logFile.string() +
                (isThere ? " is corrupt beyond reading" : " is missing") +
                ". It defines the tables, so nothing can be repaired without it; put a sound copy "
                "back, or restore the folder from a backup."};
}

// The part of raw key ranges that belongs to `volume`, as its keys.
KeyRanges ofVolume(const KeyRanges& raw, VolumeId volume) {
    const KeyRanges whole = intersect(raw, {{itemKey(volume, ""), itemKey(volume.next(), "")}});
    KeyRanges keys;
    for (const KeyRange& range : whole) {
        const bool toEnd = range.end == itemKey(volume.next(), "");
        appendRange(keys, {range.begin.substr(sizeof(std::uint16_t)),
                           toEnd ? "" : range.end.substr(sizeof(std::uint16_t))});
    }
    return keys;
}

}  // namespace

StorageResult<std::unique_ptr<SalvagedFolder>> SalvagedFolder::open(
    const std::filesystem::path& logFile, const std::filesystem::path& itemsFile) {
    auto opened = SalvagedFile::open(logFile, logDatabaseNames());
    if (!opened) return std::unexpected(noCatalog(logFile));
    auto log = *std::move(opened);
    auto items = SalvagedFile::open(itemsFile, treeDatabaseNames());
    std::unique_ptr<SalvagedFolder> folder(
        new SalvagedFolder(std::move(log), items ? std::move(*items) : nullptr, itemsFile));
    folder->readLog();
    folder->readMarks();
    return folder;
}

// A mark that is corrupt, or in an unreadable file, counts as absent.
PairFit SalvagedFolder::pairFit() const {
    const auto markOf = [](const SalvagedFile& file, std::size_t counters) {
        const auto bytes = file.find(counters, kPairName);
        return bytes ? decodePairMark(*bytes) : std::nullopt;
    };
    const auto log = markOf(*m_log, placeOf(LogDatabase::Counters));
    const auto items =
        m_items != nullptr ? markOf(*m_items, placeOf(TreeDatabase::Counters)) : std::nullopt;
    return log && items ? storage::pairFit(log, items) : PairFit::Together;
}

void SalvagedFolder::readLog() {
    walk(*m_log, placeOf(LogDatabase::Values), placeOf(LogDatabase::ValuePaths), m_lostValues,
         [this](std::string_view name, std::string_view bytes) {
             if (const auto value = unseal(name, bytes)) {
                 m_values.emplace_back(name, *value);
                 if (value->size() == bytes.size()) m_unsealedValues.emplace(name);
             } else if (auto mended = mendSealed(name, bytes)) {
                 m_mendedValues.push_back(mended->first);
                 m_values.push_back(*std::move(mended));
             } else {
                 m_corruptValues.emplace_back(name);
             }
             return true;
         });
    std::ranges::sort(m_values);
    KeyRanges ignored;
    walk(*m_log, placeOf(LogDatabase::States), {}, ignored,
         [this](std::string_view key, std::string_view bytes) {
             const auto entry = soundEntry(key, bytes);
             const auto place = entry ? placeIn(entry->first) : std::nullopt;
             if (place) m_states.insert_or_assign(*place, entry->second);
             if (place && entry->second.size() == bytes.size()) m_unsealedStates.insert(*place);
             return place.has_value();
         });
    walk(*m_log, placeOf(LogDatabase::TrimMarks), {}, ignored,
         [this](std::string_view key, std::string_view bytes) {
             const auto entry = soundEntry(key, bytes);
             const auto place = entry ? placeIn(entry->first) : std::nullopt;
             const auto mark = entry ? decodeTrimMark(entry->first, entry->second) : std::nullopt;
             if (place && mark) m_trimMarks.insert_or_assign(*place, *mark);
             return true;  // The marks of an earlier version name no volume.
         });
}

void SalvagedFolder::readMarks() {
    if (m_items == nullptr) {
        m_lostMarks = {KeyRange{}};
        m_lostEntries = {KeyRange{}};
        return;
    }
    walk(*m_items, placeOf(TreeDatabase::Marks), {}, m_lostMarks,
         [this](std::string_view key, std::string_view bytes) {
             const auto entry = soundEntry(key, bytes);
             const auto place = entry ? placeIn(entry->first) : std::nullopt;
             const auto mark = entry ? TreeMark::decode(entry->second) : std::nullopt;
             if (place && mark) m_marks.insert_or_assign(*place, *mark);
             return place && mark;
         });
}

std::optional<std::string> SalvagedFolder::groupState(VolumeId volume, GroupId group) const {
    return valueAt(m_states, {group, volume});
}

std::optional<Lsn> SalvagedFolder::trimMark(VolumeId volume, GroupId group) const {
    return valueAt(m_trimMarks, {group, volume});
}

std::optional<TreeMark> SalvagedFolder::mark(VolumeId volume, GroupId group) const {
    if (auto found = valueAt(m_marks, {group, volume})) return found;
    if (contains(m_lostMarks, markKey(group, volume))) return std::nullopt;
    return TreeMark();
}

void SalvagedFolder::visitRecords(const RecordVisitor& visitor) {
    m_lostRecords.clear();
    walk(*m_log, placeOf(LogDatabase::Records), {}, m_lostRecords,
         [&](std::string_view key, std::string_view record) {
             ByteReader in(key);
             const VolumeId volume(in.u16());
             const GroupId group(in.u64());
             const Lsn lsn(in.u64());
             return in.ok() && in.atEnd() && visitor(volume, group, lsn, record);
         });
}

bool SalvagedFolder::mayLackRecords(VolumeId volume, GroupId group, Lsn from) const {
    const KeyRange range{recordKey(volume, group, from), recordKey(volume, group.next(), Lsn(0))};
    return !intersect(m_lostRecords, {range}).empty();
}

std::optional<std::string> SalvagedFolder::record(VolumeId volume, GroupId group, Lsn lsn) const {
    return m_log->find(placeOf(LogDatabase::Records), recordKey(volume, group, lsn));
}

void SalvagedFolder::visitEntries(const EntryVisitor& visitor) {
    if (m_items == nullptr) return;
    m_lostEntries.clear();
    walk(*m_items, placeOf(TreeDatabase::Items), placeOf(TreeDatabase::Paths), m_lostEntries,
         [&](std::string_view key, std::string_view image) {
             ByteReader in(key);
             const VolumeId volume(in.u16());
             return in.ok() && visitor(volume, in.rest(), image);
         });
}

StorageResult<void> SalvagedFolder::visitLooseEntries(
    const std::function<void(VolumeId volume, std::string_view key, std::string_view image)>&
        visitor) const {
    std::error_code failed;
    if (!std::filesystem::exists(m_itemsFile, failed)) return {};
    return visitEveryPage(m_itemsFile, [&](std::string_view key, std::string_view image) {
        ByteReader in(key);
        const VolumeId volume(in.u16());
        if (in.ok() && key.size() < kChunkBytes) visitor(volume, in.rest(), image);
    });
}

KeyRanges SalvagedFolder::lostKeys(VolumeId volume) const {
    return ofVolume(m_lostEntries, volume);
}

}  // namespace orrery::storage
