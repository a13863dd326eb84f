#include "tests/storage/archive_harness.h"

namespace orrery::test {

using namespace storage;

std::string archivedText(std::uint64_t lsn) {
    return std::to_string(lsn) + std::string(lsn * 37 % 900, static_cast<char>('a' + lsn % 26));
}

void appendTexts(Store& store, std::uint64_t first, std::uint64_t last) {
    Turn turn;
    for (std::uint64_t lsn = first; lsn <= last; ++lsn) {
        const SharedBytes record = share(archivedText(lsn));
        for (const VolumeId volume : {kA, kB, kC})
            turn.append(volume, kGroup, Lsn(lsn), record);
    }
    store.commit(std::move(turn));
}

ArchiveOrder orderOf(std::uint64_t first, std::uint64_t last) {
    return {kTable, kGroup, kB, Lsn(first), Lsn(last), last};
}

void order(Store& store, std::uint64_t first, std::uint64_t last) {
    Turn turn;
    turn.archive(orderOf(first, last));
    store.commit(std::move(turn));
}

void expire(Store& store, std::uint64_t before) {
    Turn turn;
    turn.expireArchive(kTable, before);
    store.commit(std::move(turn));
}

std::string readArchive(const Store& store, std::uint64_t from, std::uint64_t bytesMax) {
    std::uint64_t next = from;
    while (true) {
        const auto records = store.archived(kTable, kGroup, Lsn(next), bytesMax);
        if (!records) return records.error().message();
        if (records->empty()) return std::to_string(next - from);
        std::uint64_t bytes = 0;
        for (const ArchivedRecord& record : *records) {
            if (record.lsn != Lsn(next)) return "out of order at " + std::to_string(next);
            if (*record.bytes != archivedText(next)) return "not as written: " + *record.bytes;
            bytes += record.bytes->size();
            ++next;
        }
        if (records->size() > 1 && bytes > bytesMax) return "more than was asked for";
    }
}

std::vector<std::string> segmentsOf(const Store& store) {
    std::vector<std::string> found;
    for (const ArchiveSegment& segment : store.archiveSegments(kTable))
        found.push_back(std::to_string(segment.first.value()) + "-" +
                        std::to_string(segment.last.value()));
    return found;
}

}  // namespace orrery::test
