// Measures how long the engine's thread is busy at a time in a world of many tables, every tenth of
// which has a global index: at rest, while somebody watches, while a zone fails and heals, while
// indexes are filled, when thousands of calls arrive at once, and, in a second world whose logs
// keep next to nothing, while a zone comes back by copies. A frame is one round of the thread: a
// turn, and a snapshot if 16 ms have passed since the last.
//
//   world_bench [tables=10000] [data folder; in memory without one]
//
// Exits with 1 if a frame takes more than 2 ms of processor time in a phase that has this bar: a
// zone fails, heals or comes back by copies; a put to each table; indexes are filled; all tables
// are deleted.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/control/control.h"
#include "core/engine/live_driver.h"
#include "core/engine/loop.h"
#include "tests/cluster/request_call.h"
#include "tests/cluster/world_inputs.h"

using namespace orrery;
using namespace std::chrono_literals;

namespace {

constexpr Duration kFrame = 16ms;
constexpr Duration kFrameMax = 2ms;
/// As the engine bounds what an answer in pieces takes of a frame.
constexpr Duration kPiecesMax = 500us;
/// One table in so many has an index from the start, and another one gets it later.
constexpr int kIndexedEvery = 10;
constexpr int kIndexedLater = 5;

Duration cpuTime() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

double milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

std::string nameOf(int table) {
    return "table-" + std::to_string(table);
}

cluster::SecondaryIndex colourIndex() {
    cluster::SecondaryIndex index;
    index.name = "ByColour";
    index.kind = cluster::IndexKind::Global;
    index.keys.partition = {"colour", types::AttributeType::String};
    return index;
}

ApiResult<cluster::Request> createTable(int table) {
    cluster::CreateTable create;
    create.table.name = nameOf(table);
    create.table.keys.partition = {"pk", types::AttributeType::String};
    create.table.billing = cluster::BillingMode::PayPerRequest;
    if (table % kIndexedEvery == 0) create.table.indexes.push_back(colourIndex());
    return cluster::Request(std::move(create));
}

ApiResult<cluster::Request> put(const cluster::Catalog& catalog, const cluster::Caller& caller,
                                int table) {
    cluster::WriteItem write;
    write.table = catalog.find(caller, nameOf(table));
    write.key = {types::AttributeValue::string("one"), std::nullopt};
    types::Item item;
    item.set("pk", types::AttributeValue::string("one"));
    item.set("colour", types::AttributeValue::string("red"));
    write.action = cluster::PutAction{std::move(item)};
    return cluster::Request(std::move(write));
}

ApiResult<cluster::Request> addIndex(const cluster::Catalog& catalog, const cluster::Caller& caller,
                                     int table) {
    cluster::UpdateTable update;
    update.table = catalog.find(caller, nameOf(table));
    update.createIndexes.push_back(colourIndex());
    return cluster::Request(std::move(update));
}

ApiResult<cluster::Request> deleteTable(const cluster::Catalog& catalog,
                                        const cluster::Caller& caller, int table) {
    return cluster::Request(cluster::DeleteTable{catalog.find(caller, nameOf(table))});
}

/// A zone that misses two writes needs a copy.
cluster::LogBounds smallBounds() {
    cluster::LogBounds bounds;
    bounds.groupHeldBytesMax = bounds.heldBytesMax = 1;
    bounds.stepRecords = bounds.stepBytes = 1;
    return bounds;
}

/// Nobody asks it for what the bench measures.
class Host : public control::Host {
public:
    Facts facts() const override { return {}; }
    Duration wall() const override { return engine::Loop::now(); }
    bool stepOneEvent() override { return false; }
};

class Bench {
public:
    Bench(int tables, std::string folder, const cluster::LogBounds& bounds = {})
        : m_tables(tables) {
        engine::DriverOptions options;
        options.world.logBounds = bounds;
        options.dataFolder = std::move(folder);
        options.durability = storage::Durability::Relaxed;
        auto opened =
            engine::LiveDriver::open(options, engine::Loop::now(), engine::Loop::calendar(), [] {});
        if (!opened) {
            std::fprintf(stderr, "%s\n", opened.error().c_str());
            std::exit(1);
        }
        m_driver = *std::move(opened);
    }

