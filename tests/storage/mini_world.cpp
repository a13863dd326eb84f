#include "tests/storage/mini_world.h"

#include <algorithm>

#include "tests/storage/store_harness.h"

namespace orrery::test {

using namespace storage;

namespace {

/// After all keys.
constexpr const char* kEnd = "\xff";

TreeChange changeOf(const std::string& record) {
    const std::size_t equals = record.find('=');
    if (equals == std::string::npos) return {record, nullptr};
    return {record.substr(0, equals), share(record.substr(equals + 1))};
}

TreeMark markAt(std::uint64_t lsn) {
    return {Lsn(lsn), static_cast<std::int64_t>(lsn), 0, 0, 0};
}

TreeMark partialMark(std::uint64_t lsn, const std::string& copiedTo) {
    TreeMark mark;
    mark.applied = Lsn(lsn);
    mark.copiedTo = copiedTo;
    return mark;
}

std::string strayAt(std::uint64_t lsn) {
    return "stray " + std::to_string(lsn);
}

}  // namespace

std::string MiniWorld::VolumeLog::state() const {
    const char* const names[] = {"whole ", "needs a copy ", "copying "};
    return names[static_cast<std::size_t>(standing)] + std::to_string(base);
}

MiniWorld::MiniWorld(std::uint64_t seed, std::uint64_t keyCount, std::uint64_t imageBytesMax,
                     Copies copies)
    : m_prng(seed),
      m_imageBytesMax(imageBytesMax),
      m_copies(copies),
      m_copyPrng(Prng::stream(seed, "copies")) {
    for (std::uint64_t i = 0; i < keyCount; ++i) {
        std::string key = "key " + std::to_string(i);
        if (i % 4 == 0) key = std::string(i % 8 == 0 ? 700 : 1200, 'k') + key;
        m_keys.push_back(std::move(key));
    }
}

Ticket MiniWorld::turn(Store& store) {
    Turn turn;
    write(turn, store);
    moveThird(turn, store);
    if (m_prng.chance({1, 2})) trim(turn);
    const Ticket ticket = store.commit(std::move(turn));
    m_turnEnds[ticket.value()] = {m_records.size(), m_third};
    return ticket;
}

void MiniWorld::write(Turn& turn, Store& store) {
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
        for (const VolumeId volume : {kA, kB}) {
            turn.append(volume, kGroup, lsn, bytes);
            store.apply(volume, kGroup, std::span(&change, 1), markAt(lsn.value()));
        }
    }
}

// --- the third volume

void MiniWorld::moveThird(Turn& turn, Store& store) {
    const bool isAway = m_third.standing == Standing::Whole && m_third.strays > 0;
    if (isAway) {
        if (m_copyPrng.chance({1, 2})) saveThird(turn, Standing::NeedsCopy);
    } else if (m_third.standing == Standing::Whole && !m_copiedTo) {
        const bool leaves = m_copies == Copies::Some && m_copyPrng.chance({1, 4});
        if (leaves)
            loseTouch(turn);
        else
            follow(turn, store);
    } else if (m_third.standing == Standing::NeedsCopy && !m_copiedTo) {
        if (m_copyPrng.chance({2, 3})) beginCopy(turn, store);
    } else {
        continueCopy(turn, store);
    }
}

void MiniWorld::follow(Turn& turn, Store& store) {
    appendToThird(turn);
    applyToThird(store, m_lagging + m_prng.below(m_records.size() - m_lagging + 1));
}

// It leads an earlier term, without the others, so that nothing of this is ever committed.
void MiniWorld::loseTouch(Turn& turn) {
    m_third.strays = 1 + m_copyPrng.below(5);
    for (std::uint64_t i = 1; i <= m_third.strays; ++i)
        turn.append(kC, kGroup, Lsn(m_third.end + i), share(strayAt(m_third.end + i)));
}

// The first chunk may reach the tree before the log begins anew.
void MiniWorld::beginCopy(Turn& turn, Store& store) {
    ++m_copiesBegun;
    m_copiedTo.emplace();
    m_lagging = m_records.size();
    copyChunk(store);
    if (m_copyPrng.chance({1, 2})) restartLog(turn);
}

