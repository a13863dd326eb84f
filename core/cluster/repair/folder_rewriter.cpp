#include "core/cluster/repair/folder_rewriter.h"

#include <algorithm>
#include <charconv>

#include "core/base/result.h"
#include "core/cluster/repair/archive_rewriter.h"
#include "core/cluster/repair/local_indexes.h"
#include "core/cluster/replicas/group_state.h"
#include "core/cluster/replicas/jobs.h"
#include "core/cluster/streams/stream_archiver.h"
#include "core/cluster/tables/table_values.h"
#include "core/cluster/ttl/expiry_filler.h"
#include "core/storage/archive_rows.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {
namespace {

constexpr std::uint64_t kTurnBytes = 1u << 20;

}  // namespace

storage::StorageResult<void> FolderRewriter::write() {
    TRY(writeValues());
    TRY(beginLostJobs());
    for (const FoundPartition& found : m_survey.partitions()) {
        MendedLog log(m_survey.files(), m_survey.archive(), found);
        TreePlan plan = TreePlan::make(found, log);
        m_mended.push_back({found, std::move(log), std::move(plan), 0, CalendarTime()});
    }
    ArchiveRewriter archive(m_survey, m_filler, m_report);
    for (Mended& mended : m_mended) {
        TRY(writeLog(mended));
        archive.add(mended.found, mended.log, archivedTo(mended));
    }
    TRY(archive.write());
    TRY(copyTrees());
    TRY(copyLooseEntries());
    for (Mended& mended : m_mended) {
        TRY(replay(mended));
        TRY(finish(mended));
    }
    storage::Turn turn;
    for (const KeySpaceId space : m_indexesToRebuild)
        turn.putValue(std::string(kRebuildPrefix) + std::to_string(space.value()), "");
    TRY(m_filler.commit(std::move(turn)));
    return m_filler.flush();
}

storage::StorageResult<void> FolderRewriter::writeValues() {
    storage::Turn turn;
    std::uint64_t bytes = 0;
    for (const auto& [name, value] : m_survey.values()) {
        const bool isOfArchive =
            name.starts_with(storage::kOrderPrefix) || name.starts_with(storage::kSegmentPrefix);
        if (!isOfArchive) turn.putValue(name, value);
        bytes += name.size() + value.size();
        if (bytes < kTurnBytes) continue;
        TRY(m_filler.commit(std::exchange(turn, {})));
        bytes = 0;
    }
    return m_filler.commit(std::move(turn));
}

// An index that was being filled is filled anew if the progress of any partition is lost; so is an
// index by expiry.
storage::StorageResult<void> FolderRewriter::beginLostJobs() {
    std::set<std::pair<KeySpaceId, GroupId>> fillings;
    std::set<KeySpaceId> expiries;
    std::uint64_t nextJob = 1;
    for (const auto& [name, bytes] : m_survey.values()) {
        if (name == kNextJobValue) nextJob = std::max(nextJob, decodeNextJob(bytes).value_or(1));
        const auto job = name.starts_with(kJobPrefix) ? decodeJob(bytes) : std::nullopt;
        if (!job) continue;
        std::uint64_t id = 0;
        std::from_chars(name.data() + kJobPrefix.size(), name.data() + name.size(), id);
        nextJob = std::max(nextJob, id + 1);
        if (job->kind == JobKind::FillIndex) fillings.emplace(job->space, job->group);
        if (job->kind == JobKind::FillExpiry) expiries.insert(job->space);
    }
    storage::Turn turn;
    for (const FoundPartition& found : m_survey.partitions()) {
        if (found.index != nullptr) continue;
        for (const SecondaryIndex& index : found.table->indexes) {
            const bool isLost = index.backfilling && !fillings.contains({index.space, found.group});
            if (isLost) m_indexesToRebuild.insert(index.space);
        }
        const TableDescription& table = *found.table;
        if (!table.timeToLive.isChanging || !expiries.insert(table.space).second) continue;
        turn.putValue(std::string(kJobPrefix) + std::to_string(nextJob++),
                      encodeJob(ExpiryFiller::newJob(table)));
    }
    return m_filler.commit(std::move(turn));
}

storage::StorageResult<void> FolderRewriter::writeLog(Mended& mended) {
    const FoundPartition& found = mended.found;
    storage::Turn turn;
    if (mended.log.before() > Lsn(0)) {
        for (std::size_t zone = 0; zone < found.replicas.size(); ++zone)
            turn.setTrimMark(found.volume(zone), found.group, mended.log.before().next());
    }
    std::uint64_t bytes = 0;
    for (Lsn lsn = mended.log.before().next(); lsn <= mended.log.last(); lsn = lsn.next()) {
        auto record = mended.log.record(lsn);
        if (!record)
            return std::unexpected(storage::StorageError{"repair", 0, "",
                                                         "The disk can no longer read what it "
                                                         "read before; copy the folder to "
                                                         "another disk first."});
        const SharedBytes shared = share(std::move(*record));
        for (std::size_t zone = 0; zone < found.replicas.size(); ++zone)
            turn.append(found.volume(zone), found.group, lsn, shared);
        if (const auto decoded = table::decodeRecord(*shared))
            mended.lastCommit = std::max(mended.lastCommit, decoded->committedAt);
        bytes += shared->size();
        if (bytes < kTurnBytes) continue;
        TRY(m_filler.commit(std::exchange(turn, {})));
        bytes = 0;
    }
    TRY(m_filler.commit(std::move(turn)));
    return writeState(mended);
}