    /// False if a phase with the bar costs the engine's thread more than a frame at once.
    bool run() {
        prepare();
        runFaults();
        runCalls();
        return m_held;
    }

    /// The same for a zone that comes back by copies.
    bool runCopies() {
        prepare();
        m_looksOn = true;
        input([&] {
            static_cast<void>(test::failZone(m_driver->world(), "us-east-1b", std::nullopt));
        });
        live(6s);  // Until the other zones' trees are written.
        for (int i = 0; i < 2; ++i) {
            callEach("PutItem", put);
            live(1s);
        }
        begin();
        input([&] { test::healAll(m_driver->world()); });
        live(12s);
        expectFrames(report("it comes back by copies"));
        expect(m_sawCopies && !isCopying(), "the zone comes back by copies within 12 s");
        return m_held;
    }

private:
    void prepare() {
        callEach("CreateTable", [](const auto&, const auto&, int i) { return createTable(i); });
        callEach("PutItem", put);
        live(12s);  // Until all leases have lapsed.
        std::printf("%-34s%10s%10s%10s%10s%8s\n", "", "busy %", "max ms", "p99 ms", "wall max",
                    "> 2 ms");
    }

    void runFaults() {
        begin();
        live(5s);
        report("at rest");
        m_looksOn = true;
        begin();
        live(5s);
        report("at rest, somebody looks on");
        begin();
        input([&] {
            static_cast<void>(test::failZone(m_driver->world(), "us-east-1b", std::nullopt));
        });
        live(8s);
        expectFrames(report("a zone fails"));
        begin();
        callEach("PutItem", put);
        expectFrames(report("a put to each table meanwhile"));
        begin();
        live(3s);
        expectFrames(report("the outage goes on"));
        begin();
        input([&] { test::healAll(m_driver->world()); });
        live(12s);
        expectFrames(report("it heals"));
    }

    void runCalls() {
        begin();
        callEach("PutItem", put);
        expectFrames(report("a put to each table at once"));
        live(3s);
        begin();
        callEach("UpdateTable", addIndex, kIndexedLater, kIndexedEvery);
        live(5s);
        expectFrames(report("every tenth gets an index"));
        for (const char* target : {"/snapshot", "/metrics"}) {
            begin();
            tell(target);
            report((std::string("GET ") + target).c_str());
        }
        begin();
        callEach("DeleteTable", deleteTable);
        expectFrames(report("all tables are deleted"));
        begin();
        live(5s);
        report("their space is reclaimed");
    }

    template <typename Make>
    void callEach(const std::string& name, Make make, int first = 0, int every = 1) {
        for (int i = first; i < m_tables; i += every) {
            auto call = std::make_unique<test::RequestCall>(
                name, [=](const cluster::Catalog& catalog, const cluster::Caller& caller) {
                    return make(catalog, caller, i);
                });
            m_driver->submit(cluster::CallId(++m_calls), std::move(call),
                             {"000000000000", "key", "us-east-1", ZoneIndex(i % 2 == 0 ? 0 : 2)});
        }
        const Duration until = engine::Loop::now() + 60s;
        while (m_driver->openCalls() > 0 && engine::Loop::now() < until)
            frame();
    }

    /// As the engine answers what tells of all tables: some of them in each frame.
    void tell(const char* target) {
        control::Response response;
        input([&] {
            response =
                control::handle(m_driver->world(), m_driver->clock(), m_host, "GET", target, {});
        });
        while (response.later) {
            frame();
            input([&] {
                if (auto shown = response.later(m_driver->world())) response = *std::move(shown);
            });
        }
        for (bool more = response.pieces != nullptr; more;) {
            frame();
            input([&] {
                std::string piece;
                const Duration end = engine::Loop::now() + kPiecesMax;
                do {
                    more = response.pieces(piece);
                } while (more && engine::Loop::now() < end);
            });
        }
    }