void MiniWorld::restartLog(Turn& turn) {
    const std::uint64_t end = m_third.end + m_third.strays;
    m_third.base = m_third.end = m_lagging;
    m_third.strays = 0;
    m_third.trimMark = m_third.base + 1;
    if (m_third.base < end) turn.truncate(kC, kGroup, Lsn(m_third.base + 1));
    turn.setTrimMark(kC, kGroup, Lsn(m_third.trimMark));
    saveThird(turn, Standing::Copying);
    appendToThird(turn);
}

void MiniWorld::continueCopy(Turn& turn, Store& store) {
    if (m_third.standing == Standing::NeedsCopy) return restartLog(turn);
    appendToThird(turn);
    if (!m_copiedTo) return saveThird(turn, Standing::Whole);
    applyToThird(store, m_lagging + m_copyPrng.below(m_records.size() - m_lagging + 1));
    if (*m_copiedTo != kEnd) {
        if (m_copyPrng.chance({3, 4})) copyChunk(store);
        return;
    }
    applyToThird(store, m_records.size());
    store.apply(kC, kGroup, {}, markAt(m_lagging));
    m_copiedTo.reset();
    ++m_copiesEnded;
    // The replica's state may be saved in a later turn.
    if (m_copyPrng.chance({1, 2})) saveThird(turn, Standing::Whole);
}

// Some keys from the cursor on, as the others have them now; what they lack is erased.
void MiniWorld::copyChunk(Store& store) {
    std::vector<std::string> keys;
    std::ranges::copy_if(m_keys, std::back_inserter(keys),
                         [&](const std::string& key) { return key >= *m_copiedTo; });
    std::ranges::sort(keys);
    const std::uint64_t count = std::min<std::uint64_t>(keys.size(), 1 + m_copyPrng.below(12));
    const Contents contents = contentsAt(m_records.size());
    std::vector<TreeChange> changes;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto image = contents.find(keys[i]);
        changes.push_back({keys[i], image == contents.end() ? nullptr : share(image->second)});
    }
    m_copiedTo = count < keys.size() ? keys[count] : kEnd;
    store.apply(kC, kGroup, changes, partialMark(m_lagging, *m_copiedTo));
}

void MiniWorld::appendToThird(Turn& turn) {
    while (m_third.end < m_records.size()) {
        const std::string& record = m_records[m_third.end++];
        turn.append(kC, kGroup, Lsn(m_third.end), share(record));
    }
}

// A tree that is being copied takes only changes of the keys that it has.
void MiniWorld::applyToThird(Store& store, std::uint64_t upTo) {
    while (m_lagging < upTo) {
        const TreeChange change = changeOf(m_records[m_lagging++]);
        const bool isTaken = !m_copiedTo || change.key < *m_copiedTo;
        store.apply(kC, kGroup, std::span(&change, isTaken ? 1 : 0),
                    m_copiedTo ? partialMark(m_lagging, *m_copiedTo) : markAt(m_lagging));
    }
}

void MiniWorld::trim(Turn& turn) {
    const bool isBehind = m_third.standing == Standing::NeedsCopy;
    const bool isAway = m_third.standing == Standing::Whole && m_third.strays > 0;
    if (!isAway) m_trimMark = std::max(m_trimMark, isBehind ? m_records.size() + 1 : m_lagging + 1);
    for (const VolumeId volume : {kA, kB})
        turn.setTrimMark(volume, kGroup, Lsn(m_trimMark));
    if (isAway || isBehind) return;
    m_third.trimMark = std::max(m_third.trimMark, std::min(m_trimMark, m_lagging + 1));
    turn.setTrimMark(kC, kGroup, Lsn(m_third.trimMark));
}

void MiniWorld::saveThird(Turn& turn, Standing standing) {
    m_third.standing = standing;
    turn.putGroupState(kC, kGroup, m_third.state());
}

// --- judging

std::uint64_t MiniWorld::recordsAt(Ticket ticket) const {
    const auto after = m_turnEnds.upper_bound(ticket.value());
    return after == m_turnEnds.begin() ? 0 : std::prev(after)->second.records;
}

MiniWorld::Contents MiniWorld::contentsAt(std::uint64_t count) const {
    Contents contents;
    for (std::uint64_t i = 0; i < count; ++i) {
        const TreeChange change = changeOf(m_records[i]);
        contents.erase(change.key);
        if (change.image != nullptr) contents[change.key] = *change.image;
    }
    return contents;
}

