#include "tests/storage/mini_world.h"

#include <algorithm>

#include "tests/storage/store_harness.h"

namespace orrery::test {

using namespace storage;

namespace {

TreeChange changeOf(const std::string& record) {
    const std::size_t equals = record.find('=');
    if (equals == std::string::npos) return {record, nullptr};
    return {record.substr(0, equals), share(record.substr(equals + 1))};
}

TreeMark markAt(std::uint64_t lsn) {
    return {Lsn(lsn), static_cast<std::int64_t>(lsn), 0, 0, 0};
}

}  // namespace

MiniWorld::MiniWorld(std::uint64_t seed, std::uint64_t keyCount, std::uint64_t imageBytesMax)
    : m_prng(seed), m_imageBytesMax(imageBytesMax) {
    for (std::uint64_t i = 0; i < keyCount; ++i) {
        std::string key = "key " + std::to_string(i);
        if (i % 4 == 0) key = std::string(i % 8 == 0 ? 700 : 1200, 'k') + key;
        m_keys.push_back(std::move(key));
    }
}

Ticket MiniWorld::turn(Store& store) {
    Turn turn;
    const std::uint64_t count = 1 + m_prng.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        std::string record = m_keys[m_prng.below(m_keys.size())];
        if (!m_prng.chance({1, 5}))
            record += "=" + std::to_string(m_records.size()) + " " +
                      std::string(m_prng.below(m_imageBytesMax + 1), 'i');
        m_records.push_back(record);
        const Lsn lsn(m_records.size());
        const SharedBytes bytes = share(record);
        const TreeChange change = changeOf(record);
        for (const VolumeId volume : {kA, kB, kC}) {
            turn.append(volume, kGroup, lsn, bytes);
            if (volume != kC)
                store.apply(volume, kGroup, std::span(&change, 1), markAt(lsn.value()));
        }
    }
    const std::uint64_t lagsTo = m_lagging + m_prng.below(m_records.size() - m_lagging + 1);
    while (m_lagging < lagsTo) {
        const TreeChange change = changeOf(m_records[m_lagging++]);
        store.apply(kC, kGroup, std::span(&change, 1), markAt(m_lagging));
    }
    if (m_prng.chance({1, 2})) {
        m_trimMark = m_lagging + 1;
        for (const VolumeId volume : {kA, kB, kC})
            turn.setTrimMark(volume, kGroup, Lsn(m_trimMark));
    }
    const Ticket ticket = store.commit(std::move(turn));
    m_turnEnds[ticket.value()] = m_records.size();
    return ticket;
}

std::uint64_t MiniWorld::recordsAt(Ticket ticket) const {
    const auto after = m_turnEnds.upper_bound(ticket.value());
    return after == m_turnEnds.begin() ? 0 : std::prev(after)->second;
}

std::string MiniWorld::judge(Store& store, std::uint64_t synced) const {
    const auto last = store.lastLsn(kA, kGroup);
    if (!last) return last.error().message();
    const bool isTurnEnd = std::ranges::any_of(
        m_turnEnds, [&](const auto& end) { return end.second == last->value(); });
    if (last->value() < synced)
        return "lost: " + std::to_string(synced) + " records were synced, there are " +
               std::to_string(last->value());
    if (last->value() != 0 && !isTurnEnd)
        return "a turn is there in part: " + std::to_string(last->value()) + " records";
    for (const VolumeId volume : {kA, kB, kC}) {
        const std::string wrong = judgeVolume(store, volume, last->value());
        if (!wrong.empty()) return "volume " + std::to_string(volume.value()) + ": " + wrong;
    }
    return {};
}

std::string MiniWorld::judgeVolume(Store& store, VolumeId volume, std::uint64_t last) const {
    const auto end = store.lastLsn(volume, kGroup);
    if (!end || end->value() != last) return "the log ends elsewhere";
    const auto trimMark = store.trimMark(volume, kGroup);
    if (!trimMark) return trimMark.error().message();
    const auto mark = store.mark(volume, kGroup);
    if (!mark) return mark.error().message();
    const std::uint64_t applied = mark->applied.value();
    std::map<std::string, std::string> expected;
    for (std::uint64_t lsn = 1; lsn <= last; ++lsn) {
        const auto record = store.record(volume, kGroup, Lsn(lsn));
        if (!record) return record.error().message();
        const bool mayBeGone = lsn < trimMark->value() && lsn <= applied;
        if (*record == nullptr ? !mayBeGone : **record != m_records[lsn - 1])
            return "record " + std::to_string(lsn) + " is not what was written";
        const TreeChange change = changeOf(m_records[lsn - 1]);
        expected.erase(change.key);
        if (change.image != nullptr) expected[change.key] = *change.image;
    }
    if (applied > last) return "the tree is ahead of the log";
    if (mark->itemCount != static_cast<std::int64_t>(applied)) return "the mark is not whole";
    for (std::uint64_t lsn = applied + 1; lsn <= last; ++lsn) {
        const TreeChange change = changeOf(m_records[lsn - 1]);
        store.apply(volume, kGroup, std::span(&change, 1), markAt(lsn));
    }
    std::map<std::string, std::string> found;
    const auto scanned =
        store.scan(volume, "", "", ScanDirection::Forward, [&](auto key, auto image) {
            found.emplace(key, image);
            return ScanStep::Continue;
        });
    if (!scanned) return scanned.error().message();
    if (found != expected)
        return "the tree is not what the log says, from mark " + std::to_string(applied);
    return {};
}

}  // namespace orrery::test