    void live(Duration lasts) {
        const Duration until = engine::Loop::now() + lasts;
        while (engine::Loop::now() < until) {
            frame();
            const Duration wall = engine::Loop::now();
            Duration due = std::min(m_driver->dueAt(wall).value_or(until), until);
            if (m_looksOn) due = std::min(due, m_shownAt + kFrame);
            if (due <= wall) continue;
            const timespec pause{0, std::min<long>((due - wall).count(), 999'999'999)};
            ::nanosleep(&pause, nullptr);
        }
    }

    void frame() {
        input([&] {
            const Duration wall = engine::Loop::now();
            m_driver->turn(wall, engine::Loop::calendar());
            m_driver->takeReleased(m_answers);
            if (!m_looksOn || wall - m_shownAt < kFrame) return;
            m_shownAt = wall;
            m_snapshot = m_driver->showWorld();
        });
        m_sawCopies = m_sawCopies || isCopying();
    }

    bool isCopying() const {
        return m_snapshot && std::ranges::any_of(m_snapshot->jobs, [](const auto& job) {
                   return job.kind == observe::JobKind::CopyReplica;
               });
    }

    template <typename Work>
    void input(Work work) {
        const Duration wall = engine::Loop::now();
        const Duration cpu = cpuTime();
        work();
        m_cpu.push_back(cpuTime() - cpu);
        m_wallMax = std::max(m_wallMax, engine::Loop::now() - wall);
    }

    void begin() {
        m_cpu.clear();
        m_wallMax = {};
        m_begun = engine::Loop::now();
        m_cpuBegun = cpuTime();
    }

    /// Returns the longest frame.
    Duration report(const char* what) {
        const Duration lasted = engine::Loop::now() - m_begun;
        const double busy = 100.0 * milliseconds(cpuTime() - m_cpuBegun) / milliseconds(lasted);
        std::ranges::sort(m_cpu);
        const auto late = std::ranges::count_if(m_cpu, [](Duration d) { return d > kFrameMax; });
        std::printf("%-34s%10.2f%10.2f%10.2f%10.2f%8ld\n", what, busy, milliseconds(m_cpu.back()),
                    milliseconds(m_cpu[m_cpu.size() * 99 / 100]), milliseconds(m_wallMax),
                    static_cast<long>(late));
        std::fflush(stdout);
        return m_cpu.back();
    }

    void expectFrames(Duration longest) { expect(longest <= kFrameMax, "no frame over 2 ms"); }
    void expect(bool holds, const char* bar) {
        if (holds) return;
        m_held = false;
        std::printf("NOT HELD: %s\n", bar);
    }

    const int m_tables;
    Host m_host;
    std::unique_ptr<engine::LiveDriver> m_driver;
    std::vector<cluster::Answered> m_answers;
    std::shared_ptr<const observe::Snapshot> m_snapshot;
    std::uint64_t m_calls = 0;
    bool m_looksOn = false;
    bool m_sawCopies = false;
    Duration m_shownAt{};
    std::vector<Duration> m_cpu;
    Duration m_wallMax{};
    Duration m_begun{};
    Duration m_cpuBegun{};
    bool m_held = true;
};

}  // namespace

int main(int argc, char** argv) {
    const int tables = argc > 1 ? std::atoi(argv[1]) : 10'000;
    const std::string folder = argc > 2 ? argv[2] : "";
    const bool held = Bench(tables, folder).run();
    const std::string second = folder.empty() ? folder : folder + "-copies";
    return Bench(tables, second, smallBounds()).runCopies() && held ? 0 : 1;
}