std::string MiniWorld::judge(Store& store, std::uint64_t synced) const {
    const auto last = store.lastLsn(kA, kGroup);
    if (!last) return last.error().message();
    if (last->value() < synced)
        return "lost: " + std::to_string(synced) + " records were synced, there are " +
               std::to_string(last->value());
    const auto turn = std::ranges::find_if(
        m_turnEnds, [&](const auto& end) { return end.second.records == last->value(); });
    if (last->value() != 0 && turn == m_turnEnds.end())
        return "a turn is there in part: " + std::to_string(last->value()) + " records";
    const TurnEnd end = last->value() == 0 ? TurnEnd() : turn->second;
    for (const VolumeId volume : {kA, kB, kC}) {
        VolumeLog log;
        log.end = end.records;
        const std::string wrong = judgeVolume(store, volume, volume == kC ? end.third : log);
        if (!wrong.empty()) return "volume " + std::to_string(volume.value()) + ": " + wrong;
    }
    return {};
}

std::string MiniWorld::judgeVolume(Store& store, VolumeId volume, const VolumeLog& log) const {
    const auto state = store.groupState(volume, kGroup);
    if (!state) return state.error().message();
    if (*state && **state != log.state()) return "the state is \"" + **state + '"';
    if (!*state && (log.base > 0 || log.standing != Standing::Whole)) return "the state is gone";
    const auto stored = store.mark(volume, kGroup);
    if (!stored) return stored.error().message();
    TreeMark mark = *stored;
    if (const std::string wrong = judgeLog(store, volume, log, mark); !wrong.empty()) return wrong;
    std::uint64_t end = log.end;
    if (log.standing == Standing::NeedsCopy) {
        // Nothing is applied until the log begins anew. A flush that was cut short may have
        // replaced anything in the old tree.
        if (mark.applied.value() <= log.end) return {};
        if (!mark.copiedTo) return "a tree that is being copied is called whole";
        end = mark.applied.value();
    } else if (mark.applied.value() < log.base) {
        mark = partialMark(log.base, "");  // The copied data has not reached the tree.
    }
    if (mark.applied.value() > end) return "the tree is ahead of the log";
    if (!mark.copiedTo && mark != markAt(mark.applied.value())) return "the mark is not whole";
    replay(store, volume, mark, end);
    Contents expected = contentsAt(end);
    if (mark.copiedTo) expected.erase(expected.lower_bound(*mark.copiedTo), expected.end());
    Contents found;
    const auto scanned =
        store.scan(volume, "", "", ScanDirection::Forward, [&](auto key, auto image) {
            if (!mark.copiedTo || key < *mark.copiedTo) found.emplace(key, image);
            return ScanStep::Continue;
        });
    if (!scanned) return scanned.error().message();
    if (found != expected)
        return "the tree is not what the log says, from mark " +
               std::to_string(mark.applied.value());
    return {};
}

// Records from before a copy are of no use, and may be those that no other volume has.
std::string MiniWorld::judgeLog(const Store& store, VolumeId volume, const VolumeLog& log,
                                const TreeMark& mark) const {
    const auto end = store.lastLsn(volume, kGroup);
    if (!end || end->value() != log.end + log.strays) return "the log ends elsewhere";
    const auto trimMark = store.trimMark(volume, kGroup);
    if (!trimMark) return trimMark.error().message();
    if (volume == kC && trimMark->value() != log.trimMark) return "the log begins elsewhere";
    for (std::uint64_t lsn = log.base + 1; lsn <= log.end + log.strays; ++lsn) {
        const auto record = store.record(volume, kGroup, Lsn(lsn));
        if (!record) return record.error().message();
        const std::string written = lsn <= log.end ? m_records[lsn - 1] : strayAt(lsn);
        const bool mayBeGone = lsn < trimMark->value() && Lsn(lsn) <= mark.applied;
        if (*record == nullptr ? !mayBeGone : **record != written)
            return "record " + std::to_string(lsn) + " is not what was written";
    }
    return {};
}

void MiniWorld::replay(Store& store, VolumeId volume, const TreeMark& mark,
                       std::uint64_t end) const {
    for (std::uint64_t lsn = mark.applied.value() + 1; lsn <= end; ++lsn) {
        const TreeChange change = changeOf(m_records[lsn - 1]);
        const bool isTaken = !mark.copiedTo || change.key < *mark.copiedTo;
        store.apply(volume, kGroup, std::span(&change, isTaken ? 1 : 0),
                    mark.copiedTo ? partialMark(lsn, *mark.copiedTo) : markAt(lsn));
    }
}

}  // namespace orrery::test
