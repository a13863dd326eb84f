#include <algorithm>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "tests/sim/seed_run.h"

// The trees of the three replicas, as a driver stores them: items by number. They are trimmed and
// copied like those of the cluster.

namespace orrery::test {

using replication::CopiedRange;
using replication::Standing;

namespace {

std::uint32_t itemOf(std::string_view key) {
    return ByteReader(key).u32();
}

std::string keyOf(std::uint32_t item) {
    std::string key;
    ByteWriter(key).u32(item);
    return key;
}

}  // namespace

void Clients::apply(ZoneIndex zone, Lsn upTo) {
    Server& at = server(zone);
    if (at.waitsForRange) return;
    const std::uint32_t end = at.copiedTo.value_or(UINT32_MAX);
    for (Lsn lsn = at.applied.next(); lsn <= upTo; lsn = lsn.next()) {
        const check::Version version = versionAt(zone, lsn);
        at.applied = lsn;
        m_group->applied(zone, lsn);
        if (version != check::kNoVersion && version.item < end)
            at.items[version.item] = {lsn, version.value};
        if (at.wholeAt == Lsn{} || lsn < at.wholeAt) continue;
        at.wholeAt = {};
        at.copiedTo.reset();
        ++m_copies;
        m_group->copied(zone);
    }
}

bool Clients::fillRequest(ZoneIndex zone, replication::CopyRequest& request) {
    Server& at = server(zone);
    const Standing standing = m_group->replica(zone).standing();
    if (standing == Standing::Whole) return false;
    if (standing == Standing::Copying && at.wholeAt != Lsn{}) return false;  // All items have come.
    at.waitsForRange = true;
    if (standing == Standing::NeedsCopy) return true;
    request.applied = at.applied;
    request.cursor = share(keyOf(*at.copiedTo));
    return true;
}

std::shared_ptr<const CopiedRange> Clients::readRange(ZoneIndex zone,
                                                      const SharedBytes& cursor) const {
    const Server& at = m_servers[zone.value()];
    CHECK(!at.copiedTo);
    auto range = std::make_shared<CopiedRange>();
    range->from = cursor == nullptr ? keyOf(0) : *cursor;
    std::uint32_t item = itemOf(range->from);
    const auto end = static_cast<std::uint32_t>(at.items.size());
    for (std::uint32_t i = 0; i < m_options->rangeItems && item < end; ++i, ++item) {
        std::string image;
        ByteWriter out(image);
        out.u64(at.items[item].lsn.value());
        out.u32(at.items[item].value);
        range->entries.push_back({keyOf(item), share(std::move(image))});
    }
    range->to = keyOf(item);
    range->isLast = item == end;
    return range;
}

void Clients::takeRange(ZoneIndex zone, const replication::CopyChunk& chunk, bool begins) {
    Server& at = server(zone);
    const CopiedRange& range = *chunk.range;
    if (begins) {
        at.applied = chunk.position.lsn;
        at.copiedTo = 0;
        at.wholeAt = {};
        m_log.restarted(zone, chunk.position.lsn);
    }
    if (!at.copiedTo || itemOf(range.from) != *at.copiedTo || at.wholeAt != Lsn{}) return;
    if (chunk.position.lsn < at.applied) return;
    for (const CopiedRange::Entry& entry : range.entries) {
        ByteReader in(*entry.image);
        const Lsn lsn(in.u64());
        at.items[itemOf(entry.key)] = {lsn, in.u32()};
    }
    at.copiedTo = itemOf(range.to);
    at.waitsForRange = false;
    if (range.isLast || m_options->bug == SimBug::CopyMarkFirst) at.wholeAt = chunk.position.lsn;
    continueCopy(zone);
}

void Clients::continueCopy(ZoneIndex zone) {
    Server& at = server(zone);
    if (at.wholeAt != Lsn{} && at.applied >= at.wholeAt) {
        at.wholeAt = {};
        at.copiedTo.reset();
        ++m_copies;
        m_group->copied(zone);
    }
    apply(zone, m_group->replica(zone).commitLsn());
    if (at.copiedTo && at.wholeAt == Lsn{}) m_group->requestNextChunk(zone);
}

bool Clients::hearsAll(ZoneIndex zone) const {
    return std::ranges::all_of(kZones, [&](ZoneIndex other) {
        return other == zone || (m_group->isUp(zone) && m_group->isConnected(other, zone) &&
                                 m_group->isConnected(zone, other));
    });
}

bool Clients::othersAreWhole(ZoneIndex zone) const {
    return std::ranges::all_of(kZones, [&](ZoneIndex other) {
        const Server& at = m_servers[other.value()];
        return other == zone || (!at.copiedTo && at.applied.next() >= m_trimMark);
    });
}

// The mark is the lowest applied LSN, except that one replica which is away, behind any cut link,
// and lacks more than the bound does not hold it back. Each replica keeps in its own log what its
// tree lacks.
void Clients::trim() {
    // It would move past the beginning of a copy that is on its way.
    const bool isAsked = std::ranges::any_of(kZones, [&](ZoneIndex zone) {
        return m_group->isUp(zone) && m_group->replica(zone).standing() == Standing::NeedsCopy;
    });
    if (isAsked) return;
    Lsn highest{};
    for (const ZoneIndex zone : kZones)
        highest = std::max(highest, server(zone).applied);
    Lsn lowest = highest;
    bool isOneLeftBehind = false;
    for (const ZoneIndex zone : kZones) {
        const Lsn applied = server(zone).applied;
        if (applied.next() < m_trimMark) continue;
        const bool holdsLittle = applied.value() + m_options->trimHeldMax >= highest.value();
        const bool counts =
            holdsLittle || hearsAll(zone) || isOneLeftBehind || !othersAreWhole(zone);
        if (counts)
            lowest = std::min(lowest, applied);
        else
            isOneLeftBehind = true;
    }
    m_trimMark = std::max(m_trimMark, lowest.next());
    for (const ZoneIndex zone : kZones) {
        const bool all = m_options->bug == SimBug::TrimAboveUnapplied;
        m_group->trim(zone, all ? m_trimMark : std::min(m_trimMark, server(zone).applied.next()));
    }
}

void Clients::expectEqualTrees() {
    for (const ZoneIndex zone : kZones) {
        if (!hasWholeTree(zone)) m_verdict->fail(now(), "a copy has not become whole");
        const auto& first = m_servers[0].items;
        const auto& items = server(zone).items;
        for (std::size_t item = 0; item < items.size(); ++item) {
            if (items[item].lsn == first[item].lsn && items[item].value == first[item].value)
                continue;
            m_verdict->fail(now(), std::string("the trees of zones a and ") + zoneLetter(zone) +
                                       " differ in item " + std::to_string(item));
        }
    }
}

}  // namespace orrery::test
