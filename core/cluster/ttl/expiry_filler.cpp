#include "core/cluster/ttl/expiry_filler.h"

#include <algorithm>
#include <vector>

#include "core/base/bytes.h"
#include "core/cluster/writes/expiry_entries.h"
#include "core/cluster/writes/item_view.h"
#include "core/table/expiry.h"

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

//   cursor of the job := group:varint key

constexpr std::size_t kItemsAtOnce = 200;
/// The delay between looks for a leader, and for records that it has not applied.
constexpr Duration kAskAgain = 200ms;
constexpr Duration kLookAgain = 1ms;
/// An entry may cost a page in the log and in the tree of each zone.

}  // namespace

ExpiryFiller::ExpiryFiller(WorldState& world, Replicator& replicator, Jobs& jobs)
    : m_world(world), m_replicator(replicator), m_jobs(jobs) {
    jobs.setWorker(JobKind::FillExpiry, *this);
}

std::string ExpiryFiller::encode(const Cursor& cursor) {
    std::string bytes;
    ByteWriter out(bytes);
    out.varint(cursor.group.value());
    out.raw(cursor.key);
    return bytes;
}

ExpiryFiller::Cursor ExpiryFiller::decode(std::string_view bytes) {
    ByteReader in(bytes);
    Cursor cursor;
    cursor.group = GroupId(in.varint());
    cursor.key = in.rest();
    return cursor;
}

Job ExpiryFiller::newJob(const TableDescription& table) {
    Job job;
    job.kind = JobKind::FillExpiry;
    job.space = table.space;
    job.subject = "table " + table.name + " by expiry";
    job.cursor = encode({});
    return job;
}

void ExpiryFiller::begin(const TableDescription& table) {
    Job job = newJob(table);
    std::int64_t items = 0;
    for (const GroupId id : m_world.partitions.ofSpace(table.space)) {
        const Group& group = *m_world.findGroup(id);
        items += group.member(group.leaderHint).mark.itemCount;
    }
    job.total = static_cast<std::uint64_t>(std::max<std::int64_t>(items, 0));
    m_jobs.wake(m_jobs.begin(std::move(job)));
}

void ExpiryFiller::forget(KeySpaceId table) {
    for (const JobId id : m_jobs.ofSpace(JobKind::FillExpiry, table)) {
        m_barriers.erase(id);
        m_jobs.end(id);
    }
}

void ExpiryFiller::resume() {
    for (const JobId id : m_jobs.ofKind(JobKind::FillExpiry))
        m_jobs.wake(id);
}

// Partitions are visited in order of their ids. Null after the last one.
Group* ExpiryFiller::currentGroup(const Job& job, Cursor& cursor) {
    std::vector<GroupId> groups = m_world.partitions.ofSpace(job.space);
    std::ranges::sort(groups);
    const auto at = std::ranges::lower_bound(groups, cursor.group);
    if (at == groups.end()) return nullptr;
    if (*at != cursor.group) cursor = {*at, {}};
    return m_world.findGroup(*at);
}

std::optional<Duration> ExpiryFiller::step(JobId id) {
    const Job& job = *m_jobs.find(id);
    const TablePtr table = m_world.catalog.find(job.space);
    if (table == nullptr || table->timeToLive.attribute.empty() || m_world.damage)
        return std::nullopt;
    Cursor cursor = decode(job.cursor);
    Group* group = currentGroup(job, cursor);
    if (group == nullptr) {
        const KeySpaceId space = job.space;
        forget(space);
        m_filled(space);
        return std::nullopt;
    }
    const auto leader = group->servingLeader(m_world.now);
    if (!leader || !group->member(*leader).replica->takesRequests(m_world.now)) {
        m_replicator.wakeLeader(*group);
        return kAskAgain;
    }
    const replication::Replica& replica = *group->member(*leader).replica;
    Barrier& barrier = m_barriers[id];
    if (barrier.group != group->id || barrier.term != replica.term())
        barrier = {group->id, replica.term(), replica.lastPosition().lsn};
    if (group->member(*leader).mark.applied < barrier.lsn) return kLookAgain;
    Cursor next = cursor;
    const auto seen = visitSome(*group, *leader, table->timeToLive.attribute, next);
    if (!seen) return m_world.room.isLimited() ? kAskAgain : kLookAgain;
    if (next.key == cursor.key) next = {group->id.next(), {}};
    m_jobs.setDone(id, job.done + *seen);
    m_jobs.save(id, encode(next));
    return Duration{};
}

// A leader may lose what it has proposed, so items are behind the cursor only once their entries
// are in its tree.
std::optional<std::size_t> ExpiryFiller::visitSome(Group& group, ZoneIndex leader,
                                                   const std::string& attribute, Cursor& cursor) {
    struct Missing {
        std::string key;
        std::int64_t expiry = 0;
    };
    std::vector<Missing> found;
    std::size_t seen = 0;
    const VolumeId volume = volumeOf(group.region, leader);
    const KeyBounds bounds = group.boundsIn(group.space);
    const auto scanned = m_world.store.scan(
        volume, std::max(bounds.begin, cursor.key), bounds.end, storage::ScanDirection::Forward,
        [&](std::string_view key, std::string_view image) {
            if (seen == kItemsAtOnce) {
                cursor.key = key;
                return storage::ScanStep::Stop;
            }
            ++seen;
            const auto view = viewOf(key, share(std::string(image)));
            const auto expiry =
                view ? table::expiryOf(view->attributes(), attribute) : std::nullopt;
            const bool isSkipped =
                m_world.plantedBug == PlantedBug::ExpiryFillSkips && seen % 2 == 0;
            if (expiry && !isSkipped && !table::isIgnoredExpiry(*expiry, m_world.calendar()))
                found.push_back({std::string(key), *expiry});
            return storage::ScanStep::Continue;
        });
    if (!scanned) {
        m_world.reportDamage(scanned.error());
        return std::nullopt;
    }
    bool isWhole = true;
    for (Missing& one : found) {
        const std::string entry = table::expiryKey(group.id, one.expiry, one.key);
        const auto stored = m_world.store.get(volume, entry);
        if (!stored) m_world.reportDamage(stored.error());
        if (!stored || *stored != nullptr) continue;
        isWhole = false;
        // A write in the tail notes its own.
        if (group.tail.contains(one.key) || group.tail.contains(entry)) continue;
        const auto& replica = group.member(leader).replica;
        if (!replica || !replica->takesRequests(m_world.now)) return std::nullopt;
        if (!m_world.takeRoom(RoomFor::CatchUp, roomInAllZones(0))) return std::nullopt;
        table::LogRecord record;
        record.kind = table::RecordKind::Expiry;
        record.space = group.space;
        record.key = std::move(one.key);
        record.newExpiry = one.expiry;
        m_replicator.propose(group, leader, std::move(record));
    }
    if (!isWhole) return std::nullopt;
    return seen;
}

}  // namespace orrery::cluster
