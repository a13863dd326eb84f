#include "core/cluster/replicas/tree_copier.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/cluster/replicas/archived_reader.h"
#include "core/table/apply.h"
#include "core/table/private_key.h"

namespace orrery::cluster {

using replication::CopiedRange;
using replication::CopyChunk;
using replication::CopyRequest;
using replication::Standing;

namespace {

// The maximum of the follower's own keys visited per chunk; those that the leader lacks are erased.
constexpr std::size_t kOwnKeysMax = 2000;
constexpr std::size_t kRecordsAtOnce = 256;
constexpr std::uint64_t kLinkBytesMax = 8 * 1024 * 1024;
/// What the copies to one node take per second, so that they leave time for requests.
constexpr std::uint64_t kNodeBytesPerSecond = 64u << 20;
// When a complete copy waits for readers to pass its beginning: the delay between checks.
constexpr Duration kReadersWait = std::chrono::milliseconds(50);

/// The key ranges of a group in a tree, in order: private keys, items, entries of local indexes.
std::vector<KeyBounds> rangesOf(const Group& group) {
    std::vector<KeyBounds> ranges = {
        {table::privateKeysBegin(group.id), table::privateKeysEnd(group.id)},
        group.boundsIn(group.space)};
    for (const table::IndexDefinition& index : group.schema->localIndexes)
        ranges.push_back(group.boundsIn(index.space));
    std::ranges::sort(ranges, {}, &KeyBounds::begin);
    return ranges;
}

std::uint64_t bytesOf(const CopiedRange& range) {
    std::uint64_t bytes = 0;
    for (const CopiedRange::Entry& entry : range.entries)
        bytes += entry.key.size() + entry.image->size();
    return bytes;
}

}  // namespace

bool TreeCopier::fill(Group& group, ZoneIndex from, CopyRequest& request) {
    Member& member = group.member(from);
    const Standing standing = member.standing();
    if (standing == Standing::Whole) return false;
    // All chunks have arrived.
    if (standing == Standing::Copying && member.copying.wholeMark) return false;
    member.copying.waitsForRange = true;
    member.copying.stoppedBy.reset();
    if (standing == Standing::NeedsCopy) return true;
    request.applied = member.mark.applied;
    request.cursor = share(std::string(member.mark.copiedTo.value_or("")));
    return true;
}

bool TreeCopier::fill(Group& group, ZoneIndex from, ZoneIndex to, CopyChunk& chunk) {
    // A chunk that is not sent will be requested again.
    if (!m_world.acceptsOwnWork) return false;
    std::uint64_t& inFlight = m_bytesInFlight[{group.member(from).node, group.member(to).node}];
    if (inFlight >= kLinkBytesMax) return false;
    const Member& member = group.member(from);
    if (member.mark.applied != chunk.position.lsn) return false;
    auto range = readRange(group, from, chunk.cursor ? *chunk.cursor : std::string());
    if (!range) {
        // The same range would be as unreadable the next time.
        m_world.reportDamage(range.error());
        member.replica->refuseCopy(to);
        chunk.isUnreadable = true;
        return true;
    }
    if (chunk.cursor == nullptr) m_trimmer.offer(group, from, to, chunk.position.lsn);
    chunk.range = *std::move(range);
    inFlight += bytesOf(*chunk.range);
    return true;
}

void TreeCopier::arrives(const EnvelopeHeader& header, const replication::Message& message) {
    using namespace replication;
    std::visit(
        Overloaded{[&](const CopyChunk& chunk) {
                       if (chunk.range == nullptr) return;
                       const RegionId from = header.from.region;
                       const RegionId to = header.toRegion.value_or(from);
                       m_bytesInFlight[{nodeOf(from, header.from.zone), nodeOf(to, header.to)}] -=
                           bytesOf(*chunk.range);
                   },
                   []<OneOf<AppendRequest, AppendReply, CommitNotice, CheckRequest, CheckReply,
                            VoteRequest, VoteReply, CopyRequest, HandOver>
                          T>(const T&) {}},
        message);
}

void TreeCopier::note(Group& group, const replication::Envelope& envelope) {
    using namespace replication;
    std::visit(Overloaded{[&](const AppendReply& reply) {
                              if (reply.standing == Standing::Copying)
                                  m_trimmer.copyHasBegun(group.id, envelope.from);
                          },
                          [&](const CopyChunk& chunk) {
                              if (!chunk.isUnreadable) return;
                              if (group.member(envelope.to).replica->term() != chunk.term) return;
                              stop(group, envelope.to, envelope.from);
                          },
                          []<OneOf<AppendRequest, CommitNotice, CheckRequest, CheckReply,
                                   VoteRequest, VoteReply, CopyRequest, HandOver>
                                 T>(const T&) {}},
               envelope.message);
}

// Until another replica leads, the records are applied to the keys that have been copied.
void TreeCopier::stop(Group& group, ZoneIndex zone, ZoneIndex corrupt) {
    Member& member = group.member(zone);
    if (member.standing() == Standing::Whole) return;
    member.replica->stopCopying();
    member.copying.stoppedBy = corrupt;
    member.copying.waitsForRange = false;
    m_saver.touch(group);
    advance(group, zone);
}

storage::StorageResult<std::shared_ptr<const CopiedRange>> TreeCopier::readRange(
    const Group& group, ZoneIndex zone, const std::string& from) const {
    auto range = std::make_shared<CopiedRange>();
    range->from = from;
    const Member& member = group.member(zone);
    range->mark = member.mark.encode();
    range->lastCommitTimestamp = member.lastCommitTimestamp;
    std::uint64_t bytes = 0;
    bool isFull = false;
    bool isDamaged = false;
    for (const KeyBounds& bounds : rangesOf(group)) {
        range->to = bounds.end;
        if (bounds.end <= from) continue;
        TRY(m_world.store.scan(
            member.volume(), std::max(bounds.begin, from), bounds.end,
            storage::ScanDirection::Forward, [&](std::string_view key, std::string_view image) {
                isFull = bytes >= m_bounds.rangeBytesMax ||
                         range->entries.size() == m_bounds.rangeKeysMax;
                if (isFull) range->to = key;
                isDamaged = !isFull && !table::isWhole(key, image);
                if (isFull || isDamaged) return storage::ScanStep::Stop;
                bytes += key.size() + image.size();
                range->entries.push_back({std::string(key), share(std::string(image))});
                return storage::ScanStep::Continue;
            }));
        if (isDamaged) return std::unexpected(damagedTree(group, zone, "An item"));
        if (isFull) return range;
    }
    range->isLast = true;
    return range;
}

void TreeCopier::takeChunk(Group& group, ZoneIndex zone, const CopyChunk& chunk, bool begins) {
    Member& member = group.member(zone);
    const CopiedRange& range = *chunk.range;
    if (begins) {
        member.mark = {};
        member.mark.applied = chunk.position.lsn;
        member.mark.copiedTo.emplace();
        member.copying.wholeMark.reset();
        if (group.log.countedUpTo >= chunk.position.lsn)
            member.appliedBytes = group.log.committedBytes;
    }
    const bool isNext = member.mark.copiedTo == range.from && !member.copying.wholeMark;
    if (!isNext || chunk.position.lsn < member.mark.applied) return;
    auto changes = changesOf(group, zone, range);
    if (!changes) {
        m_world.reportDamage(changes.error());
        return stop(group, zone, zone);
    }
    member.copying.waitsForRange = false;
    member.lastCommitTimestamp = std::max(member.lastCommitTimestamp, range.lastCommitTimestamp);
    if (range.isLast && member.mark.copiedTo == range.to) {
        member.copying.wholeMark = storage::TreeMark::decode(range.mark);
        member.copying.wholeMark->applied = chunk.position.lsn;
        if (m_world.plantedBug == PlantedBug::CopyCountsEarly)
            member.copying.wholeMark->applied = member.mark.applied;
    }
    m_applier.put(group, zone, *changes);
    if (!member.copying.wholeMark) pace(member, group.id, bytesOf(range));
    m_saver.touch(group);
    m_world.recorder.digest(4, group.id.value(), zone.value(), chunk.position.lsn.value());
    advance(group, zone);
}

// Moves the cursor to the end of the chunk, or as far as one event may go.
storage::StorageResult<std::vector<storage::TreeChange>> TreeCopier::changesOf(
    Group& group, ZoneIndex zone, const CopiedRange& range) {
    Member& member = group.member(zone);
    std::vector<storage::TreeChange> changes;
    std::string to = range.to;
    std::size_t seen = 0;
    for (const KeyBounds& bounds : rangesOf(group)) {
        const std::string begin = std::max(bounds.begin, range.from);
        const std::string end = std::min(bounds.end, to);
        if (begin >= end) continue;
        TRY(m_world.store.scan(member.volume(), begin, end, storage::ScanDirection::Forward,
                               [&](std::string_view key, std::string_view) {
                                   if (seen++ == kOwnKeysMax) {
                                       to = key;
                                       return storage::ScanStep::Stop;
                                   }
                                   const auto same = std::ranges::lower_bound(
                                       range.entries, key, {}, &CopiedRange::Entry::key);
                                   if (same == range.entries.end() || same->key != key)
                                       changes.push_back({std::string(key), nullptr});
                                   return storage::ScanStep::Continue;
                               }));
        if (seen > kOwnKeysMax) break;
    }
    for (const CopiedRange::Entry& entry : range.entries) {
        if (entry.key < to) changes.push_back({entry.key, entry.image});
    }
    member.mark.copiedTo = std::move(to);
    return changes;
}

// As leader, a replica could not give readers the records before its log begins.
bool TreeCopier::readersNeedBefore(const Group& group, Lsn first) {
    return std::ranges::any_of(group.log.readers, [&](const auto& reader) {
        return reader.second.next() < first && !readsFromArchive(group.log, reader.first);
    });
}

void TreeCopier::stepLater(Group& group, ZoneIndex zone, Duration delay) {
    Member& member = group.member(zone);
    if (std::exchange(member.copying.stepQueued, true)) return;
    m_world.queue.add(m_world.now + delay, CopyStep{group.id, zone, member.life});
}

void TreeCopier::pace(const Member& member, GroupId group, std::uint64_t bytes) {
    Instant& freeAt = m_nodeFreeAt[member.node];
    freeAt = std::max(freeAt, m_world.now) +
             Duration(std::chrono::seconds(1)) * bytes / kNodeBytesPerSecond;
    m_chunkAt[{group, member.zone}] = freeAt;
}

void TreeCopier::requestChunk(Group& group, ZoneIndex zone) {
    const auto at = m_chunkAt.find({group.id, zone});
    if (at != m_chunkAt.end() && at->second > m_world.now)
        return stepLater(group, zone, at->second - m_world.now);
    if (at != m_chunkAt.end()) m_chunkAt.erase(at);
    group.member(zone).replica->requestNextChunk(m_world.now);
}

void TreeCopier::advance(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    if (member.copying.waitsForRange || member.standing() != Standing::Copying) return;
    for (std::size_t count = 0; member.mark.applied < member.replica->commitLsn(); ++count) {
        if (count == kRecordsAtOnce) return stepLater(group, zone, Duration{});
        if (!m_applier.apply(group, zone, member.mark.applied.next())) return;
    }
    if (!member.copying.wholeMark) return requestChunk(group, zone);
    // Waits until that record is committed here.
    if (member.mark.applied < member.copying.wholeMark->applied) return;
    // A small copy arrives before the disk has begun the log anew. Until then, `firstKept` is that
    // of the old log.
    if (member.durable.standing != Standing::Copying) return;
    if (readersNeedBefore(group, member.firstKept)) {
        if (m_listener != nullptr) m_listener->awaitsReaders(group);
        if (readersNeedBefore(group, member.firstKept)) return stepLater(group, zone, kReadersWait);
    }
    member.mark = *std::exchange(member.copying.wholeMark, std::nullopt);
    if (m_world.plantedBug == PlantedBug::CopyForgetsIndexes)
        std::ranges::fill(member.mark.localIndexes, storage::EntryCounts());
    m_world.store.apply(member.volume(), group.id, {}, member.mark);
    m_saver.touch(group);
    member.copying.wholeSince = m_world.openTicket;
    member.replica->copied(m_world.now);
}

bool TreeCopier::step(Group& group, const CopyStep& step) {
    Member& member = group.member(step.zone);
    if (step.life != member.life || !member.replica) return false;
    member.copying.stepQueued = false;
    const Lsn before = member.mark.applied;
    advance(group, step.zone);
    group.measureLag(m_world.now);
    // A step that only waits for readers has nothing to save.
    if (member.mark.applied != before) m_saver.touch(group);
    return true;
}

void TreeCopier::forget(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    member.copying.waitsForRange = member.copying.stepQueued = false;
    m_trimmer.forgetOffers(group.id, zone);
    m_chunkAt.erase({group.id, zone});
    member.copying.stoppedBy.reset();
    member.copying.wholeMark.reset();
}

void TreeCopier::forget(GroupId group) {
    for (const ZoneIndex zone : kZones)
        m_chunkAt.erase({group, zone});
}

// Tree and log are on two disks, or in two files: either may be older than the other claims.
void reconcileStanding(Member& member) {
    replication::DurableState& state = member.durable;
    if (state.standing == Standing::NeedsCopy) return;
    const bool isPartial = member.mark.copiedTo.has_value();
    const bool isOlder = member.mark.applied < state.copyBase.lsn;
    if (state.standing == Standing::Copying && !isPartial && !isOlder) {
        state.standing = Standing::Whole;
    } else if (state.standing == Standing::Whole && (isPartial || isOlder)) {
        state.caughtUp = false;
        state.standing = Standing::Copying;
        if (member.durableLast < member.mark.applied) {
            // The first chunk has reached the tree, but the log has not restarted.
            state.standing = Standing::NeedsCopy;
            return;
        }
        // The copy was complete, and others may rely on everything in the log since.
        state.log.endAt(member.durableLast);
        state.copyBase = state.log.lastPosition();
    }
    if (!isOlder) return;
    // The copied data has not reached the tree.
    member.mark = {};
    member.mark.applied = std::min(state.copyBase.lsn, state.commit);
    member.mark.copiedTo.emplace();
}

}  // namespace orrery::cluster
