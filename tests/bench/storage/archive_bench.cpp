// Measures the archive alone: archive_bench FOLDER [RECORDS]. It writes records of 1 KB to the log
// of one volume, moves them to synced segments of 4,096 each, and reads them again from the page
// cache, in a reader's steps.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "core/storage/stores.h"

using namespace orrery;
using namespace orrery::storage;
using Clock = std::chrono::steady_clock;

namespace {

constexpr VolumeId kVolume(0);
constexpr GroupId kGroup(1);
constexpr KeySpaceId kTable(1);
constexpr std::uint64_t kRecordBytes = 1024;
constexpr std::uint64_t kSegmentRecords = 4096;

double secondsSince(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

void print(const char* what, std::uint64_t records, double seconds) {
    std::printf("%-44s %8.0f MB/s %10.0f records/s\n", what,
                static_cast<double>(records * kRecordBytes) / 1e6 / seconds,
                static_cast<double>(records) / seconds);
}

void runLogWork(Store& store) {
    while (auto work = store.takeLogWork()) {
        work->run();
        store.finishLogWork(std::move(work));
    }
    if (store.health() == Health::Ok) return;
    std::fprintf(stderr, "%s\n", store.lastError()->message().c_str());
    std::exit(1);
}

void writeLog(Store& store, std::uint64_t records) {
    for (std::uint64_t lsn = 1; lsn <= records; lsn += kSegmentRecords) {
        Turn turn;
        for (std::uint64_t i = 0; i < kSegmentRecords; ++i)
            turn.append(kVolume, kGroup, Lsn(lsn + i),
                        share(std::string(kRecordBytes, static_cast<char>(lsn + i))));
        store.commit(std::move(turn));
        runLogWork(store);
    }
}

void measureWrites(Store& store, std::uint64_t records) {
    const auto begin = Clock::now();
    double longest = 0;
    for (std::uint64_t lsn = 1; lsn <= records; lsn += kSegmentRecords) {
        const auto segmentBegin = Clock::now();
        Turn turn;
        turn.archive({kTable, kGroup, kVolume, Lsn(lsn), Lsn(lsn + kSegmentRecords - 1), lsn});
        store.commit(std::move(turn));
        runLogWork(store);
        auto work = store.takeFlushWork(false);
        if (work == nullptr) std::abort();
        work->run();
        store.finishFlushWork(std::move(work));
        runLogWork(store);
        longest = std::max(longest, secondsSince(segmentBegin));
    }
    print("archive: log to synced segment and row", records, secondsSince(begin));
    std::printf("%-44s %8.1f ms\n", "the longest segment of 4 MB", 1e3 * longest);
}

void measureReads(const Store& store, std::uint64_t records, std::uint64_t bytesAtOnce,
                  const char* what) {
    const auto begin = Clock::now();
    Lsn next(1);
    while (next.value() <= records) {
        const auto found = store.archived(kTable, kGroup, next, bytesAtOnce);
        if (!found || found->empty()) std::abort();
        next = found->back().lsn.next();
    }
    print(what, records, secondsSince(begin));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "archive_bench FOLDER [RECORDS]\n");
        return 2;
    }
    const std::uint64_t wanted = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000;
    const std::uint64_t records =
        std::max<std::uint64_t>(wanted / kSegmentRecords, 1) * kSegmentRecords;
    const std::filesystem::path folder = std::filesystem::path(argv[1]) / "archived";
    {
        auto store = openLmdbStore(folder);
        if (!store) {
            std::fprintf(stderr, "%s\n", store.error().message().c_str());
            return 1;
        }
        writeLog(**store, records);
        measureWrites(**store, records);
        measureReads(**store, records, 1u << 20, "read, 1 MiB at once");
        measureReads(**store, records, 64u << 10, "read, 64 KiB at once");
        measureReads(**store, std::min<std::uint64_t>(records, kSegmentRecords), 1,
                     "read, one record at once");
    }
    const auto begin = Clock::now();
    const auto again = openLmdbStore(folder);
    if (!again) return 1;
    std::printf("%-44s %8.2f ms for %zu segments\n", "open", 1e3 * secondsSince(begin),
                (*again)->archiveSegments(kTable).size());
}
