// Nanoseconds of CPU for checksums, stored items and log records, by item size. Each figure is the
// best of five rounds: table_bench.

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <limits>
#include <string>

#include "core/base/crc32c.h"
#include "core/base/hash.h"
#include "core/table/log_record.h"
#include "core/table/stored_item.h"

using namespace orrery;
using namespace orrery::table;

namespace {

// Collects results, so that the compiler removes no call.
std::uint64_t g_sink = 0;

double cpuNanoseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <typename Call>
double nanosecondsOf(std::size_t bytes, Call call) {
    const std::size_t calls = std::max<std::size_t>(20, 40'000'000 / (bytes + 500));
    double best = std::numeric_limits<double>::max();
    for (int round = 0; round < 5; ++round) {
        const double begin = cpuNanoseconds();
        for (std::size_t i = 0; i < calls; ++i)
            g_sink += call();
        best = std::min(best, (cpuNanoseconds() - begin) / static_cast<double>(calls));
    }
    return best;
}

void measure(std::size_t bytes) {
    const std::string image(bytes, 'i');
    const std::string key(58, 'k');
    StoredHeader header;
    header.lsn = Lsn(123'456);
    header.committedAt = header.stamp = CalendarTime(Duration(1'800'000'000'123'456'789));
    header.itemBytes = static_cast<std::uint32_t>(bytes);
    const SharedBytes stored = encodeStored(key, header, image);
    LogRecord record;
    record.kind = RecordKind::Put;
    record.space = KeySpaceId(7);
    record.key = key;
    record.committedAt = header.committedAt;
    record.newItemBytes = header.itemBytes;
    record.newImage = image;
    const std::string logged = encodeRecord(record);

    std::printf("%8zu", bytes);
    std::printf("%10.0f", nanosecondsOf(bytes, [&] { return crc32c(image); }));
    std::printf("%10.0f", nanosecondsOf(bytes, [&] { return crc32cPortable(image); }));
    std::printf("%10.0f", nanosecondsOf(bytes, [&] { return crc32(image); }));
    std::printf("%10.0f", nanosecondsOf(bytes, [&] { return hash64(image); }));
    std::printf("%10.0f",
                nanosecondsOf(bytes, [&] { return decodeStored(key, *stored)->attributesAt; }));
    std::printf("%10.0f",
                nanosecondsOf(bytes, [&] { return encodeStored(key, header, image)->size(); }));
    std::printf("%10.0f", nanosecondsOf(bytes, [&] { return decodeRecord(logged)->newItemBytes; }));
    std::printf("%10.0f\n", nanosecondsOf(bytes, [&] { return encodeRecord(record).size(); }));
}

}  // namespace

int main() {
    std::printf("%8s%10s%10s%10s%10s%10s%10s%10s%10s\n", "bytes", "crc32c", "portable", "zlib",
                "hash64", "stored>", ">stored", "record>", ">record");
    for (const std::size_t bytes : {100, 1024, 4096, 65'536, 400'000})
        measure(bytes);
    return g_sink == 0 ? 1 : 0;
}
