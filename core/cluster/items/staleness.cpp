#include "core/cluster/items/staleness.h"

#include <map>
#include <set>

#include "core/base/result.h"
#include "core/table/log_record.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {
namespace {

/// Records that are looked through for what happened to an item while it was being read.
constexpr std::size_t kRecordsMax = 256;
/// Items that a newer replica may have in a range, beyond those of the page.
constexpr std::size_t kMoreItemsMax = 1000;

struct Version {
    Lsn lsn{};
    std::string attributes;
};
using Versions = std::map<std::string, Version, std::less<>>;

/// The items of a range at one replica, at most `itemsMax` in the direction of the page.
storage::StorageResult<Versions> versionsAt(const WorldState& world, const Member& member,
                                            const KeyBounds& bounds,
                                            storage::ScanDirection direction,
                                            std::size_t itemsMax) {
    Versions versions;
    if (itemsMax == 0) return versions;
    TRY(world.store.scan(member.volume(), bounds.begin, bounds.end, direction,
                         [&](std::string_view key, std::string_view image) {
                             // Reads of that replica report corrupt items.
                             if (const auto stored = table::decodeStored(key, image))
                                 versions.emplace(
                                     key, Version{stored->header.lsn,
                                                  std::string(image.substr(stored->attributesAt))});
                             return versions.size() < itemsMax ? storage::ScanStep::Continue
                                                               : storage::ScanStep::Stop;
                         }));
    return versions;
}

/// Compares what one replica has applied with what the newest one has.
class Comparison {
public:
    Comparison(const LogReader& log, Group& group, Lsn applied, Lsn began)
        : m_log(log), m_group(group), m_applied(applied), m_began(began) {}

    std::uint64_t count(const Versions& mine, const Versions& newest) {
        std::uint64_t stale = 0;
        for (const auto& [key, version] : mine) {
            const auto other = newest.find(key);
            if (other == newest.end()) {
                stale += wasChanged(key, Lsn{});
            } else if (other->second.attributes != version.attributes) {
                stale += wasChanged(key, other->second.lsn);
            }
        }
        for (const auto& [key, version] : newest)
            if (!mine.contains(key)) stale += wasChanged(key, version.lsn);
        return stale;
    }

private:
    /// The item differs; `by` wrote the newest version, 0: it was deleted. True if a record that
    /// was acknowledged before the read began changed it.
    bool wasChanged(const std::string& key, Lsn by) {
        const Lsn newest = m_group.mostApplied().mark.applied;
        if (newest <= m_began || (by != Lsn{} && by <= m_began)) return true;
        if (!m_changed) readLog();
        return m_isLong || m_changed->contains(key);
    }

    // The records that the read should have found. Of many, or of those that the log no longer
    // has, some will have changed the item.
    void readLog() {
        m_changed.emplace();
        Lsn position = m_applied;
        const auto end = m_log.read(m_group, m_group.mostApplied().zone, position, kRecordsMax,
                                    [&](Lsn lsn, const table::LogRecord& record) {
                                        if (lsn > m_began) return LogReader::Next::Stop;
                                        m_changed->insert(record.key);
                                        return LogReader::Next::Go;
                                    });
        m_isLong = end == LogReader::End::Bounded || end == LogReader::End::Unavailable;
    }

    const LogReader& m_log;
    Group& m_group;
    const Lsn m_applied;
    const Lsn m_began;
    std::optional<std::set<std::string>> m_changed;
    bool m_isLong = false;
};

}  // namespace

storage::StorageResult<std::uint64_t> staleItem(WorldState& world, const LogReader& log,
                                                Group& group, ZoneIndex zone, std::string_view key,
                                                Lsn began) {
    const Member& member = group.member(zone);
    if (member.mark.applied >= began) return 0;
    const KeyBounds bounds{std::string(key), std::string(key) + '\0'};
    constexpr auto kForward = storage::ScanDirection::Forward;
    TRY_ASSIGN(const Versions mine, versionsAt(world, member, bounds, kForward, 1));
    TRY_ASSIGN(const Versions newest, versionsAt(world, group.mostApplied(), bounds, kForward, 1));
    return Comparison(log, group, member.mark.applied, began).count(mine, newest);
}

storage::StorageResult<std::uint64_t> staleItems(WorldState& world, const LogReader& log,
                                                 Group& group, ZoneIndex zone,
                                                 const ReadRange& range, const OpRequest& request,
                                                 const RangeReply& page) {
    const Member& member = group.member(zone);
    if (member.mark.applied >= request.committedBefore) return 0;
    KeyBounds bounds = pageBounds(group, range, request);
    const auto direction =
        range.forward ? storage::ScanDirection::Forward : storage::ScanDirection::Backward;
    TRY_ASSIGN(Versions mine, versionsAt(world, member, bounds, direction, page.items.size()));
    // A page that is full ends with its last item.
    if (page.more && !mine.empty()) {
        if (range.forward) {
            bounds.end = mine.rbegin()->first + '\0';
        } else {
            bounds.begin = mine.begin()->first;
        }
    }
    const std::size_t itemsMax = mine.size() + kMoreItemsMax;
    TRY_ASSIGN(const Versions newest,
               versionsAt(world, group.mostApplied(), bounds, direction, itemsMax));
    if (newest.size() == itemsMax) {
        std::erase_if(mine, [&](const auto& item) {
            return range.forward ? item.first > newest.rbegin()->first
                                 : item.first < newest.begin()->first;
        });
    }
    return Comparison(log, group, member.mark.applied, request.committedBefore).count(mine, newest);
}

}  // namespace orrery::cluster