// The records before the log are gone, and those in the archive are not archived again.
Lsn FolderRewriter::mendedCursor(const Mended& mended, Lsn cursor) const {
    const Lsn begin = std::max(mended.log.before(), m_survey.archive().lastOf(mended.found.group));
    return std::clamp(cursor, begin, mended.log.last());
}

// Without the state, nothing would keep what the archive lacks of a stream: it is read again from
// the first position that a shard names, or from the end of the archive.
std::map<std::string, Lsn, std::less<>> FolderRewriter::readersOf(
    const FoundPartition& found) const {
    if (found.state) return found.state->readers;
    if (found.named.empty()) return {};
    const Lsn cursor =
        std::max(std::ranges::min(found.named), m_survey.archive().lastOf(found.group));
    return {{std::string(StreamArchiver::kReader), cursor}};
}

Lsn FolderRewriter::archivedTo(const Mended& mended) const {
    std::optional<Lsn> last;
    for (const auto& [name, cursor] : readersOf(mended.found)) {
        if (name != kIndexReader)
            last = std::max(last.value_or(Lsn{}), mendedCursor(mended, cursor));
    }
    return last.value_or(mended.log.last());
}

storage::StorageResult<void> FolderRewriter::writeState(const Mended& mended) {
    const FoundPartition& found = mended.found;
    GroupState state;
    if (found.state) {
        state = *found.state;
        state.lackedBytes.fill(0);
    }
    state.replicas.fill(mended.log.state());
    state.readers = readersOf(found);
    for (auto& [name, cursor] : state.readers) {
        if (name == kIndexReader) {
            cursor = std::min(cursor, mended.log.last());
            continue;
        }
        if (cursor < mended.log.before())
            ArchiveRewriter::noteLost(m_report, found.group, cursor.next(), mended.log.before());
        cursor = mendedCursor(mended, cursor);
    }
    CalendarTime last = mended.lastCommit;
    if (state.lastCommitTimestamps)
        last = std::max(last, std::ranges::max(*state.lastCommitTimestamps));
    if (!found.state) {
        for (const FoundReplica& replica : found.replicas)
            last = std::max(
                last, CalendarTime(Duration(static_cast<std::int64_t>(replica.sums.newestStamp))));
    }
    state.lastCommitTimestamps.emplace().fill(last);
    storage::Turn turn;
    turn.putGroupState(found.volume(0), found.group, encodeGroupState(state));
    return m_filler.commit(std::move(turn));
}

storage::StorageResult<void> FolderRewriter::copyTrees() {
    storage::StorageResult<void> result;
    m_survey.files().visitEntries(
        [&](VolumeId volume, std::string_view key, std::string_view stored) {
            if (!result || !table::isWhole(key, stored)) return false;
            const auto place = m_survey.partitionOf(volume, key);
            if (!place) return true;
            const Mended& mended = m_mended[*place];
            const auto zone = volume.value() % static_cast<std::size_t>(kZonesPerRegion);
            const bool isWanted = std::ranges::any_of(mended.plan.sources, [&](const auto& source) {
                return source.zone == zone && storage::contains(source.keys, key);
            });
            if (!isWanted) return true;
            // The first source has the newest state; later ones have the same or an older one.
            result = m_filler.apply(mended.found, {std::string(key), share(std::string(stored))});
            return true;
        });
    return result;
}

// For keys that are lost in every zone, an entry that no tree refers to any more is better than
// none, though it may have been replaced or deleted since.
storage::StorageResult<void> FolderRewriter::copyLooseEntries() {
    const bool isAnyLost = std::ranges::any_of(
        m_mended, [](const Mended& mended) { return !mended.plan.lost.empty(); });
    if (!isAnyLost) return {};
    storage::StorageResult<void> result;
    TRY(m_survey.files().visitLooseEntries(
        [&](VolumeId volume, std::string_view key, std::string_view stored) {
            const auto place = result ? m_survey.partitionOf(volume, key) : std::nullopt;
            if (place) result = takeLoose(m_mended[*place], key, stored);
        }));
    return result;
}

storage::StorageResult<void> FolderRewriter::takeLoose(Mended& mended, std::string_view key,
                                                       std::string_view stored) {
    const FoundPartition& found = mended.found;
    const bool isWanted = storage::contains({found.items}, key) &&
                          storage::contains(mended.plan.lost, key) && table::hasChecksum(stored);
    if (!isWanted) return {};
    const auto item = table::decodeStored(key, stored);
    if (!item || item->header.lsn > mended.log.last()) return {};
    TRY_ASSIGN(const SharedBytes known, m_store.get(found.volume(0), key));
    const auto before = known ? table::decodeStored(key, *known) : std::nullopt;
    if (before && before->header.lsn >= item->header.lsn) return {};
    if (!known) ++mended.looseEntries;
    return m_filler.apply(found, {std::string(key), share(std::string(stored))});
}

