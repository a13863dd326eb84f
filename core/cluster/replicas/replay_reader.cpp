#include "core/cluster/replicas/replay_reader.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace orrery::cluster {

using replication::LsnRange;
using storage::Reader;
using storage::ScanStep;

namespace {

// Large enough that handing one over costs nothing, small enough that nobody waits long for one.
constexpr std::uint64_t kRecordsAtOnce = 256;
// For fewer the helper is not worth waking.
constexpr std::uint64_t kRecordsForHelper = 1024;

std::uint64_t recordsIn(const std::vector<ReplayReader::Part>& parts) {
    std::uint64_t records = 0;
    for (const ReplayReader::Part& part : parts)
        records += part.range.count();
    return records;
}

}  // namespace

class ReplayReader::ReadPiece : public storage::Piece {
public:
    ReadPiece(const storage::Store& store, const Group& group, const Part& part)
        : m_store(store), m_group(group), m_part(part) {}

    void run(Reader reader) override { m_effects = read(m_store, m_group, m_part, reader); }
    std::vector<RecordEffect> takeEffects() { return std::move(m_effects); }

private:
    const storage::Store& m_store;
    const Group& m_group;
    const Part m_part;
    std::vector<RecordEffect> m_effects;
};

ReplayReader::ReplayReader(const storage::Store& store, const Group& group,
                           const std::vector<Part>& parts, storage::HelperThread* helper)
    : m_store(store),
      m_group(group),
      m_helper(recordsIn(parts) >= kRecordsForHelper ? helper : nullptr) {
    for (const Part& part : parts) {
        for (Lsn first = part.range.first; first <= part.range.last;) {
            const Lsn last = std::min(part.range.last, Lsn(first.value() + kRecordsAtOnce - 1));
            m_left.push_back({part.zone, {first, last}});
            first = last.next();
        }
    }
    if (m_helper == nullptr) return;
    std::vector<std::unique_ptr<storage::Piece>> pieces;
    for (const Part& part : m_left)
        pieces.push_back(std::make_unique<ReadPiece>(store, group, part));
    m_helper->share(std::move(pieces));
}

ReplayReader::~ReplayReader() {
    if (m_helper != nullptr) m_helper->drop();
}

RecordEffect ReplayReader::effect(ZoneIndex zone, Lsn lsn) {
    while (m_current.range.last < lsn && !m_left.empty())
        load();
    const auto& [from, range] = m_current;
    if (zone != from || lsn < range.first || lsn > range.last) return {};
    const std::size_t index = lsn.value() - range.first.value();
    return index < m_effects.size() ? std::move(m_effects[index]) : RecordEffect();
}

void ReplayReader::load() {
    m_current = m_left.front();
    m_left.pop_front();
    if (m_helper == nullptr) {
        m_effects = read(m_store, m_group, m_current, Reader::Owner);
        return;
    }
    const std::unique_ptr<storage::Piece> piece = m_helper->next();
    m_effects = static_cast<ReadPiece&>(*piece).takeEffects();
}

// What cannot be read is missing at the end.
std::vector<RecordEffect> ReplayReader::read(const storage::Store& store, const Group& group,
                                             const Part& part, Reader reader) {
    std::vector<RecordEffect> effects;
    effects.reserve(part.range.count());
    static_cast<void>(
        store.visitRecords(reader, group.member(part.zone).volume(), group.id, part.range.first,
                           part.range.last, [&](Lsn lsn, std::string_view bytes) {
                               const auto record = table::decodeRecord(bytes);
                               if (!record) return ScanStep::Stop;
                               effects.push_back({std::make_shared<const table::AppliedRecord>(
                                                      RecordFinder::effectOf(group, *record, lsn)),
                                                  bytes.size()});
                               return ScanStep::Continue;
                           }));
    return effects;
}

}  // namespace orrery::cluster
