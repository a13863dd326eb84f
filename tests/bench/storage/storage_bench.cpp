// Measures storage alone: storage_bench FOLDER [RECORDS]. It writes records of 1 KB to the logs of
// three volumes in synced turns of 32, and applies them to three trees, which a second thread
// flushes as in the engine.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <future>
#include <map>

#include "core/base/crc32c.h"
#include "core/base/hash.h"
#include "core/base/prng.h"
#include "core/storage/stores.h"

using namespace orrery;
using namespace orrery::storage;
using Clock = std::chrono::steady_clock;

namespace {

constexpr VolumeId kVolumes[] = {VolumeId(0), VolumeId(1), VolumeId(2)};
constexpr std::size_t kImageBytes = 1024;
constexpr std::uint64_t kBatch = 32;

// Of this process only, so that other load on the machine does not count.
double cpuSeconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double secondsSince(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// What a check of a stored item costs, without one.
bool takesTheCrc(std::string_view key, std::string_view image) {
    return crc32c(image, crc32c(key)) != 0 || image.size() != SIZE_MAX;
}

std::unique_ptr<Store> openAt(const std::filesystem::path& folder, Durability durability,
                              ImageCheck isWhole = nullptr) {
    LmdbOptions options;
    options.durability = durability;
    options.isWhole = isWhole;
    auto store = openLmdbStore(folder, options);
    if (!store) {
        std::fprintf(stderr, "%s\n", store.error().message().c_str());
        std::exit(1);
    }
    return *std::move(store);
}

// A storage key as types::storageKey builds it: key space, two digests of 16 bytes, a sort key.
std::string keyOf(std::uint64_t number) {
    const Md5 hash = md5(std::to_string(number));
    std::string key("\0\0\0\7", 4);
    for (int twice = 0; twice < 2; ++twice)
        key.append(hash.begin(), hash.end());
    return key + "s2026-11-21T00:00:00Z#" + std::to_string(number % 100) + std::string(2, '\0');
}

// Runs flush work on a thread of its own, one piece at a time.
class Flusher {
public:
    explicit Flusher(Store& store) : m_store(store) {}
    ~Flusher() { finish(); }

    void poll(bool force) {
        if (m_running.valid()) {
            if (m_running.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
            m_store.finishFlushWork(m_running.get());
        }
        auto work = m_store.takeFlushWork(force);
        if (work == nullptr) return;
        ++m_flushes;
        m_running = std::async(std::launch::async, [work = std::move(work)]() mutable {
            work->run();
            return std::move(work);
        });
    }
    void finish() {
        if (m_running.valid()) m_store.finishFlushWork(m_running.get());
    }
    std::uint64_t flushes() const { return m_flushes; }

private:
    Store& m_store;
    std::future<std::unique_ptr<Work>> m_running;
    std::uint64_t m_flushes = 0;
};

enum class Apply { No, Yes };

struct Run {
    double seconds = 0;
    double cpu = 0;
    std::vector<double> batchSeconds;
    std::uint64_t flushes = 0;
};

// `groups` is the number of logs over which a turn's records are spread, as partitions do.
Run writeRecords(Store& store, std::uint64_t first, std::uint64_t count, std::uint64_t groups,
                 Apply apply, const std::function<std::uint64_t(std::uint64_t)>& itemOf) {
    Run run;
    Flusher flusher(store);
    std::map<std::uint64_t, std::uint64_t> lsns;
    const auto begin = Clock::now();
    const double cpuBegin = cpuSeconds();
    for (std::uint64_t done = 0; done < count; done += kBatch) {
        const auto batchBegin = Clock::now();
        Turn turn;
        for (std::uint64_t i = 0; i < kBatch; ++i) {
            const std::uint64_t number = first + done + i;
            const GroupId group(1000 * first + number % groups + 1);
            const Lsn lsn(++lsns[group.value()]);
            const TreeChange change{keyOf(itemOf(number)),
                                    share(std::string(kImageBytes, static_cast<char>(number)))};
            for (const VolumeId volume : kVolumes) {
                turn.append(volume, group, lsn, change.image);
                if (apply == Apply::Yes)
                    store.apply(volume, group, std::span(&change, 1), TreeMark{lsn, 1, 1, 1, 1});
            }
        }
        const Ticket ticket = store.commit(std::move(turn));
        while (store.synced() < ticket || store.saturated()) {
            flusher.poll(false);
            if (auto work = store.takeLogWork()) {
                work->run();
                store.finishLogWork(std::move(work));
            }
            if (store.health() != Health::Ok) {
                std::fprintf(stderr, "%s\n", store.lastError()->message().c_str());
                std::exit(1);
            }
        }
        flusher.poll(false);
        run.batchSeconds.push_back(secondsSince(batchBegin));
    }
    run.seconds = secondsSince(begin);
    run.cpu = cpuSeconds() - cpuBegin;
    flusher.finish();
    run.flushes = flusher.flushes();
    return run;
}

void print(const char* what, std::uint64_t count, Run run) {
    std::ranges::sort(run.batchSeconds);
    const std::size_t last = run.batchSeconds.size() - 1;
    std::printf(
        "%-58s %8.0f/s  %.1f us of CPU  p50 %.2f ms  p99 %.2f ms  max %.1f ms  flushes %llu\n",
        what, static_cast<double>(count) / run.seconds, 1e6 * run.cpu / static_cast<double>(count),
        1e3 * run.batchSeconds[last / 2], 1e3 * run.batchSeconds[last * 99 / 100],
        1e3 * run.batchSeconds[last], static_cast<unsigned long long>(run.flushes));
}

void flush(Store& store) {
    store.commit({});
    while (true) {
        if (auto work = store.takeLogWork()) {
            work->run();
            store.finishLogWork(std::move(work));
        } else if (auto flushWork = store.takeFlushWork(true)) {
            flushWork->run();
            store.finishFlushWork(std::move(flushWork));
        } else {
            return;
        }
    }
}

void measure(const char* what, std::uint64_t count, const std::function<void()>& call) {
    const double begin = cpuSeconds();
    for (std::uint64_t i = 0; i < count; ++i)
        call();
    std::printf("%-58s %8.3f us of CPU\n", what,
                1e6 * (cpuSeconds() - begin) / static_cast<double>(count));
}

// The limit of the disk itself: the size of a batch, synced, and a small synced write after it.
void measureDisk(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    const std::filesystem::path file = folder / "bare";
    const int data = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const int meta = ::open(file.c_str(), O_RDWR | O_DSYNC | O_CLOEXEC, 0600);
    const std::string pages(160 * 1024, 'x');
    constexpr int kCommits = 500;
    const auto begin = Clock::now();
    for (int i = 0; i < kCommits; ++i) {
        if (::pwrite(data, pages.data(), pages.size(), (i + 1) * 160 * 1024) < 0 ||
            ::fdatasync(data) != 0 || ::pwrite(meta, pages.data(), 128, (i % 2) * 4096) < 0)
            std::abort();
    }
    const double seconds = secondsSince(begin);
    std::printf("%-58s %8.0f/s\n", "the bare disk: 160 KB and a page, synced, times 32",
                kCommits * static_cast<double>(kBatch) / seconds);
    ::close(data);
    ::close(meta);
}

void measureReads(Store& store, std::uint64_t items, const char* from) {
    Prng prng(1);
    std::uint64_t bytes = 0;
    std::vector<std::string> keys;
    for (int i = 0; i < 200'000; ++i)
        keys.push_back(keyOf(1 + prng.below(items)));
    std::size_t at = 0;
    measure((std::string("get of 1 KB, from the ") + from).c_str(), keys.size(), [&] {
        const auto image = store.get(kVolumes[at % 3], keys[at]);
        if (!image || *image == nullptr) std::abort();
        bytes += (*image)->size();
        ++at;
    });
    measure((std::string("scan of 10, from the ") + from).c_str(), 20'000, [&] {
        int left = 10;
        const auto result = store.scan(kVolumes[at % 3], keys[at % keys.size()], "",
                                       ScanDirection::Forward, [&](auto, auto image) {
                                           bytes += image.size();
                                           return --left == 0 ? ScanStep::Stop : ScanStep::Continue;
                                       });
        if (!result) std::abort();
        ++at;
    });
}

void measureMisses(Store& store, std::uint64_t items, const char* how) {
    std::uint64_t number = 2 * items;
    measure((std::string("get that misses, ") + how).c_str(), 200'000, [&] {
        ++number;
        const auto image = store.get(kVolumes[number % 3], keyOf(number));
        if (!image || *image != nullptr) std::abort();
    });
}

// Decision 0001: at most three times an ordinary Put.
void measureSharers(Store& store) {
    constexpr std::uint64_t kSharers = 10'000;
    const SharedBytes image = share(std::string(100, 'i'));
    const std::string prefix(1000, 's');
    for (const bool shared : {false, true}) {
        const auto put = [&](std::uint64_t number) {
            const TreeChange change{
                shared ? keyOf(3).substr(0, 36) + prefix + std::to_string(number) : keyOf(number),
                image};
            store.apply(kVolumes[0], GroupId(99), std::span(&change, 1), TreeMark{});
        };
        for (std::uint64_t number = 0; number < kSharers; ++number)
            put(number * 2);
        flush(store);
        const double begin = cpuSeconds();
        for (std::uint64_t number = 0; number < kSharers; ++number)
            put(number * 2 + 1);
        flush(store);
        std::printf("%-58s %8.3f us of CPU\n",
                    shared ? "put and flush among 10,000 that share 1,000 bytes"
                           : "put and flush of an ordinary key",
                    1e6 * (cpuSeconds() - begin) / static_cast<double>(kSharers));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "storage_bench FOLDER [RECORDS]\n");
        return 2;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const std::filesystem::path root = argv[1];
    const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
    measureDisk(root);
    for (const char* what : {"open of an empty folder", "open of the same again"}) {
        const auto begin = Clock::now();
        const double cpuBegin = cpuSeconds();
        const auto store = openAt(root / "open", Durability::Durable);
        std::printf("%-58s %8.2f ms, %.2f ms of CPU\n", what, 1e3 * secondsSince(begin),
                    1e3 * (cpuSeconds() - cpuBegin));
    }
    measure("making a store in memory", 10'000, [] { MemoryStore::create(); });
    const auto same = [](std::uint64_t number) { return number; };
    {
        const auto store = openAt(root / "log", Durability::Durable);
        for (const std::uint64_t groups : {1, 4, 32}) {
            const std::string what =
                "log of 3 volumes, batches of 32, groups: " + std::to_string(groups);
            print(what.c_str(), count,
                  writeRecords(*store, groups, count, groups, Apply::No, same));
        }
    }
    {
        const auto store = openAt(root / "both", Durability::Durable);
        print("the same and the trees behind, new items", count,
              writeRecords(*store, 1, count, 4, Apply::Yes, same));
        measureReads(*store, count / 2, "tree, memtable not empty");
        flush(*store);
        measureReads(*store, count, "tree");
        measureMisses(*store, count, "neighbours unchecked");
    }
    {
        const auto store = openAt(root / "both", Durability::Durable, takesTheCrc);
        measureReads(*store, count, "tree, ends checked");
        measureMisses(*store, count, "neighbours checked");
        Prng prng(2);
        print("the same, items put again at random", count,
              writeRecords(*store, 2, count, 4, Apply::Yes,
                           [&](std::uint64_t) { return prng.below(count); }));
        const auto begin = Clock::now();
        store->dropRange(std::string("\0\0\0\7", 4), std::string("\0\0\0\x08", 4));
        flush(*store);
        std::printf("%-58s %8.2f s\n", "drop of all items", secondsSince(begin));
    }
    {
        const auto store = openAt(root / "memtable", Durability::Durable);
        writeRecords(*store, 1, 10'000, 4, Apply::Yes, same);
        measureReads(*store, 10'000, "memtable of 10,000");
        measureSharers(*store);
    }
    {
        const auto store = openAt(root / "relaxed", Durability::Relaxed);
        print("relaxed, trees behind", count, writeRecords(*store, 1, count, 4, Apply::Yes, same));
    }
}