storage::StorageResult<void> FolderRewriter::replay(Mended& mended) {
    for (const FoundReplica& replica : mended.found.replicas) {
        const std::uint64_t stamp =
            replica.mark ? replica.mark->deletedStampMax : replica.sums.newestStamp;
        mended.deletedStampMax = std::max(mended.deletedStampMax, stamp);
    }
    auto& expected = mended.plan.expected;
    for (Lsn lsn = mended.plan.replayAfter.next(); lsn <= mended.log.last(); lsn = lsn.next()) {
        const auto bytes = mended.log.record(lsn);
        const auto record = bytes ? table::decodeRecord(*bytes) : std::nullopt;
        if (!record) continue;  // writeLog has found every record.
        const auto applied = table::applyRecord(*record, lsn, mended.found.schema);
        for (const storage::TreeChange& change : applied.changes)
            TRY(m_filler.apply(mended.found, change));
        mended.deletedStampMax = std::max(mended.deletedStampMax, applied.deletedStamp);
        if (expected && expected->applied.next() == lsn) table::advance(*expected, applied, lsn);
    }
    return {};
}

storage::StorageResult<EntrySums> FolderRewriter::sumsOf(const FoundPartition& partition) const {
    EntrySums sums;
    for (const storage::KeyRange& range : partition.bounds) {
        TRY(m_store.scan(partition.volume(0), range.begin, range.end,
                         storage::ScanDirection::Forward,
                         [&](std::string_view key, std::string_view stored) {
                             sums.add(partition, key, stored);
                             return storage::ScanStep::Continue;
                         }));
    }
    return sums;
}

// Sums that match a mark from before the damage prove that nothing is lost, whatever was
// unreadable.
storage::StorageResult<void> FolderRewriter::finish(Mended& mended) {
    TRY_ASSIGN(EntrySums sums, sumsOf(mended.found));
    const TreePlan& plan = mended.plan;
    const bool isTold = plan.expected && plan.expected->applied == mended.log.last();
    const bool isProven = isTold && sums.agreesWith(*plan.expected) && !mended.log.lacksTail();
    const bool isInDoubt = !plan.lost.empty() || !plan.older.empty() || isTold;
    if (!isProven && (isInDoubt || mended.log.lacksTail())) {
        report(mended, sums, isTold);
        rebuildIndexes(mended);
        TRY(rebuildLocalIndexes(m_store, m_filler, mended.found));
        TRY_ASSIGN(sums, sumsOf(mended.found));
    } else if (indexesMissRecords(mended)) {
        rebuildIndexes(mended);
    }
    return writeMark(mended, sums);
}

void FolderRewriter::report(const Mended& mended, const EntrySums& sums, bool isTold) {
    const FoundPartition& found = mended.found;
    LostKeys lost{
        found.table->name, found.table->regionName, found.index != nullptr ? found.index->name : "",
        found.group,       mended.plan.lost,        std::nullopt};
    lost.keys.insert(lost.keys.end(), mended.plan.older.begin(), mended.plan.older.end());
    lost.keys = storage::unite(std::move(lost.keys));
    // The lost writes may have been to any key of the partition.
    if (lost.keys.empty() || mended.log.lacksTail()) lost.keys = found.bounds;
    lost.looseItems = mended.looseEntries;
    if (isTold) lost.itemCount = mended.plan.expected->itemCount - sums.itemCount;
    m_report.lost.push_back(std::move(lost));
}

bool FolderRewriter::indexesMissRecords(const Mended& mended) const {
    if (mended.found.index != nullptr) return false;
    if (m_survey.files().logMayLackLastWrite() || !mended.found.state) return true;
    const auto& readers = mended.found.state->readers;
    Lsn cursor = readers.contains(kIndexReader) ? replication::kLsnMax : Lsn{};
    for (const auto& [name, place] : readers)
        cursor = std::min(cursor, place);
    return cursor < mended.log.before();
}

void FolderRewriter::rebuildIndexes(const Mended& mended) {
    for (const SecondaryIndex& index : mended.found.table->indexes) {
        const bool isTouched = mended.found.index == nullptr || mended.found.index == &index;
        if (index.isGlobal() && isTouched) m_indexesToRebuild.insert(index.space);
    }
}

storage::StorageResult<void> FolderRewriter::writeMark(const Mended& mended,
                                                       const EntrySums& sums) {
    storage::TreeMark mark{mended.log.last(), sums.itemCount, sums.itemBytes, sums.checksum,
                           mended.deletedStampMax};
    mark.localIndexes = sums.localIndexes;
    for (std::size_t zone = 0; zone < mended.found.replicas.size(); ++zone)
        m_store.apply(mended.found.volume(zone), mended.found.group, {}, mark);
    return m_filler.commit({});
}

}  // namespace orrery::cluster
